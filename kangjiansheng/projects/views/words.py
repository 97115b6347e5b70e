"""Sentences and labels that the pages of projects share."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from kangjiansheng.core import charts, clock
from kangjiansheng.core.i18n import moment, name_of
from kangjiansheng.projects.forms.fields import indication_of, label_of, word
from kangjiansheng.projects.notices import DECISIONS
from kangjiansheng.projects.queries import MilestoneRow, OwnerRow, ProjectRow, Said
from kangjiansheng.projects.rules import figures
from kangjiansheng.projects.rules.ledger import UNDO_WINDOW
from kangjiansheng.projects.rules.milestones import SEVERITY
from kangjiansheng.projects.rules.path import Step, steps
from kangjiansheng.projects.rules.vocabulary import (
    modalities,
    project_statuses,
    reasons,
    stage_columns,
    stages,
    templates,
)
from kangjiansheng.projects.sheets import status_word
from kangjiansheng.projects.views.because import turned

NOTE_IN_SENTENCE = 40  # Chinese characters
ENDS = ("。", "！", "？", "…", ".", "!", "?")  # of a sentence
KINDS: dict[str, Any] = {
    "open": _l("建立计划"),
    "rebaseline": _l("调整计划"),
    "forecast": _l("更新预测"),
    "follow": _l("顺延"),
    "propose": _l("提议新的日期"),
    "confirm": _l("确认"),
    "done": _l("完成"),
    "reopen": _l("重新打开"),
    "cancel": _l("取消"),
    "undo": _l("撤销"),
    "flag": _l("风险标记"),
    "owner": _l("更换负责人"),
}
FIGURES: dict[str, Any] = {
    "slipped": _l("进行中的项目里，比最初基线晚 15 天或更多的未完成里程碑"),
    "due": _l("进行中的项目里，今后 90 天内到期的里程碑"),
    "overdue": _l("进行中的项目里，日期已过而没有新日期的里程碑"),
    "on-time": _l("近 12 个月内完成的里程碑"),
    "on-time-kept": _l("近 12 个月内完成、不晚于最初基线的里程碑"),
    "done": _l("已完成的里程碑"),
    "done-on-baseline": _l("不晚于最初基线完成的里程碑"),
    "done-within-tolerance": _l("不晚于最初基线之后 30 天完成的里程碑"),
    "done-on-plan": _l("不晚于现行计划完成的里程碑"),
    "due-by": _l("最初基线已到的里程碑"),
    "due-done": _l("最初基线已到、已完成的里程碑"),
    "due-not-done": _l("最初基线已到、未完成的里程碑"),
    "stale": _l("未完成、确认的预测已过的里程碑"),
}
LEVELS: dict[str, Any] = {"open": _l("所有登录者"), "parties": _l("参与各方"), "team": _l("仅项目团队")}
ROLES: dict[str, Any] = {
    "lead": _l("项目负责人"),
    "member": _l("成员"),
    "reader": _l("查阅"),
    "director": _l("实验室主任"),
    "co_director": _l("实验室副主任"),
}
PARTY_ROLES: dict[str, Any] = {
    "partner": _l("合作"),
    "sponsor": _l("申办"),
    "clinical": _l("临床"),
    "funder": _l("资助"),
}
_TERMS: dict[str, Any] = {
    "modality": modalities,
    "stage": stages,
    "status": project_statuses,
    "reason_code": reasons,
}
FACTS: dict[str, Any] = {
    "name_hans": _l("名称（简体）"),
    "name_hant": _l("名称（繁体）"),
    "name_en": _l("名称（英文）"),
    "modality": _l("技术类型"),
    "target": _l("靶点"),
    "donor_source": _l("供体来源"),
    "indication_hans": _l("适应症（简体）"),
    "indication_group": _l("适应症分组"),
    "stage": _l("阶段"),
    "status": _l("自报状态"),
    "priority": _l("优先级"),
    "owner_role": _l("负责角色"),
    "confidentiality": _l("公开范围"),
    "note": _l("说明"),
}

# What the trail keeps of a milestone.
STATE: dict[str, Any] = {
    "baseline": _l("基线"),
    "current_plan": _l("现行计划"),
    "forecast": _l("预测"),
    "proposed": _l("待确认"),
    "actual": _l("实际"),
    "state": _l("进展"),
    "flagged": _l("风险标记"),
    "moves": _l("改期次数"),
    "reason_code": _l("主要原因"),
    "owner_id": _l("负责"),
    "confirmed_by_id": _l("确认人"),
}
STATE_VALUES: dict[str, dict[str, Any]] = {
    "state": {"open": _l("未完成"), "done": _l("已完成"), "cancelled": _l("已取消")},
    "confidentiality": LEVELS,
    **{
        key: {code: LazyString(word, term.name) for code, term in terms().items()}
        for key, terms in _TERMS.items()
    },
}

EVIDENCE: dict[str, Any] = {
    "name": _l("文件"),
    "version_no": _l("版本号"),
    "note": _l("说明"),
    "verdict": _l("审核结论"),
    "verdict_note": _l("理由"),
    "withdrawn_note": _l("撤回的原因"),
    "level": _l("谁能看到文件"),
    "size": _l("大小（字节）"),
    "media_type": _l("文件类型"),
    "sha256": _l("SHA-256 摘要"),
    "name_hans": _l("标准（简体）"),
    "name_hant": _l("标准（繁体）"),
    "name_en": _l("标准（英文）"),
    "position": _l("次序"),
    "gate": _l("阶段门"),
    "decided_on": _l("决策日期"),
    "body": _l("由谁决定"),
    "reasons": _l("理由"),
}
EVIDENCE_VALUES = {
    "level": LEVELS,
    "verdict": {
        "accepted": _l("接受"),
        "refused": _l("不接受"),
        "met": _l("达到"),
        "unmet": _l("未达到"),
        **DECISIONS,
    },
}
CRITERION: dict[str, Any] = {
    "name_hans": _l("标准（简体）"),
    "name_hant": _l("标准（繁体）"),
    "name_en": _l("标准（英文）"),
    "position": _l("次序"),
    "kinds": _l("依据哪些证据"),
    "verdict": _l("是否达到"),
    "verdict_note": _l("理由"),
}


def shown(key: str, value: Any) -> str:
    """A value of a project's state in words."""
    terms: dict[str, Any] = {"modality": modalities, "stage": stages, "status": project_statuses}
    if key in terms:
        return label_of(value, terms[key]())
    if key == "confidentiality":
        return str(LEVELS.get(value, value or ""))
    return "" if value is None else str(value)


def status_choices() -> list[tuple[str, str]]:
    """The computed statuses as choices, from the one that needs somebody most."""
    words = {status: status_word(status) for status in SEVERITY}
    words["pause"] = _("已暂停或已终止")  # where a project is chosen by its status, both are found
    return [*words.items()]


def several(asked: str, labels: dict[str, str]) -> list[tuple[str, str]]:
    """A choice for an address that names several values at once, so that another filter on top keeps them."""
    if "," not in asked:
        return []
    return [(asked, _("、").join(labels.get(code, code) for code in asked.split(",")))]


def figure(text: str) -> str:
    """The figure of the board whose rows a list shows; empty for none."""
    known = figures.read(text) if text else None
    if known is None:
        return ""
    if known.name == "reached" and known.end:
        return _("%(day)s 之后完成的里程碑", day=known.end.isoformat())
    if known.name == "outlook" and known.end:
        text = _("%(day)s 及以前到期的里程碑", day=known.end.isoformat())
        return _("%(lab)s：%(text)s", lab=known.lab, text=text) if known.lab else text
    if known.end is not None:
        return _("%(lab)s 截至 %(day)s 的三个月内完成的里程碑", lab=known.lab, day=known.end.isoformat())
    return str(FIGURES[known.name])


def focus(project: OwnerRow) -> MilestoneRow | None:
    """The milestone of which the first sentence speaks: the overdue one, else the one that comes next."""
    opened = [m for m in project.milestones if m.is_open and m.promised is not None]
    late = [m for m in opened if m.status == "late"]
    return min(late or opened, key=lambda m: (m.promised or date.max, m.position), default=None)


def answer(project: OwnerRow, today: date) -> str:
    """What a reader must know first, in at most two sentences."""
    m = focus(project)
    if project.status == "pause" and isinstance(project, ProjectRow):
        return _(
            "项目状态为“%(status)s”，里程碑不再推进。", status=label_of(project.claimed, project_statuses())
        )
    if m is None or m.promised is None:
        if project.next:
            return _("下一个里程碑 %(name)s 还没有日期。", name=name_of(project.next))
        return _("没有等待中的里程碑。")
    name, day = name_of(m), m.promised.isoformat()
    because = _because(m)
    if m.status == "late":
        over = (today - m.promised).days
        if m.forecast:
            text = ngettext(
                "%(name)s最近预测 %(day)s，已过 %(num)d 天，还没有确认新的日期。",
                "%(name)s最近预测 %(day)s，已过 %(num)d 天，还没有确认新的日期。",
                over,
                name=name,
                day=day,
            )
        else:
            text = ngettext(
                "%(name)s原定 %(day)s，已过 %(num)d 天，还没有确认新的日期。",
                "%(name)s原定 %(day)s，已过 %(num)d 天，还没有确认新的日期。",
                over,
                name=name,
                day=day,
            )
        return text + because
    slip = m.slip or 0
    if slip > 0:
        text = ngettext(
            "%(name)s预计 %(day)s，比基线晚 %(num)d 天。",
            "%(name)s预计 %(day)s，比基线晚 %(num)d 天。",
            slip,
            name=name,
            day=day,
        )
        return text + because
    if slip < 0:
        return ngettext(
            "下一个里程碑%(name)s预计 %(day)s，比基线早 %(num)d 天。",
            "下一个里程碑%(name)s预计 %(day)s，比基线早 %(num)d 天。",
            -slip,
            name=name,
            day=day,
        )
    if m.forecast is None:
        return _("下一个里程碑%(name)s计划于 %(day)s，还没有人确认。", name=name, day=day)
    return _("下一个里程碑%(name)s预计 %(day)s，按计划。", name=name, day=day)


def _because(m: MilestoneRow) -> str:
    if not m.reason_code:
        return ""
    reason = label_of(m.reason_code, reasons())
    if m.note:  # a sentence may follow, and few people end theirs
        note = charts.cut(m.note.rstrip(), NOTE_IN_SENTENCE, 1)  # all of it stands in the plan below
        return _("卡在%(reason)s：%(note)s", reason=reason, note=note) + (
            "" if note.endswith(ENDS) else _("。")
        )
    return _("卡在%(reason)s。", reason=reason)


def table_finding(project: OwnerRow) -> str:
    """What the table of milestones shows."""
    counted = [m for m in project.milestones if m.kind == "milestone" and m.state != "cancelled"]
    done = sum(m.status == "done" for m in counted)
    behind = sum(m.status in ("slip", "late") for m in counted)
    if behind:
        return _("%(done)d 项完成，%(behind)d 项推迟或逾期", done=done, behind=behind)
    return _("%(done)d 项完成，%(rest)d 项在后面", done=done, rest=len(counted) - done)


def path(project: OwnerRow) -> list[dict[str, Any]]:
    """The six steps in words."""
    by_code = {m.code: m for m in project.milestones}
    return [_step(step, by_code.get(step.code), project.pathway) for step in steps(project.pathway, by_code)]


def _step(step: Step, milestone: MilestoneRow | None, pathway: str) -> dict[str, Any]:
    known = templates()[pathway].milestone(step.code)
    named = name_of(milestone) if milestone else name_of(_names(known)) if known else step.code
    column = label_of(step.column, stage_columns()) if step.column else ""
    if not step.planned:
        when = _("未列入计划")
    elif step.day is None:
        when = _("未定日期")
    elif step.reached:
        when = _("完成 %(day)s", day=step.day.isoformat())
    else:
        when = _("预测 %(day)s", day=step.day.isoformat())
    return {
        "place": {"past": "past", "now": "now", "next": "nx"}[step.place],
        "title": column or named,
        "sub": named if column else "",
        "when": when,
        "reached": step.reached,
    }


def _names(term: Any) -> dict[str, str]:
    return {"hans": term.name.hans, "hant": term.name.hant, "en": term.name.en}


def about(project: ProjectRow) -> str:
    """Indication, modality and parties in one line."""
    parts = [indication_of(project), label_of(project.modality, modalities())]
    text = _("，").join(part for part in parts if part)
    if project.parties:
        # The sentence brings its own full stop: "Co., Ltd." must not end in two.
        names = _("、").join(name_of(party) for party in project.parties).removesuffix(".")
        return _("%(what)s。参与方：%(names)s。", what=text, names=names)
    return _("%(what)s。", what=text)


def labels(project: ProjectRow) -> dict[str, str]:
    """The claimed facts in words."""
    return {
        "stage": label_of(project.stage, stages()),
        "claimed": label_of(project.claimed, project_statuses()),
        "pathway": label_of(project.pathway, templates()),
        "modality": label_of(project.modality, modalities()),
        "level": str(LEVELS.get(project.confidentiality, project.confidentiality)),
    }


def undo_until(entries: Sequence[Said]) -> str:
    """The hour and minute in Asia/Shanghai until which what was said last is taken back with one tap."""
    return f"{(entries[-1].recorded_at + UNDO_WINDOW).astimezone(clock.SHANGHAI):%H:%M}" if entries else ""


def said(entries: Sequence[Said], *, limit: int = 5, with_name: bool = True) -> list[dict[str, Any]]:
    """The newest entries of a ledger for the macro `history`."""
    before: dict[int, Said] = {}
    made = []
    for entry in entries:
        made.append(_line(entry, before.get(entry.milestone_id), with_name=with_name))
        before[entry.milestone_id] = entry
    return made[::-1][:limit]


def _line(entry: Said, before: Said | None, *, with_name: bool) -> dict[str, Any]:
    label = str(KINDS.get(entry.kind, entry.kind))
    way = turned(entry, before)
    label = {"earlier": _("提前"), "same": _("更正推迟的原因")}.get(way, label)
    if with_name:
        label = f"{entry.code} {name_of(entry)} · {label}"
    return {
        "when": clock.day_of(entry.effective_at).isoformat()
        if entry.imported
        else moment(entry.effective_at),
        "iso": entry.effective_at.isoformat(timespec="milliseconds"),
        "who": _("导入") if entry.imported else entry.who,
        "act_label": label,
        "changes": _changes(entry, before),
        "note": _note(entry, before),
        "mark": label_of(entry.reason_code, reasons())
        if entry.kind in ("forecast", "follow", "propose") and way != "earlier"
        else "",
    }


def _note(entry: Said, before: Said | None) -> str:
    if entry.kind == "rebaseline" and entry.authority and not entry.imported:  # a file is no authority
        return _("%(why)s（批准：%(authority)s）", why=entry.why, authority=entry.authority)
    return entry.note if before is None or entry.note != before.note else ""


def _changes(entry: Said, before: Said | None) -> list[dict[str, str]]:
    if before is None:
        return []
    pairs = [
        (_("基线"), before.baseline, entry.baseline),
        (_("现行计划"), before.current_plan, entry.current_plan),
        (_("预测"), before.forecast, entry.forecast),
        (_("待确认"), before.proposed, entry.proposed),
        (_("实际"), before.actual, entry.actual),
    ]
    changes = [
        {"label": label, "before": old.isoformat() if old else "", "after": new.isoformat() if new else ""}
        for label, old, new in pairs
        if old != new
    ]
    if before.owner != entry.owner:
        changes.append({"label": _("负责"), "before": before.owner, "after": entry.owner})
    return changes
