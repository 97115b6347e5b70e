"""Which milestones are promised for another day than they were."""

from collections.abc import Mapping, Sequence
from datetime import date

from kangjiansheng.overview.rules.moves import AT_MOST, Move, Moves
from kangjiansheng.overview.rules.rows import Milestone, Project
from tests.overview.reference.rows import promised

from .figures import done_ones


def moves(projects: Sequence[Project], past: Mapping[int, Milestone], compare: date) -> Moves:
    """Compare the promises of the milestones that were there on both days."""
    found = []
    for project in projects:
        for milestone in project.milestones:
            then = past.get(milestone.id)
            now, before = promised(milestone), promised(then) if then else None
            if milestone.kind != "decision" and now and before and now != before:
                new = then is not None and then.actual is None and then.forecast is None
                found.append(Move(project, milestone, before, now, new))
    found.sort(key=lambda one: (-abs(one.after - one.before), one.project.code, one.milestone.position))
    reached = sum(m.actual is not None and m.actual > compare for _, m in done_ones(projects))
    later = sum(one.after > one.before for one in found)
    illustrative = any(one.project.illustrative for one in found)  # type: ignore[attr-defined]
    new = sum(one.new for one in found)
    return Moves(tuple(found[:AT_MOST]), len(found), reached, later, illustrative, new)
