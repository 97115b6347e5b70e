"""Papers of items. The door is that of the item: who may not see it finds none of its papers."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from kangjiansheng.committee.models import AgendaItem, Meeting, Paper
from kangjiansheng.committee.queries.visible import sees_item, sees_paper, visible_papers
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef

THING = "paper"


@dataclass(frozen=True)
class Filed:
    """A paper with its versions, the newest first."""

    paper: Paper
    versions: list[FileRef]

    @property
    def newest(self) -> FileRef:
        """The version that counts."""
        return self.versions[0]


def papers(items: Iterable[AgendaItem], *, actor: Actor | None) -> dict[int, list[Filed]]:
    """The papers of items that the caller let the actor see, by item; all of them for nobody in particular."""
    keys = [item.id for item in items]
    query = select(Paper).where(Paper.agenda_item_id.in_(keys), Paper.withdrawn_at.is_(None))
    rows = list(db.session.scalars(query.order_by(Paper.position, Paper.id))) if keys else []
    files, found = versions([row.id for row in rows], actor=actor), dict[int, list[Filed]]()
    for row in rows:
        if row.agenda_item_id is not None and row.id in files:
            found.setdefault(row.agenda_item_id, []).append(Filed(row, files[row.id]))
    return found


def versions(papers: Iterable[int], *, actor: Actor | None) -> dict[int, list[FileRef]]:
    """The files of papers that the actor sees, the newest first."""
    keys, found = list(papers), dict[int, list[FileRef]]()
    if not keys:
        return found
    query = select(FileRef).where(FileRef.thing == THING, FileRef.thing_id.in_(keys))
    query = query if actor is None else query.where(sees_paper(actor))
    for ref in db.session.scalars(query.order_by(FileRef.version_no.desc())):
        found.setdefault(ref.thing_id, []).append(ref)
    return found


def paper(*, actor: Actor, code: str, number: int) -> Paper | None:
    """A paper that was not taken back, of an item that the actor may see."""
    query = (
        select(Paper)
        .join(Paper.item)
        .join(AgendaItem.meeting)
        .where(
            or_(Meeting.code == code, Meeting.draft_code == code),
            Paper.id == number,
            Paper.withdrawn_at.is_(None),
            sees_item(actor),
            Paper.id.in_(visible_papers(actor)),
        )
        .options(
            contains_eager(Paper.item).contains_eager(AgendaItem.meeting).joinedload(Meeting.committee),
            contains_eager(Paper.item).joinedload(AgendaItem.project),
        )
    )
    return db.session.scalar(query)


def version(*, actor: Actor, code: str, number: int, version: int = 0) -> tuple[Paper, FileRef] | None:
    """One version of a paper; the newest when none is named."""
    found = paper(actor=actor, code=code, number=number)
    if found is None:
        return None
    for ref in versions([found.id], actor=actor).get(found.id, []):
        if version in (0, ref.version_no):
            return found, ref
    return None
