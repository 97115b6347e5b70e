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
from kangjiansheng.overview.rules.board import Board, board
from kangjiansheng.overview.rules.rows import Seen
from kangjiansheng.overview.views.dashboard import spring_after
from kangjiansheng.overview.views.pack.asking import Asked
from kangjiansheng.projects.queries import MilestoneRow, ProjectRow, portfolio
from kangjiansheng.projects.queries.evidence import expected
from kangjiansheng.projects.queries.validity import Held, held, validities_then
from kangjiansheng.projects.rules.evidence import Expected

_ALARMS = frozenset({"leaves", "lapsed", "soon"})


@dataclass(frozen=True)
class Found:
    """All that a reader may see of it, as rows."""

    asking: Asked
    projects: list[ProjectRow]
    board: Board
    moved: tuple[moving.Move, ...]
    reasons: Mapping[int, rules.Told]
    reached: list[tuple[Any, Any]]
    verdicts: list[rules.Verdict]
    conditions: list[pack.Condition]
    evidence: list[rules.Piece]
    expected: Mapping[int, tuple[Expected, ...]]
    expiring: list[tuple[ProjectRow, Held]]
    new_risks: list[rules.RiskState]
    closed_risks: list[rules.RiskState]
    overdue: list[owed.Overdue]
    unanswered: list[Decision]
    not_applied: list[DecisionEffect]
    people: Mapping[int, Person]

    @cached_property
    def by_id(self) -> dict[int, ProjectRow]:
        """The projects that the reader sees, by id."""
        return {project.id: project for project in self.projects}

    @cached_property
    def milestones(self) -> dict[int, tuple[ProjectRow, MilestoneRow]]:
        """Their milestones by id, each with its project."""
        return {m.id: (project, m) for project in self.projects for m in project.milestones}


def read(asking: Asked, *, actor: Actor) -> Found:
    """Everything from the ledger and the revisions up to the cut-off, in as many statements for one project as for a
    hundred; with the rights of this moment."""
    day, compare = asking.day, asking.compare
    span = {"since": clock.end_of(compare), "until": asking.cut}
    projects = portfolio(actor=actor, as_of=day)
    (found, moved, before), _rows = queries.seen(
        partial(_counted, actor=actor, festival=spring_after(day)), actor=actor, as_of=day, compare=compare
    )
    there = {m.id for project in projects for m in project.milestones}
    ids = {project.id for project in projects}
    pieces = [one for one in pack.evidence(actor=actor, **span) if one.milestone_id in there]
    new, closed = (
        [risk for risk in found if risk.project_id in ids]
        for found in rules.risks_changed(*pack.risks(actor=actor, **span))
    )
    return Found(
        asking=asking,
        projects=projects,
        board=found,
        moved=moved,
        reasons=pack.reasons(actor=actor, **span),
        reached=rules.reached(projects, before),
        verdicts=[one for one in pack.verdicts(actor=actor, **span) if one.gate_id in there],
        conditions=[
            one for one in pack.conditions(actor=actor, until=asking.cut) if one.milestone_id in there
        ],
        evidence=pieces,
        expected=expected({one.milestone_id for one in pieces}),
        expiring=_expiring(projects, asking, actor=actor),
        new_risks=new,
        closed_risks=closed,
        overdue=owed.overdue(actor=actor, day=day),
        unanswered=owed.unanswered(actor=actor, day=day),
        not_applied=owed.not_applied(actor=actor, day=day),
        people=names(
            {one.by_id for one in pieces} | {risk.owner_id for risk in (*new, *closed) if risk.owner_id}
        ),
    )


def _counted(
    seen: Seen, *, actor: Actor, festival: date | None
) -> tuple[Board, tuple[moving.Move, ...], set[int]]:
    """The board, all that has moved since the day of comparison, and what was known to be reached then."""
    day, past = seen.day, seen.past or seen.day
    return (
        board(seen, queries.agenda(past.day, actor=actor), {}, festival=festival),
        moving.moves(day, past, seen.naming, at_most=None).rows,
        set(past.id[past.is_done].tolist()),
    )


def _expiring(projects: list[ProjectRow], asking: Asked, *, actor: Actor) -> list[tuple[ProjectRow, Held]]:
    """What has lapsed, ends within 90 days, or ends before it is needed, in running projects."""
    running = [project for project in projects if not project.resting]
    rows = validities_then(running, actor=actor, as_of=asking.day)
    found = [
        (project, one)
        for project in running
        for one in held(rows.get(project.id, ()), project.milestones, asking.day)
        if one[1].word in _ALARMS
    ]
    return sorted(found, key=lambda pair: (pair[1][0].valid_to, pair[0].code))
