"""The year of a laboratory, computed from the ledgers as they stood at its end, for one reader.

Projects that the reader may not see are not counted: who sees more may find other figures, and the page says so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import JointLab, LabReview, SharedResource
from kangjiansheng.labs.queries.bookings import bookings, share
from kangjiansheng.labs.queries.obligations import obligations_on
from kangjiansheng.labs.queries.papers import PaperRow, papers
from kangjiansheng.labs.queries.past import plain_copy
from kangjiansheng.labs.queries.resources import ResourceFilter, resources
from kangjiansheng.labs.queries.single import agreement_of
from kangjiansheng.labs.rules.papers import HELD
from kangjiansheng.projects.models import GateDecision, Milestone, MilestoneEntry, Plan, ReviewDecision
from kangjiansheng.projects.queries.acceptance import meaning_of
from kangjiansheng.projects.queries.portfolio import heads_of_lab
from kangjiansheng.projects.queries.stood import stood_of
from kangjiansheng.projects.rules import lab_review as rules
from kangjiansheng.projects.rules.lab_review import Figures
from kangjiansheng.projects.rules.plans import CLOSED, RESTING
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
class Term:
    """That somebody belonged to the laboratory for a while."""

    person_id: int
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Owner:
    """A project of the laboratory, or the laboratory with its own plan: with the milestones of the day."""

    of: str  # as the first word of addresses: projects, labs
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    illustrative: bool
    leads: bool
    rests: bool
    milestones: Sequence[Any]
    id: int | None = None  # of the project

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/{self.of}/{self.code}" + ("/plan" if self.of == "labs" else "")


@dataclass(frozen=True, slots=True)
class Line:
    """One of them with the figures of its year."""

    row: Owner
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
    unsettled: "Unsettled | None"  # when it is looked at today

    @property
    def running(self) -> bool:
        """True while the year has not ended."""
        return self.last < date(self.year, 12, 31)


def year_of(lab: JointLab, year: int, *, actor: Actor, as_of: date | None = None) -> Year:
    """The year of a laboratory whose inside the actor sees, as of a day. The same number of statements whatever it did."""
    today = clock.today()
    first, last = date(year, 1, 1), min(date(year, 12, 31), as_of or today)
    then = last if last < today else None
    stood, terms = _stood(lab, then)
    rows = _owners(lab, stood, actor, then)
    every = [m for row in rows for m in row.milestones]
    promised = _promised(rules.reached_in(every, first, last))
    owed = _owed(stood, first, last, actor, then)
    kept = papers(lab, as_of=then)
    return Year(
        year=year,
        first=first,
        last=last,
        lines=[Line(row, rules.figures(row.milestones, promised, first, last)) for row in rows],
        whole=rules.figures(every, promised, first, last),
        gates=_gates(lab, rows, first, last),
        people=len({row.person_id for row in terms if _holds(row, last)}),
        joined=sum(first <= row.valid_from <= last for row in terms),
        left=sum(row.valid_to is not None and first <= row.valid_to <= last for row in terms),
        papers=_ending(kept, year),
        obligations=len(owed),
        fulfilled=sum(row.fulfilled for row in owed),
        overdue=sum(row.late(last) > 0 for row in owed),
        rooms=_rooms(lab, first, last, actor, then),
        unsettled=_unsettled(lab, rows, kept) if then is None else None,
    )


def _stood(lab: JointLab, day: date | None) -> tuple[JointLab, Sequence[Term]]:
    """The laboratory with its own columns as they stood at the end of a day, and the terms of its people; at most one
    statement."""
    state = states_at(JointLab, [lab.id], clock.end_of(day)).get(lab.id) if day else None
    if state is None:
        return lab, [Term(row.person_id, row.valid_from, row.valid_to) for row in lab.members]
    read = date.fromisoformat
    terms = [
        Term(person_id, read(begins), read(ends) if ends else None)
        for person_id, _role, begins, ends in state["members"]
    ]
    return plain_copy(lab, state), terms


def _owners(lab: JointLab, stood: JointLab, actor: Actor, as_of: date | None) -> list[Owner]:
    """The projects of a laboratory that the actor sees, then its own plan, of a laboratory whose inside she sees. Two
    statements."""
    heads = heads_of_lab(lab.id, actor=actor, as_of=as_of)
    own = Plan.lab_id == lab.id
    milestones: dict[int | None, list[Any]] = defaultdict(list)
    for row in stood_of(Plan.project_id, [head["id"] for head in heads], as_of, also=own)[0]:
        milestones[row.belongs_to].append(row)

    named = ("code", "name_hans", "name_hant", "name_en", "illustrative")
    found = [
        Owner(
            "projects",
            **{key: head[key] for key in named},
            leads=head["leads"],
            rests=head["status"] in RESTING,
            milestones=milestones[head["id"]],
            id=head["id"],
        )
        for head in heads
    ]
    if milestones[None]:
        facts: dict[str, Any] = {key: getattr(stood, key) for key in named}
        found.append(
            Owner("labs", **facts, leads=True, rests=stood.life == CLOSED, milestones=milestones[None])
        )
    return found


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


def _gates(lab: JointLab, rows: Collection[Owner], first: date, last: date) -> list[Passed]:
    projects = {row.id: row.code for row in rows if row.id is not None}
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


def _ending(kept: Iterable[PaperRow], year: int) -> list[PaperRow]:
    first, ends = date(year, 1, 1), date(year + 1, 12, 31)
    return [row for row in kept if row.life == HELD and first <= row.valid_to <= ends]


def _owed(
    lab: JointLab, first: date, last: date, actor: Actor, then: date | None
) -> list[labs.ObligationRow]:
    agreement = agreement_of(lab, actor=actor)
    rows = obligations_on(agreement, actor=actor, as_of=then) if agreement else []
    return [row for row in rows if row.due_on is not None and first <= row.due_on <= last]


def _rooms(
    lab: JointLab, first: date, last: date, actor: Actor, then: date | None
) -> list[tuple[SharedResource, int | None]]:
    wanted, today = ResourceFilter(lab=lab.code), lab if then is None else None
    rows = [one.resource for one in resources(wanted, actor=actor, as_of=then, of=today)]
    if not rows:
        return []
    begins, instant = clock.start_of(first), clock.end_of(last)
    ids = [row.id for row in rows]
    held = bookings(ids, begins, instant, actor=actor, inside=(), as_of=then)
    return [(row, share(row, held.get(row.id, []), first, last, instant).percent) for row in rows]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What is not done yet when a laboratory closes."""

    milestones: Sequence[Any]
    projects: Sequence[Owner]
    people: int
    papers: int

    @property
    def count(self) -> int:
        """How much it is together."""
        return len(self.milestones) + len(self.projects) + self.people + self.papers


def unsettled(lab: JointLab, *, actor: Actor) -> Unsettled:
    """What is still open in a laboratory today: its own milestones, projects at work that it leads, people in their
    terms, papers that it holds. Three statements."""
    return _unsettled(lab, _owners(lab, lab, actor, None), papers(lab))


def _unsettled(lab: JointLab, owners: Sequence[Owner], kept: Sequence[PaperRow]) -> Unsettled:
    plans = [one for one in owners if one.of == "labs"]
    return Unsettled(
        [
            m
            for one in plans
            for m in one.milestones
            if m.kind == "milestone" and m.state == "open" and m.actual is None
        ],
        [one for one in owners if one.of == "projects" and one.leads and not one.rests],
        len({row.person_id for row in lab.members if _holds(row, clock.today())}),
        sum(row.life == HELD for row in kept),
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
        select(Plan).where(Plan.lab_id == lab.id).options(joinedload(Plan.template_version))
    )
    steps = plan.template_version.milestones if plan and plan.template_version else ()
    means = {step["code"]: step.get("meaning", "") for step in steps}
    codes = [code for code, meant in means.items() if meant in (REVIEW, RENEWAL)]
    if plan is None or not codes:
        return []
    query = (
        select(Milestone, GateDecision, ReviewDecision.id)
        .outerjoin(GateDecision, GateDecision.milestone_id == Milestone.id)
        .outerjoin(ReviewDecision, ReviewDecision.decision_id == GateDecision.id)
        .where(
            Milestone.plan_id == plan.id,
            Milestone.code.in_(codes),
            Milestone.gate,
            Milestone.state != "cancelled",
        )
        .order_by(Milestone.position, Milestone.id, GateDecision.id)
    )
    newest = {one: row if link is None else None for one, row, link in db.session.execute(query)}
    return [Gate(one, means[one.code], row) for one, row in newest.items()]


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


def decided(lab: JointLab, *, as_of: date | None = None) -> dict[LabReview, list[GateDecision]]:
    """The reviews of a laboratory with the decisions at gates that stand for them, the newest first; one statement."""
    query = (
        _reviews(lab, as_of)
        .add_columns(GateDecision)
        .outerjoin(ReviewDecision, ReviewDecision.review_id == LabReview.id)
        .outerjoin(GateDecision, GateDecision.id == ReviewDecision.decision_id)
        .options(joinedload(GateDecision.milestone))
        .order_by(ReviewDecision.id)
    )
    found: dict[LabReview, list[GateDecision]] = {}
    for review, decision in db.session.execute(query):
        rows = found.setdefault(review, [])
        if decision is not None and (as_of is None or decision.recorded_at <= clock.end_of(as_of)):
            rows.append(decision)
    return found


def reviews_of(lab: JointLab, *, as_of: date | None = None) -> Sequence[LabReview]:
    """What was decided after its reviews, the newest first."""
    return db.session.scalars(_reviews(lab, as_of)).all()


def _reviews(lab: JointLab, as_of: date | None) -> Select[LabReview]:
    query = select(LabReview).where(LabReview.lab_id == lab.id).order_by(LabReview.id.desc())
    return query if as_of is None else query.where(LabReview.recorded_at <= clock.end_of(as_of))
