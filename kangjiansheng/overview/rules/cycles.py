"""How long the stretches between the great milestones take, over what has ended and what still runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import NONE, STATES, Array, day_of, number

from . import survival

DRAWN = 60  # courses of a kind that a figure shows of each stretch
Working = Callable[[date, date], tuple[int, bool]]


@dataclass(frozen=True, slots=True)
class Span:
    """From the day of one milestone to that of another, by their codes in the templates of pathways. `working`: told
    in working days, as the regulation counts it."""

    key: str
    begin: str
    end: str
    working: bool = False


SPANS = (
    Span("candidate_ind", "A010", "A120"),
    Span("ind_review", "A130", "A140", working=True),
    Span("permission_fpi", "A140", "A170"),
    Span("enrolment_iit", "D080", "D100"),
    Span("enrolment_pivotal", "A210", "A220"),
    Span("bla_review", "A250", "A300"),
)


@dataclass(frozen=True, slots=True)
class Course:
    """One project on a stretch: from `begin` to `until`, where it ended, or up to which it was watched. `milestone` is
    the code of the one at its end."""

    project: str
    milestone: str
    begin: date
    until: date
    ended: bool

    @property
    def days(self) -> int:
        """In calendar days."""
        return (self.until - self.begin).days

    @property
    def path(self) -> str:
        """Where the milestone at its end stands."""
        return f"/projects/{self.project}/milestones/{self.milestone}"


@dataclass(frozen=True, slots=True)
class Cycle:
    """A stretch: how many have come to its end, and how many are on it or left it without. `median` is in calendar
    days, `told` in the unit of the span. `courses` are those that are drawn, the longest first: at most `DRAWN` of
    either kind, spread evenly from the longest to the shortest."""

    span: Span
    courses: tuple[Course, ...]
    ended: int
    open: int
    median: survival.Median | None
    told: survival.Median | None
    approximate: bool = False  # working days of a year whose holidays are not known


@dataclass(frozen=True, slots=True, eq=False)
class _Courses:
    """Columns over the projects on a stretch, the longest first; `end` is where the last milestone stands."""

    project: Array
    end: Array
    begin: Array
    until: Array
    ended: Array

    @property
    def days(self) -> list[tuple[int, bool]]:
        """How long each was watched, and whether it ended then."""
        return list(zip((self.until - self.begin).tolist(), self.ended.tolist(), strict=True))


def cycles(day: Day, ended_on: Mapping[int, date], working: Working) -> tuple[Cycle, ...]:
    """The stretches on which there was anybody. `ended_on` is since when a project has ended, by its id: from there
    on it is not watched any more. `working` counts the working days between two days, and says whether the holidays of these years are unknown."""
    watched = np.full(len(day.seen), day.number, np.int32)
    for key, ended in ended_on.items():
        watched[np.searchsorted(day.ledgers.projects.keys, key)] = min(number(ended), day.number)
    found = ((span, _courses(day, span, watched)) for span in SPANS)
    return tuple(_cycle(day, span, courses, working) for span, courses in found if len(courses.project))


def _cycle(day: Day, span: Span, courses: _Courses, working: Working) -> Cycle:
    plain = survival.median(survival.curve(courses.days))
    told, approximate = plain, False
    if span.working:
        pairs = zip(courses.begin.tolist(), courses.until.tolist(), strict=True)
        counted = [working(day_of(begin), day_of(until)) for begin, until in pairs]
        times = zip(counted, courses.ended.tolist(), strict=True)
        told = survival.median(survival.curve((days, ended) for (days, _), ended in times))
        approximate = any(unknown for _days, unknown in counted)
    ended = int(courses.ended.sum())
    drawn = np.sort(
        np.concatenate([_spread(np.flatnonzero(courses.ended == over)) for over in (False, True)])
    )
    named = tuple(
        Course(
            day.code(courses.project[at]),
            str(day.codes[courses.end[at]]),
            day_of(courses.begin[at]),
            day_of(courses.until[at]),
            bool(courses.ended[at]),
        )
        for at in drawn
    )
    return Cycle(span, named, ended, len(courses.ended) - ended, plain, told, approximate)


def _spread(places: Array) -> Array:
    """At most `DRAWN` of some places: the first, the last, and evenly between them."""
    if len(places) <= DRAWN:
        return places
    return places[np.arange(DRAWN) * (len(places) - 1) // (DRAWN - 1)]


def _courses(day: Day, span: Span, watched: Array) -> _Courses:
    """Those who have set out, but for those who have no such end in their plan or came to it before the beginning."""
    first, last = day.of_code(span.begin), day.of_code(span.end)
    begin, end = np.full(len(day.seen), NONE, np.int32), np.full(len(day.seen), -1, np.int64)
    begin[day.project[first]] = day.actual[first]
    last = last[day.state[last] != STATES.index("cancelled")]
    end[day.project[last]] = last
    places = np.flatnonzero((begin != NONE) & (end >= 0))
    actual = day.actual[end[places]]
    until = np.where(actual != NONE, actual, watched[places])
    here = until >= begin[places]
    places, until, actual = places[here], until[here], actual[here]
    order = np.lexsort((day.ledgers.rank[places], begin[places] - until))
    places = places[order]
    return _Courses(places, end[places], begin[places], until[order], (actual != NONE)[order])


def slowest(found: Sequence[Cycle]) -> Cycle | None:
    """The stretch with the longest known median; by calendar days, so that units do not matter."""
    known = [(cycle.median.time, cycle) for cycle in found if cycle.median]
    return max(known, key=lambda pair: pair[0])[1] if known else None
