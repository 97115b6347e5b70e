"""The executive's ten seconds: the board of a day, compared with another day."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import g, redirect, request
from werkzeug.wrappers import Response

from kangjiansheng.committee.queries import answers
from kangjiansheng.core import charts, clock
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.pages import asked_day, page
from kangjiansheng.core.saved_view_pages import Bar, bar
from kangjiansheng.core.text import whole
from kangjiansheng.overview import charts as figures
from kangjiansheng.overview import queries
from kangjiansheng.overview.queries import disposals as waiting_disposals
from kangjiansheng.overview.rules import periods
from kangjiansheng.overview.rules import retention as retention_rules
from kangjiansheng.overview.rules.board import ALL as EVERYTHING
from kangjiansheng.overview.rules.board import PAGE, Board, Limits, board
from kangjiansheng.overview.rules.narrowing import Cards, Narrowing
from kangjiansheng.overview.rules.outlook import HORIZONS
from kangjiansheng.overview.rules.rows import Seen
from kangjiansheng.overview.views import compared, matters, narrowed, tables, words
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.projects.queries.risks import pressing


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `as_of` is None today; `set_back` is a day of comparison that did not fit."""

    as_of: date | None
    compare: date
    horizon: int = 90
    set_back: date | None = None

    @property
    def day(self) -> date:
        """The day that is looked at."""
        return self.as_of or clock.today()


def asked() -> Asked:
    """Read the address. A day of comparison that is not before the day looked at is set back to the quarter's end.

    Who travels keeps the comparison of the page before; that it does not fit any more is no mistake of theirs.
    """
    as_of: date | None = g.as_of
    day = as_of or clock.today()
    usual = periods.quarter_end_before(day)
    wanted = asked_day("compare") or (clock.today() if request.args.get("compare") else usual)
    horizon = request.args.get("horizon", default=90, type=whole)
    return Asked(
        as_of,
        wanted if wanted < day else usual,
        horizon if horizon in HORIZONS else 90,
        None if wanted < day else wanted,
    )


def read(asking: Asked, *, actor: Actor, limits: Limits = EVERYTHING) -> Board:
    """What there is to say of the portfolio that the actor sees."""
    found, _rows = queries.seen(
        partial(_made, asking, actor, limits), actor=actor, as_of=asking.as_of, compare=asking.compare
    )
    return found


def narrowed_to(
    asking: Asked, wanted: Narrowing, *, actor: Actor, limits: Limits = EVERYTHING
) -> tuple[Cards, Board]:
    """All projects that the actor sees, and what there is to say of those that are wanted. What they were on the day of
    comparison is compared, whatever has joined or left since."""
    found, _rows = queries.seen(
        lambda seen: (seen.every, _made(asking, actor, limits, seen)),
        actor=actor,
        as_of=asking.as_of,
        compare=asking.compare,
        wanted=wanted,
    )
    return found


def _made(asking: Asked, actor: Actor, limits: Limits, seen: Seen) -> Board:
    return board(
        seen,
        queries.agenda(asking.compare, actor=actor),
        pressing(actor=actor, as_of=asking.as_of),
        horizon=asking.horizon,
        festival=spring_after(asking.day),
        limits=limits,
    )


def spring_after(day: date) -> date | None:
    """The eve of the next 春节."""
    weeks = charts.festivals(day, day + timedelta(days=366), spring="spring", national="")
    return next((first for first, _after, label in weeks if label == "spring" and first > day), None)


@bp.get("/overview")
@signed_in
def overview() -> Response:
    """The board, of all projects or of some."""
    views = bar("overview")
    if views.opening:
        return redirect(views.opening)
    return show(asked(), actor=actor(), views=views)


def show(asking: Asked, *, actor: Actor, views: Bar | None = None) -> Response:
    """The board as a page."""
    wanted = narrowed.asked()
    every, found = narrowed_to(asking, wanted, actor=actor, limits=PAGE)
    said = words.in_figures(found.day, found.compare, asking.horizon)
    return page(
        "overview/dashboard.html",
        illustrative=found.illustrative,
        board=found,
        asking=asking,
        views=views or bar("overview"),
        narrowing=narrowed.bar(every, wanted, found.answer.total),
        keep=narrowed.keep,
        has_projects=bool(found.answer.total),
        quarter_end=periods.quarter_end_before(found.day),
        founded=periods.FOUNDED,
        marks=periods.rail_marks(clock.today()),
        figures=_figures(found, said) if found.answer.total else {},
        tables={
            name: getattr(tables, name)(found) for name in ("pipeline", "outlook", "slips", "health", "moves")
        },
        findings={
            "pipeline": words.in_pipeline(found.pipeline.finding),
            "outlook": words.in_outlook(found.outlook),
            "slips": words.in_slips(found.slips.finding),
            "moves": compared.in_moves(found.moves),
            "health": words.in_health(found.health.finding),
        },
        owed=0 if asking.as_of or wanted.asked else answers.waiting(actor=actor),
        disposals=[] if asking.as_of or wanted.asked else waiting_disposals.to_decide(actor),
        kinds=retention_rules.KINDS,
        words=words,
        compared=compared,
        matters=matters,
    )


def _figures(found: Board, said: figures.Words) -> dict[str, Any]:
    return {
        "outlook": figures.outlook(found.outlook, said) if found.outlook.stops else None,
        "slips": figures.slips(found.slips.rows, said) if found.slips.rows else None,
    }
