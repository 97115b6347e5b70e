"""Why a status is what it is, in words and in the rules' own figures."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import clock
from kangjiansheng.projects.forms.fields import label_of
from kangjiansheng.projects.queries import MilestoneRow, OwnerRow, Said
from kangjiansheng.projects.rules import freshness
from kangjiansheng.projects.rules import milestones as rules
from kangjiansheng.projects.rules.vocabulary import reasons


def why(project: OwnerRow, today: date) -> list[tuple[MilestoneRow, list[str]]]:
    """Which open milestones give the project its status, and the reasons of each in words."""
    if project.status == "pause":
        return []
    found = [m for m in project.milestones if m.is_open and m.status == project.status]
    return [(m, because(m, today)) for m in found]


def because(m: MilestoneRow, today: date) -> list[str]:
    """Why a milestone has its status, most telling first, in the rules' own figures."""
    if m.kind == "decision":
        return []
    paused, awaiting = m.status == "pause", m.status == "gate"
    given = rules.reasons(m.as_state, today, flagged=m.flagged, gate=m.gate, awaiting=awaiting, paused=paused)
    words = [_reason(one) for one in given]
    if m.is_open and m.confirmed_at is not None:
        days = (today - clock.day_of(m.confirmed_at)).days
        if days >= freshness.AGING:
            words.append(ngettext("%(num)d 天没有人确认过", "%(num)d 天没有人确认过", days))
    elif m.is_open:
        words.append(_("还没有人确认过这个日期"))
    return words


def compared(m: MilestoneRow) -> str:
    """How late a milestone is against its baseline and, where another plan was approved, against that; empty when it
    is not late."""
    slip = m.slip or 0
    if slip <= 0:
        return ""
    late = ngettext("比基线晚 %(num)d 天", "比基线晚 %(num)d 天", slip)
    over = rules.past_plan(m.as_state)
    return late if over is None else f"{against_plan(over)} · {late}"


def against_plan(days: int) -> str:
    """How a date stands to the current plan, by the days that it lies after it."""
    if days > 0:
        return ngettext("比现行计划晚 %(num)d 天", "比现行计划晚 %(num)d 天", days)
    if days < 0:
        return ngettext("比现行计划早 %(num)d 天", "比现行计划早 %(num)d 天", -days)
    return _("与现行计划一致")


def _reason(one: rules.Because) -> str:
    facts = {key: value.isoformat() if isinstance(value, date) else value for key, value in one.facts.items()}
    if one.code in ("slipped", "at_risk"):
        text = ngettext(
            "预测比基线 %(baseline)s 晚 %(num)d 天",
            "预测比基线 %(baseline)s 晚 %(num)d 天",
            facts["days"],
            baseline=facts["baseline"],
        )
        limit = rules.SLIP_DAYS
        return text + (
            _("（%(limit)d 天起为已推迟）", limit=limit)
            if one.code == "slipped"
            else _("（不到 %(limit)d 天为有风险）", limit=limit)
        )
    if one.code == "against_plan":
        return against_plan(one.facts["days"])
    if one.code in ("forecast_passed", "plan_passed"):
        return ngettext(
            "%(date)s 已过 %(num)d 天，没有完成，也没有新的日期",
            "%(date)s 已过 %(num)d 天，没有完成，也没有新的日期",
            facts["days"],
            date=facts["date"],
        )
    if one.code == "proposed":
        return _("有一个待确认的日期 %(date)s", date=facts["date"])
    if one.code == "waiting_for":
        return _("主要原因：%(reason)s", reason=label_of(facts["reason"], reasons()))
    return {
        "paused": _("项目已暂停或已结束"),
        "awaiting_decision": _("阶段门等待决策"),
        "flagged": _("负责人标记了风险"),
    }.get(one.code, one.code)


def turned(entry: Said, before: Said | None) -> rules.Turn:
    """What a new forecast is; the promised date counts as kept only with another reason."""
    if entry.kind != "forecast" or before is None or entry.promised is None:
        return "later"
    way = rules.turn(before.promised, entry.promised)
    said_again = before.forecast == entry.forecast and before.reason_code != entry.reason_code
    return way if way != "same" or said_again else "later"
