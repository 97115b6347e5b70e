"""The pack as a workbook: a sheet for each section with all of its rows, and one with what every number means."""

from collections.abc import Sequence
from typing import Any

from kangjiansheng.core import sheets
from kangjiansheng.core.archives import settled
from kangjiansheng.overview.documents.outline import Cell, Outline, Section

_LONGEST = 31  # characters in the name of a sheet, as programs take them


def rendered(said: Outline) -> bytes:
    """The workbook of an outline; the same outline gives the same bytes."""
    words, names = said.words, set[str]()
    figures: list[tuple[Any, ...]] = [
        (one.name, one.now, one.unit, one.then, one.new) for one in said.figures
    ]
    if said.narrowed:
        figures.append((said.narrowed, "", "", "", ""))
    heads = [words["figures"], words["now"], "", f"{words['then']} {said.compare}", words["new"]]
    made = [sheets.Sheet(_named(words["figures"], names), heads, figures)]
    made += [_sheet(one, _named(one.over, names)) for one in said.sections]
    notes = [
        *([(words["illustrative"], said.illustrative)] if said.illustrative else []),
        (said.title, said.since),
        (words["answer"], said.sentence),
        ("", said.foot),
        ("", said.address),
        *said.definitions,
        (words["version"], said.version),
    ]
    book = sheets.workbook(made, at=said.cut, notes=notes, foot=said.narrowed)
    return settled(book, said.cut)


def _sheet(section: Section, title: str) -> sheets.Sheet:
    rows = [[value.text if isinstance(value, Cell) else value for value in row] for row in section.rows]
    return sheets.Sheet(title, [label for label, _kind in section.columns], rows)


def _named(title: str, taken: set[str]) -> str:
    """A name for a sheet that no other has: programs cut them, and do not tell upper from lower case."""
    said = title.replace(":", "").replace("：", " ")
    found = next(name for name in _tries(said) if name.casefold() not in taken)
    taken.add(found.casefold())
    return found


def _tries(said: str) -> Sequence[str]:
    return [_cut(said, _LONGEST), *(f"{_cut(said, _LONGEST - 3)} {n}" for n in range(2, 30))]


def _cut(said: str, most: int) -> str:
    """As much as there is room for, and no Latin word by half."""
    if len(said) <= most:
        return said
    head = said[:most]
    half = said[most].isascii() and said[most].isalnum() and head[-1].isascii() and " " in head
    return (head.rpartition(" ")[0] if half else head).rstrip()
