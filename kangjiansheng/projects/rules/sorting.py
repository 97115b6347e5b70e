"""Sorting and counting whole columns in as little time as their values allow."""

import numpy as np

from .ledgers import Array

MISSING = 2**60  # more than any value: what has none comes last
_FEW = 2**16


def in_order(*keys: Array) -> Array:
    """Where the rows stand when they are sorted by columns of which the first weighs most; equal ones stay in step."""
    return np.lexsort(tuple(narrow(key) for key in reversed(keys)))


def narrow(key: Array) -> Array:
    """The same order in sixteen bits where the values lie near enough: numpy sorts those some eight times as fast."""
    if key.dtype == np.bool_:
        return key.view(np.uint8)
    if key.dtype.itemsize <= 2:
        return key
    there = key[key != MISSING]
    low, high = (int(there.min()), int(there.max())) if len(there) else (0, 0)
    if high - low >= _FEW - 1:
        return key
    return np.where(key == MISSING, high - low + 1, key - low).astype(np.uint16)


def occurring(numbers: Array) -> dict[int, int]:
    """How often each number occurs, by number. Small ones are counted in a tenth of the time that sorting them takes."""
    if len(numbers) and int(numbers.min()) >= 0 and int(numbers.max()) < _FEW:
        counts = np.bincount(numbers)
        there = np.flatnonzero(counts)
        return dict(zip(there.tolist(), counts[there].tolist(), strict=True))
    return dict(zip(*(column.tolist() for column in np.unique(numbers, return_counts=True)), strict=True))
