"""The arithmetic of an agenda: its order, when each item begins, and whether all of it fits."""

from collections.abc import Iterable, Mapping, Sequence
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


def merged(was: Mapping[int, int], mine: Mapping[int, int], now: Mapping[int, int]) -> dict[int, int]:
    """Order and lengths when two arranged at once: items, in order, with their minutes.

    `was` is what `mine` began with and `now` what stands meanwhile. What only one of the two changed is taken from
    that one. Where both moved something to or from the same place, or somebody added or removed an item, the order is
    that of `mine` if it moved anything; what it does not know comes last. An empty `was` takes all from `mine`.
    """
    lengths = {key: mine[key] if mine.get(key, was.get(key)) != was.get(key) else now[key] for key in now}
    return {key: lengths[key] for key in _order(list(was), list(mine), list(now))}


def _order(was: list[int], mine: list[int], now: list[int]) -> list[int]:
    if was and [key for key in was if key in mine] == [key for key in mine if key in was]:
        return now
    if set(was) == set(mine) == set(now):
        both = [mine[at] if mine[at] != key else now[at] for at, key in enumerate(was)]
        if len(set(both)) == len(both):
            return both
    known = [key for key in mine if key in now]
    return [*known, *(key for key in now if key not in known)]


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
