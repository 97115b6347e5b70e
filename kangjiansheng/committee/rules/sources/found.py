"""The shape of what was recognised in a file of minutes."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

MODES = ("present", "online", "observer", "excused", "absent")
KINDS = ("heading", "text", "decision", "recommendation", "action", "none")


@dataclass
class Piece:
    """Lines of the source that stand together, and what they become. Every line that is not blank is in exactly
    one piece; `none` are those that are not taken over, and `why` says the reason."""

    lines: tuple[int, ...]  # numbers in the source, from 1
    kind: str  # see KINDS, and title
    text: str  # as it will stand, in Markdown
    item: int | None = None  # index of the agenda item
    why: str = ""
    outcome: "Outcome | None" = None  # of a row of a table, whose columns say more than its words


@dataclass
class Outcome:
    """A decision (D), a recommendation (R) or an action (A), as far as the source tells."""

    kind: str
    text: str
    number: str = ""
    owner: str = ""
    due: date | None = None
    done: bool = False
    votes: dict[str, int] = field(default_factory=dict)


@dataclass
class Aside:
    """An action that is asked for in the middle of a discussion: its words stay where they are."""

    line: int
    text: str
    item: int | None


@dataclass
class Attendee:
    """A name in a list of those who were there, or were not: present, online, excused, absent, observer; empty
    when the source does not tell."""

    name: str
    mode: str
    line: int
    note: str = ""


@dataclass
class Item:
    """An item of the agenda."""

    title: str
    lines: tuple[int, ...]
    presenter: str = ""
    minutes: int = 0


@dataclass
class Recused:
    """A member who did not take part in an item; `facts`: stated the facts first."""

    name: str
    item: int
    kind: str  # whole, facts
    line: int


@dataclass
class Found:
    """All that was recognised. `facts` holds what was read from which line: key → (words, line)."""

    source: list[str]
    pieces: list[Piece] = field(default_factory=list)
    title: str = ""
    day: date | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    place: str = ""
    running_no: int | None = None
    minutes_no: str = ""
    language: str = "zh-Hans"
    illustrative: bool = False
    year_inferred: bool = False
    is_own: bool = False  # an export of this program
    facts: dict[str, tuple[str, int]] = field(default_factory=dict)
    attendees: list[Attendee] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    recused: list[Recused] = field(default_factory=list)
    links: int = 0
    pictures: int = 0
    tables: int = 0
    remarks: list[str] = field(default_factory=list)

    @property
    def beside(self) -> list[Piece]:
        """What a Word file held beside its words, and is not taken over by itself."""
        return [piece for piece in self.pieces if piece.why.startswith("word-")]

    def counts(self) -> dict[str, Any]:
        """How many lines became what."""
        found: Counter[str] = Counter()
        for piece in self.pieces:
            found[piece.kind] += 1
        return dict(found) | {"items": len(self.items), "attendees": len(self.attendees)}


def lost(found: Found) -> list[int]:
    """The numbers of the lines that are in no piece, or in more than one; always empty."""
    counted = Counter(number for piece in found.pieces for number in piece.lines)
    return [n for n, line in enumerate(found.source, 1) if line.strip() and counted[n] != 1]
