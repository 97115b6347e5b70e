"""XLSX, read as a stream: values with their kind, merged cells, what is hidden, and formulas without a result.

Reading it here costs two hundred lines. The libraries that read workbooks either forget what is hidden and
merged when they stream, or cannot tell an empty cell from a formula that nobody has computed.
"""

import io
import posixpath
import re
import zipfile
from bisect import bisect_left
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from xml.parsers import expat

from kangjiansheng.core.filetypes import DAMAGE
from kangjiansheng.core.workbooks.cells import Cell, Row, Sheet, Unreadable, Workbook, split_place

MOST_PARTS = 2_000
MOST_BYTES = 96 * 1024 * 1024  # unpacked
MOST_CELLS = 2_000_000
_DAY_FORMATS = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58})
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DAMAGE = (*DAMAGE, expat.ExpatError)
_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_LAST_SERIAL = 2_950_000  # in the year 9976

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]


def read_xlsx(data: bytes) -> Workbook:
    """The sheets of a workbook. Raises Unreadable for what is no workbook, is damaged or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return _Package(packed).workbook()
    except _DAMAGE as problem:
        raise Unreadable("damaged") from problem


def as_day(serial: float, *, from_1904: bool = False) -> date | None:
    """The day that a number of days means; None outside of what a workbook can hold. Hours are dropped."""
    if not 0 <= serial <= _LAST_SERIAL:
        return None
    return _EPOCHS[from_1904] + timedelta(days=int(serial))


class _Package:
    """The parts of a workbook, found by their relations."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.packed = packed
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            raise Unreadable("too-large")
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable("locked")
        self.names = {part.filename for part in parts}

    def workbook(self) -> Workbook:
        if "mimetype" in self.names:
            raise Unreadable("other-kind", kind="ODS")
        main = self._main()
        if main.endswith(".bin"):
            raise Unreadable("other-kind", kind="XLSB")
        found: list[tuple[str, str, str]] = []
        from_1904 = False

        def start(tag: str, attributes: Attributes) -> None:
            nonlocal from_1904
            if tag == "workbookPr":
                from_1904 = attributes.get("date1904", "0") in ("1", "true")
            elif tag == "sheet":
                found.append((attributes["name"], attributes.get("state", ""), _local(attributes, "id")))

        self._parse(main, start)
        related = self._relations(main)
        strings = self._strings(main, related)
        styles = self._styles(main, related)
        counter = _Counter()
        sheets = []
        for name, state, key in found:
            part = related.get(key, ("", ""))[1]
            if part in self.names and related[key][0] == "worksheet":
                reader = _SheetReader(strings, styles, from_1904, counter)
                self._parse(part, reader.start, reader.end, reader.text)
                sheets.append(reader.sheet(name, hidden=state in ("hidden", "veryHidden")))
        return Workbook(sheets, from_1904=from_1904)

    def _main(self) -> str:
        found = self._relations("")
        for kind, part in found.values():
            if kind == "officeDocument" and part in self.names:
                return part
        raise Unreadable("other-kind", kind="ZIP")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes["Target"]
                target = target[1:] if target.startswith("/") else posixpath.join(folder, target)
                kind = attributes["Type"].rpartition("/")[2]
                found[attributes["Id"]] = (kind, posixpath.normpath(target))

        if path in self.names:
            self._parse(path, start)
        return found

    def _part(self, kind: str, related: dict[str, tuple[str, str]]) -> str | None:
        return next((part for k, part in related.values() if k == kind and part in self.names), None)

    def _strings(self, main: str, related: dict[str, tuple[str, str]]) -> list[str]:
        part = self._part("sharedStrings", related)
        if part is None:
            return []
        reader = _StringReader()
        self._parse(part, reader.start, reader.end, reader.text)
        return reader.found

    def _styles(self, main: str, related: dict[str, tuple[str, str]]) -> list[bool]:
        """For each style of cells whether it shows a number as a day."""
        part = self._part("styles", related)
        formats: dict[str, str] = {}
        days: list[bool] = []
        inside: list[str] = []

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "numFmt":
                formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif tag in ("cellXfs", "cellStyleXfs", "dxfs"):
                inside[:] = [tag]
            elif tag == "xf" and inside == ["cellXfs"]:
                number = attributes.get("numFmtId", "0")
                known = number.isdigit() and int(number) in _DAY_FORMATS
                days.append(_shows_day(formats[number]) if number in formats else known)

        if part is not None:
            self._parse(part, start)
        return days

    def _parse(self, part: str, start: Start, end: Any = None, text: Any = None) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
        if end is not None:
            parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
            parser.CharacterDataHandler = text
        with self.packed.open(part) as stream:
            parser.ParseFile(stream)


def _refuse_doctype(*_declared: Any) -> None:
    """No workbook has one; whoever writes one wants entities expanded."""
    raise Unreadable("damaged")


def _local(attributes: Attributes, name: str) -> str:
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def _shows_day(code: str) -> bool:
    bare = _NOT_FORMAT.sub("", code.split(";")[0]).lower()
    return "y" in bare or "d" in bare or ("m" in bare and "h" not in bare and "s" not in bare)


class _Counter:
    """How many cells were read, over all sheets."""

    def __init__(self) -> None:
        self.cells = 0

    def more(self, count: int = 1) -> None:
        self.cells += count
        if self.cells > MOST_CELLS:
            raise Unreadable("too-large")


class _StringReader:
    """The shared texts; how they are pronounced (rPh) is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.parts: list[str] = []
        self.taking = False
        self.aside = 0

    def start(self, tag: str, _attributes: Attributes) -> None:
        if tag == "si":
            self.parts = []
        elif tag == "rPh":
            self.aside += 1
        elif tag == "t":
            self.taking = not self.aside

    def end(self, tag: str) -> None:
        if tag == "t":
            self.taking = False
        elif tag == "rPh":
            self.aside -= 1
        elif tag == "si":
            self.found.append("".join(self.parts))

    def text(self, data: str) -> None:
        if self.taking:
            self.parts.append(data)


class _SheetReader:
    """One sheet. Rows and cells without an address of their own follow the one before."""

    def __init__(self, strings: list[str], styles: list[bool], from_1904: bool, counter: _Counter) -> None:
        self.strings, self.styles, self.from_1904, self.counter = strings, styles, from_1904, counter
        self.rows: list[Row] = []
        self.merges: list[tuple[int, int, int]] = []
        self.hidden_columns: set[int] = set()
        self.row = Row(0, {})
        self.column = -1
        self.kind, self.style = "n", 0
        self.value: list[str] | None = None
        self.formula = False
        self.into: list[str] | None = None
        self.aside = 0

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            at = attributes.get("r")
            self.column = split_place(at)[0] if at else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", "0"))
            self.value, self.formula = None, False
        elif tag in ("v", "t"):
            self.value = self.value or []
            self.into = None if self.aside else self.value
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            number = attributes.get("r")
            self.row = Row(int(number) if number else self.row.number + 1, {})
            self.row.hidden = attributes.get("hidden", "0") in ("1", "true")
            self.column = -1
        elif tag == "rPh":
            self.aside += 1
        elif tag == "mergeCell":
            self._merge(attributes["ref"])
        elif tag == "col" and attributes.get("hidden", "0") in ("1", "true"):
            first, last = int(attributes["min"]), int(attributes["max"])
            self.hidden_columns.update(range(first - 1, min(last, 512)))

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.into = None
        elif tag == "c":
            cell = self._cell()
            if cell is not None:
                self.counter.more()
                self.row.cells[self.column] = cell
        elif tag == "row" and self.row.cells:
            self.rows.append(self.row)
        elif tag == "rPh":
            self.aside -= 1

    def text(self, data: str) -> None:
        if self.into is not None:
            self.into.append(data)

    def _cell(self) -> Cell | None:
        text = "".join(self.value) if self.value is not None else ""
        kind = self.kind
        if self.formula and not text and kind != "str":
            return Cell("pending", None)
        if not text:
            return None
        if kind == "s":
            shared = self.strings[int(text)]
            return Cell("text", shared) if shared else None
        if kind in ("str", "inlineStr"):
            return Cell("text", text)
        if kind == "b":
            return Cell("flag", text == "1")
        if kind == "e":
            return Cell("error", text)
        if kind == "d":
            return Cell("text", text)
        number = float(text)
        if self.style < len(self.styles) and self.styles[self.style]:
            day = as_day(number, from_1904=self.from_1904)
            return Cell("number", number) if day is None else Cell("day", day)
        return Cell("number", number)

    def _merge(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        left, top = split_place(first)
        _right, bottom = split_place(last or first)
        if bottom > top:
            self.merges.append((top, bottom, left))

    def sheet(self, name: str, *, hidden: bool) -> Sheet:
        """The sheet, with what merged cells show carried down to each of their rows."""
        self.rows.sort(key=lambda row: row.number)
        numbers = [row.number for row in self.rows]
        for top, bottom, left in self.merges:
            at = bisect_left(numbers, top)
            head = self.rows[at].cells.get(left) if at < len(numbers) and numbers[at] == top else None
            if head is None:
                continue
            for row in self.rows[at + 1 : bisect_left(numbers, bottom + 1)]:
                self.counter.more()
                row.cells[left] = head._replace(carried=True)
        return Sheet(name, self.rows, hidden, frozenset(self.hidden_columns))
