"""The lists as spreadsheets, exactly as they are filtered on the page."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kangjiansheng.core import clock, text
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.sheets import CSV, csv_bytes, xlsx_bytes
from kangjiansheng.projects.forms import asks as ask_words
from kangjiansheng.projects.forms import hand_offs as hand_off_words
from kangjiansheng.projects.forms import results as result_words
from kangjiansheng.projects.forms import risks as risk_words
from kangjiansheng.projects.forms.fields import indication_of, label_of
from kangjiansheng.projects.forms.sheets import STATES
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries.asks import AskRow
from kangjiansheng.projects.queries.hand_offs import HandOffRow
from kangjiansheng.projects.queries.milestone_lists import Line
from kangjiansheng.projects.queries.results import ResultRow
from kangjiansheng.projects.queries.risks import RiskRow
from kangjiansheng.projects.queries.rows import MilestoneRow, OwnerRow, ProjectRow
from kangjiansheng.projects.rules.plans import RESTING
from kangjiansheng.projects.rules.sheets import Mark, digest, written
from kangjiansheng.projects.rules.vocabulary import families, modalities, project_statuses, reasons, stages

_STATUSES = {
    "ontrack": _l("按计划"),
    "risk": _l("有风险"),
    "slip": _l("已推迟"),
    "late": _l("已逾期"),
    "done": _l("已完成"),
    "idle": _l("未开始"),
    "gate": _l("待决策"),
    "pause": _l("已暂停"),
}
_COLUMNS = {
    "project": _l("项目"),
    "name": _l("项目名称"),
    "code": _l("编号"),
    "milestone": _l("里程碑"),
    "status": _l("状态"),
    "baseline": _l("基线"),
    "plan": _l("现行计划"),
    "forecast": _l("预测"),
    "proposed": _l("待确认"),
    "actual": _l("实际"),
    "date": _l("预测或实际"),
    "slip": _l("偏差"),
    "moved": _l("期间变动"),
    "moves": _l("改期"),
    "reason": _l("主要原因"),
    "note": _l("说明"),
    "owner": _l("负责"),
    "lab": _l("联合实验室"),
    "family": _l("技术大类"),
    "party": _l("参与方"),
    "stage": _l("阶段"),
    "gate": _l("阶段门"),
    "told": _l("最近更新"),
}


def status_word(status: str) -> str:
    """The computed status in words."""
    return str(_STATUSES[status])


def words_of_end(row: Any) -> str:
    """How a project rests or has ended, by its own word; empty for one that people work on, and for a laboratory."""
    claimed = getattr(row, "claimed", "")
    return label_of(claimed, project_statuses()) if claimed in RESTING else ""


def words_of_rest(milestone: Any, row: Any) -> str:
    """The same for a milestone that waits because its project does; empty for any other."""
    return words_of_end(row) if milestone.status == "pause" else ""


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
            words_of_end(row) or status_word(row.status),
            label_of(row.claimed, project_statuses()),
            label_of(row.stage, stages()),
            label_of(row.modality, modalities()),
            indication_of(row),
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


def risks(kind: str, rows: Sequence[RiskRow], project: Project, *, as_of: date | None) -> bytes:
    """One line per risk or issue of a project."""
    heads = [
        _("编号"),
        *(risk_words.FIELDS[key] for key in ("kind", "title", "likelihood", "impact")),
        _("评分"),
        _("等级"),
        *(risk_words.FIELDS[key] for key in ("life", "owner_id", "response", "measure", "review_on")),
        *(risk_words.FIELDS[key] for key in ("milestones", "description", "closing")),
    ]
    lines = [
        [
            row.number,
            risk_words.KINDS[row.kind],
            row.title,
            row.likelihood,
            row.impact,
            row.score,
            risk_words.LEVELS[row.level],
            risk_words.LIVES[row.life],
            name_of(row.owner) if row.owner else "",
            risk_words.RESPONSES[row.response],
            row.measure,
            row.review_on,
            _("、").join(row.milestones),
            row.description,
            row.closing,
        ]
        for row in rows
    ]
    return _made(kind, _("风险与问题"), heads, lines, project.illustrative, as_of)


def asks(kind: str, rows: Sequence[AskRow], *, as_of: date | None) -> bytes:
    """One line per ask."""
    keys = "code title from_id to_id chain project_id life raised_on answered_on answer"
    lines = [
        [
            row.code,
            row.title,
            name_of(row.asker.names),
            name_of(row.asked.names) if row.asked else _("全桌"),
            ask_words.CHAINS[row.chain],
            row.project,
            ask_words.LIVES[row.life],
            row.raised_on,
            row.answered_on,
            row.answer,
        ]
        for row in rows
    ]
    heads = [ask_words.FIELDS[key] for key in keys.split()]
    return _made(kind, _("诉求"), heads, lines, any(row.illustrative for row in rows), as_of)


def hand_offs(kind: str, rows: Sequence[HandOffRow], *, as_of: date | None) -> bytes:
    """One line per hand-off."""
    days = ("promised_on", "asked_on", "accepted_on", "delivered_on", "received_on")
    heads = [
        _("编号"),
        *(hand_off_words.FIELDS[key] for key in ("name_hans", "kind", "giver_id", "receiver_id")),
    ]
    heads += [_("项目"), *(hand_off_words.FIELDS[key] for key in ("milestone_id", "state", *days))]
    heads += [_("逾期（天）"), hand_off_words.FIELDS["reason"]]
    lines = [
        [
            row.code,
            name_of(row),
            hand_off_words.KINDS[row.kind],
            name_of(row.giver),
            name_of(row.receiver),
            row.project.code,
            row.milestone,
            hand_off_words.state_word(row),
            *(getattr(row, key) for key in days),
            row.overdue(as_of or clock.today()),
            row.reason,
        ]
        for row in rows
    ]
    return _made(kind, _("各方交接"), heads, lines, any(row.illustrative for row in rows), as_of)


def results(kind: str, rows: Sequence[ResultRow], *, as_of: date | None) -> bytes:
    """One line per result."""
    keys = ["name_hans", "kind", "institution_id", "disclosed_on", "project_id", "companies"]
    heads = [_("编号"), *(result_words.FIELDS[key] for key in keys)]
    lines = [
        [
            row.code,
            name_of(row),
            result_words.KINDS[row.kind],
            name_of(row.institution),
            row.disclosed_on,
            row.project.code if row.project else "",
            _("、").join(f"{one.code} {name_of(one)}" for one in row.companies),
        ]
        for row in rows
    ]
    return _made(kind, _("成果转化"), heads, lines, any(row.illustrative for row in rows), as_of)


def column_word(name: str) -> str:
    """What a column of the list of milestones is called."""
    return str(_COLUMNS[name])


def group_word(line: Line, by: str) -> str:
    """The name of the group in which a milestone stands."""
    p = line.project
    if by == "lab":
        return name_of(p.lead_lab) if p.lead_lab else _("没有联合实验室")
    if by == "family":
        return label_of(p.family, families())
    return f"{p.code} {name_of(p)}"


def milestones(
    kind: str,
    rows: Sequence[Line],
    columns: Sequence[str],
    *,
    by: str = "",
    only: str = "",
    as_of: date | None,
) -> bytes:
    """One line per milestone with exactly these columns; before them the group, when no column says it. `only`: which
    of all they are, in words."""
    heads, values = [_days_head(name) for name in columns], [_VALUES[name] for name in columns]
    lines = [[value(row) for value in values] for row in rows]
    if by and by not in columns:
        heads.insert(0, column_word(by))
        lines = [[group_word(row, by), *line] for row, line in zip(rows, lines, strict=True)]
    return _made(kind, _("里程碑"), heads, lines, any(row.project.illustrative for row in rows), as_of, only)


def _days_head(name: str) -> str:
    return {"slip": _("偏差（天）"), "moved": _("期间变动（天）"), "moves": _("改期次数")}.get(
        name, column_word(name)
    )


def milestone_word(line: Line) -> str:
    """The status in words; a decision has none."""
    m = line.milestone
    if m.kind == "decision":
        return _("决定")
    return _("已取消") if m.state == "cancelled" else words_of_rest(m, line.project) or status_word(m.status)


_VALUES: dict[str, Callable[[Line], Any]] = {
    "project": lambda line: line.project.code,
    "name": lambda line: name_of(line.project),
    "code": lambda line: line.milestone.code,
    "milestone": lambda line: name_of(line.milestone),
    "status": milestone_word,
    "baseline": lambda line: line.milestone.baseline,
    "plan": lambda line: line.milestone.current_plan,
    "forecast": lambda line: line.milestone.forecast,
    "proposed": lambda line: line.milestone.proposed,
    "actual": lambda line: line.milestone.actual,
    "date": lambda line: line.milestone.actual or line.milestone.promised,
    "slip": lambda line: line.milestone.slip,
    "moved": lambda line: line.moved,
    "moves": lambda line: line.milestone.moves,
    "reason": lambda line: label_of(line.milestone.reason_code, reasons()),
    "note": lambda line: line.milestone.note,
    "owner": lambda line: line.milestone.owner_label or line.project.owner_role,
    "lab": lambda line: _("、").join(name_of(lab) for lab in line.project.labs),
    "family": lambda line: label_of(line.project.family, families()),
    "party": lambda line: _("、").join(name_of(party) for party in line.project.parties),
    "stage": lambda line: label_of(line.project.stage, stages()),
    "gate": lambda line: _("是") if line.milestone.gate else "",
    "told": lambda line: line.milestone.confirmed_at,
}


def editable(kind: str, rows: Sequence[OwnerRow]) -> bytes:
    """One line per milestone as an import takes it back: the last column holds the mark of the row."""
    heads = [
        _("项目编号"),
        _("项目名称"),
        _("里程碑编号"),
        _("里程碑"),
        _("状态"),
        _("基线"),
        _("现行计划"),
        _("预测"),
        _("待确认"),
        _("实际"),
        _("进展"),
        _("负责"),
        _("主要原因"),
        _("备注"),
        _("示例数据"),
        _("系统标记（请勿修改）"),
    ]
    mark = _("示例数据")
    lines = [
        [
            project.code,
            name_of(project),
            m.code,
            name_of(m),
            words_of_rest(m, project) or status_word(m.status),
            m.baseline,
            m.current_plan,
            m.forecast,
            m.proposed,
            m.actual,
            str(STATES[m.state]),
            m.owner_label,
            label_of(m.reason_code, reasons()),
            text.line(m.note),
            mark if project.illustrative else "",
            _mark(m),
        ]
        for project in rows
        for m in project.milestones
    ]
    if kind == CSV:
        return csv_bytes(heads, lines)
    notes = [
        (_("截至"), clock.today().isoformat()),
        (_("可以改"), _("现行计划、预测、实际、进展、负责、主要原因、备注")),
        (_("不要改"), _("编号和系统标记；其他列改了也不会导入")),
    ]
    if any(project.illustrative for project in rows):
        notes.append((mark, _("本表含示例数据，不代表任何机构的真实进展。")))
    return xlsx_bytes(_("里程碑"), heads, lines, notes=notes, hidden=[len(heads) - 1])


def _mark(m: MilestoneRow) -> str:
    """What stood in the row when it left, for the import that takes it back."""
    note = digest(text.line(m.note))
    dates = (m.current_plan, m.forecast, m.actual)
    return written(Mark(m.project_code, m.code, m.version, *dates, m.state, m.owner_id, m.reason_code, note))


def _made(
    kind: str,
    title: str,
    heads: list[Any],
    lines: list[list[Any]],
    illustrative: bool,
    as_of: date | None,
    only: str = "",
) -> bytes:
    mark = _("示例数据")
    if illustrative:
        heads = [*heads, mark]
        for line in lines:
            line.append(mark)
    if kind == CSV:
        return csv_bytes(heads, lines)
    notes = [
        *([(_("筛选"), only)] if only else []),
        (_("截至"), (as_of or clock.today()).isoformat()),
        (_("偏差"), _("实际或已确认的预测减去基线，日历天")),
    ]
    if illustrative:
        notes.append((mark, _("本表含示例数据，不代表任何机构的真实进展。")))
    return xlsx_bytes(title, heads, lines, notes=notes)
