"""Putting things away, and taking them out again. Nothing is ever deleted."""

from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import notices, queries, rules
from kangjiansheng.labs.models import Agreement, Institution, JointLab, Obligation, SharedResource
from kangjiansheng.labs.notices import resources as resource_notices

Thing = Institution | Agreement | JointLab | Obligation | SharedResource
_WORDS: dict[type[Any], str] = {
    Institution: "institution",
    Agreement: "agreement",
    JointLab: "lab",
    Obligation: "obligation",
    SharedResource: "resource",
}


def archive(thing: Thing, *, actor: Actor, version: int | None) -> None:
    """Put a thing away: lists leave it out, its page and history stay.

    Refused while something rests on it (the refusal says what), and for a laboratory that is at work.
    """
    expect(thing, version)
    check_open(thing)
    if isinstance(thing, JointLab):
        rules.check_archivable(thing.life)
    rules.check_unused(queries.uses(thing))
    before = thing.state()
    thing.archived_at = clock.now()
    _record(thing, "archive", before, actor)


def restore(thing: Thing, *, actor: Actor) -> None:
    """Take a thing out of the archive; nothing happens when it is not there."""
    if thing.archived_at is None:
        return
    before = thing.state()
    thing.archived_at = None
    _record(thing, "restore", before, actor)


def _record(thing: Thing, act: str, before: dict[str, Any], actor: Actor) -> None:
    act = f"labs:{_WORDS[type(thing)]}:{act}"
    done = record(act, thing, actor=actor, before=before)
    if isinstance(thing, SharedResource):
        resource_notices.changed(thing, act, actor=actor, change=done)
    else:
        notices.changed(thing, act, actor=actor, change=done)


def check_open(thing: Thing) -> None:
    """Refuse to change what is put away: it must be restored first."""
    if thing.archived_at is not None:
        raise RuleBroken("labs:archived", None, code=thing.code)


def check_free(kind: type[Any], code: str) -> None:
    """Refuse a code that cannot stand in an address or is taken."""
    rules.check_code(code)
    if db.session.scalar(select(kind.id).where(kind.code == code)) is not None:
        raise RuleBroken("labs:code-taken", "code", code=code)
