"""The figures as JSON, for the command and for programs: the same that the pages show."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, g, request
from flask_babel import gettext as _

from kangjiansheng.core import clock, rest
from kangjiansheng.core import search as searching
from kangjiansheng.core.access import actor as reader
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.rest import DAY, TEXT, WHOLE, YES, Given, Shape, Value, many, maybe
from kangjiansheng.core.rest.shapes import names_in
from kangjiansheng.overview.queries import foretold
from kangjiansheng.overview.queries import rates as rate_queries
from kangjiansheng.overview.queries import table as tables
from kangjiansheng.overview.rules import economics, keyed, periods
from kangjiansheng.overview.rules.board import PAGE
from kangjiansheng.overview.rules.forecast import whole
from kangjiansheng.overview.rules.rates import USUAL
from kangjiansheng.overview.views import dashboard, value
from kangjiansheng.overview.views.search import asked_words
from kangjiansheng.projects.queries import figures_of, portfolio

bp = Blueprint("overview_api", __name__, url_prefix="/api/v1")

_SCRIPTS = Value({"$ref": "#/components/schemas/Names"}, names_in)
FIGURES = Given(
    "Metrics", {"type": "object", "description": "The keys are those of `kangjiansheng metrics`."}
)
COMMITMENT = Shape(
    "Commitment",
    kind=TEXT,
    code=TEXT,
    giver=TEXT,
    taker=TEXT,
    names=_SCRIPTS,
    due=maybe(DAY),
    status=TEXT,
    late_by=WHOLE,
    illustrative=YES,
)
TABLED = Shape(
    "TabledAsk",
    code=TEXT,
    asker=TEXT,
    asked=maybe(TEXT),
    title=TEXT,
    chain=TEXT,
    waited=maybe(WHOLE),
    late=YES,
    illustrative=YES,
)
LINE = Shape(
    "TableLine",
    party=TEXT("seat.code"),
    names=_SCRIPTS("seat.names"),
    sectors=many(TEXT)("seat.sectors"),
    owes=many(COMMITMENT.value),
    waits=many(COMMITMENT.value),
    asks=many(TABLED.value),
)
TABLE = Shape(
    "Table",
    lines=many(LINE.value),
    dealings=many(COMMITMENT.value),
    asks=many(TABLED.value),
    illustrative=YES,
)
HIT = Shape(
    "Hit",
    kind=TEXT("kind.name"),
    code=TEXT,
    names=_SCRIPTS,
    page=TEXT("href"),
    part=TEXT,
    line=TEXT,
)


class NoSuchRates(LookupError):
    """There is no set of rates of that code on that day."""


@rest.reads(bp, "/metrics", FIGURES, filters=("compare", "rates"))
def metrics() -> dict[str, Any]:
    """The figures of `kangjiansheng metrics` over what the caller sees; `?as_of=` for a past day, `?compare=`, `?rates=`."""
    asking = dashboard.asked()
    try:
        return figures(asking, actor=reader(), code=request.args.get("rates") or None)
    except NoSuchRates:
        abort(400, _("没有“%(code)s”这套成功率。") % {"code": request.args["rates"][:40]})


@rest.reads(bp, "/table", TABLE)
def table() -> Any:
    """One Table: what each party owes and waits for, the asks, and what goes between parties and government."""
    return tables.table(actor=reader(), as_of=g.as_of)


@rest.lists(
    bp, "/search", HIT, by=("q", "project", "lab", "committee", "year"), key=lambda hit: hit.href, as_of=False
)
def search() -> list[Any]:
    """What holds every word of `q`, of all kinds."""
    found = searching.find(asked_words(), actor=reader())
    cut = {name: rows[: searching.MOST] for name, rows in found.items()}
    hits = searching.with_lines(cut, asked_words().words)
    return [hit for rows in hits.values() for hit in rows]


def on_day(day: date, *, actor: Actor, code: str | None = None) -> dict[str, Any]:
    """All figures as of the end of a day, compared with the end of the quarter before it."""
    asking = dashboard.Asked(day if day != clock.today() else None, periods.quarter_end_before(day), 90)
    return figures(asking, actor=actor, code=code)


def figures(asking: dashboard.Asked, *, actor: Actor, code: str | None = None) -> dict[str, Any]:
    """All figures over what the actor sees. Approvals come with the first published set, and with the one that is
    asked for (else the default), which gives the other rates. Raises NoSuchRates."""
    if code and code not in rate_queries.sets(asking.as_of):
        raise NoSuchRates(code)
    projects, board = (
        portfolio(actor=actor, as_of=asking.as_of),
        dashboard.read(asking, actor=actor, limits=PAGE),
    )
    seen = value.read(asking, code=code, months=value.USUAL_MONTHS, actor=actor)
    told = foretold.foretold(actor=actor, as_of=asking.as_of)
    valued = [one for _entered, one in seen.valued]
    worth = economics.total(valued, seen.now.rates, asking.day) if valued else None
    return {
        **figures_of(projects, asking.day),
        **keyed.of_value(
            seen.now.projects,
            seen.now.awaited,
            asking.day,
            seen.sets,
            [USUAL, seen.now.rates.code],
            worth,
            len(valued),
        ),
        "forecast": whole.figures(told.forecast, told.record),
        "board": keyed.of_board(board),
    }
