"""Making a copy: what one moment of the database holds, while others go on writing."""

import hashlib
import zipfile
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from kangjiansheng.core import clock, files
from kangjiansheng.core.copies import NotCopied, columns
from kangjiansheng.core.copies.columns import Table
from kangjiansheng.core.digests import canonical, sha256

FORMAT = "kangjiansheng-copy-1"
AT_ONCE = 2000


def write(connection: Connection, root: Path, to: Any) -> dict[str, Any]:
    """Write a copy of all that a connection sees, and of the stored files below `root`, to something that is written to; its manifest.

    The connection must see one moment (`db.reading`). Bytes are never taken away from under a row: those that the
    rows name are there.
    """
    made_at = clock.now()
    known = columns.tables(connection)
    if not known:
        raise NotCopied("the database is empty: there is nothing to copy")
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        parts = {}
        for table in known.values():
            parts[table.name] = _rows(connection, table, archive, made_at)
        manifest = {
            "format": FORMAT,
            "made_at": made_at,
            "version": version("kangjiansheng"),
            "engine": connection.dialect.name,
            "level": connection.scalar(sa.text(f"SELECT version_num FROM {columns.LEVEL}")),
            "tables": parts,
            "files": _files(connection, known, root, archive, made_at),
            "head": _head(connection, known),
        }
        manifest["digest"] = digest(manifest)
        with archive.open(_entry("manifest.json", made_at), "w") as part:
            part.write(canonical(manifest) + b"\n")
    return manifest


def digest(manifest: dict[str, Any]) -> str:
    """SHA-256 over the level and the digest of each table: the same data have the same, on whatever engine. Of the
    files it holds the rows that name them by their own SHA-256."""
    return sha256({"level": manifest["level"], "tables": manifest["tables"]})


def _entry(name: str, at: datetime, *, packed: bool = True) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    entry.external_attr = 0o600 << 16
    return entry


def _rows(connection: Connection, table: Table, archive: zipfile.ZipFile, at: datetime) -> dict[str, Any]:
    seen, count = hashlib.sha256(), 0
    with archive.open(_entry(f"tables/{table.name}.jsonl", at), "w", force_zip64=True) as part:
        for lines in _batches(connection, table):
            data = b"".join(lines)
            seen.update(data)
            part.write(data)
            count += len(lines)
    return {"rows": count, "sha256": seen.hexdigest()}


def _batches(connection: Connection, table: Table) -> Iterator[list[bytes]]:
    options = {"stream_results": True, "yield_per": AT_ONCE}
    for rows in connection.execute(columns.query(table), execution_options=options).partitions():
        yield [columns.line(table, row) for row in rows]


def _files(
    connection: Connection, known: dict[str, Table], root: Path, archive: zipfile.ZipFile, at: datetime
) -> dict[str, int]:
    count = size = 0
    if "file_blob" in known:
        for name in connection.execute(sa.text(_kept(known))).scalars().all():
            data = files.read(root, name)
            archive.writestr(_entry(f"files/{name}", at, packed=False), data)
            count, size = count + 1, size + len(data)
    return {"count": count, "bytes": size}


def _kept(known: dict[str, Table]) -> str:
    """The digests of the files whose bytes are to be there, at whichever level: the same as `files.is_kept`."""
    query, refs = (
        "SELECT sha256 FROM file_blob AS b",
        "(SELECT 1 FROM file_ref AS r WHERE r.blob_id = b.id AND r",
    )
    if "disposed_at" in known["file_ref"].kinds:
        query += f" WHERE NOT EXISTS {refs}.disposed_at IS NOT NULL) OR EXISTS {refs}.disposed_at IS NULL)"
    return f"{query} ORDER BY b.id"


def _head(connection: Connection, known: dict[str, Table]) -> dict[str, Any]:
    """The last entry of the audit trail: where the chain ends in this copy."""
    if "audit_entry" not in known:
        return {"seq": 0, "hash": ""}
    last = connection.execute(sa.text("SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1")).first()
    return {"seq": last.seq, "hash": last.hash} if last else {"seq": 0, "hash": ""}
