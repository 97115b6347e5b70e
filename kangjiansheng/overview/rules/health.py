"""How punctual each laboratory is, and since when: rolling three months over the last twelve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from kangjiansheng.projects.rules.days import Day, once
from kangjiansheng.projects.rules.figures import MONTHS as WINDOW
from kangjiansheng.projects.rules.figures import months_before
from kangjiansheng.projects.rules.ledgers import Array, number

from .figures import Reached, Share, on_time_share, reached
from .periods import month_ends
from .rows import Naming, Ref

MONTHS = 12
_ENOUGH = 3  # below this, nothing is said of a laboratory and a cell has no colour


@dataclass(frozen=True, slots=True)
class Row:
    """A laboratory's shares at each month's end."""

    lab: Ref
    shares: tuple[Share, ...]

    @property
    def falling(self) -> int:
        """For how many months in a row the rate has fallen, up to the last one."""
        known = [share.percent for share in self.shares if share.percent is not None]
        count = 0
        for before, after in zip(known[-2::-1], known[:0:-1], strict=False):
            if after >= before:
                break
            count += 1
        return count


@dataclass(frozen=True, slots=True)
class Finding:
    """`falling`: a laboratory has fallen for three months or more; `lowest`, `alike`; `little`: too few."""

    code: Literal["little", "falling", "lowest", "alike"]
    lab: Ref | None = None
    months: int = 0
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """Rows by the laboratory's code; `middle` is the rate of all laboratories over 12 months, in per cent."""

    months: tuple[date, ...]
    rows: tuple[Row, ...]
    middle: int | None
    finding: Finding

    def step(self, share: Share) -> str:
        """The colour step of a cell: n3 (worst) to p3 by thirds of the way from the middle to 0 and 100.

        Below three milestones chance speaks louder than the laboratory: no colour.
        """
        if share.percent is None or self.middle is None or share.whole < _ENOUGH:
            return ""
        away = share.percent - self.middle
        room = self.middle if away < 0 else 100 - self.middle
        if abs(away) <= 2 or room == 0:
            return "0"
        return ("n" if away < 0 else "p") + str(min(3, 1 + 3 * abs(away) // (room + 1)))


def health(day: Day, naming: Naming) -> Health:
    """Computed from actual dates against baselines; a month without any reached milestone stays empty."""
    of_labs, middle = _rates(day)
    rows = tuple(Row(naming.lab(key), shares) for key, shares in of_labs)
    return Health(tuple(month_ends(day.day, MONTHS)), rows, middle, _finding(rows))


@once
def _rates(day: Day) -> tuple[list[tuple[int, tuple[Share, ...]]], int | None]:
    """Those of each laboratory that has any, by its code, and that of all in per cent."""
    ends = month_ends(day.day, MONTHS)
    every = reached(day)
    keys = np.array(sorted(day.ledgers.labs), np.int64)
    led = every.where((every.actual > number(months_before(ends[0]))) & np.isin(every.lab, keys))
    found = zip(keys.tolist(), zip(*_shares(led, keys, ends), strict=True), strict=True)
    of_labs = [(key, shares) for key, shares in found if any(share.whole for share in shares)]
    of_labs.sort(key=lambda one: day.ledgers.labs[one[0]])
    return of_labs, on_time_share(led, day.number).percent


def _shares(led: Reached, labs: Array, ends: Sequence[date]) -> Iterator[list[Share]]:
    """Those of each laboratory at the end of each month: counted by day once, and by month as the difference of two
    sums."""
    first, last = number(months_before(ends[0])), number(ends[-1])
    known = led.where(led.actual <= last)
    days = last - first + 1
    cells = np.searchsorted(labs, known.lab) * days + known.actual - first
    whole, part = (
        np.bincount(some, minlength=len(labs) * days).reshape(len(labs), days).cumsum(axis=1)
        for some in (cells, cells[known.on_time])
    )
    for end in ends:
        after, at = number(months_before(end)) - first, number(end) - first
        pairs = ((counts[:, at] - counts[:, after]).tolist() for counts in (part, whole))
        yield [Share(*pair) for pair in zip(*pairs, strict=True)]


def _finding(rows: Sequence[Row]) -> Finding:
    known = [row for row in rows if row.shares[-1].whole >= _ENOUGH]
    if not known:
        return Finding("little")
    falling = max(known, key=lambda row: row.falling)
    if falling.falling >= WINDOW:
        return Finding("falling", falling.lab, falling.falling, falling.shares[-1])
    rates = {row.shares[-1].percent for row in known}
    if len(known) > 1 and len(rates) == 1:
        return Finding("alike", share=known[0].shares[-1])
    lowest = min(known, key=lambda row: row.shares[-1].percent or 0)  # of equals the first by its code
    return Finding("lowest", lowest.lab, share=lowest.shares[-1])
