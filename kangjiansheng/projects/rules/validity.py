"""What holds for a while: does it still hold on the day on which it is needed? Days are calendar days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol, TypeVar

from kangjiansheng.core.errors import RuleBroken

KINDS = ("ethics", "genetics", "funding", "site", "other")
AGREEMENT = "agreement"  # read from the laboratories, never written here
HELD, ENDED = "held", "ended"
SOON = 90  # days before the end from which it is said

Word = Literal["lapsed", "leaves", "soon", "holds", "served"]
WORST: tuple[Word, ...] = ("leaves", "lapsed", "soon", "holds", "served")


class Dated(Protocol):
    """What is asked of a milestone."""

    @property
    def code(self) -> str: ...
    @property
    def actual(self) -> date | None: ...
    @property
    def promised(self) -> date | None: ...
    @property
    def is_open(self) -> bool: ...


M = TypeVar("M", bound=Dated)


@dataclass(frozen=True, slots=True)
class Need:
    """The day on which something has to hold, and for which milestone. `reached`: that day has come true."""

    code: str
    day: date
    reached: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone reduced to that: of today, or of columns of any day."""

    code: str
    actual: date | None
    promised: date | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How something stands. `days`: since it lapsed, by which its milestone comes too late, or for which it
    still holds."""

    word: Word
    days: int
    need: Need | None = None

    @property
    def alarms(self) -> bool:
        """True when it has lapsed, or will before it is needed."""
        return self.word in ("lapsed", "leaves")


def need(
    milestones: Iterable[Dated], named: str = "", dates: Mapping[str, date] | None = None
) -> Need | None:
    """When something is needed: on the day of the milestone that it names, else of the open one that comes next.

    `dates` are days that are only tried, by code.
    """
    tried = dates or {}
    if named:
        found = [m for m in milestones if m.code == named and (m.is_open or m.actual)]
    else:
        found = [m for m in milestones if m.is_open]
    needs = [
        Need(m.code, day, reached=m.actual is not None and m.code not in tried)
        for m in found
        if (day := tried.get(m.code) or m.actual or m.promised) is not None
    ]
    return min(needs, key=lambda one: one.day, default=None)


def standing(valid_to: date, needed: Need | None, today: date) -> Standing:
    """How something stands that holds up to and including a day.

    What its milestone was reached within has served. It leaves when the milestone lies after its end; otherwise it
    has lapsed, ends soon (within 90 days), or holds.
    """
    over = (needed.day - valid_to).days if needed else 0
    if needed and needed.reached:
        return Standing("leaves", over, needed) if over > 0 else Standing("served", -over, needed)
    if valid_to < today:
        return Standing("lapsed", (today - valid_to).days, needed)
    if over > 0:
        return Standing("leaves", over, needed)
    left = (valid_to - today).days
    return Standing("soon" if left <= SOON else "holds", left, needed)


def worst_first(found: Iterable[tuple[Any, Standing]]) -> list[tuple[Any, Standing]]:
    """What needs somebody first: left by the most days, lapsed, then what ends first."""

    def rank(pair: tuple[Any, Standing]) -> tuple[int, int]:
        standing = pair[1]
        return WORST.index(standing.word), -standing.days if standing.alarms else standing.days

    return sorted(found, key=rank)


def newly_left(before: Standing, after: Standing) -> bool:
    """Whether a change of dates makes something lapse before it is needed, or by more days than before."""
    return after.word == "leaves" and (before.word != "leaves" or after.days > before.days)


def check(facts: Mapping[str, Any]) -> None:
    """Refuse what cannot be: an unknown kind, no end, or an end before the beginning."""
    if facts["kind"] not in KINDS:
        raise RuleBroken("projects:risk-word", "kind", value=facts["kind"])
    first, last = facts["valid_from"], facts["valid_to"]
    if last is None:
        raise RuleBroken("projects:validity-end", "valid_to")
    if first is not None and last < first:
        raise RuleBroken(
            "projects:validity-order", "valid_to", date=last.isoformat(), first=first.isoformat()
        )
