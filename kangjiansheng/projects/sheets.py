"""The lists as spreadsheets, exactly as they are filtered on the page."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core import clock
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.sheets import CSV, csv_bytes, xlsx_bytes
from kangjiansheng.projects.forms.fields import label_of
from kangjiansheng.projects.queries.lists import Line
from kangjiansheng.projects.queries.rows import ProjectRow
from kangjiansheng.projects.rules.vocabulary import modalities, project_statuses, reasons, stages


def status_word(status: str) -> str:
    """The computed status in words."""
    return {
        "ontrack": _("按计划"),
        "risk": _("有风险"),
        "slip": _("已推迟"),
        "late": _("已逾期"),
        "done": _("已完成"),
        "idle": _("未开始"),
        "gate": _("待决策"),
        "pause": _("已暂停"),
    }[status]


def projects(kind: str, rows: Sequence[ProjectRow], *, as_of: date | None) -> bytes:
    """One line per project, with its next milestone."""
    heads = [
        _("编号"),
        _("名称"),
        _("状态"),
        _("自报状态"),
        _("阶段"),
        _("技术类型"),
        _("适应症"),
        _("联合实验室"),
    ]
    heads += [_("参与方"), _("下一里程碑"), _("预测"), _("基线"), _("偏差（天）")]
    lines = [
        [
            row.code,
            name_of(row),
            status_word(row.status),
            label_of(row.claimed, project_statuses()),
            label_of(row.stage, stages()),
            label_of(row.modality, modalities()),
            name_of(row.indication),
            _("、").join(name_of(lab) for lab in row.labs),
            _("、").join(name_of(party) for party in row.parties),
            f"{row.next.code} {name_of(row.next)}" if row.next else "",
            row.next.promised if row.next else None,
            row.next.baseline if row.next else None,
            row.next.slip if row.next else None,
        ]
        for row in rows
    ]
    return _made(kind, _("项目"), heads, lines, any(row.illustrative for row in rows), as_of)


def milestones(kind: str, rows: Sequence[Line], *, as_of: date | None) -> bytes:
    """One line per milestone."""
    heads = [
        _("项目"),
        _("项目名称"),
        _("编号"),
        _("里程碑"),
        _("状态"),
        _("基线"),
        _("现行计划"),
        _("预测"),
        _("待确认"),
    ]
    heads += [_("实际"), _("偏差（天）"), _("改期次数"), _("主要原因"), _("负责")]
    lines = [
        [
            line.project.code,
            name_of(line.project),
            line.milestone.code,
            name_of(line.milestone),
            status_word(line.milestone.status),
            line.milestone.baseline,
            line.milestone.current_plan,
            line.milestone.forecast,
            line.milestone.proposed,
            line.milestone.actual,
            line.milestone.slip,
            line.milestone.moves,
            label_of(line.milestone.reason_code, reasons()),
            line.milestone.owner_label,
        ]
        for line in rows
    ]
    return _made(kind, _("里程碑"), heads, lines, any(line.project.illustrative for line in rows), as_of)


def _made(
    kind: str, title: str, heads: list[Any], lines: list[list[Any]], illustrative: bool, as_of: date | None
) -> bytes:
    mark = _("示例数据")
    if illustrative:
        heads = [*heads, _("说明")]
        lines = [[*line, mark] for line in lines]
    if kind == CSV:
        return csv_bytes(heads, lines)
    notes = [
        (_("截至"), (as_of or clock.today()).isoformat()),
        (_("偏差"), _("实际或已确认的预测减去基线，日历天")),
    ]
    if illustrative:
        notes.append((mark, _("本表含示例数据，不代表任何机构的真实进展。")))
    return xlsx_bytes(title, heads, lines, notes=notes)
