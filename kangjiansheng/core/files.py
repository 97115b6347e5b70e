"""Files: the bytes once, under their SHA-256 in the instance folder; any number of references to them.

The order in which a file arrives: the row of its bytes in the open transaction, the bytes on the disk (written
beside, made durable, renamed), the reference, the commit. Whatever breaks in between leaves at most bytes that
no row needs; `sweep` takes those away.

A file whose period of retention is over may be disposed of: its reference stays with name and digest, and once no
reference needs them the bytes go.
"""

import hashlib
import io
import os
import secrets
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from flask import Response, abort, current_app, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, ForeignKey, String, Text, UniqueConstraint, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import Base, Label, Word, db, is_sqlite
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.filetypes import TYPES, FileType, harmless, of_media, recognise, tidy_name

LARGEST = 15 * 1024 * 1024  # bytes of one file; a request takes 16 MB in all
HALF = ".part"
LEFT_BEHIND = timedelta(hours=1)
ALONE = "sandbox; default-src 'none'"

REFUSALS = {
    "core:file-type": _l(
        "“%(name)s”不能上传：内容不是可用的文件类型。可用：%(types)s。旧格式请另存为新格式。"
    ),
    "core:file-level": _l("文件的保密级别只能比所属事项更窄。"),
    "core:file-level-stale": _l("这份文件的保密级别刚被别人改过。请刷新页面后再改。"),
    "core:file-empty": _l("“%(name)s”是空的。"),
    "core:file-large": _l("“%(name)s”有 %(size)s MB，每个文件最多 %(most)s MB。请压缩后再传。"),
}


class FileBlob(Base):
    """The bytes of a file, known by their digest. They lie in the instance folder, not in the database."""

    __tablename__ = "file_blob"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(Label)  # by content


class FileRef(Base):
    """A file as somebody put it to a thing: its address and its access are those of the thing."""

    __tablename__ = "file_ref"
    __table_args__ = (UniqueConstraint("thing", "thing_id", "version_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    blob_id: Mapped[int] = mapped_column(ForeignKey("file_blob.id"), index=True)
    thing: Mapped[str] = mapped_column(Word)
    thing_id: Mapped[int]
    version_no: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(Label)  # as typed, made harmless
    kind: Mapped[str] = mapped_column(Word, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    level: Mapped[str] = mapped_column(
        Word, default=""
    )  # narrower than its thing (core/file_levels); or as it
    by_id: Mapped[int]  # the person; no key, for core knows no people
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    disposed_at: Mapped[datetime | None]  # the database refuses it without a disposal that two people decided
    disposal_id: Mapped[int | None]  # no key, for core knows no disposals

    blob: Mapped[FileBlob] = relationship(lazy="joined", innerjoin=True)

    @property
    def type(self) -> FileType:
        """What is in it."""
        return of_media(self.blob.media_type)

    def facts(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        facts = {
            "number": self.version_no,
            "name": self.name,
            "size": self.blob.size,
            "sha256": self.blob.sha256,
        }
        return facts | {"note": self.note} | ({"level": self.level} if self.level else {})


class Shelf(Protocol):
    """What files are counted together."""

    def take(self, size: int) -> None:
        """Refuse a file of so many bytes for which there is no room."""


def is_kept() -> ColumnElement[bool]:
    """The condition on FileBlob that its bytes are to be there: not all that name it were disposed of."""
    gone = select(FileRef.blob_id).where(FileRef.disposed_at.is_not(None))  # few, and looked up once
    of = select(FileRef.id).where(FileRef.blob_id == FileBlob.id, FileRef.disposed_at.is_(None))
    return FileBlob.id.not_in(gone) | of.exists()


class Damaged(Exception):
    """Stored bytes that are gone, or are no longer those of their digest."""


def attach(
    thing: str,
    thing_id: int,
    name: str,
    data: bytes,
    *,
    actor: Actor,
    at: datetime,
    within: Shelf,
    kind: str = "",
    note: str = "",
    level: str = "",
) -> FileRef:
    """Store a file and put it to a thing as its next version. Refused: an empty one, a large one, a type that is not
    taken, and one for which there is no room on the shelf (core/quotas)."""
    type_ = check(name, data)
    within.take(len(data))
    mine = select(func.max(FileRef.version_no)).where(FileRef.thing == thing, FileRef.thing_id == thing_id)
    ref = FileRef(
        blob=_store(data, type_),
        thing=thing,
        thing_id=thing_id,
        version_no=(db.session.scalar(mine) or 0) + 1,
        name=tidy_name(name, type_),
        kind=kind,
        note=note,
        level=level,
        by_id=actor.id,
        at=at,
    )
    db.session.add(ref)
    db.session.flush()
    return ref


def check(name: str, data: bytes) -> FileType:
    """The type of a file that may be stored; RuleBroken on the field `files` otherwise."""
    shown = harmless(name)
    if not data:
        raise RuleBroken("core:file-empty", "files", name=shown)
    if len(data) > LARGEST:
        size, most = f"{len(data) / 2**20:.1f}", LARGEST // 2**20
        raise RuleBroken("core:file-large", "files", name=shown, size=size, most=most)
    found = recognise(data, name)
    if found is None:
        words = [*(kind.word for kind in TYPES), "CSV"]
        raise RuleBroken("core:file-type", "files", name=shown, types=" ".join(words))
    return found


def folder() -> Path:
    """Where this installation keeps the bytes."""
    instance: Path = current_app.config["SETTINGS"].instance
    return instance / "files"


def place(root: Path, sha256: str) -> Path:
    """Where the bytes of a digest lie."""
    return root / sha256[:2] / sha256[2:4] / sha256


def lies_there(sha256: str) -> bool:
    """Whether there are bytes at the place of a digest; what they are, `read` says."""
    return place(folder(), sha256).exists()


def _store(data: bytes, kind: FileType) -> FileBlob:
    digest = hashlib.sha256(data).hexdigest()
    blob = _row(digest, len(data), kind)
    put(folder(), digest, data)
    return blob


def _row(digest: str, size: int, kind: FileType) -> FileBlob:
    known = select(FileBlob).where(FileBlob.sha256 == digest)
    known = known.with_for_update(read=True, key_share=True)  # `remove` waits for it, or this for `remove`
    blob = db.session.scalar(known)
    if blob is not None:
        return blob
    try:
        with db.session.begin_nested():
            blob = FileBlob(sha256=digest, size=size, media_type=kind.media)
            db.session.add(blob)
    except IntegrityError:  # somebody else stored the same bytes in this instant
        return db.session.scalars(known).one()
    return blob


def put(root: Path, sha256: str, data: bytes) -> None:
    """Write bytes to their place, whole or not at all, and durable before this returns."""
    try:
        read(root, sha256)
        return  # somebody brought them before
    except Damaged:
        target = place(root, sha256)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = root / f"{secrets.token_hex(8)}{HALF}"
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    try:
        for above in (target.parent, target.parent.parent, root):
            _fsync(above)
    except OSError:  # its name may not be on the disk: whoever brings it again must not find it there
        target.unlink(missing_ok=True)
        raise


def _fsync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(root: Path, sha256: str) -> bytes:
    """The bytes of a digest; Damaged when they are gone or were altered."""
    try:
        data = place(root, sha256).read_bytes()
    except OSError:
        raise Damaged(f"file_blob {sha256}: the bytes are not there") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Damaged(f"file_blob {sha256}: the bytes were changed")
    return data


def answer(ref: FileRef) -> Response:
    """The file for the browser: images may show, all else is saved. It can do nothing on our pages.

    It carries neither the digest nor the day on which the bytes first came: somebody else may have brought them.
    """
    if ref.disposed_at:
        facts = {"day": clock.day_of(ref.disposed_at), "number": ref.disposal_id}
        abort(
            410,
            _(
                "这份文件已于 %(day)s 按保存期限的规定销毁（销毁单 %(number)s），只留下名称和 SHA-256。",
                **facts,
            ),
        )
    data = io.BytesIO(read(folder(), ref.blob.sha256))
    response = send_file(
        data,
        mimetype=ref.blob.media_type,
        as_attachment=not ref.type.shown,
        download_name=ref.name,
        conditional=False,
        etag=False,
    )
    response.headers["Content-Security-Policy"] = ALONE
    response.headers["Cache-Control"] = "private, no-store"
    return response


def problems(session: Session, root: Path) -> Iterator[str]:
    """One line for each blob whose bytes are gone or altered; those that were disposed of are to be gone."""
    for digest in session.scalars(select(FileBlob.sha256).where(is_kept()).order_by(FileBlob.id)):
        try:
            read(root, digest)
        except Damaged as problem:
            yield str(problem)


def sweep() -> int:
    """Take away bytes that no row names, those of files disposed of twice as long ago as the worker waits (an upload that
    was refused in the end brings them back), and halves that a crash left; how many there were.

    Not by the clock: a database that `restore` set aside may still name them. Call it in a writing transaction: nobody brings a file meanwhile (SQLite has one writer; on PostgreSQL
    the table of blobs is locked against new rows).
    """
    root = folder()
    if not root.exists():
        return 0
    _alone()
    now = clock.now()
    lately = FileBlob.id.in_(select(FileRef.blob_id).where(FileRef.disposed_at > now - 2 * LEFT_BEHIND))
    named = set(db.session.scalars(select(FileBlob.sha256).where(is_kept() | lately)))
    old = (now - LEFT_BEHIND).timestamp()
    gone = [path for path in root.glob("*/*/*") if path.name not in named]
    gone += [path for path in root.glob(f"*{HALF}") if path.stat().st_mtime < old]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def remove(digests: Collection[str]) -> int:
    """Take away the bytes of files that were disposed of, but for those that another file needs; how many went. Call it
    in a writing transaction, some time after the disposal: a copy that began before it still reads them."""
    _alone()
    over = select(FileBlob.sha256).where(FileBlob.sha256.in_(digests), ~is_kept())
    gone = db.session.scalars(over).all()
    for digest in gone:
        place(folder(), digest).unlink(missing_ok=True)
    return len(gone)


def _alone() -> None:
    """Until the end of the transaction nobody brings a file. SQLite has one writer anyway."""
    if not is_sqlite():
        db.session.execute(text("LOCK TABLE file_blob IN EXCLUSIVE MODE"))
