"""Dates carried along the dependencies of many plans at once, level by level.

The rules are those of `projects.rules.schedule`: finish to start with lags, a duration that nobody stated is the gap
that the plan leaves, a later predecessor only ever pushes, a cancelled step passes its predecessors on. A statutory
clock that stood still is not taken out: it is part of how late such steps come, and the history has it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .days import MISSING, Counting, Days, Flags, is_day


@dataclass(frozen=True, eq=False)
class Bonds:
    """What binds the steps of a book: of each its duration (MISSING when nobody stated one) and whether that counts
    working days; and the links, each of a step (`after`) that waits for another one (`before`), both as rows."""

    duration: Days
    in_work: Flags
    after: Any
    before: Any
    lag: Days
    lag_in_work: Flags


@dataclass(frozen=True, slots=True)
class Level:
    """Steps (rows of the book) all of whose predecessors stand on earlier levels, and the links that lead to them."""

    steps: Any
    before: Any  # of each link: the row that is waited for
    lag: Days
    in_work: Flags
    counts: Any  # of each step: how many links lead to it; none on the first level, some on the others

    @property
    def starts(self) -> Any:
        """Of each step, its first link."""
        return np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.int64)

    def only(self, chosen: Flags) -> "Level":
        """The same with the chosen steps only."""
        keep = chosen[self.steps]
        links = np.repeat(keep, self.counts)
        return Level(
            self.steps[keep], self.before[links], self.lag[links], self.in_work[links], self.counts[keep]
        )


class Graph:
    """The dependencies of the steps of a book. `levels` hold those that wait or are waited for; the others keep their
    own days, whatever comes."""

    def __init__(self, bonds: Bonds, counting: Counting) -> None:
        self.bonds, self.counting = bonds, counting
        self.duration, self.in_work = bonds.duration.reshape(-1, 1), bonds.in_work
        self.linked = np.zeros(len(self.in_work), dtype=bool)
        self.linked[bonds.after] = self.linked[bonds.before] = True
        self.levels = self._levels()

    def _levels(self) -> list[Level]:
        """Steps that wait for one another in a ring stand on none, nor do those that wait for them."""
        bonds, size = self.bonds, len(self.in_work)
        waiting = np.bincount(bonds.after, minlength=size)
        now = np.flatnonzero(self.linked & (waiting == 0))
        found = []
        while len(now):
            found.append(self._level(now))
            gone = np.zeros(size, dtype=bool)
            gone[now] = True
            less = np.bincount(bonds.after[gone[bonds.before]], minlength=size)
            waiting = waiting - less
            now = np.flatnonzero((less > 0) & (waiting == 0))
        return found

    def _level(self, steps: Any) -> Level:
        bonds = self.bonds
        chosen = np.zeros(len(self.in_work), dtype=bool)
        chosen[steps] = True
        links = np.flatnonzero(chosen[bonds.after])
        links = links[np.argsort(bonds.after[links], kind="stable")]
        counts = np.bincount(bonds.after[links], minlength=len(chosen))[steps]
        return Level(
            steps, bonds.before[links], bonds.lag[links].reshape(-1, 1), bonds.lag_in_work[links], counts
        )

    def begins(self, level: Level, dates: Days) -> Days:
        """The day from which each step of a level counts: the last of its predecessors with their lags."""
        if not len(level.before):
            return np.full((len(level.steps), dates.shape[1]), MISSING, dtype=np.int32)
        left = self.counting.after(dates[level.before], level.lag, level.in_work)
        found: Days = np.maximum.reduceat(left, level.starts, axis=0)
        return found

    def needs(self, plan: Days, actual: Days, cancelled: Flags) -> Days:
        """What each step takes: as stated, else the gap that the plan leaves after its last predecessor."""
        planned = np.where(is_day(plan), plan, actual).astype(np.int32) if self.levels else plan
        found = np.full_like(planned, MISSING)
        for level in self.levels:
            steps = level.steps
            begin, gone = self.begins(level, planned), cancelled[steps]
            gap = self.counting.between(begin, plan[steps], self.in_work[steps])
            stated = np.broadcast_to(self.duration[steps], gap.shape)
            found[steps] = np.where(gone, MISSING, np.where(is_day(stated), stated, gap))
            planned[steps] = np.where(gone, begin, planned[steps])
        return found

    def earliest(self, dates: Days, needs: Days, cancelled: Flags) -> Days:
        """The first day that the predecessors leave each step. Puts the days of cancelled steps into `dates`."""
        width = np.broadcast_shapes(dates.shape, needs.shape)[1]
        found = np.full((len(self.in_work), width), MISSING, dtype=np.int32)
        for level in self.levels:
            begin = self.begins(level, dates)
            dates[level.steps] = np.where(cancelled[level.steps], begin, dates[level.steps])
            found[level.steps] = self.counting.after(begin, needs[level.steps], self.in_work[level.steps])
        return found


def pushed(was: Days, before: Days, after: Days) -> Days:
    """The days of steps that were promised for `was` when their predecessors leave them `after` and no longer
    `before`: their own, or the later one to which they are pushed."""
    moves = is_day(was) & (after > was) & ((after > before) | ~is_day(before))
    return np.where(moves, after, was).astype(np.int32)
