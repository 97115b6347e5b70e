"""Distributions of own delays, by kind of milestone, drawn towards the wider kind where cases are few.

The distribution of a set of cases is the product-limit estimate (Kaplan and Meier 1958; with late entry Tsai, Jewell
and Wang 1987). Kinds are nested: all of a band, gates or others in it, the step of the template. With n milestones of
a kind that have come, its distribution counts n ÷ (n + 10) and that of the wider kind the rest: the mean of a
Dirichlet process that starts from the wider kind with the weight of ten cases (Ferguson 1973).

A quantile is the smallest day by which at least that share has come.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .days import NEVER, Days
from .history import Cases

PRIOR = 10  # of so many cases the wider kind has the weight
ENOUGH = 20  # milestones of a band that have come; below nothing is said
EXACT = 1e-9


@dataclass(frozen=True, eq=False)
class Chance:
    """A distribution of days. `reached` is the share up to each of `values`; what is left of one is unknown.

    `count`: how many milestones of the narrowest kind with any have come; `within` how many of the band.
    """

    values: Days
    reached: NDArray[np.float64]
    count: int
    within: int

    def share(self, days: Any) -> Any:
        """The share that has come by those days."""
        first, table = self._by_day
        return table[np.clip(days - first, 0, len(table) - 1)]

    @cached_property
    def _by_day(self) -> tuple[int, NDArray[np.float64]]:
        """From the day before the first of `values` on the share of each day."""
        if not len(self.values):
            return 0, np.zeros(1)
        first = int(self.values[0]) - 1
        at = np.searchsorted(self.values, np.arange(first, int(self.values[-1]) + 1), "right")
        return first, np.concatenate([[0.0], self.reached])[at]

    def quantile(self, shares: Any) -> Any:
        """The smallest day by which each share has come; NEVER where the history does not reach."""
        at = np.searchsorted(self.reached, np.asarray(shares) - EXACT, "left")
        return np.concatenate([self.values, np.array([NEVER], dtype=np.int32)])[at]

    def beyond(self, shares: Any, days: Any) -> Any:
        """The same for what had not come by `days`; NEVER where nothing of the history came later."""
        gone = self.share(days)
        left = 1.0 - gone
        found = self.quantile(gone + np.asarray(shares) * left)
        return np.where(left > EXACT, np.maximum(found, days + 1), NEVER)


def product_limit(entry: Any, late: Any, came: Any) -> tuple[Days, NDArray[np.float64]]:
    """The days on which cases came, and the share reached by each."""
    values, events = np.unique(late[came], return_counts=True)
    risk = _from(late, values) - _from(entry, values)
    return values.astype(np.int32), 1.0 - np.cumprod(1.0 - events / risk)


def _from(days: Any, values: Any) -> Any:
    """How many of the days are not before each value."""
    return len(days) - np.searchsorted(np.sort(days), values, "left")


def mixed(narrow: Chance, wide: Chance, count: int) -> Chance:
    """The distribution of a kind of which `count` milestones have come, drawn towards the wider one."""
    own = count / (count + PRIOR)
    values = np.union1d(narrow.values, wide.values).astype(np.int32)
    reached = own * narrow.share(values) + (1.0 - own) * wide.share(values)
    return Chance(values, reached, count, wide.within)


class Chances:
    """Distributions by band, by gate or not, and by the step's code; each made when it is first asked for."""

    def __init__(self, cases: Cases) -> None:
        key = _key(cases.band.astype(np.int64), cases.gate, cases.kind)
        order = np.argsort(key, kind="stable")
        self._keys = key[order]
        self._entry, self._late, self._came, self._counted = (
            column[order] for column in (cases.entry, cases.late, cases.came, cases.counted)
        )
        self._made: dict[tuple[Any, ...], Chance | None] = {}

    def of(self, band: int, gate: bool, kind: int) -> Chance | None:
        """The distribution for a step whose promise lies in a band; None when there is too little history."""
        return self._get(band, gate, kind)

    def of_kind(self, band: int, gate: bool) -> Chance | None:
        """The distribution of gates, or of the others, in a band."""
        return self._get(band, gate)

    def of_band(self, band: int) -> Chance | None:
        """The distribution of a band."""
        return self._get(band)

    def count(self, band: int, gate: bool | None = None) -> int:
        """How many milestones have come that were in a band."""
        return self._count(self._chosen((band,) if gate is None else (band, gate)))

    def _get(self, *key: Any) -> Chance | None:
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    def _make(self, key: tuple[Any, ...]) -> Chance | None:
        chosen = self._chosen(key)
        count = self._count(chosen)
        if len(key) == 1:
            return self._own(chosen, count, count) if count >= ENOUGH else None
        wide = self._get(*key[:-1])
        if wide is None or not count:
            return wide
        return mixed(self._own(chosen, count, wide.within), wide, count)

    def _chosen(self, key: tuple[Any, ...]) -> slice:
        """Cases of a band, of a gate in it, of a code in that: each stand together."""
        band, gate, kind = (*key, None, None)[:3]
        first = _key(band, gate or 0, kind or 0)
        after = (
            _key(band + 1, 0, 0) if gate is None else _key(band, gate + 1, 0) if kind is None else first + 1
        )
        start, stop = np.searchsorted(self._keys, [first, after]).tolist()
        return slice(start, stop)

    def _count(self, chosen: slice) -> int:
        return int(np.count_nonzero(self._counted[chosen]))

    def _own(self, chosen: slice, count: int, within: int) -> Chance:
        values, reached = product_limit(self._entry[chosen], self._late[chosen], self._came[chosen])
        return Chance(values, reached, count, within)


def _key(band: Any, gate: Any, kind: Any) -> Any:
    return (band * 2 + gate) * 2**32 + kind
