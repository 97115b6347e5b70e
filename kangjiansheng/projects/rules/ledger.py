"""The commitment ledger, read: what stood at the end of a day, how often a promise moved, and its history.

Each entry holds the full state after its act, so that the state as of a day is the last entry, by
(`effective_at`, `id`), whose `effective_at` is before the end of that day in Asia/Shanghai.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from kangjiansheng.core.calendar import day_of, end_of

UNDO_WINDOW = timedelta(minutes=10)
_MOVING = frozenset({"forecast", "follow", "confirm", "rebaseline", "undo"})


class Dated(Protocol):
    """What has an instant and an order: an entry of any ledger."""

    @property
    def id(self) -> int: ...
    @property
    def effective_at(self) -> datetime: ...


class Entry(Dated, Protocol):
    """An entry of the milestone ledger, as stored or as planned."""

    @property
    def kind(self) -> str: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def baseline(self) -> date | None: ...
    @property
    def current_plan(self) -> date | None: ...
    @property
    def forecast(self) -> date | None: ...
    @property
    def actual(self) -> date | None: ...
    @property
    def undoes_id(self) -> int | None: ...


AnyDated = TypeVar("AnyDated", bound=Dated)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A plain entry, for queries that read columns instead of records and for tests."""

    id: int
    kind: str
    effective_at: datetime
    recorded_at: datetime
    baseline: date | None = None
    current_plan: date | None = None
    forecast: date | None = None
    proposed: date | None = None
    actual: date | None = None
    state: str = "open"
    by: int | None = None
    undoes_id: int | None = None
    undoes_batch: bool = False


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What was promised at the end of a day; `actual` marks the day on which it was reached."""

    reported_on: date
    promised: date
    actual: bool = False


def in_order(entries: Iterable[AnyDated]) -> list[AnyDated]:
    """Entries in the order in which they count."""
    return sorted(entries, key=lambda entry: (entry.effective_at, entry.id))


def as_of(entries: Iterable[AnyDated], day: date) -> AnyDated | None:
    """The entry that holds the state at the end of a day in Asia/Shanghai; None before the first."""
    limit = end_of(day)
    found = [entry for entry in entries if entry.effective_at <= limit]
    return max(found, key=lambda entry: (entry.effective_at, entry.id), default=None)


def promised(entry: Entry) -> date | None:
    """The date that counts: the confirmed forecast, else the current plan, else the baseline."""
    return entry.forecast or entry.current_plan or entry.baseline


def undone_pairs(rows: Iterable[LedgerRow]) -> frozenset[int]:
    """Ids of undoing and undone entries that count no move.

    An undo counts none when the same person undid within ten minutes, or when it undid a whole batch.
    """
    rows = list(rows)
    by_id = {row.id: row for row in rows}
    found: set[int] = set()
    for row in rows:
        undone = by_id.get(row.undoes_id) if row.undoes_id is not None else None
        if undone is None:
            continue
        quick = (
            row.recorded_at - undone.recorded_at <= UNDO_WINDOW and row.by is not None and row.by == undone.by
        )
        if row.undoes_batch or quick:
            found |= {row.id, undone.id}
    return frozenset(found)


def moves(rows: Iterable[LedgerRow], until: date | None = None) -> int:
    """How often the promised date moved, up to the end of a day.

    A forecast that repeats the promise is a confirmation, not a move. Opening, doing, reopening and
    cancelling move no promise. A decision (X9…) makes no promise: do not ask for its moves.
    """
    rows = in_order(rows)
    if until is not None:
        limit = end_of(until)
        rows = [row for row in rows if row.effective_at <= limit]
    silent = undone_pairs(rows)
    count, before = 0, None
    for row in rows:
        if row.id in silent:
            continue
        now = promised(row)
        count += row.kind in _MOVING and before is not None and now is not None and now != before
        before = now if now is not None else before
    return count


def trend(entries: Iterable[Entry], until: date | None = None) -> list[TrendPoint]:
    """The history for the milestone trend chart: the last promise of each day on which something was said."""
    points: dict[date, TrendPoint] = {}
    ordered: Sequence[Entry] = in_order(entries)
    for entry in ordered:
        day = day_of(entry.effective_at)
        if until is not None and day > until:
            break
        value = entry.actual or promised(entry)
        if value is not None:
            points[day] = TrendPoint(day, value, entry.actual is not None)
    return list(points.values())
