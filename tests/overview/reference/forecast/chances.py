"""Distributions of own delays, by kind of milestone, drawn towards the wider kind where cases are few.

The distribution of a set of cases is the product-limit estimate (Kaplan and Meier 1958; with late entry Tsai, Jewell
and Wang 1987). Kinds are nested: all of a band, gates or others in it, the step of the template. With n milestones of
a kind that have come, its distribution counts n ÷ (n + 10) and that of the wider kind the rest: the mean of a
Dirichlet process that starts from the wider kind with the weight of ten cases (Ferguson 1973).

A quantile is the smallest day by which at least that share has come.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kangjiansheng.overview.rules.forecast.chances import ENOUGH, PRIOR, product_limit
from kangjiansheng.overview.rules.forecast.days import NEVER, Days, Flags

from .book import Node
from .history import Cases

_EXACT = 1e-9


@dataclass(frozen=True, slots=True)
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
        at = np.searchsorted(self.values, days, "right")
        return np.concatenate([[0.0], self.reached])[at]

    def quantile(self, shares: Any) -> Any:
        """The smallest day by which each share has come; NEVER where the history does not reach."""
        at = np.searchsorted(self.reached, np.asarray(shares) - _EXACT, "left")
        return np.concatenate([self.values, np.array([NEVER], dtype=np.int32)])[at]

    def beyond(self, shares: Any, days: Any) -> Any:
        """The same for what had not come by `days`; NEVER where nothing of the history came later."""
        gone = self.share(days)
        left = 1.0 - gone
        found = self.quantile(gone + np.asarray(shares) * left)
        return np.where(left > _EXACT, np.maximum(found, days + 1), NEVER)


def mixed(narrow: Chance, wide: Chance, count: int) -> Chance:
    """The distribution of a kind of which `count` milestones have come, drawn towards the wider one."""
    own = count / (count + PRIOR)
    values = np.union1d(narrow.values, wide.values).astype(np.int32)
    reached = own * narrow.share(values) + (1.0 - own) * wide.share(values)
    return Chance(values, reached, count, wide.within)


class Chances:
    """Distributions by band, by gate or not, and by step; each made when it is first asked for."""

    def __init__(self, nodes: tuple[Node, ...], cases: Cases) -> None:
        self._cases = cases
        self._gate = np.array([node.gate for node in nodes], dtype=bool)
        codes: dict[str, int] = {}
        self._code = np.array([codes.setdefault(node.code, len(codes)) for node in nodes], dtype=np.int64)
        self._codes = codes
        self._made: dict[tuple[Any, ...], Chance | None] = {}

    def of(self, node: Node, band: int) -> Chance | None:
        """The distribution for a milestone whose promise lies in a band; None when there is too little history."""
        return self._get(band, node.gate, self._codes.get(node.code, -1))

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

    def _chosen(self, key: tuple[Any, ...]) -> Flags:
        found: Flags = self._cases.band == key[0]
        if len(key) > 1:
            found = found & (self._gate[self._cases.node] == key[1])
        if len(key) > 2:
            found = found & (self._code[self._cases.node] == key[2])
        return found

    def _count(self, chosen: Flags) -> int:
        return len(np.unique(self._cases.node[chosen & self._cases.came]))

    def _own(self, chosen: Flags, count: int, within: int) -> Chance:
        cases = self._cases
        values, reached = product_limit(cases.entry[chosen], cases.late[chosen], cases.came[chosen])
        return Chance(values, reached, count, within)
