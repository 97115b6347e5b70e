"""What forecasts say: that they know, how sure they are, and whether they held before."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import clock
from kangjiansheng.core.i18n import name_of
from kangjiansheng.overview.charts.forecast import Words
from kangjiansheng.overview.queries.forecast import Named
from kangjiansheng.overview.rules.forecast.chances import ENOUGH, PRIOR, Chances
from kangjiansheng.overview.rules.forecast.history import BANDS
from kangjiansheng.overview.rules.forecast.record import Held, Record
from kangjiansheng.overview.rules.forecast.runs import Expected
from kangjiansheng.overview.rules.forecast.whole import Foresight
from kangjiansheng.overview.views import words


def finding(found: Foresight, named: Any) -> str:
    """How many will more likely come late than not, and which most."""
    if not found.expected:
        return str(_("未来一年没有到期的里程碑"))
    if not found.known:
        return str(_("历史太少，还不能预测：同类里程碑完成过的不到 %(enough)d 个", enough=ENOUGH))
    if not found.hopeful:
        return str(_("承诺的日期都有一半以上的把握"))
    text = ngettext(
        "未来一年 %(whole)d 个里程碑中，%(num)d 个更可能晚于承诺",
        "未来一年 %(whole)d 个里程碑中，%(num)d 个更可能晚于承诺",
        found.hopeful,
        whole=found.known,
    )
    worst = found.worst
    most = _(
        "差得最多的是 %(where)s，八成把握要晚 %(days)d 天",
        where=where(named[worst.id]),
        days=(worst.p80 or 0) - worst.promise,
    )
    return f"{text}{_('；')}{most}"


def where(one: Named) -> str:
    """A milestone in a sentence: KJS-003 A140."""
    return f"{one.project_code} {one.code}"


def of_one(found: Expected | None) -> str:
    """How sure the promise of a milestone is."""
    if found is None:
        return str(_("只推算未来一年到期、所在项目仍在进行的里程碑"))
    if not found.known:
        return str(_("历史太少，不作推算"))
    kept = percent(found.kept)
    if found.p50 is not None and found.p50 > found.promise:
        return str(_("更可能晚于承诺，守住的把握 %(percent)d%%", percent=kept))
    return str(_("守住承诺的把握 %(percent)d%%", percent=kept))


@dataclass(frozen=True, slots=True)
class Band:
    """Where the days of a milestone's forecast stand on a line, in per cent of its width."""

    promise: float
    p20: float
    p50: float
    p80: float


def band(found: Expected | None) -> Band | None:
    """The line of a milestone's forecast, with some room at both ends; None when nothing is known."""
    if found is None or found.p20 is None or found.p50 is None or found.p80 is None:
        return None
    days = (found.promise, found.p20, found.p50, found.p80)
    first, span = min(days), max(max(days) - min(days), 1)
    return Band(*(round(2 + 96 * (one - first) / span, 1) for one in days))


def unsaid(found: Foresight) -> str:
    """How many have too little history; empty when none has."""
    missing = len(found.expected) - found.known
    if not missing or not found.known:
        return ""
    return str(
        ngettext("另有 %(num)d 个历史太少，不作预测。", "另有 %(num)d 个历史太少，不作预测。", missing)
    )


def verdict(record: Record) -> str:
    """Whether past forecasts held as often as they should."""
    held = record.total["p80"]
    if held.verdict == "few":
        return str(
            ngettext(
                "可以核对的预测太少（%(num)d 个里程碑），还不能说预测准不准",
                "可以核对的预测太少（%(num)d 个里程碑），还不能说预测准不准",
                held.milestones,
            )
        )
    percent = held.percent
    if held.verdict == "good":
        return str(_("八成把握的日期守住了 %(percent)d%%，与所说相符", percent=percent))
    if held.verdict == "low":
        return str(_("八成把握的日期只守住了 %(percent)d%%，预测偏乐观，请留余量", percent=percent))
    return str(_("八成把握的日期守住了 %(percent)d%%，预测偏保守", percent=percent))


def learned(chances: Chances) -> str:
    """What our own history says of the near ones."""
    chance = chances.of_band(0)
    if chance is None:
        return str(_("历史太少：同类里程碑完成过的不到 %(enough)d 个", enough=ENOUGH))
    middle, most = (int(chance.quantile(share)) for share in (0.5, 0.8))
    return str(
        _(
            "三个月内到期的里程碑，一半晚 %(middle)s以内，八成晚 %(most)s以内",
            middle=length(middle),
            most=length(most),
        )
    )


def length(days: int) -> str:
    """A number of days, none below nought: 7 天."""
    return str(ngettext("%(num)d 天", "%(num)d 天", max(days, 0)))


def repeated(found: Foresight) -> str:
    """By what the same forecast can be made again."""
    return str(
        _(
            "每个里程碑推演 %(runs)d 次，种子 %(seed)d，输入摘要 %(inputs)s。同一天、同一种子和同样的权限，得到同样的结果。",
            runs=found.runs,
            seed=found.seed,
            inputs=found.inputs[:12],
        )
    )


def method() -> str:
    """How it is reckoned, in short."""
    return str(
        _(
            "每个里程碑比前序里程碑所留的日期晚多少，取自您可以查看的项目的历史；案例少的种类向更大的一类靠拢（%(prior)d 个案例各占一半）。推演沿依赖关系进行，截至日之后的记录一概不用。",
            prior=PRIOR,
        )
    )


def of_all() -> str:
    """What of a narrowed page is not narrowed."""
    return str(_("历史按您能查看的全部项目计，不按筛选，所以同一个里程碑的预测日期不会因为筛选而改变。"))


def bands() -> list[str]:
    """How far ahead the promise lay."""
    near, year = BANDS
    return [
        _("%(days)d 天内到期或已过期", days=near),
        _("%(near)d 至 %(year)d 天后到期", near=near + 1, year=year),
        _("%(year)d 天以后到期", year=year),
    ]


def sources() -> dict[str, str]:
    """Whose dates are held against what came."""
    return {
        "p80": _("八成把握的日期（P80）"),
        "p50": _("一半把握的日期（P50）"),
        "owner": _("负责人承诺的日期"),
    }


def spread(held: Held) -> str | None:
    """The interval of a rate: 56–74."""
    return None if held.interval is None else f"{held.interval[0]}–{held.interval[1]}"


def percent(share: float | None) -> int | None:
    """A share in whole per cent."""
    return None if share is None else round(100 * share)


def later(one: Expected) -> int | None:
    """By how many days the eighty per cent day lies after the promise."""
    return None if one.p80 is None else one.p80 - one.promise


def day(number: int | None) -> date | None:
    """An ordinal as a date."""
    return None if number is None else date.fromordinal(number)


def half(one: Expected) -> date | None:
    """The day that is half sure; None when the history is too short for a forecast, though half of it may reach."""
    return day(one.p50) if one.known else None


def in_figure(named: Any, on: date) -> Words:
    """What the drawing says."""
    now = on == clock.today()
    return Words(
        today=_("今天 %(day)s", day=f"{on:%m-%d}") if now else _("截至 %(day)s", day=on.isoformat()),
        spring=_("春节"),
        national=_("国庆"),
        promise=_("承诺"),
        half=_("一半把握"),
        most=_("八成把握"),
        code=lambda one: where(named[one.id]),
        name=lambda one: name_of(named[one.id]),
        href=lambda one: words.milestone_href(named[one.id]),
        days=words.days,
    )


def exports() -> list[tuple[str, str]]:
    """What can be taken along."""
    return [("forecast", _("里程碑预测")), ("record", _("预测的记分")), ("history", _("历史上的延误"))]
