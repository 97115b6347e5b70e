"""The value of the pipeline in the reader's language: numbers, findings, the names of rates and assumptions."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import travel
from kangjiansheng.overview.forms.rates import TRANSITION_WORDS
from kangjiansheng.overview.forms.value import STEP_WORDS
from kangjiansheng.overview.rules.chances import Interval, Swing
from kangjiansheng.overview.rules.rates import RateSet, published
from kangjiansheng.overview.views import narrowed

EXPORTED = ("as_of", "compare", "rates", "months")


def percent(share: float, digits: int = 1) -> str:
    """A share in per cent: 70.2%."""
    return f"{share * 100:.{digits}f}%"


def count(number: float) -> str:
    """An expected number: 1.16."""
    return f"{number:.2f}"


def money(amount: float) -> str:
    """Millions of yuan with a true minus: −12.3."""
    text = f"{abs(amount):,.1f}"
    return f"−{text}" if amount < 0 and text.strip("0.,") else text


def signed(number: float, digits: int = 2) -> str:
    """A change with its sign: +0.12, −0.05, 0.00."""
    text = f"{abs(number):.{digits}f}"
    if not text.strip("0."):
        return text
    return f"+{text}" if number > 0 else f"−{text}"


def between(interval: Interval | tuple[float, float], show: Any = count) -> str:
    """An interval: 1.09–1.23."""
    low, high = (interval.low, interval.high) if isinstance(interval, Interval) else interval
    return f"{show(low)}–{show(high)}"


def set_name(rates: RateSet) -> str:
    """A set by publisher and name; an own one says so."""
    if rates.own:
        return str(_("%(name)s（自己的）", name=name_of(rates.name)))
    return f"{rates.publisher} {name_of(rates.name)}"


def short_set(rates: RateSet) -> str:
    """The same where room is short: without the publisher and the years."""
    name = name_of(rates.name)
    for end in ("，2011–2020", ", 2011–2020", "，2025", ", 2025"):
        name = name.removesuffix(end)
    return set_name(rates) if rates.own else f"{rates.publisher.split('/')[0]} {name}"


def source(rates: RateSet) -> str:
    """Where the rates of a set come from."""
    if rates.source:
        return name_of(rates.source)
    return str(_("复制自 %(name)s，改过的没有另写出处。", name=set_name(published()[rates.origin or ""])))


def transition(key: str) -> str:
    """A transition in words."""
    return str(TRANSITION_WORDS[key])


def step(key: str) -> str:
    """A step of the path in words."""
    return str(STEP_WORDS[key])


def assumption(key: str) -> str:
    """What a row of a tornado is about."""
    words = {
        "rate": _("折现率"),
        "revenue": _("净收入"),
        "costs": _("费用"),
        "delay": _("延后"),
    }
    return str(words[key]) if key in words else transition(key)


def ends(swing: Swing) -> str:
    """From where to where an assumption is moved."""
    if swing.key == "rate":
        return str(_("低 2 个百分点到高 2 个百分点"))
    if swing.key in ("revenue", "costs"):
        return str(_("少 20% 到多 20%"))
    if swing.key == "delay":
        return str(_("不延后到晚 1 年"))
    return between((swing.low, swing.high), percent)


def in_distribution(found: Sequence[float], central: tuple[int, int]) -> str:
    """Which number is the likeliest, and between which nine of ten cases lie."""
    likeliest = max(range(len(found)), key=lambda k: found[k])
    low, high = central
    return str(
        ngettext(
            "最可能是 %(num)d 个获批，至少九成的情形在 %(low)d 到 %(high)d 个之间",
            "最可能是 %(num)d 个获批，至少九成的情形在 %(low)d 到 %(high)d 个之间",
            likeliest,
            low=low,
            high=high,
        )
    )


def in_sets(numbers: Sequence[float]) -> str:
    """How much the choice of a set changes the answer."""
    return str(
        _(
            "换一套成功率，预计获批从 %(low)s 个到 %(high)s 个",
            low=count(min(numbers)),
            high=count(max(numbers)),
        )
    )


def in_swings(swings: Sequence[Swing]) -> str:
    """On which assumption the answer rests most."""
    if not swings or not swings[0].size:
        return str(_("没有可以变动的假设"))
    what, share = assumption(swings[0].key), percent(swings[0].share, 0)
    return str(_("结果最依赖“%(what)s”，占 %(share)s", what=what, share=share))


def in_money(total: float, number: int) -> str:
    """What the projects with figures are worth together."""
    return str(
        ngettext(
            "填了数字的 %(num)d 个项目合计期望净现值 %(total)s 百万元",
            "填了数字的 %(num)d 个项目合计期望净现值 %(total)s 百万元",
            number,
            total=money(total),
        )
    )


def exports(*, with_money: bool) -> list[tuple[str, str]]:
    """What can be taken along."""
    found = [
        ("approvals", _("各项目的获批概率")),
        ("distribution", _("获批个数的分布")),
        ("permissions", _("预计 IND 许可")),
        ("sets", _("不同成功率下的结果")),
        ("assumptions", _("结果取决于什么")),
    ]
    return [*found, ("money", _("期望净现值"))] if with_money else found


def export_href(name: str, kind: str) -> str:
    """Where an export lies, for what this page shows."""
    asked: dict[str, Any] = narrowed.kept_args(*EXPORTED)
    return url_for("overview.value_table", name=name, kind=kind, **asked)


def project_href(code: str) -> str:
    """A project's page, on the day that is looked at."""
    return travel(f"/projects/{code}")


def money_href(code: str) -> str:
    """The page of a project's money, on the day that is looked at."""
    return travel(url_for("overview.project_value", code=code))


def rates_href(code: str) -> str:
    """The page of a set, on the day that is looked at."""
    return travel(url_for("overview.rates_of", code=code))
