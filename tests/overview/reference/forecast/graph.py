"""Dates carried along the dependencies of many plans at once, level by level.

The rules are those of `projects.rules.schedule`: finish to start with lags, a duration that nobody stated is the gap
that the plan leaves, a later predecessor only ever pushes, a cancelled step passes its predecessors on. A statutory
clock that stood still is not taken out: it is part of how late such steps come, and the history has it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kangjiansheng.overview.rules.forecast.days import MISSING, Counting, Days, Flags, is_day

from .book import Bond, Node


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
    """The dependencies of all steps. `bonds` by id; who waits for what is not there waits for nothing."""

    def __init__(self, nodes: Sequence[Node], bonds: Mapping[int, Bond], counting: Counting) -> None:
        self.counting = counting
        self.index = {node.id: n for n, node in enumerate(nodes)}
        none = Bond()
        self.bonds = [bonds.get(node.id, none) for node in nodes]
        self.duration = np.array([[bond.duration] for bond in self.bonds], dtype=np.int32).reshape(-1, 1)
        self.in_work = np.array([bond.in_work for bond in self.bonds], dtype=bool)
        self.waits = [[w for w in bond.waits if w[0] in self.index] for bond in self.bonds]
        self.levels = self._levels()

    def _levels(self) -> list[Level]:
        waiting = [len(waits) for waits in self.waits]
        followers: dict[int, list[int]] = defaultdict(list)
        for n, waits in enumerate(self.waits):
            for before, _lag, _work in waits:
                followers[self.index[before]].append(n)
        now = [n for n, count in enumerate(waiting) if not count]
        found = []
        while now:
            found.append(self._level(now))
            following = []
            for n in now:
                for follower in followers[n]:
                    waiting[follower] -= 1
                    if not waiting[follower]:
                        following.append(follower)
            now = sorted(following)
        return found

    def _level(self, steps: list[int]) -> Level:
        links = [(self.index[before], lag, work) for n in steps for before, lag, work in self.waits[n]]
        counts = [len(self.waits[n]) for n in steps]
        return Level(
            np.array(steps),
            np.array([before for before, _, _ in links], dtype=np.int64),
            np.array([[lag] for _, lag, _ in links], dtype=np.int32).reshape(-1, 1),
            np.array([work for _, _, work in links], dtype=bool),
            np.array(counts, dtype=np.int64),
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
        planned = np.where(is_day(plan), plan, actual).astype(np.int32)
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
        found = np.full((len(self.bonds), width), MISSING, dtype=np.int32)
        for level in self.levels:
            begin = self.begins(level, dates)
            dates[level.steps] = np.where(cancelled[level.steps], begin, dates[level.steps])
            found[level.steps] = self.counting.after(begin, needs[level.steps], self.in_work[level.steps])
        return found
