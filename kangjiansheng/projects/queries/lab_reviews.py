"""The year of a laboratory, computed from the ledgers as they stood at its end, for one reader.

Projects that the reader may not see are not counted: who sees more may find other figures, and the page says so.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import JointLab, LabReview, SharedResource
from kangjiansheng.labs.queries.bookings import bookings, share
from kangjiansheng.labs.queries.papers import PaperRow, papers
from kangjiansheng.labs.queries.resources import ResourceFilter, resources
from kangjiansheng.labs.rules.papers import HELD
from kangjiansheng.projects.models import GateDecision, Milestone, MilestoneEntry, Plan, ReviewDecision
from kangjiansheng.projects.queries.acceptance import meaning, meaning_of
from kangjiansheng.projects.queries.lab_plans import lab_plans
from kangjiansheng.projects.queries.portfolio import portfolio
from kangjiansheng.projects.queries.rows import LabRow, MilestoneRow, ProjectRow
from kangjiansheng.projects.rules import lab_review as rules
from kangjiansheng.projects.rules.lab_review import Figures
from kangjiansheng.projects.rules.templates import RENEWAL, REVIEW

FIRST_YEAR = 2024  # nothing here is older


@dataclass(frozen=True, slots=True)
class Passed:
    """What was decided at a gate in the year."""

    project: str
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    path: str
    verdict: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class Line:
    """A project of the laboratory, or its own plan, with the figures of its year."""

    row: ProjectRow | LabRow
    leads: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class Year:
    """A year up to `last`, which is its end or the day on which it is looked at."""

    year: int
    first: date
    last: date
    lines: Sequence[Line]
    whole: Figures
    gates: Sequence[Passed]
    people: int
    joined: int
    left: int
    papers: Sequence[PaperRow]  # that ended within the year and were not renewed, or end in the next one
    obligations: int  # due within the year under its agreement
    fulfilled: int
    overdue: int
    rooms: Sequence[tuple[SharedResource, int | None]]  # how full, in percent of the hours open

    @property
    def running(self) -> bool:
        """True while the year has not ended."""
        return self.last < date(self.year, 12, 31)


def year_of(lab: JointLab, year: int, *, actor: Actor, as_of: date | None = None) -> Year:
    """The year of a laboratory whose inside the actor sees, as of a day. The same number of statements whatever it did."""
    today = clock.today()
    first, last = date(year, 1, 1), min(date(year, 12, 31), as_of or today)
    then = last if last < today else None
    rows = _rows(lab, actor, then)
    every = [m for row in rows for m in row.milestones]
    promised = _promised(rules.reached_in(every, first, last))
    stood = labs.as_it_stood(lab, then) or lab
    owed = _owed(stood, first, last, actor, then)
    return Year(
        year=year,
        first=first,
        last=last,
        lines=[
            Line(row, _leads(row, lab), rules.figures(row.milestones, promised, first, last)) for row in rows
        ],
        whole=rules.figures(every, promised, first, last),
        gates=_gates(lab, rows, first, last),
        people=len({row.person_id for row in stood.members if _holds(row, last)}),
        joined=sum(first <= row.valid_from <= last for row in stood.members),
        left=sum(row.valid_to is not None and first <= row.valid_to <= last for row in stood.members),
        papers=_ending(lab, year, last, then),
        obligations=len(owed),
        fulfilled=sum(row.fulfilled for row in owed),
        overdue=sum(row.late(last) > 0 for row in owed),
        rooms=_rooms(lab, first, last, actor, then),
    )


def _rows(lab: JointLab, actor: Actor, then: date | None = None) -> list[ProjectRow | LabRow]:
    """The projects of a laboratory and its own plan, on a day."""
    return [
        *portfolio(actor=actor, as_of=then, lab=lab.id),
        *lab_plans(actor=actor, as_of=then, codes=[lab.code], archived=True),
    ]


def _leads(row: ProjectRow | LabRow, lab: JointLab) -> bool:
    return any(one.leads and one.code == lab.code for one in row.labs)


def _holds(row: Any, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)


def _promised(reached: Sequence[Any]) -> dict[int, date | None]:
    """What each milestone promised 90 days before it was reached; None where the ledger had nothing yet. One statement."""
    limits: dict[int, datetime] = {m.id: clock.end_of(m.actual - rules.BEFORE) for m in reached}
    found: dict[int, date | None] = {}
    if not limits:
        return found
    row = MilestoneEntry
    query = (
        select(row.milestone_id, row.effective_at, row.forecast, row.current_plan, row.baseline)
        .where(row.milestone_id.in_(limits), row.effective_at <= max(limits.values()))
        .order_by(row.effective_at, row.id)
    )
    for key, at, forecast, plan, baseline in db.session.execute(query):
        if at <= limits[key]:
            found[key] = forecast or plan or baseline
    return found


def _gates(lab: JointLab, rows: Collection[Any], first: date, last: date) -> list[Passed]:
    projects = {row.id: row.code for row in rows if row.of == "projects"}
    query = (
        select(GateDecision, Milestone, Plan.project_id)
        .join(Milestone, Milestone.id == GateDecision.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .where(
            or_(Plan.project_id.in_(projects), Plan.lab_id == lab.id),
            GateDecision.decided_on.between(first, last),
            GateDecision.recorded_at <= clock.end_of(last),
        )
        .order_by(GateDecision.decided_on, GateDecision.id)
    )
    found = []
    for made, gate, project_id in db.session.execute(query):
        code = projects[project_id] if project_id else lab.code
        path = f"/{'projects' if project_id else 'labs'}/{code}/milestones/{gate.code}/dossier"
        names = gate.name_hans, gate.name_hant, gate.name_en
        found.append(Passed(code, gate.code, *names, path, made.verdict, made.decided_on))
    return found


def _ending(lab: JointLab, year: int, last: date, then: date | None) -> list[PaperRow]:
    ends = date(year + 1, 12, 31)
    return [
        row
        for row in papers(lab, as_of=then)
        if row.life == HELD and date(year, 1, 1) <= row.valid_to <= ends
    ]


def _owed(
    lab: JointLab, first: date, last: date, actor: Actor, then: date | None
) -> list[labs.ObligationRow]:
    if lab.agreement is None:
        return []
    wanted = labs.ObligationFilter(agreement=lab.agreement.code)
    rows = labs.obligations(wanted, actor=actor, as_of=then)
    return [row for row in rows if row.due_on is not None and first <= row.due_on <= last]


def _rooms(
    lab: JointLab, first: date, last: date, actor: Actor, then: date | None
) -> list[tuple[SharedResource, int | None]]:
    rows = [one.resource for one in resources(ResourceFilter(lab=lab.code), actor=actor, as_of=then)]
    if not rows:
        return []
    begins, instant = clock.start_of(first), clock.end_of(last)
    ids = [row.id for row in rows]
    held = bookings(ids, begins, instant, actor=actor, inside=(), as_of=then)
    return [(row, share(row, held.get(row.id, []), first, last, instant).percent) for row in rows]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What is not done yet when a laboratory closes."""

    milestones: Sequence[MilestoneRow]
    projects: Sequence[ProjectRow]
    people: int
    papers: int

    @property
    def count(self) -> int:
        """How much it is together."""
        return len(self.milestones) + len(self.projects) + self.people + self.papers


def unsettled(lab: JointLab, *, actor: Actor, year: Year | None = None) -> Unsettled:
    """What is still open in a laboratory today: its own milestones, projects at work that it leads, people in their
    terms, papers that it holds. `year` is one that was read; where it comes up to today it is not read again."""
    rows = [line.row for line in year.lines] if year and year.last >= clock.today() else _rows(lab, actor)
    return Unsettled(
        [m for row in rows if isinstance(row, LabRow) for m in row.milestones if m.is_open],
        [row for row in rows if isinstance(row, ProjectRow) and _leads(row, lab) and not row.resting],
        len({row.person_id for row in lab.members if _holds(row, clock.today())}),
        sum(row.life == HELD for row in papers(lab)),
    )


@dataclass(frozen=True)
class Gate:
    """A gate of a laboratory's plan at which a review is decided, and its newest decision that no review stands for."""

    milestone: Milestone
    meaning: str
    decision: GateDecision | None


def gates_of(lab: JointLab) -> list[Gate]:
    """The gates of the yearly evaluation and of the renewal in the plan of a laboratory. At most two statements."""
    plan = db.session.scalar(
        select(Plan)
        .where(Plan.lab_id == lab.id)
        .options(joinedload(Plan.template_version), selectinload(Plan.milestones))
    )
    if plan is None:
        return []
    found = [
        (one, meaning(plan, one.code)) for one in plan.milestones if one.gate and one.state != "cancelled"
    ]
    gates = [(one, means) for one, means in found if means in (REVIEW, RENEWAL)]
    query = (
        select(GateDecision, ReviewDecision.id)
        .outerjoin(ReviewDecision, ReviewDecision.decision_id == GateDecision.id)
        .where(GateDecision.milestone_id.in_([one.id for one, _means in gates]))
        .order_by(GateDecision.id)
    )
    newest = {row.milestone_id: (row, link) for row, link in db.session.execute(query)} if gates else {}
    free = {key: row for key, (row, link) in newest.items() if link is None}
    return [Gate(one, means, free.get(one.id)) for one, means in gates]


def to_stand_for(gate: Milestone) -> LabReview | None:
    """The newest review of the laboratory, when it is decided at such a gate and no decision there stands for it yet."""
    if gate.plan.lab_id is None or meaning_of(gate) not in (REVIEW, RENEWAL):
        return None
    query = (
        select(LabReview).where(LabReview.lab_id == gate.plan.lab_id).order_by(LabReview.id.desc()).limit(1)
    )
    review = db.session.scalar(query)
    if review is None:
        return None
    decided = (
        select(ReviewDecision.id)
        .join(GateDecision, GateDecision.id == ReviewDecision.decision_id)
        .where(ReviewDecision.review_id == review.id, GateDecision.milestone_id == gate.id)
    )
    return None if db.session.scalar(decided) else review


def standing_for(decisions: Iterable[int]) -> dict[int, LabReview]:
    """Which review some decisions stand for, by the id of the decision."""
    query = select(ReviewDecision).where(ReviewDecision.decision_id.in_(list(decisions)))
    rows = db.session.scalars(query.options(joinedload(ReviewDecision.review)))
    return {row.decision_id: row.review for row in rows}


def decided_by(reviews: Iterable[LabReview], *, as_of: date | None = None) -> dict[int, list[GateDecision]]:
    """The decisions at gates that stand for some reviews, by the id of the review."""
    query = (
        select(ReviewDecision)
        .join(ReviewDecision.decision)
        .where(ReviewDecision.review_id.in_([one.id for one in reviews]))
        .options(contains_eager(ReviewDecision.decision).joinedload(GateDecision.milestone))
        .order_by(ReviewDecision.id)
    )
    found: dict[int, list[GateDecision]] = {}
    for row in db.session.scalars(query):
        if as_of is None or row.decision.recorded_at <= clock.end_of(as_of):
            found.setdefault(row.review_id, []).append(row.decision)
    return found


def reviews_of(lab: JointLab, *, as_of: date | None = None) -> Sequence[LabReview]:
    """What was decided after its reviews, the newest first."""
    query = select(LabReview).where(LabReview.lab_id == lab.id).order_by(LabReview.id.desc())
    if as_of is not None:
        query = query.where(LabReview.recorded_at <= clock.end_of(as_of))
    return db.session.scalars(query).all()
