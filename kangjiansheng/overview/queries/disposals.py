"""Disposals: what was proposed and decided, what it lists, and what waits for whom."""

from sqlalchemy import Select, case, false, func, select
from sqlalchemy.orm import joinedload

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.overview.models import Disposal, DisposalFile
from kangjiansheng.overview.rules import retention as rules


def disposals(limit: int = 50) -> list[Disposal]:
    """The last disposals, those that wait first."""
    waits = case((Disposal.life == rules.PROPOSED, 0), else_=1)
    query = select(Disposal).options(joinedload(Disposal.proposed_by), joinedload(Disposal.decided_by))
    return list(db.session.scalars(query.order_by(waits, Disposal.id.desc()).limit(limit)))


def disposal(*, actor: Actor, number: int) -> Disposal | None:
    """One disposal."""
    return db.session.get(Disposal, number)


def waiting(kind: str) -> Disposal | None:
    """The disposal of a kind that waits for a decision."""
    return db.session.scalar(select(Disposal).where(Disposal.kind == kind, Disposal.life == rules.PROPOSED))


def waits_for(actor: Actor) -> Select[Disposal]:
    """The disposals that wait for the actor: of whoever decides on rights, those that somebody else proposed."""
    mine = Disposal.proposed_by_id != actor.id if actor.has("security") else false()
    return select(Disposal).where(Disposal.life == rules.PROPOSED, mine).order_by(Disposal.id)


def to_decide(actor: Actor) -> list[Disposal]:
    """They themselves; nobody else is asked for."""
    return list(db.session.scalars(waits_for(actor))) if actor.has("security") else []


def unemptied() -> Select[Disposal]:
    """The disposals that were decided and whose bytes are still there."""
    return select(Disposal).where(Disposal.life == rules.DONE, Disposal.emptied_at.is_(None))


def brought_back(disposal: Disposal) -> int:
    """How many files of a decided disposal a later hold has kept: they are no longer disposed of under it."""
    listed = select(func.count()).select_from(DisposalFile).join(FileRef, FileRef.id == DisposalFile.file_id)
    other = FileRef.disposal_id.is_distinct_from(disposal.id)
    return db.session.scalar(listed.where(DisposalFile.disposal_id == disposal.id, other)) or 0


def files_of(disposal: Disposal) -> Select[DisposalFile]:
    """The files of a disposal, place by place, the oldest first."""
    query = select(DisposalFile).where(DisposalFile.disposal_id == disposal.id)
    return query.order_by(DisposalFile.place, DisposalFile.brought_at, DisposalFile.id)


def places_of(disposal: Disposal) -> list[tuple[str, int, int]]:
    """How many files of a disposal there are of each place, and how large they are."""
    query = select(DisposalFile.place, func.count(), func.sum(DisposalFile.size))
    query = query.where(DisposalFile.disposal_id == disposal.id).group_by(DisposalFile.place)
    return [
        (place, count, int(size))
        for place, count, size in db.session.execute(query.order_by(DisposalFile.place))
    ]
