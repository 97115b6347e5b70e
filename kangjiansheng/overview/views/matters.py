"""What needs somebody, in words: why, what follows from it, and where it stands."""

from collections.abc import Callable
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import i18n
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import travel
from kangjiansheng.overview.rules.attention import Matter, Threat
from kangjiansheng.overview.views import words
from kangjiansheng.projects.forms.fields import role_of

UNBROKEN = "\u2011"  # a hyphen at which no line ends


def href(matter: Matter | Threat) -> str:
    """The page of the milestone or the risk, on the day that is looked at."""
    if isinstance(matter, Threat):
        return travel(f"/projects/{matter.project.code}/risks/{matter.risk.number}")
    return words.milestone_href(matter.milestone)


def note(matter: Matter | Threat) -> str:
    """What somebody added; empty for a risk, whose title says it."""
    return "" if isinstance(matter, Threat) else matter.milestone.note


def in_attention(in_all: int) -> str:
    """How many matters there are."""
    if not in_all:
        return str(_("没有需要特别关注的事"))
    return str(ngettext("%(num)d 件事，按影响排序", "%(num)d 件事，按影响排序", in_all))


def because(matter: Matter | Threat, *, note: bool = True) -> str:
    """Why a matter needs somebody, in one or two sentences; never a reason that nobody gave."""
    return _threatens(matter) if isinstance(matter, Threat) else _off_plan(matter, note)


def _off_plan(matter: Matter, note: bool) -> str:
    milestone = matter.milestone
    name, why = name_of(milestone), words.reason(milestone.reason_code)
    if matter.status == "late":
        text = ngettext(
            "%(name)s的日期已过 %(num)d 天，还没有新的日期。",
            "%(name)s的日期已过 %(num)d 天，还没有新的日期。",
            matter.days,
            name=name,
        )
    elif matter.status == "gate" and matter.waiting:
        meeting = matter.waiting.meeting.replace("-", UNBROKEN)
        text = _("%(name)s等待决策，已列入 %(meeting)s 的议程。", name=name, meeting=meeting)
    elif matter.days > 0:
        text = ngettext(
            "%(name)s比基线晚 %(num)d 天。", "%(name)s比基线晚 %(num)d 天。", matter.days, name=name
        )
    else:
        text = _("%(name)s的负责人提示有风险。", name=name)
    if why:
        text = _("%(text)s原因：%(why)s。", text=text, why=why)
    elif not milestone.note and (milestone.slip or 0) > 0:
        text = _("%(text)s没有记录原因。", text=text)
    return (
        str(_("%(text)s%(note)s", text=text, note=milestone.note)) if note and milestone.note else str(text)
    )


def _threatens(threat: Threat) -> str:
    """A risk with its rating, or an issue with its impact, and since when nobody has looked at it again."""
    risk = threat.risk
    if risk.kind == "issue":
        text = _("问题“%(title)s”已经发生，影响 %(impact)d。", title=risk.title, impact=risk.impact)
    else:
        text = _(
            "风险“%(title)s”：可能性 %(likelihood)d × 影响 %(impact)d = %(score)d。",
            title=risk.title,
            likelihood=risk.likelihood,
            impact=risk.impact,
            score=risk.score,
        )
    if threat.days is None:
        return str(text)
    return str(
        ngettext(
            "%(text)s复核日期已过 %(num)d 天。", "%(text)s复核日期已过 %(num)d 天。", threat.days, text=text
        )
    )


def consequence(matter: Matter | Threat, *, day: Callable[[date], str] = i18n.prose_day) -> list[str]:
    """Who owns it, the date that counts now, and what comes after it; `day` words the day of a meeting."""
    return _of_threat(matter) if isinstance(matter, Threat) else _of_milestone(matter, day)


def _of_threat(threat: Threat) -> list[str]:
    risk = threat.risk
    found = [name_of(risk.owner) if risk.owner else _("没有指定到人")]
    if risk.review_on and threat.days is None:
        found.append(_("复核 %(day)s", day=risk.review_on.isoformat()))
    if risk.milestones:
        found.append(_("牵涉 %(codes)s", codes=_("、").join(risk.milestones)))
    if threat.after:
        found.append(ngettext("其后 %(num)d 项未完成", "其后 %(num)d 项未完成", threat.after))
    if threat.also:
        found.append(ngettext("另有 %(num)d 项风险要看", "另有 %(num)d 项风险要看", threat.also))
    return [str(text) for text in found]


def _of_milestone(matter: Matter, day: Callable[[date], str]) -> list[str]:
    milestone, project = matter.milestone, matter.project
    found = [milestone.owner_label or project.lead_label or role_of(project.owner_role)]
    if milestone.proposed:
        found.append(_("拟改 %(day)s，待确认", day=milestone.proposed.isoformat()))
    elif matter.waiting:
        found.append(day(matter.waiting.held_on))
    elif milestone.forecast and matter.status != "late":
        found.append(_("新日期 %(day)s", day=milestone.forecast.isoformat()))
    if matter.since:
        found.append(_("自 %(day)s 起晚于基线", day=matter.since.isoformat()))
    if matter.after:
        found.append(ngettext("其后 %(num)d 项未完成", "其后 %(num)d 项未完成", matter.after))
    found.append(_downstream(matter))
    return [str(text) for text in found if text]


def _downstream(matter: Matter) -> str:
    """What it costs at the end of the plan, by what is confirmed there; empty when that is not late."""
    last = matter.last
    if last is None or last.forecast is None or (last.slip or 0) <= 0:
        return ""
    return str(
        ngettext(
            "末项%(name)s晚 %(num)d 天，到 %(day)s",
            "末项%(name)s晚 %(num)d 天，到 %(day)s",
            last.slip or 0,
            name=name_of(last),
            day=last.forecast.isoformat(),
        )
    )
