"""Texts that many things share, each kept once: columns hold their numbers."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kangjiansheng.core import text

Array = NDArray[Any]

NONE = int(np.iinfo(np.int32).min)  # what is not there: a date, a place
NOBODY = -1  # the number of what has no text


class Names:
    """Names in several scripts and codes, by number. There are only ever more of them."""

    def __init__(self) -> None:
        self.all: list[tuple[str, ...]] = []
        self._numbers: dict[tuple[str, ...], int] = {}
        self._folded: list[str] = []
        self._lock = Lock()

    def number(self, *texts: str) -> int:
        """The number of a name, or of a code."""
        known = self._numbers.get(texts)
        if known is None:
            with self._lock:
                known = self._numbers.get(texts, len(self.all))
                if known == len(self.all):
                    self.all.append(texts)
                    self._numbers[texts] = known
        return known

    def find(self, *texts: str) -> int | None:
        """The number of a name, None when nothing bears it."""
        return self._numbers.get(texts)

    def holding(self, part: str) -> Array:
        """Which of them a part of a word stands in; both are folded, and no white space is in the part."""
        folded = self._folded
        if len(folded) < len(self.all):
            more = ["\n".join(map(text.fold, texts)) for texts in self.all[len(folded) :]]
            folded = self._folded = folded + more
        return np.array([part in one for one in folded], np.bool_)

    def ranks(self, numbers: Array, key: Callable[[tuple[str, ...]], Any]) -> Array:
        """The place of each of some numbers when they are sorted by what `key` makes of a name; `NONE` for what it
        makes nothing of."""
        used, of = np.unique(numbers, return_inverse=True)
        return ranked([key(self.all[n]) if n != NOBODY else None for n in used.tolist()])[of]


def ranked(keys: Sequence[Any]) -> Array:
    """The place of each key when they are sorted, equal ones at one place; `NONE` for None."""
    places = {key: n for n, key in enumerate(sorted({key for key in keys if key is not None}))}
    return np.array([NONE if key is None else places[key] for key in keys], np.int64)
