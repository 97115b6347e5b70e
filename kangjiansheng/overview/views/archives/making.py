"""Writing the archive of a party: row by row and file by file into the folder, all tables as of one moment."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import orjson
from flask import current_app
from sqlalchemy import Select
from sqlalchemy.engine import Connection

from kangjiansheng.committee.documents import markdown
from kangjiansheng.committee.queries import exports, loaders
from kangjiansheng.committee.views.downloads import official
from kangjiansheng.core import clock, files
from kangjiansheng.core.archives import Archive, Entry, writing_to
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db, reading
from kangjiansheng.core.digests import canonical
from kangjiansheng.core.i18n import speaking
from kangjiansheng.core.queue import Report
from kangjiansheng.core.sheets import BOM, csv_line
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.queries.visible import any_member_of
from kangjiansheng.overview.models import PartyArchive
from kangjiansheng.overview.operations import archives as operations
from kangjiansheng.overview.queries import archives as queries
from kangjiansheng.overview.queries import party_data
from kangjiansheng.overview.queries.party_data import Kind, scope_of
from kangjiansheng.overview.queries.party_data.committee import with_minutes
from kangjiansheng.overview.rules import archives as rules
from kangjiansheng.overview.views.archives import readme

AT_ONCE = 500  # rows of a table in memory
OFTEN = 5_000  # rows after which the worker says that it goes on
IN_MEMORY = 1 << 20  # bytes of a table's CSV, before it goes to a file


class NotWanted(Exception):
    """Nobody waits for it any more."""


@dataclass
class Contents:
    """What has been written so far: the entries, with the number of rows of tables, and what is illustrative."""

    archive: Archive
    report: Callable[[int, int], None]
    total: int
    done: int = 0
    listed: list[dict[str, Any]] = field(default_factory=list)

    def step(self) -> None:
        """One part of the whole is done."""
        self.done += 1
        self.report(self.done, self.total)

    def beat(self) -> None:
        """A part takes long: whoever waits, and the queue, hear that it goes on."""
        self.report(self.done, self.total)

    def add(self, name: str, pieces: Iterable[bytes], **facts: Any) -> Entry:
        """Write one file."""
        made = self.archive.add(name, pieces)
        self.listed.append({"path": made.name, "size": made.size, "sha256": made.sha256, **facts})
        return made

    @property
    def illustrative(self) -> bool:
        """True when anything in it is."""
        return any(one.get("illustrative") for one in self.listed)


def make(asked: Mapping[str, Any], report: Report) -> None:
    """What the worker does: write the file, then let it lie ready; nothing is left of one that is not wanted."""
    archive = queries.wanted(asked["archive"])
    if archive is None:
        return
    at, name = clock.now(), f"{secrets.token_hex(16)}.zip"
    queries.folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    target = queries.folder() / name
    part = target.with_name(f"{name}{queries.HALF}")
    try:
        made = _written(archive, part, at, report)
        part.replace(target)
        with writing():
            kept = operations.keep(asked["archive"], replace(made, file=name))
        if not kept:
            target.unlink(missing_ok=True)
    except NotWanted:
        return
    finally:
        part.unlink(missing_ok=True)


def _written(archive: PartyArchive, part: Path, at: datetime, report: Report) -> operations.Made:
    key, language = archive.id, archive.asked_by.locale
    who, code = any_member_of(archive.institution), archive.institution.code
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
        found, holds = fill(out, who, code, at, language=language, step=_steps(key, report))
        out.flush()
        os.fsync(out.fileno())
        out.seek(0)
        digest = hashlib.file_digest(out, "sha256").hexdigest()
        size = out.seek(0, os.SEEK_END)
    return operations.Made("", size, digest, at, found.illustrative, holds)


def _steps(archive_id: int, report: Report) -> Callable[[int, int], None]:
    """Progress, and the question whether anybody still waits."""

    def step(done: int, total: int) -> None:
        report(done, total)
        if not queries.is_wanted(archive_id):
            raise NotWanted
        db.session.rollback()

    return step


def fill(
    out: IO[bytes],
    who: Actor,
    code: str,
    at: datetime,
    *,
    language: str,
    step: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[Contents, dict[str, list[int]]]:
    """Write the archive of whoever stands for the institution `code`; what was written, and the ids that it holds."""
    kinds, scope = party_data.kinds(who), scope_of(who)
    stored = party_data.files.stored(scope)
    with reading(db.engine) as connection, writing_to(out, at) as archive:
        holds = queries.held(scope, connection)
        total = len(kinds) + len(holds["minutes"]) + len(stored) + 1
        found = Contents(archive, step, total)
        found.step()
        for kind in kinds:
            _table(found, kind, _rows(connection, kind.rows), code, at)
            found.step()
        for meeting, _key in connection.execute(with_minutes(scope)).all():
            _minutes(found, meeting, who, at, language)
            found.step()
        _files(found, connection, stored, code, at)
        _about(found, code, who.label, at)
    return found, holds


def _rows(connection: Connection, query: Select[Any]) -> Iterator[dict[str, Any]]:
    """Row by row, however many there are."""
    result = connection.execution_options(yield_per=AT_ONCE).execute(query)
    return (dict(row) for row in result.mappings())


def _table(found: Contents, kind: Kind, rows: Iterator[dict[str, Any]], code: str, at: datetime) -> None:
    """One kind as canonical JSON and as CSV; the rows are read once."""
    heads = [column["name"] for column in kind.rows.column_descriptions]
    table = _Table(heads, found.beat)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(queries.folder())) as beside:
        beside.write(BOM + csv_line(heads))
        head = canonical({"as_of": at, "kind": kind.name, "party": code})[:-1] + b',"rows":['
        pieces = table.pieces(rows, beside)
        json = found.archive.add(f"data/{kind.name}.json", _between(head, pieces, b"]}"))
        beside.seek(0)
        sheet = found.archive.add(f"data/{kind.name}.csv", iter(lambda: beside.read(IN_MEMORY), b""))
    facts = {"rows": table.count, "illustrative": table.illustrative}
    found.listed += [
        {"path": one.name, "size": one.size, "sha256": one.sha256, **facts} for one in (json, sheet)
    ]


@dataclass
class _Table:
    """A table on its way into both forms."""

    heads: Sequence[str]
    beat: Callable[[], None]
    count: int = 0
    illustrative: bool = False

    def pieces(self, rows: Iterable[dict[str, Any]], sheet: IO[bytes]) -> Iterator[bytes]:
        """The rows as JSON; each goes into the sheet as well."""
        for row in rows:
            line = canonical(row)
            plain = orjson.loads(line)
            sheet.write(csv_line([_cell(plain[head]) for head in self.heads]))
            yield b"," + line if self.count else line
            self.count += 1
            if self.count % OFTEN == 0:
                self.beat()
            self.illustrative = self.illustrative or bool(row.get("illustrative"))


def _between(head: bytes, pieces: Iterable[bytes], tail: bytes) -> Iterator[bytes]:
    yield head
    yield from pieces
    yield tail


def _cell(value: Any) -> Any:
    """As JSON says it, but for texts and numbers."""
    return orjson.dumps(value).decode() if isinstance(value, bool | list | dict) else value


def _minutes(found: Contents, code: str, who: Actor, at: datetime, language: str) -> None:
    """The official text of a meeting as the party may read it: as data that can be verified, and to read."""
    meeting = loaders.meeting(actor=who, code=code)
    asked = official(meeting) if meeting is not None else None
    if meeting is None or asked is None:
        return
    base = current_app.config["SETTINGS"].base_url
    said = exports.export(replace(asked, at=at, address=f"{base}/meetings/{code}/minutes"), actor=who)
    with speaking(language):
        text = markdown.rendered(said)
    mark = {"illustrative": bool(meeting.illustrative)}
    db.session.rollback()
    found.add(f"minutes/{code}.json", [orjson.dumps(said, option=orjson.OPT_INDENT_2)], **mark)
    found.add(f"minutes/{code}.md", [text], **mark)


def _files(
    found: Contents, connection: Connection, stored: Sequence[Select[Any]], code: str, at: datetime
) -> None:
    """The stored files, and a table that says which is whose. One that was disposed of, or
    whose bytes are damaged, is listed without a path."""
    listed: list[dict[str, Any]] = []
    for query in stored:
        for row in _rows(connection, query):
            path = readme.path_of(row)
            try:
                data = None if row["disposed_at"] else files.read(files.folder(), row["sha256"])
            except files.Damaged:
                data = None
            if data is None:
                listed.append({"path": "", **row})
                continue
            found.add(path, [data], illustrative=bool(row["illustrative"]))
            found.beat()
            listed.append({"path": path, **row})
        found.step()
    heads = ["path", *(column["name"] for column in stored[0].column_descriptions)]
    whole = {"as_of": at, "kind": "files", "party": code, "rows": listed}
    facts = {"rows": len(listed), "illustrative": any(row["illustrative"] for row in listed)}
    found.add("data/files.json", [canonical(whole)], **facts)
    plain = orjson.loads(canonical(listed))
    lines = [csv_line([_cell(row[head]) for head in heads]) for row in plain]
    found.add("data/files.csv", [BOM, csv_line(heads), *lines], **facts)


def _about(found: Contents, code: str, name: str, at: datetime) -> None:
    """How to read it, in three languages; the manifest; and the digests as a list that common tools check."""
    text = readme.text(code, name, at, found.listed, illustrative=found.illustrative)
    found.add("README.md", [text.encode()])
    entries = sorted(found.listed, key=lambda one: one["path"])
    manifest = {
        "as_of": at,
        "entries": entries,
        "format": rules.FORMAT,
        "illustrative": found.illustrative,
        "party": code,
    }
    last = found.archive.add("manifest.json", [canonical(manifest)])
    sums = [*entries, {"path": last.name, "sha256": last.sha256}]
    lines = "".join(f"{one['sha256']}  {one['path']}\n" for one in sums)
    found.archive.add("SHA256SUMS", [lines.encode()])
