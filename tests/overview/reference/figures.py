"""The four figures at the top, each with how it stood on the day of comparison."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from kangjiansheng.overview.rules.periods import month_ends
from kangjiansheng.projects.rules.figures import AHEAD, YEAR
from kangjiansheng.projects.rules.milestones import SLIP_DAYS

from .rows import Past, Project, Spell, done_ones, open_ones, promised

_OFF = frozenset({"risk", "slip", "late"})


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many; `percent` is whole, None when there is nothing to count."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """The share in whole per cent, halves up."""
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole else None


@dataclass(frozen=True, slots=True)
class OnTime:
    """On-time rate of the last 12 months: `change` in percentage points, `months` for the line."""

    now: Share
    then: Share
    months: tuple[tuple[date, int | None], ...]

    @property
    def change(self) -> int | None:
        """Percentage points since the day of comparison; None when one of both is missing."""
        if self.now.percent is None or self.then.percent is None:
            return None
        return self.now.percent - self.then.percent


@dataclass(frozen=True, slots=True)
class Slipped:
    """Open milestones 15 or more days after their baseline, the median of their slips in days, and the last months."""

    now: int
    then: int
    median: int | None
    months: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """Open milestones promised for the coming 90 days. `tens` holds (all, off plan) for each ten days."""

    now: int
    then: int
    off: int
    overdue: int
    tens: tuple[tuple[int, int], ...]


def on_time_share(dates: Iterable[tuple[date, date | None]], day: date, window: timedelta = YEAR) -> Share:
    """The share reached on or before baseline of those reached in the window that ends with `day`.

    `dates` are pairs (actual, baseline). day − window < actual ≤ day, as in the definitions.
    """
    reached = [(actual, base) for actual, base in dates if day - window < actual <= day]
    return Share(sum(base is not None and actual <= base for actual, base in reached), len(reached))


def on_time(projects: Sequence[Project], past: Mapping[int, Past], day: date, compare: date) -> OnTime:
    """The rate now, as it was on the day of comparison, and at the last twelve month ends."""
    now = [(m.actual, m.baseline) for _, m in done_ones(projects) if m.actual]
    then = [(p.actual, p.baseline) for p in past.values() if p.actual]
    return OnTime(
        now=on_time_share(now, day),
        then=on_time_share(then, compare),
        months=tuple((end, on_time_share(now, end).percent) for end in month_ends(day, 12)),
    )


def slipped(
    projects: Sequence[Project],
    past: Mapping[int, Past],
    day: date,
    spells: Sequence[Spell] = (),
    standing: Sequence[Spell] = (),
    threshold: int = SLIP_DAYS,
) -> Slipped:
    """Counted by dates alone, so that one that is also overdue counts.

    `spells` are those of open milestones behind their baseline, `standing` those of projects: for the line.
    """
    days = [m.slip for _, m in open_ones(projects) if m.slip is not None and m.slip >= threshold]
    then = [p.slip for p in past.values() if p.running and p.is_open and p.slip is not None]
    return Slipped(
        now=len(days),
        then=sum(slip >= threshold for slip in then),
        median=int(median(days)) if days else None,
        months=(
            *((end, _slipped_on(end, spells, standing, threshold)) for end in month_ends(day, 12)[:-1]),
            (day, len(days)),
        ),
    )


def _slipped_on(day: date, spells: Sequence[Spell], standing: Sequence[Spell], threshold: int) -> int:
    worked_on = {spell.project_id for spell in standing if spell.running and spell.holds(day)}
    return sum(s.slip >= threshold and s.project_id in worked_on and s.holds(day) for s in spells)


def due(
    projects: Sequence[Project], past: Mapping[int, Past], day: date, compare: date, ahead: int = AHEAD.days
) -> Due:
    """From today to the end of the window. What should have been reached before is counted apart."""
    tens = [[0, 0] for _ in range(-(-ahead // 10))]
    overdue = 0
    for _, milestone in open_ones(projects):
        date_ = promised(milestone)
        left = (date_ - day).days if date_ else ahead + 1
        overdue += left < 0
        if 0 <= left <= ahead:
            tens[min(left // 10, len(tens) - 1)][0] += 1
            tens[min(left // 10, len(tens) - 1)][1] += milestone.status in _OFF
    then = sum(
        p.running and p.is_open and p.promised is not None and 0 <= (p.promised - compare).days <= ahead
        for p in past.values()
    )
    return Due(
        now=sum(n for n, _ in tens),
        then=then,
        off=sum(n for _, n in tens),
        overdue=overdue,
        tens=tuple((every, off) for every, off in tens),
    )
