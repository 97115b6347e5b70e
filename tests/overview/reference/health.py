"""How punctual each laboratory is, and since when: rolling three months over the last twelve."""

from collections.abc import Sequence
from datetime import date

from kangjiansheng.overview.rules.health import MONTHS, Finding, Health, Row
from kangjiansheng.overview.rules.periods import month_ends
from kangjiansheng.overview.rules.rows import Milestone, Project, Ref
from kangjiansheng.projects.rules.figures import months_before

from .figures import done_ones, on_time_share, percent

_ENOUGH = 3  # milestones, to say something of a laboratory; months in a row, to say that it falls


def health(projects: Sequence[Project], day: date) -> Health:
    """Computed from actual dates against baselines; a month without any reached milestone stays empty."""
    ends = month_ends(day, MONTHS)
    labs: dict[str, Ref] = {}
    led: dict[str, list[Milestone]] = {}
    for project, milestone in done_ones(projects):
        if project.labs:
            labs[project.labs[0].code] = project.labs[0]
            led.setdefault(project.labs[0].code, []).append(milestone)
    rows = tuple(
        Row(labs[code], tuple(on_time_share(led[code], end, end - months_before(end)) for end in ends))
        for code in sorted(labs)
    )
    shown = tuple(row for row in rows if any(share.whole for share in row.shares))
    every = [milestone for of_lab in led.values() for milestone in of_lab]
    return Health(tuple(ends), shown, percent(on_time_share(every, day)), _finding(shown))


def _finding(rows: Sequence[Row]) -> Finding:
    known = [row for row in rows if row.shares[-1].whole >= _ENOUGH]
    if not known:
        return Finding("little")
    falling = max(known, key=_falls)
    if _falls(falling) >= _ENOUGH:
        return Finding("falling", falling.lab, _falls(falling), falling.shares[-1])
    rates = {percent(row.shares[-1]) for row in known}
    if len(known) > 1 and len(rates) == 1:
        return Finding("alike", share=known[0].shares[-1])
    lowest = min(known, key=lambda row: (percent(row.shares[-1]) or 0, row.lab.code))
    return Finding("lowest", lowest.lab, share=lowest.shares[-1])


def _falls(row: Row) -> int:
    """For how many months in a row the rate has fallen, up to the last one."""
    count, after = 0, None
    for share in reversed(row.shares):
        before = percent(share)
        if before is not None:
            if after is not None and before <= after:
                break
            count, after = count + (after is not None), before
    return count
