"""A level of confidentiality of its own for one file: narrower than its thing, never wider.

A level says the same of a file as of its thing: the file is for those who would see the thing if this were its
level. A floor gives the keys of these things (`seen`); that the thing itself is seen, its own door says.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from wtforms import HiddenField, SelectField

from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.forms import Form

LEVELS = ("open", "parties", "team")  # from the widest to the narrowest
AS_THING = _l("与所属事项相同")


def narrower(level: str) -> tuple[str, ...]:
    """The levels that a file of a thing of that level may have."""
    return LEVELS[LEVELS.index(level) + 1 :]


def seen(actor: Actor, **at: Select[int]) -> ColumnElement[bool]:
    """The condition on a file of a thing that the actor sees. `at` selects by level the keys of the things that would
    be hers at that level. Who brought a file sees it."""
    if actor.reads_all:
        return true()
    own = [and_(FileRef.level == level, FileRef.thing_id.in_(keys)) for level, keys in at.items()]
    return or_(FileRef.level == "", FileRef.by_id == actor.id, *own)


def check(level: str, within: str) -> None:
    """A file is as its thing, or narrower; RuleBroken on the field `level` otherwise."""
    if level and level not in narrower(within):
        raise RuleBroken("core:file-level", "level")


def put(files: Sequence[FileRef], level: str, was: str, *, within: str) -> dict[str, Any] | None:
    """Give files (the versions of one) a level; what the trail keeps of it, None when nothing changes.

    `was` is the level that was on the page: what somebody else has narrowed since is not widened by mistake.
    """
    check(level, within)
    (now,) = {file.level for file in files}
    if now == level:
        return None
    if now != was:
        raise RuleBroken("core:file-level-stale", "level")
    for file in files:
        file.level = level
    return {"number": files[0].version_no, "name": files[0].name, "level": level, "was": now}


def unseen(thing: str, thing_id: int, condition: ColumnElement[bool]) -> set[int]:
    """The numbers of the files of a thing, withdrawn ones too, that the condition (see `seen`) holds back."""
    query = select(FileRef.version_no).where(FileRef.thing == thing, FileRef.thing_id == thing_id)
    return set(db.session.scalars(query.where(~condition)))


def without(entries: Iterable[AuditEntry], numbers: Collection[int]) -> list[AuditEntry]:
    """The entries of a trail but for those that tell of the files of these numbers."""
    return [one for one in entries if (one.after.get("file") or {}).get("number") not in numbers]


def level_field(name: str) -> Any:
    """For whom a file is that is being brought; `offer` says what there is to choose. `name` is its id on the page."""
    return SelectField(_l("谁能看到文件"), choices=[("", AS_THING)], default="", id=name)


def offer(field: SelectField, level: str, words: Mapping[str, Any]) -> None:
    """Offer the levels below that of the thing, in the words of its floor."""
    field.choices = choices(level, words)


def choices(level: str, words: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What a file of a thing of that level may be, in words."""
    return [("", AS_THING), *((one, words[one]) for one in narrower(level))]


class LevelForm(Form):
    """Another level for a file that is there."""

    level = SelectField(_l("谁能看到文件"), validate_choice=False)
    was = HiddenField()
