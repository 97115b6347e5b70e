"""How long something takes, told from what has ended and from what still runs.

The curve is that of Kaplan and Meier (J. Am. Stat. Assoc. 53, 1958, 457), its variance Greenwood's (1926). The median
is the first time at which the curve is at or below one half; its interval is that of Brookmeyer and Crowley
(Biometrics 38, 1982, 29), on the log(−log) scale (Kalbfleisch and Prentice), which keeps it within 0 and 1.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

ENOUGH = 5  # that have ended; below this nothing is said of a median
_Z = 1.959964  # of the normal distribution, for 95 %
_HALF = 0.5 + 1e-9  # the shares are products of fractions, which seldom come out at one half exactly


@dataclass(frozen=True, slots=True)
class Step:
    """The curve from a time on: `share` still run, of `at_risk` that were watched up to it `ended` ended at it.
    `spread` is Greenwood's sum; None once nothing is left, where it has no value."""

    time: int
    at_risk: int
    ended: int
    share: float
    spread: float | None

    def within(self, sign: int) -> float | None:
        """The lower (−1) or upper (+1) edge of the share's interval; None where there is none."""
        if self.spread is None:
            return 0.0 if sign < 0 else None
        width = _Z * sqrt(self.spread) / abs(log(self.share))
        return float(self.share ** exp(-sign * width))


@dataclass(frozen=True, slots=True)
class Median:
    """The median with the edges of its interval, in the unit of the times; an edge is None when it is not reached."""

    time: int
    low: int | None
    high: int | None


def curve(times: Iterable[tuple[int, bool]]) -> tuple[Step, ...]:
    """The curve of (how long it was watched, whether it ended then); what still runs at a time counts as watched."""
    rows = sorted(times)
    share, spread = 1.0, 0.0
    steps = []
    for time, ended in sorted(Counter(time for time, ended in rows if ended).items()):
        at_risk = len(rows) - bisect_left(rows, (time,))
        if ended == at_risk:
            steps.append(Step(time, at_risk, ended, 0.0, None))
            break
        share *= 1 - ended / at_risk
        spread += ended / (at_risk * (at_risk - ended))
        steps.append(Step(time, at_risk, ended, share, spread))
    return tuple(steps)


def median(steps: Iterable[Step]) -> Median | None:
    """The median, None while more than half still run, or when fewer than `ENOUGH` have ended."""
    rows = tuple(steps)
    if sum(step.ended for step in rows) < ENOUGH:
        return None
    middle = next((step.time for step in rows if step.share <= _HALF), None)
    if middle is None:
        return None
    edges = []
    for sign in (-1, 1):
        known = [(step.time, edge) for step in rows if (edge := step.within(sign)) is not None]
        edges.append(next((time for time, edge in known if edge <= _HALF), None))
    return Median(middle, *edges)
