"""What a pack is made from: the board of its day and what has happened since the day of comparison."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import names
from kangjiansheng.committee.models import Decision, DecisionEffect
from kangjiansheng.committee.queries import owed
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.overview import queries
from kangjiansheng.overview.queries import pack
from kangjiansheng.overview.rules import moves as moving
from kangjiansheng.overview.rules import pack as rules
from kangjiansheng.overview.rules import pipeline
from kangjiansheng.overview.rules.board import Board, Limits, board
from kangjiansheng.overview.rules.narrowing import Cards
from kangjiansheng.overview.rules.rows import Naming, Project, Seen
from kangjiansheng.overview.views.dashboard import spring_after
from kangjiansheng.overview.views.pack.asking import Asked
from kangjiansheng.projects.queries import MilestoneRow, ProjectRow
from kangjiansheng.projects.queries.evidence import expected
from kangjiansheng.projects.queries.risks import pressing
from kangjiansheng.projects.queries.validity import Held, held, validities_then
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.evidence import Expected
from kangjiansheng.projects.rules.ledgers import NONE, day_of
from kangjiansheng.projects.rules.validity import Step

_ALARMS = frozenset({"leaves", "lapsed", "soon"})


@dataclass(frozen=True)
class _Counted:
    """What is counted over the whole portfolio, and what it names."""

    board: Board
    standing: Mapping[tuple[str, str], int]  # how many projects of a status stand in a column of the pipeline
    moved: moving.Moves
    reached: rules.Reached
    passed: rules.Reached  # gates, without a verdict
    verdicts: list[rules.Verdict]
    conditions: list[pack.Condition]
    evidence: list[rules.Piece]
    expiring: list[tuple[Project, Held]]
    new_risks: list[rules.RiskState]
    closed_risks: list[rules.RiskState]
    owing: "_Owing"
    every: Cards  # the projects that can be chosen
    projects: int  # how many of these it is about
    illustrative: bool

    @property
    def has_projects(self) -> bool:
        """Whether it is about any."""
        return self.projects > 0


@dataclass(frozen=True)
class _Owing:
    """What committees wait for, whatever it is about."""

    overdue: list[owed.Overdue]
    unanswered: list[Decision]
    not_applied: list[DecisionEffect]

    def of(self, day: Day) -> "_Owing":
        """What of it is about the projects of a day."""

        def there(key: int | None) -> bool:
            return key is not None and day.find_project(key) is not None

        return _Owing(
            [one for one in self.overdue if there(one.project_id)],
            [one for one in self.unanswered if there(one.project_id)],
            [one for one in self.not_applied if there(one.plan.project_id)],
        )


@dataclass(frozen=True)
class Found:
    """All that a reader may see of it; `projects` are those that something names, with the milestones that are."""

    asking: Asked
    counted: _Counted
    projects: list[ProjectRow]
    reasons: Mapping[int, rules.Told]
    expected: Mapping[int, tuple[Expected, ...]]
    people: Mapping[int, Person]
    reads_all: bool

    @property
    def owing(self) -> _Owing:
        """What committees wait for."""
        return self.counted.owing

    @cached_property
    def by_id(self) -> dict[int, ProjectRow]:
        """The projects that are named, by id."""
        return {project.id: project for project in self.projects}

    @cached_property
    def milestones(self) -> dict[int, tuple[ProjectRow, MilestoneRow]]:
        """The milestones that are named by id, each with its project."""
        return {m.id: (project, m) for project in self.projects for m in project.milestones}


def read(asking: Asked, *, actor: Actor, at_most: int | None = None) -> Found:
    """Everything from the ledger and the revisions up to the cut-off, in as many statements for one project as for a
    hundred; with the rights of this moment. At most so many rows of what needs
    somebody, slips, has moved, was reached or falls due, and of the pipeline."""
    day = asking.day
    owing = _Owing(
        overdue=owed.overdue(actor=actor, day=day),
        unanswered=owed.unanswered(actor=actor, day=day),
        not_applied=owed.not_applied(actor=actor, day=day),
    )
    found, rows = queries.seen(
        partial(_counted, asking=asking, owing=owing, actor=actor, at_most=at_most),
        actor=actor, as_of=day, compare=asking.compare, wanted=asking.wanted,
    )  # fmt: skip
    risks = (*found.new_risks, *found.closed_risks)
    return Found(
        asking=asking,
        counted=found,
        projects=rows,
        reasons=pack.reasons(
            None if at_most is None else [move.milestone.id for move in found.moved.rows],
            actor=actor,
            since=clock.end_of(asking.compare),
            until=asking.cut,
        ),
        expected=expected({one.milestone_id for one in found.evidence}),
        people=names(
            {one.by_id for one in found.evidence} | {risk.owner_id for risk in risks if risk.owner_id}
        ),
        reads_all=actor.reads_all,
    )


def _counted(seen: Seen, *, asking: Asked, owing: _Owing, actor: Actor, at_most: int | None) -> _Counted:
    """The board, what has happened since the day of comparison, and the names of all that is told of it."""
    day, past, naming = seen.day, seen.past or seen.day, seen.naming
    span = {"since": clock.end_of(asking.compare), "until": asking.cut}
    new, closed = (
        [risk for risk in found if _names_project(naming, risk.project_id)]
        for found in rules.risks_changed(*pack.risks(actor=actor, **span))
    )
    owing = owing.of(day) if asking.wanted.asked else owing
    _name_owing(naming, owing)
    made = board(
        seen,
        queries.agenda(past.day, actor=actor),
        pressing(actor=actor, as_of=asking.day),
        festival=spring_after(asking.day),
        limits=Limits(first=at_most, soonest=at_most, matters=at_most, largest=at_most),
    )
    for waiting in made.gates.waiting:
        _names_milestone(naming, waiting.milestone_id)
    conditions = [
        one
        for one in pack.conditions(actor=actor, until=asking.cut)
        if _names_milestone(naming, one.milestone_id)
    ]
    for one in conditions:
        _names_milestone(naming, one.gate_id)
    verdicts = [one for one in pack.verdicts(actor=actor, **span) if _names_milestone(naming, one.gate_id)]
    return _Counted(
        board=made,
        standing=pipeline.standing(day),
        moved=moving.moves(day, past, naming, at_most=at_most),
        reached=rules.reached(day, past, naming, at_most),
        passed=rules.reached(day, past, naming, at_most, unless={one.gate_id for one in verdicts}),
        verdicts=verdicts,
        conditions=conditions,
        evidence=[
            one for one in pack.evidence(actor=actor, **span) if _names_milestone(naming, one.milestone_id)
        ],
        expiring=_expiring(naming, asking, actor=actor),
        new_risks=new,
        closed_risks=closed,
        owing=owing,
        every=seen.every,
        projects=len(day.there),
        illustrative=day.illustrative,
    )


def _name_owing(naming: Naming, owing: _Owing) -> None:
    about = [one.project_id for one in owing.overdue] + [one.project_id for one in owing.unanswered]
    for key in about:
        _names_project(naming, key)
    for effect in owing.not_applied:
        _names_project(naming, effect.plan.project_id)
        _names_milestone(naming, effect.milestone_id)


def _names_project(naming: Naming, key: int | None) -> bool:
    """Name a project when it is there."""
    at = None if key is None else naming.day.find_project(key)
    if at is not None:
        naming.project(at)
    return at is not None


def _names_milestone(naming: Naming, key: int | None) -> bool:
    """Name a milestone when it is there."""
    at = None if key is None else naming.day.find(key)
    if at is not None:
        naming.milestone(at)
    return at is not None


def _expiring(naming: Naming, asking: Asked, *, actor: Actor) -> list[tuple[Project, Held]]:
    """What has lapsed, ends within 90 days, or ends before it is needed, in running projects."""
    day, labs = naming.day, naming.day.facts("labs")
    places = {int(day.ledgers.projects.keys[at]): at for at in day.there if day.working[at]}
    of_projects = {key: [lab for lab, _leads in labs[at]] for key, at in places.items()}
    rows = validities_then(of_projects, actor=actor, as_of=asking.day)
    coming = dict(zip(day.project[day.next].tolist(), day.next.tolist(), strict=True))
    found = [
        (at, one)
        for key, at in places.items()
        if (theirs := rows.get(key))
        for one in held(theirs, _steps(day, at, coming, {row.milestone for row in theirs}), asking.day)
        if one[1].word in _ALARMS
    ]
    found.sort(key=lambda pair: (pair[1][0].valid_to, day.code(pair[0])))
    return [(naming.project(at), one) for at, one in found]


def _steps(day: Day, project: int, coming: Mapping[int, int], codes: set[str]) -> list[Step]:
    """The open milestone of a project that is promised first, and those of some codes."""
    at = {coming[project]} if project in coming else set()
    for code in codes:
        of_code = day.of_code(code)
        at |= set(of_code[day.project[of_code] == project].tolist())
    return [
        Step(str(day.codes[n]), _day(day.actual[n]), _day(day.promised[n]), bool(day.is_open[n])) for n in at
    ]


def _day(number: Any) -> date | None:
    return None if number == NONE else day_of(number)
