"""Columns of many rows, in as few bytes as they need."""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .names import NONE

Array = NDArray[Any]

_FIRST = (date(1950, 1, 1) - date(1970, 1, 1)).days - 1  # so that 0 is left for what has no date
_LAST = _FIRST + int(np.iinfo(np.uint16).max)


class Dates:
    """Dates from 1950 to the middle of 2129, each in two bytes; read by place, a date is its number in days from 1970
    and none is `NONE`, as in any other column."""

    def __init__(self, packed: Array) -> None:
        self.packed = packed

    def __len__(self) -> int:
        return len(self.packed)

    def __getitem__(self, at: Any) -> Any:
        packed = self.packed[at]
        return np.where(packed == 0, np.int32(NONE), packed + np.int32(_FIRST))


Column = Array | Dates


def dates(column: Array) -> Column:
    """The same dates in fewer bytes, or as they are when one of them lies too far off."""
    there = column[column != NONE]
    if len(there) and not (there.min() > _FIRST and there.max() <= _LAST):
        return column
    return Dates(np.where(column == NONE, 0, column - _FIRST).astype(np.uint16))


def numbers(column: Array) -> Array:
    """The same whole numbers in two bytes each, where all of them fit."""
    two = np.iinfo(np.int16)
    fits = not len(column) or (column.min() >= two.min and column.max() <= two.max)
    return column.astype(np.int16) if fits else column


def renewed(old: Column, new: Column, *stretches: Array) -> Column:
    """What `spliced` gives; in two bytes each while both are."""
    if isinstance(old, Dates) and isinstance(new, Dates):
        return Dates(spliced(old.packed, new.packed, *stretches))
    return spliced(old, new, *stretches)


def spliced(old: Column, new: Column, first: Array, after: Array, begin: Array, end: Array) -> Array:
    """A column in which each stretch from `first` to `after` is the one from `begin` to `end` of another."""
    parts, at = [], 0
    for a, b, c, d in zip(first.tolist(), after.tolist(), begin.tolist(), end.tolist(), strict=True):
        parts += [old[at:a], new[c:d]]
        at = b
    return np.concatenate([*parts, old[at:]])
