"""The answer in one plain sentence, as it stands on the first slide and in the mail; no day is worded by the day of the
reader, so that it says the same whenever it is read."""

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core.i18n import name_of
from kangjiansheng.overview.rules import answer as answers
from kangjiansheng.overview.rules.figures import OnTime
from kangjiansheng.overview.views import words


def sentence(found: answers.Answer, against: str) -> str:
    """How many projects stand how, how punctual they are, what slips most, when the next decision comes."""
    groups = "".join(
        (words.between(n == len(found.groups)) if n > 1 else "") + _group(group, count)
        for n, (group, count) in enumerate(found.groups, 1)
    )
    first = ngettext("%(num)d 个项目中 %(list)s。", "%(num)d 个项目中 %(list)s。", found.total, list=groups)
    rate = punctual(found.on_time, against)
    second = (
        _("%(first)s；%(second)s。", first=rate, second=_cause(found.cause))
        if found.cause
        else _("%(first)s。", first=rate)
    )
    soonest = found.gates.soonest
    third = ""
    if soonest:
        when, code = soonest.held_on.isoformat(), soonest.project_code
        third = _("下一次决策在 %(day)s，关于 %(code)s。", day=when, code=code)
    return str(_("%(one)s%(two)s%(three)s", one=first, two=second, three=third))


def _group(group: str, n: int) -> str:
    known = {
        "ontrack": lambda: ngettext("%(num)d 个按计划", "%(num)d 个按计划", n),
        "risk": lambda: ngettext("%(num)d 个有风险", "%(num)d 个有风险", n),
        "off": lambda: ngettext("%(num)d 个推迟或逾期", "%(num)d 个推迟或逾期", n),
        "gate": lambda: ngettext("%(num)d 个等待决策", "%(num)d 个等待决策", n),
        "paused": lambda: ngettext("%(num)d 个暂停", "%(num)d 个暂停", n),
        "ended": lambda: ngettext("%(num)d 个已结束", "%(num)d 个已结束", n),
        "idle": lambda: ngettext("%(num)d 个尚未开始", "%(num)d 个尚未开始", n),
    }
    return str(known[group]())


def punctual(on_time: OnTime, against: str) -> str:
    """How punctual the last 12 months were, beside the day of comparison."""
    if on_time.now.percent is None:
        return str(_("近 12 个月没有完成的里程碑，准时率无从谈起"))
    rate, change = f"{on_time.now.percent}%", on_time.change
    if change is None:
        return str(_("近 12 个月准时率 %(rate)s", rate=rate))
    if change < 0:
        return str(
            ngettext(
                "近 12 个月准时率 %(rate)s，较%(day)s低 %(num)d 个百分点",
                "近 12 个月准时率 %(rate)s，较%(day)s低 %(num)d 个百分点",
                -change,
                rate=rate,
                day=against,
            )
        )
    if change > 0:
        return str(
            ngettext(
                "近 12 个月准时率 %(rate)s，较%(day)s高 %(num)d 个百分点",
                "近 12 个月准时率 %(rate)s，较%(day)s高 %(num)d 个百分点",
                change,
                rate=rate,
                day=against,
            )
        )
    return str(_("近 12 个月准时率 %(rate)s，与%(day)s持平", rate=rate, day=against))


def _cause(cause: answers.Cause) -> str:
    code, what, why = (
        cause.project.code,
        name_of(cause.milestone),
        words.reason(cause.milestone.reason_code),
    )
    if why:
        return str(
            ngettext(
                "推迟最多的是 %(code)s 的%(what)s，比基线晚 %(num)d 天，原因是%(why)s",
                "推迟最多的是 %(code)s 的%(what)s，比基线晚 %(num)d 天，原因是%(why)s",
                cause.days,
                code=code,
                what=what,
                why=why,
            )
        )
    return str(
        ngettext(
            "推迟最多的是 %(code)s 的%(what)s，比基线晚 %(num)d 天，没有记录原因",
            "推迟最多的是 %(code)s 的%(what)s，比基线晚 %(num)d 天，没有记录原因",
            cause.days,
            code=code,
            what=what,
        )
    )
