"""Rows that were copied from a spreadsheet, as the CSV file that somebody could have saved of them.

Excel, WPS and LibreOffice copy cells with tabs between them and put a cell in quotes only where a line breaks in it.
A quote at the beginning of a cell is then just a quote, unless it is closed at the end of that cell: read as CSV it would
swallow every row up to the next one. So the cells are taken apart here and quoted anew; text without tabs is CSV already.
"""

import re

_CELL = re.compile(r'(?:"([^"\t]*(?:""[^"\t]*)*)"|([^\t\n]*))(\t|\n|\Z)')
_QUOTED = re.compile(r'"[^"\t]*"')
_APART = re.compile('[,;"\n]')
_HEAD = 20_000  # characters that tell what stands between cells


def as_csv(text: str) -> bytes:
    """The file, in UTF-8 with the mark that says so: what it holds is never taken for another kind of file."""
    if _has_tabs(text):
        text = "\n".join(",".join(map(_written, row)) for row in _rows(text))
    return text.encode("utf-8-sig")


def _has_tabs(text: str) -> bool:
    """True where most lines hold tabs: a stray one in a comma-separated text is not what divides it."""
    lines = [line for line in _QUOTED.sub("", text[:_HEAD]).split("\n") if line]
    return 2 * sum("\t" in line for line in lines) >= max(len(lines), 1)


def _rows(text: str) -> list[list[str]]:
    rows: list[list[str]] = [[]]
    at = 0
    while True:
        found = _CELL.match(text, at)
        assert found is not None  # a bare cell may be empty, and ends at the next tab, line or the end
        quoted, bare, mark = found.groups()
        rows[-1].append(bare if quoted is None else quoted.replace('""', '"'))
        if not mark:
            return rows
        if mark == "\n":
            rows.append([])
        at = found.end()


def _written(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _APART.search(cell) else cell
