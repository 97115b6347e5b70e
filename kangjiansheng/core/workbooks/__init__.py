"""Sheets as people send them, XLSX or CSV, read into cells; what a file cannot be read for has a code."""

from collections.abc import Collection

from kangjiansheng.core.workbooks.cells import (
    Cell,
    Kind,
    Row,
    Sheet,
    Unreadable,
    Workbook,
    letters,
    place,
    split_place,
)
from kangjiansheng.core.workbooks.days import NOTHING, Near, Unclear, folded, is_nothing, read_day, readable
from kangjiansheng.core.workbooks.delimited import read_csv
from kangjiansheng.core.workbooks.pasted import as_csv
from kangjiansheng.core.workbooks.xlsx import as_day, read_xlsx

LARGEST = 12 * 1024 * 1024  # bytes of a file as it was sent
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7Z",
    b"\x1f\x8b": "GZIP",
}


def read(data: bytes, words: Collection[str] = ()) -> Workbook:
    """The workbook in the bytes of a file: what it is shows in them, not in its name.

    `words` are such as headings hold, to tell encodings apart. Raises Unreadable.
    """
    if not data.strip():
        raise Unreadable("empty")
    if len(data) > LARGEST:
        raise Unreadable("too-large")
    if data.startswith(b"PK"):
        return read_xlsx(data)
    if data.startswith(_OLE):
        raise Unreadable("old-or-locked")
    for start, kind in _OTHERS.items():
        if data.startswith(start):
            raise Unreadable("other-kind", kind=kind)
    if data.lstrip()[:1] == b"<":
        raise Unreadable("other-kind", kind="HTML")
    return read_csv(data, words)


__all__ = [
    "LARGEST",
    "NOTHING",
    "Cell",
    "Kind",
    "Near",
    "Row",
    "Sheet",
    "Unclear",
    "Unreadable",
    "Workbook",
    "as_csv",
    "as_day",
    "folded",
    "is_nothing",
    "letters",
    "place",
    "read",
    "read_csv",
    "read_day",
    "read_xlsx",
    "readable",
    "split_place",
]
