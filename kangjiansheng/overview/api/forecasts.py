"""When milestones will come and how sure that is, of one and of all, and how such forecasts did: as their pages say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import g

from kangjiansheng.core import rest
from kangjiansheng.core.access import actor as reader
from kangjiansheng.core.paging import Pieces, dressed, of_all
from kangjiansheng.core.rest import DAY, NAMES, NUMBER, TEXT, WHOLE, YES, Shape, Value, many, maybe, word
from kangjiansheng.overview.api.blueprint import bp
from kangjiansheng.overview.queries import foretold
from kangjiansheng.overview.queries.forecast import Named
from kangjiansheng.overview.rules.forecast.history import BANDS
from kangjiansheng.overview.rules.forecast.record import KINDS
from kangjiansheng.overview.rules.forecast.runs import Expected
from kangjiansheng.overview.views import forecast as pages
from kangjiansheng.overview.views import forecast_tables, narrowed
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.policies import see
from kangjiansheng.projects.queries import milestone

_DAYS = ("promise", "p20", "p50", "p80")
_AHEAD = (
    None,
    *BANDS,
    None,
)  # how many days ahead a promise lay: to the first, from there to the next, further
_ASKED = (*narrowed.NAMES, "seed")


@dataclass(frozen=True)
class Sure:
    """What is expected of a milestone, if anything, and how it is called where many are told of."""

    expected: Expected | None
    illustrative: bool  # whether a row that it rests on is
    named: Named | None = None


def _day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)


def _day_of(name: str) -> Value:
    """A day of a forecast; one of few cases tells nothing but the promise."""

    def read(sure: Sure) -> date | None:
        told = sure.expected if name == "promise" or (sure.expected and sure.expected.known) else None
        return _day(getattr(told, name, None))

    return maybe(DAY)(read)


_SURE: dict[str, Value] = {
    **{name: _day_of(name) for name in _DAYS},
    "kept": maybe(NUMBER)(lambda sure: sure.expected and sure.expected.kept),
    "cases": maybe(WHOLE)(lambda sure: sure.expected and sure.expected.count),
    "illustrative": YES,
}
FORECAST = Shape("MilestoneForecast", **_SURE)
FORECAST_OF = Shape(
    "ForecastOfMilestone",
    project=TEXT("named.project_code"),
    milestone=TEXT("named.code"),
    names=NAMES("named"),
    gate=YES("named.gate"),
    **_SURE,
)
_HELD = Shape(
    "ForecastsHeld",
    by=word(KINDS)(lambda pair: pair[0]),
    forecasts=WHOLE(lambda pair: pair[1].whole),
    kept=WHOLE(lambda pair: pair[1].part),
    milestones=WHOLE(lambda pair: pair[1].milestones),
    percent=maybe(WHOLE)(lambda pair: pair[1].percent),
    interval=many(WHOLE)(lambda pair: pair[1].interval or ()),  # from, to: 95 %
)
_MADE = Shape(
    "ForecastsOfDay",
    made=DAY(lambda pair: date.fromordinal(pair[0])),
    held=many(_HELD.value)(lambda pair: list(pair[1].items())),
)
RECORD = Shape(
    "ForecastRecord",
    seed=WHOLE("forecast.seed"),
    runs=WHOLE("forecast.runs"),
    inputs=TEXT("forecast.inputs"),
    total=many(_HELD.value)(lambda found: list(found.record.total.items())),
    days=many(_MADE.value)(lambda found: list(found.record.days.items())),
    illustrative=YES,
)
PAST = Shape(
    "ForecastHistory",
    **{
        "from": maybe(WHOLE)(lambda row: _AHEAD[row.band]),
        "to": maybe(WHOLE)(lambda row: _AHEAD[row.band + 1]),
    },
    gate=maybe(YES),  # of gates, of other milestones, or of both
    milestones=WHOLE,
    late50=maybe(WHOLE),
    late80=maybe(WHOLE),
)
HISTORY = Shape(
    "ForecastHistories",
    rows=many(PAST.value)(lambda found: forecast_tables.pasts(found.forecast.chances)),
    illustrative=YES,
)


@rest.reads(
    bp, "/projects/<code>/milestones/<milestone_code>/forecast", FORECAST, load=milestone, may=see,
    version=lambda _thing: None,
)  # fmt: skip
def milestone_forecast(thing: Milestone) -> Sure:
    """How sure the promised day of an open milestone is, from the history of the projects that the caller sees: the share of
    runs that keep it and the days by which 20, 50 and 80 % come. Null where the history is short, where it is not due
    within a year, or nobody works on its project."""
    return Sure(*foretold.of_milestone(thing.id, actor=reader(), as_of=g.as_of))


@rest.lists(
    bp, "/overview/forecast", FORECAST_OF, by=_ASKED, key=lambda sure: str(sure.named.id), usual=rest.MOST
)  # fmt: skip
def forecast() -> Pieces:
    """The open milestones of the year ahead by the day that is promised, each with how sure that day is; of all projects
    or of some. `seed`: other luck, the same history."""
    found = pages.find(actor=reader())
    expected = found.forecast.expected
    keys = expected.id.tolist()

    def told(places: Sequence[int]) -> list[Sure]:
        shown = list(expected.at(list(places)))
        named = found.named.of([one.id for one in shown])
        return [Sure(one, found.illustrative, its) for one, its in zip(shown, named, strict=True)]

    return dressed(of_all(range(len(keys)), lambda place: str(keys[place])), told)


@rest.reads(bp, "/overview/forecast/record", RECORD, filters=_ASKED)
def forecast_record() -> foretold.Foretold:
    """How such forecasts did before: of each kind how many were kept, all together and by the day on which they were
    made."""
    return pages.find(actor=reader())


@rest.reads(bp, "/overview/forecast/history", HISTORY, filters=_ASKED)
def forecast_history() -> foretold.Foretold:
    """By how many days milestones came later by themselves, half and 80 % of them, by how far ahead (`from`, `to`) they
    were promised; of all projects that the reader sees, however it is narrowed."""
    return pages.find(actor=reader())
