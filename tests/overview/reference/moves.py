"""What has moved since the day of comparison: which milestones, not only how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .rows import Milestone, Past, Project, is_done, promised

AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Move:
    """A milestone whose promise is another one than it was; `days` is positive when it moved away."""

    project: Project
    milestone: Milestone
    before: date
    after: date

    @property
    def days(self) -> int:
        """By how many calendar days."""
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class Moves:
    """The largest moves first; `total` counts all, `reached` what was reached since."""

    rows: tuple[Move, ...]
    total: int
    reached: int


def moves(
    projects: Sequence[Project], past: Mapping[int, Past], compare: date, at_most: int = AT_MOST
) -> Moves:
    """Compare the promises of the milestones that were there on both days."""
    found = []
    for project in projects:
        for milestone in project.milestones:
            then = past.get(milestone.id)
            now, before = promised(milestone), then.promised if then else None
            if milestone.kind != "decision" and now and before and now != before:
                found.append(Move(project, milestone, before, now))
    found.sort(key=lambda move: (-abs(move.days), move.project.code, move.milestone.position))
    reached = sum(
        is_done(m) and m.actual is not None and m.actual > compare for p in projects for m in p.milestones
    )
    return Moves(tuple(found[:at_most]), len(found), reached)
