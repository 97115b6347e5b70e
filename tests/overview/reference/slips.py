"""Which milestones slip most, and whether it gets worse."""

from collections import Counter
from collections.abc import Mapping, Sequence

from kangjiansheng.overview.rules.rows import Milestone, Project
from kangjiansheng.overview.rules.slips import AT_MOST, Finding, Slip, Slips
from tests.overview.reference.rows import open_ones

_CLUSTER = 3


def slips(projects: Sequence[Project], past: Mapping[int, Milestone]) -> Slips:
    """Open milestones of running projects whose confirmed date lies after their baseline."""
    found = []
    for project, milestone in open_ones(projects):
        if milestone.slip is not None and milestone.slip > 0:
            then = past.get(milestone.id)
            reached = (then.actual or then.forecast) if then else None
            found.append(Slip(project, milestone, milestone.slip, then.slip if then else None, reached))
    found.sort(key=lambda row: (-row.now, row.milestone.project_code, row.milestone.position))
    return Slips(tuple(found[:AT_MOST]), len(found), _finding(found[:AT_MOST]))


def _finding(rows: Sequence[Slip]) -> Finding:
    if not rows:
        return Finding("none")
    recovering = next((row.project for row in rows if row.then is not None and row.then > row.now), None)
    code, number = Counter(row.project.code for row in rows).most_common(1)[0]
    if number >= _CLUSTER:
        own = next(row for row in rows if row.project.code == code)
        largest = own if own.now == rows[0].now else rows[0]
        return Finding("cluster", own.project, largest, number, recovering)
    return Finding("single", rows[0].project, rows[0], 1, recovering)
