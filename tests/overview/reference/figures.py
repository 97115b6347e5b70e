"""The four figures at the top, each with how it stood on the day of comparison."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from statistics import median

from kangjiansheng.overview.rules.figures import Due, OnTime, Share, Slipped
from kangjiansheng.overview.rules.periods import month_ends
from kangjiansheng.overview.rules.rows import Milestone, Project
from kangjiansheng.projects.rules.figures import AHEAD, YEAR
from kangjiansheng.projects.rules.milestones import SLIP_DAYS
from tests.overview.reference.rows import open_ones, promised

from .reading import Spell


def done_ones(projects: Iterable[Project]) -> Iterator[tuple[Project, Milestone]]:
    """Milestones that were reached, of all projects whatever their status; a recorded decision (X9…) does not count."""
    for project in projects:
        yield from ((project, m) for m in project.milestones if m.kind != "decision" and m.actual)


def percent(share: Share) -> int | None:
    """In whole per cent, halves up; None when there is nothing to count."""
    return floor(Fraction(100 * share.part, share.whole) + Fraction(1, 2)) if share.whole else None


def on_time_share(milestones: Iterable[Milestone], day: date, window: timedelta = YEAR) -> Share:
    """The share reached on or before baseline of those reached in the window: day − window < actual ≤ day."""
    reached = [(m.actual, m.baseline) for m in milestones if m.actual and day - window < m.actual <= day]
    return Share(sum(base is not None and actual <= base for actual, base in reached), len(reached))


def on_time(projects: Sequence[Project], before: Sequence[Project], day: date, compare: date) -> OnTime:
    """The rate now, as it was on the day of comparison, and at the last twelve month ends."""
    now, then = ([m for _, m in done_ones(rows)] for rows in (projects, before))
    return OnTime(
        now=on_time_share(now, day),
        then=on_time_share(then, compare),
        months=tuple((end, percent(on_time_share(now, end))) for end in month_ends(day, 12)),
    )


def slipped(
    projects: Sequence[Project],
    before: Sequence[Project],
    day: date,
    spells: Sequence[Spell],
    worked_on: Sequence[Spell],
) -> Slipped:
    """Counted by dates alone, so that one that is also overdue counts."""
    days, then = (
        [m.slip for _, m in open_ones(rows) if m.slip is not None and m.slip >= SLIP_DAYS]
        for rows in (projects, before)
    )
    ends = month_ends(day, 12)[:-1]
    known = {m.id for project in before for m in project.milestones if m.actual or m.forecast}
    late = [m for _, m in open_ones(projects) if m.slip is not None and m.slip >= SLIP_DAYS]
    return Slipped(
        now=len(days),
        then=len(then),
        median=int(median(days)) if days else None,
        months=(*((end, _slipped_on(end, spells, worked_on)) for end in ends), (day, len(days))),
        new=sum(m.id not in known for m in late),
    )


def _slipped_on(day: date, spells: Sequence[Spell], worked_on: Sequence[Spell]) -> int:
    running = {spell.project_id for spell in worked_on if spell.holds(day)}
    return sum(s.slip >= SLIP_DAYS and s.project_id in running and s.holds(day) for s in spells)


def due(projects: Sequence[Project], before: Sequence[Project], day: date, compare: date) -> Due:
    """From today to the end of the window. What should have been reached before is counted apart."""
    ahead = AHEAD.days
    tens = [[0, 0] for _ in range(-(-ahead // 10))]
    left = _left(projects, day)
    for days, status in left:
        if 0 <= days <= ahead:
            tens[min(days // 10, len(tens) - 1)][0] += 1
            tens[min(days // 10, len(tens) - 1)][1] += status in ("risk", "slip", "late")
    return Due(
        now=sum(n for n, _ in tens),
        then=sum(0 <= days <= ahead for days, _ in _left(before, compare)),
        off=sum(n for _, n in tens),
        overdue=sum(days < 0 for days, _ in left),
        tens=tuple((every, off) for every, off in tens),
    )


def _left(projects: Sequence[Project], day: date) -> list[tuple[int, str]]:
    """How many days are left for each open milestone that has a date, and its status."""
    return [((at - day).days, m.status) for _, m in open_ones(projects) if (at := promised(m))]
