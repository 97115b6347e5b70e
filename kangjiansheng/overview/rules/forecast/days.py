"""Counting days in arrays: calendar days, and working days where a plan counts so."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]
Flags = NDArray[np.bool_]

MISSING, NEVER = -(10**8), 10**8
_FAR = 10**7  # anything beyond is no day


def is_day(days: Any) -> Flags:
    """Where there is a day at all."""
    found: Flags = np.abs(days) < _FAR
    return found


class Counting:
    """Adds and subtracts as the schedule does; `working` are the ordinals of all working days in order."""

    def __init__(self, working: Any) -> None:
        self.working = np.asarray(working, dtype=np.int32)

    def after(self, days: Days, count: Days, in_work: Flags) -> Days:
        """The day on which `count` days have passed; rows of `in_work` count working days.

        A row is a step or a link. Without a day or a count there is no day; NEVER stays so.
        """
        days, count = np.broadcast_arrays(days, count)
        found = np.where(is_day(days) & is_day(count), days + count, np.where(is_day(count), days, MISSING))
        if in_work.any():
            found[in_work] = np.where(
                is_day(days[in_work]) & is_day(count[in_work]),
                self._after(days[in_work], count[in_work]),
                found[in_work],
            )
        return found.astype(np.int32)

    def between(self, first: Days, last: Days, in_work: Flags) -> Days:
        """How many days lie after `first`, up to and including `last`; MISSING where one of both is."""
        first, last = np.broadcast_arrays(first, last)
        found = np.where(is_day(first) & is_day(last), last - first, MISSING)
        if in_work.any():
            early, late = first[in_work], last[in_work]
            forward = self._right(late) - self._left(early + 1)
            back = self._right(early - 1) - self._left(late)
            counted = np.where(early <= late, forward, -back)
            found[in_work] = np.where(is_day(early) & is_day(late), counted, MISSING)
        return found.astype(np.int32)

    def _after(self, days: Days, count: Days) -> Days:
        at = np.where(count > 0, self._right(days) + count - 1, self._left(days) + count)
        found = self.working[np.clip(at, 0, len(self.working) - 1)]
        return np.where(count == 0, days, found)

    def _right(self, days: Days) -> Any:
        return np.searchsorted(self.working, days, "right")

    def _left(self, days: Days) -> Any:
        return np.searchsorted(self.working, days, "left")
