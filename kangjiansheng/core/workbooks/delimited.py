"""CSV as spreadsheet programs of the region write it: UTF-8, UTF-16, GB 18030 or Big5; comma, semicolon or tab."""

import csv
import io
import re
from collections.abc import Collection

from kangjiansheng.core.text import clean
from kangjiansheng.core.workbooks.cells import Cell, Row, Sheet, Unreadable, Workbook

LONGEST_CELL = 100_000
MOST_CELLS = 2_000_000
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_QUOTED = re.compile(r'"[^"]*"')
_HEAD = 100_000  # characters that tell what stands between cells
_ACTIVE = tuple("=+-@＝＋－＠")


def read_csv(data: bytes, words: Collection[str] = ()) -> Workbook:
    """The one sheet of a CSV file.

    `words` are such as its heading is expected to hold: where the bytes fit two encodings, the one in which
    more of them appear is right.
    """
    text, encoding = decode(data, words)
    if "\x00" in text:
        raise Unreadable("not-a-sheet")
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    sheet = Sheet("CSV")
    seen = 0
    try:
        for number, record in enumerate(reader, 1):
            seen += len(record)
            if seen > MOST_CELLS:
                raise Unreadable("too-large")
            cells = {at: Cell("loose", _plain(cell)) for at, cell in enumerate(record) if cell.strip()}
            if cells:
                sheet.rows.append(Row(number, cells))
    except csv.Error as problem:
        raise Unreadable("not-csv", line=reader.line_num) from problem
    return Workbook([sheet], encoding)


def decode(data: bytes, words: Collection[str] = ()) -> tuple[str, str]:
    """The text and the name of its encoding. Raises Unreadable when no encoding of the region fits."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError as problem:
                raise Unreadable("encoding") from problem
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    fitting = []
    for encoding in ("gb18030", "big5hkscs"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        fitting.append((sum(word in text[:20_000] for word in words), text, encoding))
    if not fitting:
        raise Unreadable("encoding")
    best = max(fitting, key=lambda found: found[0])
    return best[1], best[2]


def _delimiter(text: str) -> str:
    # What stands in quotes divides nothing: a note may hold more commas than a row has tabs.
    lines = [line for line in _QUOTED.sub("", text[:_HEAD]).splitlines()[:20] if line.strip()]
    return max(",\t;", key=lambda mark: max((line.count(mark) for line in lines), default=0))


def _plain(cell: str) -> str:
    """The cell without the apostrophe that our own export puts before what would act as a formula."""
    cell = clean(cell)
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_ACTIVE) else cell
