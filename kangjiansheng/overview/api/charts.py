"""The charts of the overview as their figures: the rows of the tables that stand beside them, in stable words."""

from collections.abc import Iterator

from kangjiansheng.committee.rules import answers
from kangjiansheng.core import rest
from kangjiansheng.core.access import actor as reader
from kangjiansheng.core.rest import DAY, NAMES, TEXT, WHOLE, YES, Shape, Value, many, maybe, word
from kangjiansheng.core.rest.shapes import names_in
from kangjiansheng.overview.api.blueprint import bp
from kangjiansheng.overview.rules.cycles import SPANS, Course, Cycle
from kangjiansheng.overview.rules.expiries import Expiry
from kangjiansheng.overview.rules.gallery import Gallery
from kangjiansheng.overview.rules.spoken import AGES, Lab, Word
from kangjiansheng.overview.views import chart_page, narrowed
from kangjiansheng.projects.rules.gates import VERDICTS

_SCRIPTS = Value({"$ref": "#/components/schemas/Names"}, names_in)
_GATE = Shape(
    "DecidedGate",
    project=TEXT,
    milestone=TEXT("gate"),
    names=NAMES("verdict"),
    verdict=word(VERDICTS)("verdict.word"),
    decided_on=DAY("verdict.decided_on"),
    body=TEXT("verdict.body"),
)
_LONGEST = Shape("LongestCourse", project=TEXT, milestone=TEXT, days=WHOLE)


def _told(name: str) -> Value:
    return maybe(WHOLE)(lambda cycle: getattr(cycle.told, name, None))


def _longest(cycle: Cycle) -> Course | None:
    return next((course for course in cycle.courses if not course.ended), None)


_CYCLE = Shape(
    "Stretch",
    key=word(one.key for one in SPANS)("span.key"),
    **{"from": TEXT("span.begin"), "to": TEXT("span.end")},  # milestones of the pathways
    ended=WHOLE,
    open=WHOLE,
    median=_told("time"),
    low=_told("low"),  # 95 %
    high=_told("high"),
    unit=word(("calendar", "workday"))(lambda cycle: "workday" if cycle.span.working else "calendar"),
    approximate=YES,
    longest=maybe(_LONGEST.value)(_longest),
)
_EXPIRY = Shape(
    "Expiring",
    ends_on=DAY(lambda pair: pair[0].ends_on),
    days=WHOLE(lambda pair: (pair[0].ends_on - pair[1]).days),
    kind=TEXT(lambda pair: pair[0].kind),
    of=word(("agreements", "labs", "projects"))(lambda pair: _of(pair[0])),
    code=TEXT(lambda pair: pair[0].code),
    names=_SCRIPTS(lambda pair: pair[0].name),
)


def _of(row: Expiry) -> str:
    """Under which address the thing lies that has it."""
    return "agreements" if row.kind == "agreement" else "labs" if row.of_lab else "projects"


_SPOKEN = Shape(
    "SpokenOfProject",
    lab=maybe(TEXT)(lambda pair: pair[0].lab and pair[0].lab.code),
    project=TEXT(lambda pair: pair[1].project),
    **{age: WHOLE((lambda key: lambda pair: pair[1].ages[key])(age)) for age in AGES},
    last=maybe(DAY)(lambda pair: pair[1].last),
    oldest=maybe(DAY)(lambda pair: pair[1].oldest),
)


def _followed(*names: str) -> dict[str, Value]:
    """Figures of a pair of a code and what was followed up under it."""
    return {name: WHOLE((lambda key: lambda pair: getattr(pair[1], key))(name)) for name in names}


_PERCENT = maybe(WHOLE)(lambda pair: pair[1].percent)
_ACTIONS = Shape(
    "ActionsOfCommittee",
    committee=TEXT(lambda pair: pair[0]),
    **_followed("due", "in_time", "late", "overdue", "open"),
    percent=_PERCENT,
    age=maybe(WHOLE)(lambda pair: None if pair[1].age is None else round(pair[1].age)),
)
_OWED = Shape(
    "ObligationsOfDebtor",
    party=TEXT(lambda pair: pair[0]),
    **_followed("due", "in_time", "late", "disputed", "overdue", "open"),
    percent=_PERCENT,
)
_ADVICE = Shape(
    "AnsweredAdvice",
    number=TEXT,
    committee=TEXT,
    given_on=DAY,
    verdict=word((*answers.VERDICTS, answers.WAITING)),
    decided_on=maybe(DAY),
    reasons=TEXT,
)
CHARTS = Shape(
    "Charts",
    day=DAY,
    projects=WHOLE,
    gates=many(_GATE.value)(lambda found: [one for gate in found.gates.gates for one in gate.decisions]),
    unrecorded=WHOLE("gates.unrecorded"),  # gates that were reached without a decision on record
    cycles=many(_CYCLE.value),
    expiries=many(_EXPIRY.value)(lambda found: [(row, found.expiries.day) for row in found.expiries.rows]),
    later=WHOLE("expiries.later"),  # what ends after the twelve months
    spoken=many(_SPOKEN.value)(lambda found: list(_spoken(found))),
    actions=many(_ACTIONS.value)("by_committee"),
    advice=many(_ADVICE.value)("advised"),
    obligations=many(_OWED.value)("by_debtor"),
    illustrative=YES,
)


def _spoken(found: Gallery) -> Iterator[tuple[Lab, Word]]:
    return ((lab, one) for lab in found.spoken.labs for one in lab.words)


@rest.reads(bp, "/overview/charts", CHARTS, filters=narrowed.NAMES)
def charts() -> Gallery:
    """The charts of all projects, or of some: decisions at gates, how long stretches take, what ends within a year, how
    long ago somebody spoke of each project, how actions and obligations are followed up, and answers to advice."""
    found, _every = chart_page.read(narrowed.asked(), actor=reader())
    return found
