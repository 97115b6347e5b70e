"""How many bytes of files may be kept: of one project (or laboratory, agreement, committee), and of all.

A shelf is what files are counted together. On a shelf each file counts with all its bytes, also one whose bytes lie
elsewhere or were withdrawn (the record keeps them until they are disposed of): else room would tell of files that one
may not see. Of what is used each reader is told what she may see of it, by the doors of the files, recusal included:
also who reads all. A refusal names the limit alone. Of all, bytes count as they lie on the disk, once; a file that
comes is counted whole all the same, known or not. Who looks whether there is room holds a lock until the commit, so
that of two uploads at once the later one counts the earlier one's files.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy import text as sql

from kangjiansheng.core import text
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileBlob, FileRef, is_kept

LOCK = 0x6B6A76  # advisory lock of those who bring files, on PostgreSQL; SQLite lets in one writer
MEGABYTE = 2**20
NEARLY = 80  # percent from which pages say how much is used

REFUSALS = {
    "core:shelf-full": _l(
        "%(shelf)s的文件最多共 %(most)s，放不下这份 %(size)s 的文件。请压缩后再传；需要更多空间时，请系统管理员提高上限（KJS_FILES_EACH）。撤回的文件也占空间。"
    ),
    "core:files-full": _l(
        "本系统的文件最多共 %(most)s，放不下这份 %(size)s 的文件。请告知系统管理员提高上限（KJS_FILES_ALL）或增加磁盘。"
    ),
}


@dataclass(frozen=True)
class Room:
    """Bytes used, of so many that may be."""

    used: int
    most: int

    @property
    def percent(self) -> int:
        """How much is used, rounded down."""
        return self.used * 100 // self.most

    @property
    def said(self) -> str:
        """How much is used, in words."""
        used, most = text.size(self.used), text.size(self.most)
        said = _("文件已用 %(used)s，上限 %(most)s（%(percent)s%%）")
        return str(said) % {"used": used, "most": most, "percent": self.percent}

    @property
    def nearly_full(self) -> bool:
        """Whether it is time to say so."""
        return self.percent >= NEARLY


@dataclass(frozen=True)
class Shelf:
    """Files that are counted together: `holds` says of a reference whether it lies here, `called` is the word for it
    in a sentence, `seen` the condition on a reference that lies here under which somebody sees it."""

    called: Any
    holds: ColumnElement[bool]
    seen: Callable[[Actor], ColumnElement[bool]]

    def room(self, *, actor: Actor) -> Room:
        """How much of it is used by what the actor sees: what others keep from her takes room, and says nothing."""
        return self._used(self.seen(actor))

    def _used(self, of: ColumnElement[bool]) -> Room:
        size = select(func.coalesce(func.sum(FileBlob.size), 0)).join(FileRef, FileRef.blob_id == FileBlob.id)
        most: int = current_app.config["SETTINGS"].files_each * MEGABYTE
        return Room(db.session.scalar(size.where(self.holds, of, FileRef.disposed_at.is_(None))) or 0, most)

    def take(self, size: int) -> None:
        """Make sure that a file of so many bytes may be put here; until the commit nobody else puts one anywhere."""
        if not is_sqlite():
            db.session.execute(sql("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        whole, here = room_of_all(), self._used(true())
        if whole.used + size > whole.most:
            raise RuleBroken("core:files-full", "files", most=text.size(whole.most), size=text.size(size))
        if here.used + size > here.most:
            most, one = text.size(here.most), text.size(size)
            raise RuleBroken("core:shelf-full", "files", shelf=self.called, most=most, size=one)


def room_of_all() -> Room:
    """How much of what the installation may keep is used."""
    used = db.session.scalar(select(func.coalesce(func.sum(FileBlob.size), 0)).where(is_kept())) or 0
    return Room(used, current_app.config["SETTINGS"].files_all * MEGABYTE)
