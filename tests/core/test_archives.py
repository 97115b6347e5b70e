"""Archives whose bytes depend on their content alone."""

import io
import zipfile
from datetime import UTC, datetime
from unittest import mock

import xlsxwriter
from docx import Document

from kangjiansheng.core import archives

AT = datetime(2026, 11, 23, 4, 0, 6, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def written(year: int) -> bytes:
    """A document as it would be written in a year."""
    made, out = Document(), io.BytesIO()
    made.core_properties.created = made.core_properties.modified = datetime(year, 1, 1)
    with mock.patch("zipfile.time.localtime", lambda *_: (year, 2, 3, 4, 5, 6, 0, 1, 0)):
        made.save(out)
    return out.getvalue()


def test_what_was_written_at_different_times_is_the_same() -> None:
    first, second = written(2024), written(2025)
    assert first != second
    assert archives.settled(first, AT) == archives.settled(second, AT) != archives.settled(first, LATER)


def test_a_workbook_inside_is_settled_too_and_still_opens() -> None:
    def book(day: int) -> bytes:
        out = io.BytesIO()
        made = xlsxwriter.Workbook(out, {"in_memory": True})
        made.set_properties({"created": datetime(2026, 1, day)})
        made.add_worksheet().write(0, 0, 1)
        made.close()
        return out.getvalue()

    outer = [
        archives.settled(archives.zipped([("a.txt", b"a"), ("in/b.xlsx", book(n))], AT), AT) for n in (1, 2)
    ]
    assert outer[0] == outer[1]
    with zipfile.ZipFile(io.BytesIO(outer[0])) as archive:
        assert archive.namelist() == ["a.txt", "in/b.xlsx"]
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 23, 12, 0, 6)}
        with zipfile.ZipFile(io.BytesIO(archive.read("in/b.xlsx"))) as inside:
            assert b"2026-11-23T04:00:06Z" in inside.read("docProps/core.xml")
