"""What a pack says, in the reader's words: the one thing that its page and all its files are made from.

Whatever a reader may not see has been left out before; what makes a file reads no database and no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from kangjiansheng.core.charts import GLYPHS
from kangjiansheng.overview.rules.pack import AT_MOST

TREND = "trend"


@dataclass(frozen=True, slots=True)
class Cell:
    """Text with the path of a page that it names."""

    text: str
    path: str


Value = Cell | date | str | int | None


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers of a chart, in a colour token; None where nothing is known."""

    name: str
    values: Sequence[float | None]
    color: str

    @property
    def shape(self) -> str:
        """The shape of the status in whose colour it is, for the parts of a column: grey paper keeps it."""
        return GLYPHS.get(self.color, "")


@dataclass(frozen=True, slots=True)
class Chart:
    """`stack` is columns that stand on each other, `bar` lying bars, `line` a line over time. `unit` is said once,
    beside the chart."""

    kind: Literal["stack", "bar", "line"]
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str

    @property
    def tells(self) -> bool:
        """Whether there is a number in it."""
        return any(value is not None for one in self.series for value in one.values)


@dataclass(frozen=True, slots=True)
class Section:
    """One thing that a pack tells. `over` says what it is, `finding` what it shows, `note` how it is counted.

    Columns are (label, class), the class being empty, `n` for numbers, `d` for days, `c` for codes or `w` for the one
    with the most words. `headline`: it has a slide also when it has no row.
    """

    key: str
    over: str
    finding: str
    note: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Value]]
    chart: Chart | None = None
    illustrative: bool = False
    headline: bool = False
    total: int | None = None  # of all rows, when only those that are shown were read

    @property
    def shown(self) -> Sequence[Sequence[Value]]:
        """The rows of documents that are read."""
        return self.rows[:AT_MOST]

    @property
    def more(self) -> int:
        """How many rows only the workbook has."""
        return (len(self.rows) if self.total is None else self.total) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the figures at the top: what it is, how much, its unit, how much it was and that in words; `tone` is good,
    bad or flat. Of `now` there are `new` that had no forecast then."""

    name: str
    now: int | None
    unit: str
    then: int | None
    change: str
    tone: str
    new: int | None = None

    @property
    def value(self) -> str:
        """How much it is, in words."""
        return text(self.now)


@dataclass(frozen=True, slots=True)
class Outline:
    """A pack in one language. `cut` is the instant up to which it tells, `address` where its page lies; what it says
    of itself is worded in `foot` (with `version`, that of the program); of a narrowed one `narrowed` says which projects
    it is about, and `foot`, which stands on each page, says so too."""

    language: str
    title: str
    since: str
    cut: datetime
    day: date
    compare: date
    foot: str
    sentence: str
    figures: Sequence[Figure]
    sections: Sequence[Section]
    definitions: Sequence[tuple[str, str]]
    illustrative: str
    address: str
    base: str
    version: str
    narrowed: str = ""
    words: dict[str, str] = field(default_factory=dict)

    @property
    def trend(self) -> Section | None:
        """How the rate of what was on time has gone: it stands beside the answer."""
        return next((one for one in self.sections if one.key == TREND), None)

    def link(self, cell: Cell) -> str:
        """The address of a page as it stood on the day of the pack."""
        path, mark, place = cell.path.partition("#")
        return f"{self.base}{path}?as_of={self.day.isoformat()}{mark}{place}"


def text(value: Value) -> str:
    """A cell as text; nothing is a dash, and what is below nothing has a true minus."""
    if value is None or value == "":
        return "—"
    if isinstance(value, int):
        return f"−{-value}" if value < 0 else str(value)
    return value.text if isinstance(value, Cell) else str(value)
