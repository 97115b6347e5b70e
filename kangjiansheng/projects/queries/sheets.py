"""What an edited sheet is compared with, and the batches that were sent back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import LabMember
from kangjiansheng.projects.models import (
    ImportBatch,
    ImportRow,
    Milestone,
    Plan,
    Project,
    ProjectLab,
    ProjectMember,
)
from kangjiansheng.projects.queries.gates import stopped
from kangjiansheng.projects.queries.rows import state_of
from kangjiansheng.projects.queries.visible import DIRECTORS, may_see, visible_milestones
from kangjiansheng.projects.rules.sheets import Right, Stored

AT_ONCE = 5000  # ids in one statement
T = TypeVar("T")
_NOTHING: Mapping[int, str] = {}

_COLUMNS = (
    "id code version name_hans name_hant name_en owner_id baseline current_plan forecast proposed actual state "
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
    """All milestones of the projects with these codes that the actor sees."""
    return [
        row for part in parts(codes) for row in db.session.execute(_rows(actor).where(Project.code.in_(part)))
    ]


def begun(rows: Iterable[Any]) -> dict[int, date | None]:
    """For each milestone of whole projects the day on which its project began, as far as its facts and its
    other milestones tell."""
    known: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = list(rows)
    for row in rows:
        if row.baseline_start is not None:
            known[row.project_id].append((row.baseline_start, 0))
        known[row.project_id] += [(day, row.id) for day in (row.baseline, row.actual) if day is not None]
    for days in known.values():
        days.sort()
    return {row.id: next((day for day, of in known[row.project_id] if of != row.id), None) for row in rows}


def _rows(actor: Actor) -> Select[Any]:
    return (
        select(
            *(getattr(Milestone, key) for key in _COLUMNS.split()),
            Project.id.label("project_id"),
            Project.code.label("project"),
            Project.illustrative,
            Project.archived_at,
            Project.owner_role,
            Project.baseline_start,
        )
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(may_see(actor))
    )


def stored(
    row: Any,
    right: Right,
    names: Mapping[int, tuple[str, ...]],
    begun: Mapping[int, date | None],
    held: Mapping[int, str] = _NOTHING,
) -> Stored:
    """A row of `rows_by_code` as the rules take it."""
    return Stored(
        id=row.id,
        project_id=row.project_id,
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
    )


def names_of(ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """What people are called, in three scripts, also where one is derived, and their codes."""
    query = select(Person.id, Person.name_hans, Person.name_hant, Person.name_en, Person.code)
    return {
        row[0]: (*row[1:], text.to_hant(row.name_hans))
        for part in parts(ids)
        for row in db.session.execute(query.where(Person.id.in_(part)))
    }


def teams(projects: Collection[int]) -> dict[int, list[tuple[int, tuple[str, ...]]]]:
    """Who may own a milestone, by project: the members of each and of its laboratories, with their names."""
    pairs = [(project, person) for project, person, _role in _people(projects, ())]
    names = names_of({person for _project, person in pairs})
    found: dict[int, list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
    for project, person in pairs:
        found[project].append((person, names[person]))
    return found


def concerned(projects: Collection[int]) -> dict[int, set[int]]:
    """The leads and members of projects and the directors of their laboratories, by project."""
    found: dict[int, set[int]] = defaultdict(set)
    for project, person, role in _people(projects, DIRECTORS):
        if role != "reader":
            found[project].add(person)
    return found


def _people(projects: Collection[int], lab_roles: Sequence[str]) -> list[Any]:
    today = clock.today()
    found = []
    for part in parts(projects):
        members = select(ProjectMember.project_id, ProjectMember.person_id, ProjectMember.role).where(
            ProjectMember.project_id.in_(part), holds_on(ProjectMember, today)
        )
        labs = (
            select(ProjectLab.project_id, LabMember.person_id, LabMember.role)
            .join(LabMember, LabMember.lab_id == ProjectLab.lab_id)
            .where(ProjectLab.project_id.in_(part), holds_on(LabMember, today))
        )
        if lab_roles:
            labs = labs.where(LabMember.role.in_(lab_roles))
        found += list(db.session.execute(union(members, labs)))
    return found


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


def called(ids: set[int]) -> dict[int, str]:
    """What batches are called, for the trail."""
    query = select(ImportBatch.id, ImportBatch.code, ImportBatch.name).where(ImportBatch.id.in_(ids))
    return {row.id: f"{row.code} {row.name}" for row in db.session.execute(query)}


SHOWN = {
    "change": ImportRow.kind == "change",
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
    query = (
        select(ImportRow, Milestone)
        .outerjoin(Milestone, Milestone.id == ImportRow.milestone_id)
        .where(shown(batch, which, actor=actor))
        .order_by(ImportRow.position)
        .offset(start)
        .limit(size)
    )
    return [(row, milestone) for row, milestone in db.session.execute(query)]
