"""The value of the pipeline as tables: shown beside each figure, and exported."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import travel
from kangjiansheng.core.sheets import Number
from kangjiansheng.overview.rules import chances, economics
from kangjiansheng.overview.views import exports, narrowed, words
from kangjiansheng.overview.views import value_words as said

if TYPE_CHECKING:
    from kangjiansheng.overview.views.value import Pipeline, Seen

Table = dict[str, Any]
SMALL = 0.0005  # what a bar of the distribution must at least be to stand alone


def _linked(text: str, href: str) -> dict[str, str]:
    return {"text": text, "href": href}


def percent_cell(share: float, digits: int = 1) -> Number:
    """A share as a cell."""
    return Number(share, said.percent(share, digits), f"{0:.{digits}f}%")


def money_cell(amount: float) -> Number:
    """Millions of yuan as a cell."""
    return Number(amount, said.money(amount), "#,##0.0")


def count_cell(number: float) -> Number:
    """An expected number as a cell."""
    return Number(number, said.count(number), "0.00")


def approvals(now: "Pipeline", shown: Sequence[tuple[float, Any]] | None = None) -> Table:
    """Each project with its stage and its chance, the likeliest first, or the part of them that is shown; those that do
    not count say why."""
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("名称"), ""),
            (_("阶段"), ""),
            (_("获批概率"), "n"),
            (_("说明"), ""),
        ],
        "rows": [
            [
                _linked(project.code, said.project_href(project.code)),
                name_of(project),
                words.stage(project.stage),
                percent_cell(p),
                _remark(project),
            ]
            for p, project in (now.likeliest if shown is None else shown)
        ],
    }


def _remark(project: Any) -> str | None:
    step = chances.step_of(project)
    if project.claimed == chances.TERMINATED:
        return str(_("已终止，不计"))
    if step is None:
        return str(_("818 路径不走药品注册，不计"))
    if step == chances.MARKET:
        return str(_("已批准，另计"))
    return str(_("已暂停，仍计入")) if project.claimed == chances.ON_HOLD else None


def bars(now: "Pipeline") -> list[tuple[int, float, bool]]:
    """The distribution to show: number, chance, and True for the last one when it stands for itself and all beyond."""
    found = now.distribution
    last = len(found) - 1
    while last > 1 and sum(found[last:]) < SMALL:
        last -= 1
    rest = sum(found[last + 1 :])
    return [(k, found[k], False) for k in range(last)] + [(last, found[last] + rest, rest > 0)]


def distribution(now: "Pipeline") -> Table:
    """The chance of each number, and of at least as many."""
    rows, left = list[list[Any]](), 1.0
    for number, p, beyond in bars(now):
        label = _("%(number)d 个及以上", number=number) if beyond else number
        rows.append([label, percent_cell(p, 2), percent_cell(min(left, 1.0), 2)])
        left -= p
    return {"columns": [(_("获批个数"), ""), (_("概率"), "n"), (_("至少这么多"), "n")], "rows": rows}


def permissions(seen: "Seen", listed: int | None = None) -> Table:
    """The permissions within the horizon, at most so many, each with its forecast on the day of comparison."""
    now = seen.now
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("名称"), ""),
            (_("阶段"), ""),
            (_("预测"), "d"),
            (_("%(day)s 的预测", day=seen.then.day.isoformat()), "d"),
            (_("获得许可的概率"), "n"),
        ],
        "rows": [
            [
                _linked(row.project.code, travel(row.path)),
                name_of(row.project),
                words.stage(row.project.stage),
                row.forecast,
                seen.foreseen.get(row.project.code) or _("没有预测"),
                percent_cell(p, 0),
            ]
            for row, p in now.permissions[:listed]
        ],
    }


def sets(seen: "Seen") -> Table:
    """The answer by set: expected approvals with their interval, and the chance of at least one."""
    rows = []
    for rates in seen.offered:
        spread = seen.spreads[rates.code]
        rows.append(
            [
                _linked(said.set_name(rates), said.rates_href(rates.code)),
                percent_cell(rates.loa("PHASE_I")),
                count_cell(chances.expected(seen.now.counts, rates)),
                said.between(spread.approvals) if spread else _("样本数未公布"),
                percent_cell(chances.at_least_one(seen.now.counts, rates)),
            ]
        )
    return {
        "columns": [
            (_("成功率"), ""),
            (_("I 期到批准"), "n"),
            (_("预计获批"), "n"),
            (_("95% 区间"), "n"),
            (_("至少一个"), "n"),
        ],
        "rows": rows,
    }


def assumptions(found: list[chances.Swing], show: Any) -> Table:
    """A tornado as a table; `show` makes a cell of an answer."""
    return {
        "columns": [
            (_("假设"), ""),
            (_("变动范围"), ""),
            (_("低端的结果"), "n"),
            (_("高端的结果"), "n"),
            (_("占比"), "n"),
            (_("范围的依据"), ""),
        ],
        "rows": [
            [
                said.assumption(swing.key),
                said.ends(swing),
                show(swing.at_low),
                show(swing.at_high),
                percent_cell(swing.share, 0),
                _("设定，没有样本") if swing.unknown else _("95% 区间，按样本数"),
            ]
            for swing in found
        ],
    }


def money(seen: "Seen") -> Table:
    """Each project with figures, as far as the reader may see them."""
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("名称"), ""),
            (_("阶段"), ""),
            (_("折现率"), "n"),
            (_("获批概率"), "n"),
            (_("期望净现值（百万元）"), "n"),
        ],
        "rows": [
            [
                _linked(one.project.code, said.money_href(one.project.code)),
                name_of(one.project),
                words.stage(one.project.stage),
                percent_cell(one.state["discount"] / 10_000),
                percent_cell(chances.chance(valued.step, seen.now.rates)),
                money_cell(economics.enpv(valued.figures, valued.step, seen.now.rates, seen.now.day)),
            ]
            for one, valued in seen.valued
        ],
    }


BY_NAME: Mapping[str, Callable[["Seen"], Table]] = {
    "approvals": lambda seen: approvals(seen.now),
    "distribution": lambda seen: distribution(seen.now),
    "permissions": permissions,
    "sets": sets,
    "assumptions": lambda seen: assumptions(seen.swings, count_cell),
    "money": money,
    "money_assumptions": lambda seen: assumptions(seen.money_swings, money_cell),
}


def of_page(seen: "Seen", projects: Sequence[tuple[float, Any]], listed: int) -> dict[str, Table]:
    """All tables by name, with those projects that the page shows and at most so many permissions."""
    short = {"approvals": approvals(seen.now, projects), "permissions": permissions(seen, listed)}
    return short | {name: made(seen) for name, made in BY_NAME.items() if name not in short}


def about(seen: "Seen") -> list[tuple[str, str]]:
    """What every export says of itself."""
    return [
        *narrowed.marks(seen.every, narrowed.asked()),
        *exports.marks(seen.now.day, illustrative=seen.illustrative),
        (_("对比"), seen.then.day.isoformat()),
        (_("成功率"), said.set_name(seen.now.rates)),
        (_("出处"), said.source(seen.now.rates)),
        (_("获批概率"), _("项目所在阶段之后各步成功率的乘积；已终止和走 818 路径的为 0，已批准的另计")),
        (_("预计获批"), _("各项目获批概率之和；分布按泊松二项分布，假定项目之间互不影响")),
        (_("95% 区间"), _("由各步成功率的样本数而来，抽样 2000 次，随机种子固定；样本数未公布的没有区间")),
        (_("期望净现值"), _("各年金额乘以走到那一步的概率，按折现率折到当年；只含您可以看到的数字")),
    ]
