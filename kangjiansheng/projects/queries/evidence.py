"""Evidence as its readers may see it, today and on a past day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager
from sqlalchemy.orm.attributes import set_committed_value

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.quotas import Shelf
from kangjiansheng.projects.models import Evidence, Milestone, Plan, TemplateVersion
from kangjiansheng.projects.queries.page import milestone
from kangjiansheng.projects.queries.rows import MilestoneRow
from kangjiansheng.projects.queries.visible import sees_evidence
from kangjiansheng.projects.rules import evidence as rules
from kangjiansheng.projects.rules.evidence import Expected, Tally

THING = Evidence.__tablename__
PROJECT, LAB = _l("本项目"), _l("本实验室")  # what has a shelf for its files


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence at the end of a day."""

    id: int
    milestone_id: int
    number: int
    kind: str
    verdict: str
    verdict_note: str
    judged_by_id: int | None
    judged_at: datetime | None
    withdrawn_by_id: int | None
    withdrawn_at: datetime | None
    withdrawn_note: str
    version_no: int
    name: str
    note: str
    by_id: int
    at: datetime
    size: int
    media_type: str
    sha256: str
    level: str = ""

    @property
    def withdrawn(self) -> bool:
        """True when it counts no longer."""
        return self.withdrawn_at is not None

    @property
    def people(self) -> set[int]:
        """Everybody whom its line names."""
        return {key for key in (self.by_id, self.judged_by_id, self.withdrawn_by_id) if key}


def evidence(*, actor: Actor, number: int, **where: str) -> Evidence | None:
    """A piece of evidence of a milestone that the actor may see."""
    found = milestone(actor=actor, **where)
    if found is None:
        return None
    query = _seen(select(Evidence), actor).where(Evidence.milestone_id == found.id, Evidence.number == number)
    piece = db.session.scalar(query.options(contains_eager(Evidence.file)))
    if piece is not None:
        set_committed_value(
            piece, "milestone", found
        )  # read with its plan: who asks for it asks nothing more
    return piece


def _seen(query: Select[Any], actor: Actor) -> Select[Any]:
    """Of pieces of milestones that the actor sees those whose newest file is for her."""
    return query.join(FileRef, FileRef.id == Evidence.file_id).where(sees_evidence(actor))


def evidence_file(
    *, actor: Actor, number: int, version: int, **where: str
) -> tuple[Evidence, FileRef] | None:
    """One version of a piece of evidence that the actor may see."""
    found = evidence(actor=actor, number=number, **where)
    if found is None:
        return None
    file = next((one for one in versions(found.id) if one.version_no == version), None)
    return (found, file) if file else None


def versions(evidence_id: int, as_of: date | None = None) -> list[FileRef]:
    """All files that were brought for a piece, the newest first."""
    query = select(FileRef).where(FileRef.thing == THING, FileRef.thing_id == evidence_id)
    if as_of is not None:
        query = query.where(FileRef.at <= clock.end_of(as_of))
    return list(db.session.scalars(query.order_by(FileRef.version_no.desc())))


def pieces(
    milestone_ids: Collection[int], *, actor: Actor, as_of: date | None = None
) -> dict[int, list[Piece]]:
    """The evidence that the actor sees of milestones (which she sees) by milestone, in order; one statement."""
    states = _then(milestone_ids, as_of, actor) if as_of else _now(milestone_ids, actor)
    found: dict[int, list[Piece]] = defaultdict(list)
    for key, state in states.items():
        found[state["milestone_id"]].append(_piece(key, state))
    for row in found.values():
        row.sort(key=lambda piece: piece.number)
    return found


def piece_of(row: Evidence, *, actor: Actor, as_of: date | None = None) -> Piece | None:
    """One piece as its line says it; on a past day as it stood, None before it was brought."""
    if as_of is None:
        return _piece(row.id, row.state())
    return next(
        (
            one
            for one in pieces([row.milestone_id], actor=actor, as_of=as_of)[row.milestone_id]
            if one.id == row.id
        ),
        None,
    )


def _now(milestone_ids: Collection[int], actor: Actor) -> dict[int, dict[str, Any]]:
    found = db.session.scalars(_brought(actor), {"ids": list(milestone_ids)})
    return {row.id: row.state() for row in found}


@once_a_day
def _brought(actor: Actor) -> Select[Evidence]:
    ids: Any = bindparam("ids", expanding=True)
    query = _seen(select(Evidence), actor).where(Evidence.milestone_id.in_(ids))
    return query.options(contains_eager(Evidence.file))


def _then(milestone_ids: Collection[int], as_of: date, actor: Actor) -> dict[int, dict[str, Any]]:
    theirs = _seen(select(Evidence.id), actor).where(Evidence.milestone_id.in_(milestone_ids))
    return states_at(Evidence, theirs, clock.end_of(as_of))


def _piece(key: int, state: Mapping[str, Any]) -> Piece:
    values = dict(state)
    for name in ("at", "judged_at", "withdrawn_at"):
        if isinstance(values[name], str):
            values[name] = datetime.fromisoformat(values[name])
    return Piece(id=key, **values)


def expected(milestone_ids: Collection[int]) -> dict[int, tuple[Expected, ...]]:
    """What the template versions of their plans expect of milestones; two statements."""
    made_by, wants = _expecting()
    rows = list(db.session.execute(made_by, {"ids": list(milestone_ids)}))
    wanted = {row.template_version_id for row in rows} - {None}
    known = {row.id: row.milestones for row in db.session.execute(wants, {"ids": list(wanted)})}
    return {row.id: rules.expected(known.get(row.template_version_id, ()), row.code) for row in rows}


@cache
def _expecting() -> tuple[Select[int, str, int | None], Select[int, list[Any]]]:
    """From which template versions milestones come, and what template versions want, each for some `ids`."""
    ids: Any = bindparam("ids", expanding=True)
    made_by = select(Milestone.id, Milestone.code, Plan.template_version_id).join(
        Plan, Plan.id == Milestone.plan_id
    )
    wants = select(TemplateVersion.id, TemplateVersion.milestones)
    return made_by.where(Milestone.id.in_(ids)), wants.where(TemplateVersion.id.in_(ids))


def expected_in(plan: Plan, milestones: Iterable[Any]) -> dict[int, tuple[Expected, ...]]:
    """The same for milestones (records or rows) of one plan; no statement when it was read with its template."""
    stored = plan.template_version.milestones if plan.template_version else ()
    return {row.id: rules.expected(stored, row.code) for row in milestones}


def tallies(milestone_ids: Collection[int], *, actor: Actor) -> dict[int, Tally]:
    """How the evidence of milestones stands today; three statements, whatever their number."""
    wanted, there = expected(milestone_ids), pieces(milestone_ids, actor=actor)
    return {key: rules.tally(wanted.get(key, ()), there.get(key, [])) for key in milestone_ids}


def tallies_of(
    plan: Plan | None, milestones: Iterable[MilestoneRow], *, actor: Actor, as_of: date | None = None
) -> dict[int, Tally]:
    """The same for the milestones of a plan that was read with its template; one statement."""
    version = plan.template_version if plan else None
    rows = list(milestones)
    there = pieces([row.id for row in rows], actor=actor, as_of=as_of)
    stored = version.milestones if version else ()
    return {row.id: rules.tally(rules.expected(stored, row.code), there.get(row.id, [])) for row in rows}


def shelf_of(plan: Plan) -> Shelf:
    """The files of a project, or of a laboratory's own plan: all evidence, whatever became of it."""
    mine = select(Evidence.id).join(Evidence.milestone).where(Milestone.plan_id == plan.id)
    holds = (FileRef.thing == THING) & FileRef.thing_id.in_(mine)
    return Shelf(PROJECT if plan.project_id else LAB, holds, sees_evidence)
