"""What a scenario changes as tables and as a figure: shown on its page, and taken along as files."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import charts, clock
from kangjiansheng.core.i18n import moment, name_of
from kangjiansheng.core.sheets import Number
from kangjiansheng.overview.charts import scenario as drawn
from kangjiansheng.overview.models.scenario import Scenario
from kangjiansheng.overview.queries.scenario_value import MONTHS, Worth
from kangjiansheng.overview.queries.scenarios import Consequences
from kangjiansheng.overview.rules.rows import is_open
from kangjiansheng.overview.rules.scenario import Sides
from kangjiansheng.overview.views import exports, value_tables, words
from kangjiansheng.overview.views import value_words as of_value
from kangjiansheng.overview.views import words_scenario as said

Table = dict[str, Any]
Cells = Callable[[float], Number]


def titles(seen: Consequences) -> dict[str, str]:
    """What can be taken along; nothing without any change."""
    if not seen.moves and not seen.stops:
        return {}
    found = {"changes": _("设想的变动及其后果"), "board": _("看板上的数字"), "value": _("管线价值")}
    return found | ({"chances": _("预测会怎样变")} if seen.chances else {})


def table(name: str, seen: Consequences, worth: Worth) -> Table:
    """One of them."""
    made: Mapping[str, Callable[[], Table]] = {
        "changes": lambda: changes(seen),
        "board": lambda: said.board(seen.figures),
        "value": lambda: value(worth),
        "chances": lambda: said.chances(seen.chances),
    }
    return made[name]()


def changes(seen: Consequences) -> Table:
    """What is tried, what has to follow, and what is stopped, each with its day on both sides."""
    early = {move.milestone.id: first for move, first in seen.early}
    rows = [
        [
            *_named(move.project, move.milestone),
            _("试的日期"),
            move.milestone.promised,
            move.day,
            (move.day - move.milestone.promised).days if move.milestone.promised else None,
            _remark(move.fits, early.get(move.milestone.id)),
        ]
        for move in seen.moves
    ]
    rows += [
        [
            *_named(row.project, row.effect),
            _("跟着推迟"),
            row.effect.before,
            row.effect.after,
            row.effect.days,
            None,
        ]
        for row in seen.later
    ]
    rows += [[_project(p.code), name_of(p), _("停止"), _last(p), None, None, None] for p in seen.stops]
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("里程碑"), ""),
            (_("变动"), ""),
            (_("现在的日期"), "d"),
            (_("设想之下"), "d"),
            (_("相差（天）"), "n"),
            (_("说明"), ""),
        ],
        "rows": rows,
    }


def _project(code: str) -> dict[str, str]:
    return {"text": code, "href": words.project_href(code)}


def _named(project: Any, milestone: Any) -> list[dict[str, str]]:
    href = f"{project.base}/milestones/{milestone.code}"
    return [_project(project.code), {"text": f"{milestone.code} {name_of(milestone)}", "href": href}]


def _remark(fits: bool, first: date | None) -> str | None:
    if not fits:
        return str(_("已不适用"))
    return str(_("按计划间隔 %(day)s 才到", day=first.isoformat())) if first else None


def _last(project: Any) -> date | None:
    """The day on which the plan of a project ends as it stands."""
    return max((m.promised for m in project.milestones if is_open(m) and m.promised), default=None)


def label(key: str) -> str:
    """A number of the value."""
    return str(
        {
            "approvals": _("预计获批"),
            "any": _("至少一个获批"),
            "permissions": ngettext("预计 IND 许可，%(num)d 个月", "预计 IND 许可，%(num)d 个月", MONTHS),
            "money": _("期望净现值（百万元）"),
        }[key]
    )


def value(worth: Worth) -> Table:
    """The value of the pipeline on both sides."""
    return {
        "columns": [(_("指标"), ""), (_("现在"), "n"), (_("设想之下"), "n"), (_("相差"), "n")],
        "rows": [_row(one) for one in worth.sides],
    }


def _row(one: Sides) -> list[Any]:
    cell, digits, pattern = _cells(one.key)
    now, then = one.now or 0.0, one.then or 0.0
    by = round(then, digits) - round(now, digits)  # the three add up as they are shown
    text = f"{of_value.signed(by * 100, digits - 2)}%" if one.key == "any" else of_value.signed(by, digits)
    differs = any(digit in text for digit in "123456789")
    return [label(one.key), cell(now), cell(then), Number(by, text, pattern) if differs else None]


def _cells(key: str) -> tuple[Cells, int, str]:
    """How a number is shown, to how many digits, and its change in a workbook."""
    if key == "any":
        return value_tables.percent_cell, 3, "+0.0%;−0.0%;0.0%"
    if key == "money":
        return value_tables.money_cell, 1, "+#,##0.0;−#,##0.0;0.0"
    return value_tables.count_cell, 2, "+0.00;−0.00;0.00"


def in_value(worth: Worth) -> str:
    """What changes most for who decides: the money where it is seen, else approvals and permissions."""
    cells = {one.key: row for one, row in zip(worth.sides, value(worth)["rows"], strict=True)}
    for key in ("money", "approvals", "permissions"):
        if key in cells and cells[key][3] is not None:
            return str(
                _(
                    "%(what)s从 %(now)s 变为 %(then)s",
                    what=label(key),
                    now=str(cells[key][1]),
                    then=str(cells[key][2]),
                )
            )
    return str(_("管线价值不变"))


def drawn_rows(seen: Consequences) -> list[drawn.Row]:
    """What the figure draws: each project's stop, then what is tried, then what moves furthest of the rest."""
    stops = [
        drawn.Row(p.code, name_of(p), last, None, _("停止"), words.project_href(p.code), True)
        for p in seen.stops
        if (last := _last(p))
    ]
    tried = [
        _drawn(move.project, move.milestone, move.milestone.promised, move.day, True)
        for move in seen.moves
        if move.fits and move.milestone.promised and move.project not in seen.stops
    ]
    later = sorted(seen.later, key=lambda row: -abs(row.effect.days))
    rest = [_drawn(row.project, row.effect, row.effect.before, row.effect.after, False) for row in later]
    return [*stops, *tried, *rest][: drawn.MOST]


def _drawn(project: Any, milestone: Any, now: date, then: date, tried: bool) -> drawn.Row:
    href = f"{project.base}/milestones/{milestone.code}"
    by = words.days((then - now).days)
    return drawn.Row(project.code, name_of(milestone), now, then, by, href, tried)


def figure(rows: Sequence[drawn.Row], day: date) -> charts.Figure | None:
    """The picture of the dates; None when nothing that is open is changed."""
    if not rows:
        return None
    return drawn.scenario(
        rows,
        day,
        drawn.Words(
            today=_("今天 %(day)s", day=f"{day:%m-%d}"),
            spring=_("春节"),
            national=_("国庆"),
            now=_("现在"),
            then=_("设想之下"),
        ),
    )


def about(found: Scenario, seen: Consequences, worth: Worth) -> list[tuple[str, str]]:
    """What a file of a scenario says of itself."""
    illustrative = found.illustrative or seen.portfolio.illustrative
    return [
        (_("设想"), found.name),
        (
            _("依据"),
            _(
                "以 %(moment)s 的计划为准，由%(who)s提出。",
                moment=moment(found.base_at),
                who=name_of(found.owner),
            ),
        ),
        *exports.marks(clock.today(), illustrative=illustrative),
        *([(_("其后的变化"), _("、").join(seen.changed))] if seen.changed else []),
        (_("可见范围"), _("只含您可以看到的项目，设想不改动任何计划。")),
        (_("成功率"), of_value.set_name(worth.rates)),
        (_("管线价值"), basis()),
    ]


def basis() -> str:
    """How the value in the scenario is reckoned."""
    return str(
        _(
            "停止的项目按已终止计；试的日期和跟着推迟的日期按确认的预测计；计划末项晚多少天，项目当前步骤之后的金额就晚多少天，按折现率折算。"
        )
    )
