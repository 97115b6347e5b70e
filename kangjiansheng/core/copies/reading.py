"""Reading a copy, and whether it is whole. What is wrong is named by its part."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from kangjiansheng.core import schema
from kangjiansheng.core.audit import GENESIS
from kangjiansheng.core.copies import NotCopied, sealing
from kangjiansheng.core.copies.writing import FORMAT, digest
from kangjiansheng.core.digests import sha256

ONE_MIB = 1 << 20
Lines = Iterator[dict[str, Any]]


class Copy:
    """An opened copy."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self.name = archive, name
        self.manifest = self._manifest()

    def _manifest(self) -> dict[str, Any]:
        try:
            found = orjson.loads(self.read("manifest.json"))
            wanted = ("level", "tables", "files", "head", "digest", "version", "made_at")
            if found["format"] != FORMAT or not all(key in found for key in wanted):
                raise KeyError(found["format"])
        except (KeyError, TypeError, ValueError):
            raise NotCopied(f"{self.name} is no copy that this version knows (manifest.json)") from None
        return dict(found)

    @property
    def level(self) -> str:
        """The level of the database that was copied."""
        return str(self.manifest["level"])

    def read(self, part: str) -> bytes:
        """A part as a whole."""
        try:
            return self._archive.read(part)
        except KeyError:
            raise NotCopied(f"{self.name}: the part {part} is missing") from None
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
            raise NotCopied(f"{self.name}: the part {part} is damaged") from None

    def rows(self, table: str) -> Lines:
        """The rows of a table, one after another; raises at the end when they are not what the manifest says."""
        said, seen, count = self.manifest["tables"][table], hashlib.sha256(), 0
        part = f"tables/{table}.jsonl"
        try:
            with self._archive.open(part) as lines:
                for line in lines:
                    seen.update(line)
                    count += 1
                    yield orjson.loads(line)
        except KeyError:
            raise NotCopied(f"{self.name}: the part {part} is missing") from None
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError):
            raise NotCopied(f"{self.name}: the part {part} is damaged") from None
        if (count, seen.hexdigest()) != (said["rows"], said["sha256"]):
            raise NotCopied(f"{self.name}: the part {part} is not what the manifest says: it was changed")

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The stored files by the rows that name them; raises for one that is missing or was changed. Those that were
        disposed of are not there."""
        if "file_blob" not in self.manifest["tables"]:
            return
        gone: set[int] = set()
        needed: set[int] = set()
        for ref in self.rows("file_ref"):
            (gone if ref.get("disposed_at") else needed).add(ref["blob_id"])
        for row in self.rows("file_blob"):
            if row["id"] in gone - needed:
                continue
            data = self.read(f"files/{row['sha256']}")
            if hashlib.sha256(data).hexdigest() != row["sha256"]:
                raise NotCopied(f"{self.name}: the part files/{row['sha256']} was changed")
            yield row["sha256"], data

    def check(self) -> str:
        """Read all of it: each part by its digest, each stored file, the level, the chain of the trail. What it holds,
        in words; raises NotCopied naming the first thing that is wrong."""
        self._check_level()
        if digest(self.manifest) != self.manifest["digest"]:
            raise NotCopied(f"{self.name}: the part manifest.json was changed: its digest does not fit")
        for table in self.manifest["tables"]:
            for _row in _chained(self.rows(table), self) if table == "audit_entry" else self.rows(table):
                pass
        count = sum(1 for _file in self.files())
        if count != self.manifest["files"]["count"]:
            raise NotCopied(f"{self.name}: {count} stored files, the manifest says another number")
        return words(self.manifest)

    def _check_level(self) -> None:
        if self.level > schema.head():
            raise NotCopied(
                f"{self.name} stands at level {self.level}, which this version ({schema.head()}) does not know: "
                "restore it with a newer version of the program"
            )


def words(manifest: dict[str, Any]) -> str:
    """What a whole copy holds."""
    rows = sum(part["rows"] for part in manifest["tables"].values())
    return (
        f"level {manifest['level']}, {rows} rows, {manifest['files']['count']} stored files, "
        f"{manifest['head']['seq']} audit entries, whole, digest {manifest['digest']}"
    )


def _chained(entries: Lines, copy: Copy) -> Lines:
    """The entries of the trail, while the chain holds from the first to the head."""
    last, seq = GENESIS, 0
    for entry in entries:
        facts = {key: value for key, value in entry.items() if key not in ("id", "hash")}
        seq += 1
        if entry["seq"] != seq or entry["prev_hash"] != last or sha256(facts) != entry["hash"]:
            raise NotCopied(f"{copy.name}: its audit trail is broken at entry {entry['seq']}")
        last = entry["hash"]
        yield entry
    if seq and copy.manifest["head"] != {"seq": seq, "hash": last}:
        raise NotCopied(f"{copy.name}: its audit trail does not end where the manifest says")


@contextmanager
def opened(file: Path, key: str | None = None, *, name: str = "") -> Iterator[Copy]:
    """Open a copy; an encrypted one by its key. `name` is how refusals call it."""
    with open(file, "rb") as raw:
        whole: IO[bytes] = sealing.unsealed(raw, key, file) if sealing.is_sealed(raw) else raw
        with whole:
            try:
                archive = zipfile.ZipFile(whole)
            except (zipfile.BadZipFile, OSError, ValueError):
                raise NotCopied(f"{file} is no whole copy: it was cut, or is something else") from None
            with archive:
                yield Copy(archive, name or str(file))
