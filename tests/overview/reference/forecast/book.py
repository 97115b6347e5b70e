"""The ledger as arrays: what stood of each milestone at the end of any day."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kangjiansheng.overview.rules.forecast.days import MISSING, Days, Flags


@dataclass(frozen=True, slots=True)
class Node:
    """A milestone: what it is, and to which project it belongs."""

    id: int
    project_id: int
    code: str
    gate: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the ledger: the state from a day on. Days are ordinals, 0 for none."""

    milestone_id: int
    day: int
    plan: int  # the current plan, else the baseline
    promise: int  # the confirmed forecast, else that
    actual: int
    state: str


@dataclass(frozen=True, slots=True)
class Run:
    """A span in which people worked on a project: from a day up to, but not including, another."""

    project_id: int
    since: int
    until: int  # NEVER while they still do


@dataclass(frozen=True, slots=True)
class Bond:
    """What binds a milestone: the ids it waits for with lag and whether that counts working days, and its duration
    (MISSING when nobody stated one)."""

    waits: tuple[tuple[int, int, bool], ...] = ()
    duration: int = MISSING
    in_work: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Milestones (rows) at the ends of some days (columns)."""

    known: Flags
    plan: Days
    promise: Days
    actual: Days  # only when it had come by that day
    open: Flags
    cancelled: Flags
    since: Days  # from when it stood so


class Book:
    """All that the ledger knew of some milestones up to `day`. `lines` come in the order of the ledger.

    What was said later is not read, whatever is asked for: a forecast of a past day cannot look ahead.
    """

    def __init__(self, nodes: Sequence[Node], lines: Iterable[Line], runs: Iterable[Run], day: int) -> None:
        self.nodes, self.day = tuple(nodes), day
        self.index = {node.id: n for n, node in enumerate(self.nodes)}
        rows = [
            (self.index[line.milestone_id], line) for line in lines
            if line.day <= day and line.milestone_id in self.index
        ]  # fmt: skip
        rows.sort(key=lambda row: row[0])  # stable: the order of the ledger within each
        self._of = np.array([n for n, _ in rows], dtype=np.int64)
        self._day = _days([line.day for _, line in rows])
        self._plan = _days([line.plan for _, line in rows])
        self._promise = _days([line.promise for _, line in rows])
        self._actual = _days([line.actual for _, line in rows])
        self._open = np.array([line.state == "open" for _, line in rows], dtype=bool)
        self._cancelled = np.array([line.state == "cancelled" for _, line in rows], dtype=bool)
        self._runs = [run for run in runs if run.since <= day]
        self._project = np.array([node.project_id for node in self.nodes], dtype=np.int64)

    @property
    def first(self) -> int:
        """The day of the first entry; `day` when there is none."""
        return int(self._day.min()) if len(self._day) else self.day

    @property
    def digest(self) -> bytes:
        """SHA-256 of all entries."""
        parts = (self._of, self._day, self._plan, self._promise, self._actual, self._open, self._cancelled)
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).digest()

    def until(self, day: int) -> "Book":
        """The same book as it was closed on an earlier day."""
        made = object.__new__(Book)
        made.__dict__.update(self.__dict__)
        keep = self._day <= day
        for key in ("_of", "_day", "_plan", "_promise", "_actual", "_open", "_cancelled"):
            setattr(made, key, getattr(self, key)[keep])
        made.day = day
        return made

    def at(self, days: Sequence[int]) -> Standing:
        """How each milestone stood at the ends of some days."""
        count = len(self.nodes)
        asked = np.minimum(np.array(days, dtype=np.int64), self.day)
        if not len(self._of):
            none = np.zeros((count, len(days)), dtype=bool)
            empty = np.full((count, len(days)), MISSING, dtype=np.int32)
            return Standing(none, empty, empty, empty, none, none, empty)
        keys = self._of * 2**32 + self._day
        wanted = np.arange(count)[:, None] * 2**32 + asked[None, :]
        last = np.searchsorted(keys, wanted, "right") - 1
        known = (last >= 0) & (self._of[np.maximum(last, 0)] == np.arange(count)[:, None])
        last = np.maximum(last, 0)

        def pick(values: Days) -> Days:
            return np.where(known, values[last], MISSING).astype(np.int32)

        actual = pick(self._actual)
        come = (actual > 0) & (actual <= asked[None, :])
        return Standing(
            known=known,
            plan=pick(self._plan),
            promise=pick(self._promise),
            actual=np.where(come, actual, MISSING).astype(np.int32),
            open=known & self._open[last] & (actual <= 0),
            cancelled=known & self._cancelled[last],
            since=pick(self._day),
        )

    def running(self, days: Sequence[int]) -> Flags:
        """Whether people worked on each milestone's project at the ends of some days."""
        asked = np.array(days, dtype=np.int64)
        found = np.zeros((len(self.nodes), len(days)), dtype=bool)
        of_project: dict[int, Flags] = {}
        for run in self._runs:
            held = (run.since <= asked) & (asked < run.until)
            of_project[run.project_id] = (
                of_project.get(run.project_id, np.zeros(len(days), dtype=bool)) | held
            )
        for project_id, held in of_project.items():
            found[self._project == project_id] = held
        return found

    def rested(self) -> Days:
        """The last day on which people worked on each milestone's project, up to the day of the book."""
        last = {
            key: max(min(run.until - 1, self.day) for run in self._runs if run.project_id == key and run.since <= self.day)
            for key in {run.project_id for run in self._runs if run.since <= self.day}
        }  # fmt: skip
        return np.array([last.get(node.project_id, 0) for node in self.nodes], dtype=np.int32)


def _days(values: Sequence[int]) -> Days:
    found = np.array(values, dtype=np.int32)
    return np.where(found > 0, found, MISSING).astype(np.int32)
