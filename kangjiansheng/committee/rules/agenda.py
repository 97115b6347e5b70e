"""The arithmetic of an agenda: its order, when each item begins, and whether all of it fits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = 600  # minutes of one item


def slotted(there: Sequence[int], order: Sequence[int]) -> list[int]:
    """The items of an agenda (`there`, in order) with those of `order` in another order among themselves. What is
    not in `order` keeps its place: somebody who does not see an item moves the others around it."""
    waiting = iter(order)
    moved = set(order)
    return [next(waiting) if item in moved else item for item in there]


def shifted(order: Sequence[int], item: int, by: int) -> list[int]:
    """The order with one item a place up (-1) or down (+1); the same at either end."""
    at = order.index(item)
    to = min(max(at + by, 0), len(order) - 1)
    moved = [one for one in order if one != item]
    moved.insert(to, item)
    return moved


def beginnings(starts_at: datetime | None, minutes: Iterable[int]) -> list[datetime | None]:
    """When each item begins, one after the other; nothing while the hour of the meeting is open."""
    found, at = [], starts_at
    for length in minutes:
        found.append(at)
        at = at + timedelta(minutes=length) if at else None
    return found


@dataclass(frozen=True)
class Hours:
    """How long an agenda takes (in minutes), when it is planned to end, and by how many minutes that is after the end
    of the meeting: below nothing when there is time to spare, None while one of the hours is open."""

    total: int
    ends_at: datetime | None
    over: int | None


def hours(starts_at: datetime | None, ends_at: datetime | None, minutes: Iterable[int]) -> Hours:
    """What the lengths of all items come to."""
    total = sum(minutes)
    planned = starts_at + timedelta(minutes=total) if starts_at else None
    over = int((planned - ends_at).total_seconds() // 60) if planned and ends_at else None
    return Hours(total, planned, over)
