"""One Table (一张桌): who owes whom, what of it is late, and which asks nobody has answered.

A commitment is an obligation of an agreement or a hand-off between parties. With a government body there are dealings
(往来) instead, which are never late. Counting is over what the reader sees.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

P = TypeVar("P")

SECTORS = ("industry", "hospital", "research", "university", "capital", "government")  # around the table
SHOWN = 6  # of each list of a party, before "all"


@dataclass(frozen=True, slots=True)
class Seat:
    """A party at the table, and the sectors for which it sits there."""

    code: str
    names: Mapping[str, str]
    aliases: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    regulates: bool = False

    @property
    def sector(self) -> str:
        """The sector under which it sits; empty for none of the six."""
        return next((one for one in SECTORS if one in self.sectors), "")

    @property
    def governs(self) -> bool:
        """Whether it is a government body or a regulator, with which there are dealings only."""
        return self.regulates or "government" in self.sectors


@dataclass(frozen=True, slots=True)
class Commitment:
    """What one party owes another: `status` is late, soon, ontrack or disputed; a dealing is never late."""

    kind: str  # obligation, hand_off
    code: str
    giver: str  # codes of seats
    taker: str
    names: Mapping[str, str]
    due: date | None
    status: str
    late_by: int = 0  # days
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """An ask that is open: for how many days it has had no answer, None when it has one."""

    code: str
    asker: str
    asked: str  # empty: the whole table
    title: str
    chain: str
    waited: int | None
    late: bool
    illustrative: bool = False


@dataclass(frozen=True)
class Line:
    """A party in the ledger of the table."""

    seat: Seat
    owes: list[Commitment]
    waits: list[Commitment]
    asks: list[Ask]

    @property
    def late(self) -> int:
        """How much of what it owes is late."""
        return sum(one.status == "late" for one in self.owes)

    @property
    def next(self) -> Commitment | None:
        """What it owes next by date; what is disputed waits for a word, and comes only when there is nothing else."""
        dated = [one for one in self.owes if one.due is not None]
        return next((one for one in dated if one.status != "disputed"), dated[0] if dated else None)

    @property
    def overdue(self) -> "Line":
        """The same party with what is late alone."""
        owes, waits = ([one for one in rows if one.status == "late"] for rows in (self.owes, self.waits))
        return Line(self.seat, owes, waits, [])


@dataclass(frozen=True)
class Table:
    """The table as one reader sees it: parties in the order of their seats, and everything between them."""

    lines: list[Line]
    dealings: list[Commitment]
    asks: list[Ask]
    seats: Mapping[str, Seat] = field(default_factory=dict)

    @property
    def commitments(self) -> list[Commitment]:
        """What is owed among the parties, each once."""
        return [one for line in self.lines for one in line.owes]

    @property
    def late(self) -> int:
        """How many commitments are late."""
        return sum(line.late for line in self.lines)

    @property
    def disputed(self) -> int:
        """How many commitments were delivered and are not taken as such."""
        return sum(one.status == "disputed" for one in self.commitments)

    @property
    def worst(self) -> Line | None:
        """The party with most that is late; None when nothing is."""
        found = max(self.lines, key=lambda line: line.late, default=None)
        return found if found and found.late else None

    @property
    def unanswered(self) -> int:
        """How many asks have had no answer for more than a week."""
        return sum(ask.late for ask in self.asks)

    @property
    def illustrative(self) -> bool:
        """Whether any of it is."""
        owed = any(one.illustrative for one in (*self.commitments, *self.dealings))
        return owed or any(ask.illustrative for ask in self.asks)

    def line(self, code: str) -> Line | None:
        """The party of a code."""
        return next((line for line in self.lines if line.seat.code == code), None)


def _soonest(one: Commitment) -> tuple[bool, date, str]:
    return one.status != "late", one.due or date.max, one.code


def table(seats: Iterable[Seat], commitments: Iterable[Commitment], asks: Iterable[Ask]) -> Table:
    """Seat the parties between which there is anything, by sector, and give each what it owes, awaits and asks."""
    known = {seat.code: seat for seat in seats}
    owes: dict[str, list[Commitment]] = defaultdict(list)
    waits: dict[str, list[Commitment]] = defaultdict(list)
    asked: dict[str, list[Ask]] = defaultdict(list)
    dealings = []
    for one in sorted(commitments, key=_soonest):
        if known[one.giver].governs or known[one.taker].governs:
            dealings.append(one)
            continue
        owes[one.giver].append(one)
        waits[one.taker].append(one)
    every = sorted(asks, key=lambda ask: (-(ask.waited or 0), ask.code))
    for ask in every:
        asked[ask.asker].append(ask)
    named = {code for one in dealings for code in (one.giver, one.taker)}
    named |= owes.keys() | waits.keys() | asked.keys() | {ask.asked for ask in every if ask.asked}
    place = {sector: number for number, sector in enumerate((*SECTORS, ""))}
    seated = sorted(
        (known[code] for code in named),
        key=lambda seat: (place[seat.sector], -len(owes[seat.code]) - len(waits[seat.code]), seat.code),
    )
    lines = [Line(seat, owes[seat.code], waits[seat.code], asked[seat.code]) for seat in seated]
    return Table(lines, dealings, every, known)


ORDERS = ("late", "sector", "due")


def in_order(lines: Sequence[Line], by: str) -> list[Line]:
    """The lines of the ledger: what is late first, in the order of the seats, or by what falls due next."""
    kept = [line for line in lines if not line.seat.governs]
    if by == "sector":
        return kept
    if by == "due":
        return sorted(kept, key=lambda line: (line.next.due or date.max) if line.next else date.max)
    return sorted(kept, key=lambda line: (-line.late, -len(line.owes), -len(line.waits)))


def pairs(commitments: Iterable[Commitment]) -> Counter[tuple[str, str]]:
    """How many commitments run from one party to another."""
    return Counter((one.giver, one.taker) for one in commitments)


def gaps(sectors_of: Mapping[P, Iterable[str]]) -> dict[P, list[str]]:
    """Which of the six sectors nobody fills in each project: project → sectors, in their order."""
    return {
        project: [sector for sector in SECTORS if sector not in set(sectors)]
        for project, sectors in sectors_of.items()
    }
