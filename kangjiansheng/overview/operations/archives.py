"""Asking for what a party takes along, making it known, taking it back, and erasing it when its days are over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock, outbox, queue
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.files import LEFT_BEHIND
from kangjiansheng.labs.models import Institution
from kangjiansheng.overview import notices
from kangjiansheng.overview.models import PartyArchive
from kangjiansheng.overview.queries import archives as queries
from kangjiansheng.overview.rules import archives as rules

MAKE = "overview:archive"


def ask(institution: Institution, *, actor: Actor) -> PartyArchive:
    """Let the worker make an archive. Two who ask at once get the same one; one that lies ready gives way."""
    key = institution.id
    db.session.execute(select(Institution.id).where(Institution.id == key).with_for_update())
    there = queries.current(key)
    if there is not None and there.life == rules.ASKED and queries.standing(there) != "failed":
        return there
    if there is not None:
        there.life = "failed" if there.life == rules.ASKED else "replaced"
        db.session.flush()
    made = PartyArchive(
        institution=institution,
        number=queries.next_number(key),
        asked_by_id=actor.id,
        asked_at=clock.now(),
        holds={},
    )
    db.session.add(made)
    db.session.flush()
    made.task = queue.put(MAKE, {"archive": made.id})
    record("overview:archive:ask", made, actor=actor, before={})
    return made


def end(archive: PartyArchive, *, actor: Actor) -> None:
    """Take an archive back: one that is waited for is not made, one that lies ready is erased. Any other stays."""
    db.session.refresh(archive, ["life"], with_for_update=True)
    if archive.life not in rules.CURRENT:
        return
    before = archive.state()
    archive.life = "ended"
    record("overview:archive:end", archive, actor=actor, before=before)


@dataclass(frozen=True)
class Made:
    """What the worker has written: the file in the folder, and what must be known of it."""

    file: str
    size: int
    sha256: str
    made_at: datetime
    illustrative: bool
    holds: dict[str, list[int]]


def keep(archive_id: int, made: Made) -> bool:
    """Let an archive lie ready, and tell who asked for it; False when nobody waits for it any more."""
    query = select(PartyArchive.id).where(PartyArchive.id == archive_id).with_for_update()
    db.session.execute(query)
    archive = queries.wanted(archive_id)
    if archive is None:
        return False
    before = archive.state()
    for name in ("file", "size", "sha256", "made_at", "illustrative", "holds"):
        setattr(archive, name, getattr(made, name))
    archive.life, archive.expires_at = rules.READY, clock.now() + rules.KEPT
    change = record("overview:archive:make", archive, actor=system_actor(), source="job", before=before)
    _tell(archive, change.id)
    return True


def _tell(archive: PartyArchive, change_id: int) -> None:
    institution, address = archive.institution, f"/partners/{archive.institution.code}/archive"
    facts: dict[str, Any] = {
        "name": {key: getattr(institution, f"name_{key}") for key in ("hans", "hant", "en")},
        "until": archive.expires_at.isoformat() if archive.expires_at else "",
        "sha256": archive.sha256,
        "illustrative": archive.illustrative,
    }
    outbox.tell([archive.asked_by_id], notices.ARCHIVE, facts, address=address)
    person = db.session.get_one(Person, archive.asked_by_id)
    if person.email:
        to, key = person.email, f"archive-{archive.id}-{change_id}"
        outbox.mail(to, notices.ARCHIVE, facts, change=key, locale=person.locale, address=address)


def note_taken(archive_id: int, *, actor: Actor) -> None:
    """Leave in the trail that somebody took an archive along."""
    archive = db.session.get_one(PartyArchive, archive_id)
    after = {"institution": archive.institution.code, "sha256": archive.sha256}
    record("overview:archive:take", archive, actor=actor, before={}, after=after)


def look_after() -> None:
    """Let go of archives whose days are over, and erase the files of all that nobody may take any more."""
    over = (PartyArchive.life == rules.READY) & (PartyArchive.expires_at <= clock.now())
    for archive in db.session.scalars(select(PartyArchive).where(over).with_for_update()).all():
        before = archive.state()
        archive.life = "expired"
        record("overview:archive:expire", archive, actor=system_actor(), source="job", before=before)
    left = select(PartyArchive).where(PartyArchive.life != rules.READY, PartyArchive.file != "")
    for archive in db.session.scalars(left.with_for_update()).all():
        queries.place(archive).unlink(missing_ok=True)
        archive.file, archive.holds = "", {}
    _sweep()


def _sweep() -> None:
    """Take away what a crash left behind: halves, and files that no row names."""
    named = set(db.session.scalars(select(PartyArchive.file).where(PartyArchive.file != "")))
    old = (clock.now() - LEFT_BEHIND).timestamp()
    for path in queries.folder().glob("*"):
        if path.name not in named and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)
