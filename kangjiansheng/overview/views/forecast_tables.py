"""Forecast, record and history as tables."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core.i18n import name_of
from kangjiansheng.overview.queries.forecast import Called
from kangjiansheng.overview.rules.forecast.chances import Chance, Chances
from kangjiansheng.overview.rules.forecast.history import BANDS
from kangjiansheng.overview.rules.forecast.record import KINDS, TARGET, Record
from kangjiansheng.overview.rules.forecast.whole import Foresight
from kangjiansheng.overview.views import words
from kangjiansheng.overview.views import words_forecast as said

Table = dict[str, Any]


LISTED = 120  # milestones that the page lists


def forecast(found: Foresight, named: Called, listed: int | None = None) -> Table:
    """Each open milestone of the year ahead, by the day that is promised; at most so many."""
    rows = []
    shown = found.expected[:listed]
    for one, its in zip(shown, named.of([one.id for one in shown]), strict=True):
        rows.append(
            [
                {"text": its.project_code, "href": words.project_href(its.project_code)},
                {"text": f"{its.code} {name_of(its)}", "href": words.milestone_href(its)},
                said.day(one.promise),
                said.half(one) or _("历史太少"),
                said.day(one.p80),
                said.percent(one.kept),
                said.later(one),
                one.count,
            ]
        )
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("里程碑"), ""),
            (_("承诺的日期"), "d"),
            (_("一半把握（P50）"), "d"),
            (_("八成把握（P80）"), "d"),
            (_("守住承诺的把握（%）"), "n"),
            (_("P80 晚于承诺（天）"), "n"),
            (_("同类案例"), "n"),
        ],
        "rows": rows,
    }


def record(found: Record) -> Table:
    """How often each kind of forecast held, all together."""
    should = {"p80": TARGET, "p50": 50, "owner": None}
    return {
        "columns": [
            (_("预测"), "nw"),
            (_("应守住（%）"), "n"),
            (_("守住（%）"), "n"),
            (_("95% 区间（%）"), "n"),
            (_("守住与到期"), "n"),
            (_("涉及的里程碑"), "n"),
        ],
        "rows": [
            [
                said.sources()[by],
                should[by],
                held.percent,
                said.spread(held),
                f"{held.part}/{held.whole}",
                held.milestones,
            ]
            for by, held in ((by, found.total[by]) for by in KINDS)
        ],
    }


def quarters(found: Record) -> Table:
    """The same by the day on which forecasts were made: 36/48."""
    return {
        "columns": [(_("作出预测的日子"), "d"), *((said.sources()[by], "n") for by in KINDS)],
        "rows": [
            [
                date.fromordinal(day),
                *(f"{kept[by].part}/{kept[by].whole}" if kept[by].whole else None for by in KINDS),
            ]
            for day, kept in found.days.items()
        ],
    }


@dataclass(frozen=True, slots=True)
class Past:
    """How late milestones of one kind came that were promised so far ahead, of `gate` None all; None in days where the
    history is too short, or does not reach."""

    band: int
    gate: bool | None
    milestones: int
    known: bool
    late50: int | None
    late80: int | None


def pasts(found: Chances) -> list[Past]:
    """How late milestones came by themselves, by how far ahead they were promised and of which kind they are."""
    rows = []
    for band in range(len(BANDS) + 1):
        for gate in (None, True, False):
            chance = found.of_band(band) if gate is None else found.of_kind(band, gate)
            rows.append(Past(band, gate, found.count(band, gate), chance is not None, *_days(chance)))
    return rows


def history(found: Chances) -> Table:
    """The same as a table."""
    bands, kinds = said.bands(), {None: _("全部"), True: _("阶段门"), False: _("其他里程碑")}
    rows = [
        [
            bands[row.band],
            kinds[row.gate],
            row.milestones,
            row.late50 if row.known else _("历史太少"),
            row.late80,
        ]
        for row in pasts(found)
    ]
    return {
        "columns": [
            (_("承诺的日期"), "nw"),
            (_("种类"), "nw"),
            (_("完成过的里程碑"), "n"),
            (_("一半不晚于（天）"), "n"),
            (_("八成不晚于（天）"), "n"),
        ],
        "rows": rows,
    }


def _days(chance: Chance | None) -> tuple[int | None, int | None]:
    if chance is None:
        return None, None
    half, most = (int(chance.quantile(share)) for share in (0.5, 0.8))
    return _reached(half), _reached(most)


def _reached(days: int) -> int | None:
    return days if days < 10**6 else None
