"""What an edited sheet is compared with, and the batches that were sent back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import text
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.models import (
    ImportBatch,
    ImportRow,
    Milestone,
    Plan,
    Project,
)
from kangjiansheng.projects.queries.beginnings import openings_undone, taken_back
from kangjiansheng.projects.queries.gates import stopped
from kangjiansheng.projects.queries.owners import ARCHIVED_AT, CODE, ILLUSTRATIVE, PATH, with_owner
from kangjiansheng.projects.queries.people import BELONGING, people_of_plans
from kangjiansheng.projects.queries.rows import state_of
from kangjiansheng.projects.queries.visible import may_see_plan, visible_milestones
from kangjiansheng.projects.rules.plans import promises_nothing
from kangjiansheng.projects.rules.sheets import Right, Stored

AT_ONCE = 5000  # ids in one statement
T = TypeVar("T")
_NOTHING: Mapping[int, str] = {}

_COLUMNS = (
    "id plan_id code version name_hans name_hant name_en owner_id baseline current_plan forecast proposed actual state "
    "kind flagged confirmed_at confirmed_by_id reason_code note moves"
)


def parts(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in portions that one statement takes."""
    rest = list(items)
    for start in range(0, len(rest), AT_ONCE):
        yield rest[start : start + AT_ONCE]


def held() -> dict[int, str]:
    """The gates that conditions of an earlier gate stop, with these in words."""
    return {
        key: " · ".join(f"{m.code} {name_of(m)}" for m in conditions) for key, conditions in stopped().items()
    }


def rows_by_code(codes: Collection[str], *, actor: Actor) -> list[Any]:
    """All milestones of the projects and laboratories with these codes that the actor sees."""
    return [row for part in parts(codes) for row in db.session.execute(_rows(actor).where(CODE.in_(part)))]


def plans_to_join(codes: Collection[str], led: Collection[int], *, actor: Actor) -> dict[str, Plan]:
    """Those of the plans that the actor leads to which milestones may be added, by the code of what they belong to: what
    was put away and the plan of a laboratory that was taken back take none."""
    joined = select(Plan).outerjoin(Project, Project.id == Plan.project_id)
    query = (
        joined.outerjoin(JointLab, JointLab.id == Plan.lab_id)
        .where(may_see_plan(actor), ARCHIVED_AT.is_(None), Plan.id.in_(led))
        .options(contains_eager(Plan.project), contains_eager(Plan.lab), joinedload(Plan.template_version))
        .order_by(Plan.id)
    )
    found = [plan for part in parts(codes) for plan in db.session.scalars(query.where(CODE.in_(part)))]
    return {plan.owner.code: plan for plan in found if plan.lab_id is None or not taken_back(plan.milestones)}


def gone(rows: Iterable[Any], led: Collection[int]) -> set[int]:
    """Of the milestones of plans that the actor leads those that came with a sheet which was taken back: they may come
    once more."""
    empty = {row.id for row in rows if promises_nothing([row]) and row.plan_id in led}
    return {key for part in parts(sorted(empty)) for key in openings_undone(part)}


def begun(rows: Iterable[Any]) -> dict[int, date | None]:
    """For each milestone of whole plans the day on which the work began, as far as its facts and its
    other milestones tell."""
    known: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = list(rows)
    for row in rows:
        if row.baseline_start is not None:
            known[row.plan_id].append((row.baseline_start, 0))
        known[row.plan_id] += [(day, row.id) for day in (row.baseline, row.actual) if day is not None]
    for days in known.values():
        days.sort()
    return {row.id: next((day for day, of in known[row.plan_id] if of != row.id), None) for row in rows}


def _rows(actor: Actor) -> Select[Any]:
    return with_owner(
        select(
            *(getattr(Milestone, key) for key in _COLUMNS.split()),
            CODE.label("project"),
            PATH.label("path"),
            ILLUSTRATIVE.label("illustrative"),
            ARCHIVED_AT.label("archived_at"),
            func.coalesce(Project.owner_role, "").label("owner_role"),
            Project.baseline_start,
        )
    ).where(may_see_plan(actor))


def stored(
    row: Any,
    right: Right,
    names: Mapping[int, tuple[str, ...]],
    begun: Mapping[int, date | None],
    held: Mapping[int, str] = _NOTHING,
    unaccepted: Mapping[int, str] = _NOTHING,
) -> Stored:
    """A row of `rows_by_code` as the rules take it."""
    return Stored(
        id=row.id,
        plan_id=row.plan_id,
        project=row.project,
        code=row.code,
        version=row.version,
        names=(row.name_hans, row.name_hant, row.name_en),
        state=state_of(row),
        note=text.line(row.note),
        owner=row.owner_id,
        # Lists say the role where there is no person.
        owner_names=names.get(row.owner_id, ()) if row.owner_id is not None else (row.owner_role,),
        right=right,
        archived=row.archived_at is not None,
        begun=begun.get(row.id),
        held_by=held.get(row.id, ""),
        unaccepted=unaccepted.get(row.id, ""),
    )


def names_of(ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """What people are called, in three scripts, also where one is derived, and their codes."""
    query = select(Person.id, Person.name_hans, Person.name_hant, Person.name_en, Person.code)
    return {
        row[0]: (*row[1:], text.to_hant(row.name_hans))
        for part in parts(ids)
        for row in db.session.execute(query.where(Person.id.in_(part)))
    }


def teams(plans: Collection[int]) -> dict[int, list[tuple[int, tuple[str, ...]]]]:
    """Who may own a milestone, by plan, with their names."""
    found = people_of(plans)
    names = names_of(set().union(*found.values()))
    return {plan: [(person, names[person]) for person in people] for plan, people in found.items()}


def people_of(plans: Collection[int], taking_part: Collection[str] = ()) -> dict[int, set[int]]:
    """Those who take part in many plans, in any way or as is said, by plan."""
    found: dict[int, set[int]] = {}
    for part in parts(plans):
        found |= people_of_plans(part, taking_part)
    return found


def concerned(plans: Collection[int]) -> dict[int, set[int]]:
    """The leads and members of plans, by plan."""
    return people_of(plans, BELONGING)


def batches(*, actor: Actor) -> list[ImportBatch]:
    """The sheets that I have sent, newest first; those who read all see all."""
    query = select(ImportBatch).options(joinedload(ImportBatch.by)).order_by(ImportBatch.id.desc())
    return list(db.session.scalars(query if actor.reads_all else query.where(ImportBatch.by_id == actor.id)))


def batch(*, actor: Actor, code: str) -> ImportBatch | None:
    """A batch of one's own, or any for those who read all."""
    query = (
        select(ImportBatch)
        .where(ImportBatch.code == code)
        .options(joinedload(ImportBatch.by), joinedload(ImportBatch.task))
    )
    if not actor.reads_all:
        query = query.where(ImportBatch.by_id == actor.id)
    return db.session.scalar(query)


SHOWN = {
    "change": ImportRow.kind == "change",
    "new": ImportRow.kind == "new",
    "conflict": ImportRow.kind == "conflict",
    "fault": ImportRow.kind == "fault",
    "same": ImportRow.kind == "same",
    "accepted": ImportRow.accepted.is_(True),
    "refused": ImportRow.outcome.in_(("changed-since", "refused", "undo-changed", "undo-refused")),
}


def shown(batch: ImportBatch, which: str, *, actor: Actor) -> ColumnElement[bool]:
    """The condition on the rows that a page of a batch shows: those of what the actor sees today."""
    seen = or_(ImportRow.milestone_id.is_(None), ImportRow.milestone_id.in_(visible_milestones(actor)))
    found = (ImportRow.batch_id == batch.id) & seen
    return found & SHOWN[which] if which in SHOWN else found


def tally(batch: ImportBatch, *, actor: Actor) -> dict[str, int]:
    """How many rows each view of a batch holds; how many of the accepted ones still lack a reason, or change a
    plan, which needs an authority."""
    seen = shown(batch, "", actor=actor)
    counts = [func.count().filter(condition).label(key) for key, condition in SHOWN.items()]
    lacking = func.count().filter(ImportRow.accepted.is_(True), ImportRow.lacks_reason.is_(True))
    replanning = func.count().filter(ImportRow.accepted.is_(True), ImportRow.replans.is_(True))
    asked = (lacking.label("lacking"), replanning.label("replanning"))
    row = db.session.execute(select(func.count().label("all"), *counts, *asked).where(seen))
    return dict(row.mappings().one())


def page_of(
    batch: ImportBatch, which: str, *, actor: Actor, start: int, size: int
) -> list[tuple[ImportRow, Any]]:
    """Some rows of a batch in the order of the file, each with its milestone."""
    plan = joinedload(Milestone.plan)
    query = (
        select(ImportRow, Milestone)
        .outerjoin(Milestone, Milestone.id == ImportRow.milestone_id)
        .options(plan.joinedload(Plan.project), plan.joinedload(Plan.lab))
        .where(shown(batch, which, actor=actor))
        .order_by(ImportRow.position)
        .offset(start)
        .limit(size)
    )
    return [(row, milestone) for row, milestone in db.session.execute(query)]
