"""Archives whose bytes depend on their content alone: the order is given, every time is fixed, nothing is compressed
(libraries compress differently).

Office files are such archives; what writes them puts the time of the writing into their entries and into their
properties, also into the workbooks that lie inside of them.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from kangjiansheng.core.clock import SHANGHAI

_PROPERTIES = "docProps/core.xml"
_WRITTEN = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_INSIDE = (".xlsx",)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive."""

    name: str
    size: int  # bytes
    sha256: str


class Archive:
    """An archive that is being written: each file in pieces, so that none has to be in memory as a whole."""

    def __init__(self, target: zipfile.ZipFile, at: datetime) -> None:
        here = at.astimezone(SHANGHAI)
        self._target = target
        self._stamp = (here.year, here.month, here.day, here.hour, here.minute, here.second)

    def add(self, name: str, pieces: Iterable[bytes]) -> Entry:
        """Write a file of up to 2 GiB."""
        info = zipfile.ZipInfo(name, self._stamp)
        info.create_system, info.external_attr = 3, 0o644 << 16
        digest, size = hashlib.sha256(), 0
        with self._target.open(info, "w") as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                size += len(piece)
        return Entry(name, size, digest.hexdigest())


@contextmanager
def writing_to(out: IO[bytes], at: datetime) -> Iterator[Archive]:
    """An archive whose files all have the same time: that of an instant in Asia/Shanghai."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        yield Archive(target, at)


def zipped(files: Iterable[tuple[str, bytes]], at: datetime) -> bytes:
    """The same in memory: of these files in this order."""
    made = io.BytesIO()
    with writing_to(made, at) as archive:
        for name, data in files:
            archive.add(name, [data])
    return made.getvalue()


def settled(office_file: bytes, at: datetime) -> bytes:
    """An office file (DOCX, PPTX, XLSX) as if it had been written at an instant, with all that lies inside of it."""
    with zipfile.ZipFile(io.BytesIO(office_file)) as archive:
        files = [(name, _settled(name, archive.read(name), at)) for name in archive.namelist()]
    return zipped(files, at)


def _settled(name: str, data: bytes, at: datetime) -> bytes:
    if name == _PROPERTIES:
        said = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        return _WRITTEN.sub(rb"\g<1>" + said + rb"\g<3>", data)
    return settled(data, at) if name.endswith(_INSIDE) else data
