"""The figures as JSON, for the command and for programs: the same that the pages show."""

from datetime import date
from operator import attrgetter
from typing import Any

from flask import abort, g, request
from flask_babel import gettext as _

from kangjiansheng.core import clock, rest
from kangjiansheng.core import search as searching
from kangjiansheng.core.access import actor as reader
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.forms import Form, VersionField
from kangjiansheng.core.paging import Pieces
from kangjiansheng.core.rest import (
    DAY,
    NAMES,
    NUMBER,
    TEXT,
    WHOLE,
    YES,
    Act,
    Given,
    Shape,
    Value,
    many,
    maybe,
)
from kangjiansheng.core.rest.shapes import names_in
from kangjiansheng.overview import policies
from kangjiansheng.overview.api import board as board
from kangjiansheng.overview.api import charts as charts
from kangjiansheng.overview.api import forecasts as forecasts
from kangjiansheng.overview.api import pack as pack
from kangjiansheng.overview.api.blueprint import bp as bp
from kangjiansheng.overview.forms.rates import RatesForm, UsualForm
from kangjiansheng.overview.forms.scenario import MoveForm, ProposalForm, ScenarioForm, StopForm
from kangjiansheng.overview.forms.value import ValueForm
from kangjiansheng.overview.models.scenario import Scenario
from kangjiansheng.overview.queries import foretold, scenario_value
from kangjiansheng.overview.queries import rates as rate_queries
from kangjiansheng.overview.queries import scenarios as scenario_queries
from kangjiansheng.overview.queries import table as tables
from kangjiansheng.overview.queries import value as money
from kangjiansheng.overview.rules import economics, keyed, periods, rates
from kangjiansheng.overview.rules.board import PAGE
from kangjiansheng.overview.rules.forecast import whole
from kangjiansheng.overview.rules.rates import USUAL
from kangjiansheng.overview.rules.table import SECTORS
from kangjiansheng.overview.views import dashboard, value
from kangjiansheng.overview.views.search import asked_words
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries import metrics as of_the_portfolio

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
_OF_PROJECT: dict[str, Value] = {
    "code": TEXT("project.code"),
    "names": NAMES("project"),
    "illustrative": YES("project.illustrative"),
}
_CHAIN = Shape(
    "ChainOfProject",
    chain=TEXT,
    status=TEXT,
    why=TEXT,
    thing=maybe(TEXT)(lambda link: link.thing and link.thing.code),
)
CHAINED = Shape("ProjectChains", **_OF_PROJECT, chains=many(_CHAIN.value)("links"))
_FILLED = Shape(
    "SeatOfProject",
    sector=TEXT(lambda pair: pair[0]),
    institutions=many(TEXT)(lambda pair: [seat.code for seat in pair[1]]),
)
SEATED = Shape(
    "ProjectSeats",
    **_OF_PROJECT,
    seats=many(_FILLED.value)(lambda row: row.filled.items()),
    lacks=many(TEXT),
)
HIT = Shape(
    "Hit",
    kind=TEXT("kind.name"),
    code=TEXT,
    names=_SCRIPTS,
    page=TEXT("href"),
    part=TEXT,
    line=TEXT,
    illustrative=YES("row.illustrative"),
)


_MOVE = Shape(
    "ScenarioMove",
    number=WHOLE("milestone.id"),
    project=TEXT("project.code"),
    milestone=TEXT("milestone.code"),
    day=DAY,
    fits=YES,
)
_SIDES = Shape("ScenarioFigure", key=TEXT, now=maybe(NUMBER), then=maybe(NUMBER))
_STOP = Shape("ScenarioStop", number=WHOLE("id"), project=TEXT("code"), names=NAMES)
_SCENARIO: dict[str, Value] = {
    "number": WHOLE("id"),
    "name": TEXT,
    "note": TEXT,
    "shared": YES,
    "owner": NAMES("owner"),
    "version": WHOLE,
    "proposed": YES(lambda row: bool(row.proposed_to)),
    "illustrative": YES,
}
SCENARIO = Shape("Scenario", **_SCENARIO)
SCENARIO_WHOLE = Shape(
    "ScenarioWithEffect",
    **{
        key: value((lambda get: lambda pair: get(pair[0]))(value.get or attrgetter(key)))
        for key, value in _SCENARIO.items()
    },
    moves=many(_MOVE.value)(lambda pair: pair[1].moves),
    stops=many(_STOP.value)(lambda pair: pair[1].stops),
    changed=many(TEXT)(lambda pair: pair[1].changed),
    board=many(_SIDES.value)(lambda pair: pair[1].figures),
    value=many(_SIDES.value)(lambda pair: pair[2].sides),
)
_RATE = Shape(
    "Rate",
    transition=TEXT(lambda pair: pair[0]),
    p=NUMBER(lambda pair: pair[1].p),
    n=maybe(WHOLE)(lambda pair: pair[1].n),
)
RATES = Shape(
    "RateSet",
    code=TEXT,
    names=_SCRIPTS("name"),
    own=YES,
    retired=YES,
    rates=many(_RATE.value)(lambda row: list(row.rates.items())),
    published=maybe(NUMBER),
    publisher=TEXT,
    source=_SCRIPTS,
)
_YEARS: dict[str, Any] = {
    "first": {"type": "integer"},
    "amounts": {"type": "array", "items": {"type": "number"}},
}
_MONEY = {"type": "object", "properties": _YEARS}
_REVENUE = {  # {} without; its years as `amounts`, or a peak that is reached in `rise` years and held for `hold`
    "type": "object",
    "properties": {
        "kind": {"enum": [economics.PEAK, economics.YEARLY]},
        **_YEARS,
        "peak": {"type": "number"},
        "rise": {"type": "integer"},
        "hold": {"type": "integer"},
    },
}
ENTERED = Shape(
    "EnteredValue",
    project_id=WHOLE,
    costs=Value({"type": "object", "additionalProperties": _MONEY}, dict),  # by step of the way
    revenue=Value(_REVENUE, dict),
    discount=WHOLE,  # in hundredths of a per cent
    basis=TEXT,
    reason=TEXT,
    illustrative=YES,
)
VALUE = Shape(
    "ProjectValue",
    project=TEXT(lambda pair: pair[0].code),
    entered=maybe(ENTERED.value)(lambda pair: pair[1]),
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


@rest.lists(bp, "/table/chains", CHAINED, key=lambda row: str(row.project.code))
def chains() -> Pieces:
    """The four chains of each project that is at work, those that are held up most first."""
    return tables.chains_in_pieces(actor=reader(), as_of=g.as_of)


@rest.lists(bp, "/table/seats", SEATED, by=("lack",), key=lambda row: str(row.project.code))
def seats() -> Pieces:
    """Who sits for each project that is at work in each of the six sectors, and which nobody fills; of one sector
    (`lack`) the projects alone that lack it."""
    lack = rest.one_of("lack", SECTORS) if request.args.get("lack") else ""
    return tables.seats_in_pieces(actor=reader(), as_of=g.as_of, lack=lack)


@rest.lists(
    bp, "/search", HIT, by=("q", "project", "lab", "committee", "year"), key=lambda hit: hit.href, as_of=False
)
def search() -> list[Any]:
    """What holds every word of `q`, of all kinds."""
    found = searching.find(asked_words(), actor=reader())
    cut = {name: rows[: searching.MOST] for name, rows in found.items()}
    hits = searching.with_lines(cut, asked_words().words)
    return [hit for rows in hits.values() for hit in rows]


SCENARIOS, RATE_SETS = "/overview/scenarios", "/overview/rates"


@rest.lists(bp, SCENARIOS, SCENARIO, key=lambda row: str(row.id), as_of=False)
def scenarios() -> list[Scenario]:
    """The scenarios beside the plans that the reader sees, the newest first."""
    return scenario_queries.listed(actor=reader())


@rest.reads(
    bp, f"{SCENARIOS}/<int:number>", SCENARIO_WHOLE, load=scenario_queries.scenario, may=policies.sees_scenario,
    as_of=False,
)  # fmt: skip
def scenario(found: Scenario) -> Any:
    """One scenario: the days that are tried, the projects that are stopped, what has changed since, and the figures of
    the board and of the pipeline's value on both sides."""
    seen = scenario_queries.consequences(found, actor=reader())
    return found, seen, scenario_value.worth(found, seen, actor=reader())


@rest.lists(bp, RATE_SETS, RATES)
def rate_sets() -> list[rates.RateSet]:
    """The sets of transition rates."""
    return list(rate_queries.sets(g.as_of).values())


@rest.reads(
    bp, f"{RATE_SETS}/<code>", RATES, load=rate_queries.known, may=policies.sees_rates, as_of=False,
    version=lambda thing: _version_of(rate_queries.own(actor=reader(), code=thing.code)),
)  # fmt: skip
def one_rate_set(thing: rates.RateSet) -> rates.RateSet:
    """One set."""
    return thing


@rest.reads(
    bp, "/projects/<code>/value", VALUE, load=money.project_money, may=policies.sees_money, as_of=False,
    version=lambda thing: _version_of(money.value_of(thing.id)) or 0,
)  # fmt: skip
def project_value(thing: Project) -> Any:
    """What was entered of a project's money; its value is in the figures."""
    return thing, money.value_of(thing.id)


def _version_of(row: Any) -> int | None:
    return row.version if row else None


class GoneForm(Form):
    """The version of a scenario, where a page sends no more than that."""

    version = VersionField()


_SCENARIO_AT = f"{SCENARIOS}/<int:number>"
_SHOWN = f"{SCENARIOS}/{{number}}"
_PAGE = "overview.scenario"
ACTS = (
    Act(
        "POST", SCENARIOS, "overview.create_scenario", ScenarioForm, opens="overview.scenarios", creates=True
    ),
    Act("PATCH", _SCENARIO_AT, "overview.edit_scenario", ScenarioForm),
    Act("POST", f"{_SCENARIO_AT}/moves", "overview.move_in_scenario", MoveForm, opens=_PAGE),
    Act("POST", f"{_SCENARIO_AT}/stops", "overview.stop_in_scenario", StopForm, opens=_PAGE),
    *(
        Act(
            "POST",
            f"{_SCENARIO_AT}/{kind}/<int:key>/removal",
            "overview.take_out_of_scenario",
            GoneForm,
            fixed=(("kind", kind),),
        )
        for kind in ("move", "stop")
    ),
    Act("POST", f"{_SCENARIO_AT}/base", "overview.rebase_scenario", GoneForm),
    Act("POST", f"{_SCENARIO_AT}/removal", "overview.throw_scenario", GoneForm),
    Act("POST", f"{_SCENARIO_AT}/return", "overview.bring_scenario_back"),
    Act(
        "POST",
        f"{_SCENARIO_AT}/proposal",
        "overview.propose_scenario",
        ProposalForm,
        opens=_PAGE,
        shows=_SHOWN,
    ),
    Act("POST", RATE_SETS, "overview.new_rates", RatesForm, creates=True, asks=("from",)),
    Act("PATCH", f"{RATE_SETS}/<code>", "overview.edit_rates", RatesForm),
    Act("POST", f"{RATE_SETS}/usual", "overview.use_rates", UsualForm, opens="overview.rates", creates=True),
    Act("PATCH", "/projects/<code>/value", "overview.edit_project_value", ValueForm),
)


def on_day(day: date, *, actor: Actor, code: str | None = None) -> dict[str, Any]:
    """All figures as of the end of a day, compared with the end of the quarter before it."""
    asking = dashboard.Asked(day if day != clock.today() else None, periods.quarter_end_before(day), 90)
    return figures(asking, actor=actor, code=code)


def figures(asking: dashboard.Asked, *, actor: Actor, code: str | None = None) -> dict[str, Any]:
    """All figures over what the actor sees. Approvals come with the first published set, and with the one that is
    asked for (else the default), which gives the other rates. Raises NoSuchRates."""
    if code and code not in rate_queries.sets(asking.as_of):
        raise NoSuchRates(code)
    board = dashboard.read(asking, actor=actor, limits=PAGE)
    seen = value.read(asking, code=code, months=value.USUAL_MONTHS, actor=actor)
    told = foretold.foretold(actor=actor, as_of=asking.as_of)
    valued = [one for _entered, one in seen.valued]
    worth = economics.total(valued, seen.now.rates, asking.day) if valued else None
    return {
        "illustrative": board.illustrative or seen.illustrative,
        **of_the_portfolio(actor=actor, as_of=asking.as_of),
        **keyed.of_value(
            seen.now.projects,
            seen.now.awaited,
            asking.day,
            seen.sets,
            [USUAL, seen.now.rates.code],
            worth,
            len(valued),
        ),
        **keyed.permissions_compared(
            seen.now.awaited, seen.then.awaited, seen.now.day, seen.then.day, seen.now.rates
        ),
        "forecast": whole.figures(told.forecast, told.record),
        "board": keyed.of_board(board),
    }
