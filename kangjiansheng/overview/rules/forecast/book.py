"""The ledger of some plans as columns: what stood of each milestone at the end of any day."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .days import MISSING, Days, Flags


@dataclass(frozen=True, eq=False)
class Steps:
    """Milestones, those of each project together. `kind` is the number of the code, the same in every book."""

    id: Any
    project: Any
    code: Any
    kind: Any
    gate: Flags


@dataclass(frozen=True, eq=False)
class Entries:
    """What was said of them: `of` is the row of the step; those of each stand together, in the order of the ledger."""

    of: Any
    day: Days
    plan: Days  # the current plan, else the baseline
    promise: Days  # the confirmed forecast, else that
    actual: Days
    open: Flags
    cancelled: Flags

    def up_to(self, day: int) -> "Entries":
        """Those of a day and of earlier ones."""
        keep = self.day <= day
        return self if keep.all() else Entries(*(column[keep] for column in vars(self).values()))


@dataclass(frozen=True, eq=False)
class Runs:
    """Spans in which people worked on projects: from a day up to, but not including, another (NEVER while they do)."""

    project: Any
    since: Any
    until: Any


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
    """All that the ledger knew of some milestones up to `day`.

    What was said later is not read, whatever is asked for: a forecast of a past day cannot look ahead.
    """

    def __init__(self, steps: Steps, entries: Entries, runs: Runs, day: int) -> None:
        self.steps, self.runs, self.day = steps, runs, day
        self.entries = entries.up_to(day)

    @property
    def first(self) -> int:
        """The day of the first entry; `day` when there is none."""
        return int(self.entries.day.min()) if len(self.entries.day) else self.day

    def at(self, days: Sequence[int]) -> Standing:
        """How each milestone stood at the ends of some days, which come in order."""
        asked = np.minimum(np.array(days, dtype=np.int64), self.day)
        said, size = self.entries, (len(self.steps.id), len(asked))
        last = np.full(size, -1, dtype=np.int32)
        if size[1]:
            column = np.searchsorted(asked, said.day, "left")
            counts = column < size[1]
            # Of several entries that count from the same day on the last one stays.
            last[said.of[counts], column[counts]] = np.flatnonzero(counts)
            np.maximum.accumulate(last, axis=1, out=last)
        known = last >= 0

        def pick(values: Any, none: Any) -> Any:
            return np.append(values, none).astype(values.dtype)[last]

        actual = pick(said.actual, MISSING)
        came = actual <= asked[None, :]
        return Standing(
            known=known,
            plan=pick(said.plan, MISSING),
            promise=pick(said.promise, MISSING),
            actual=np.where(came, actual, MISSING).astype(np.int32),
            open=pick(said.open, False) & (actual <= 0),
            cancelled=pick(said.cancelled, False),
            since=pick(said.day, MISSING),
        )

    def running(self, days: Sequence[int]) -> Flags:
        """Whether people worked on each milestone's project at the ends of some days."""
        asked = np.array(days, dtype=np.int64)
        place, runs = self._places
        since, until = (column[runs][:, None] for column in (self.runs.since, self.runs.until))
        held = np.zeros((len(self._projects[0]), len(asked)), dtype=bool)
        np.logical_or.at(held, place, (since <= asked) & (asked < until))
        found: Flags = held[self._projects[1]]
        return found

    def rested(self) -> Days:
        """The last day on which people worked on each milestone's project, up to the day of the book; 0 for none."""
        place, runs = self._places
        since, until = self.runs.since[runs], self.runs.until[runs]
        begun = since <= self.day
        last = np.zeros(len(self._projects[0]), dtype=np.int32)
        np.maximum.at(last, place[begun], np.minimum(until[begun] - 1, self.day).astype(np.int32))
        found: Days = last[self._projects[1]]
        return found

    @cached_property
    def _projects(self) -> tuple[Any, Any]:
        return np.unique(self.steps.project, return_inverse=True)

    @cached_property
    def _places(self) -> tuple[Any, Any]:
        """Of each run whose project is in the book the place of that project, and which runs these are."""
        projects = self._projects[0]
        runs = np.flatnonzero(np.isin(self.runs.project, projects))
        return np.searchsorted(projects, self.runs.project[runs]), runs
