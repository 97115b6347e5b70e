"""What a pack tells of milestones and papers, row by row."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from kangjiansheng.core.changes import Actor
from kangjiansheng.projects.queries import MilestoneRow, ProjectRow
from kangjiansheng.projects.queries.validity import held, validities_then


def reached(projects: Sequence[ProjectRow], before: Collection[int]) -> list[tuple[ProjectRow, MilestoneRow]]:
    """Milestones that are reached now and were not known to be then (`before`), by the day on which they were."""
    found = [
        (project, m)
        for project in projects
        for m in project.milestones
        if m.kind != "decision" and m.actual is not None and m.id not in before
    ]
    return sorted(found, key=lambda pair: (pair[1].actual or date.min, pair[0].code, pair[1].position))


def expiring(projects: Sequence[ProjectRow], day: date, *, actor: Actor) -> list[tuple[str, Any]]:
    """What has lapsed, ends within 90 days, or ends before it is needed, in running projects, by their codes."""
    running = {project.id: project for project in projects if not project.resting}
    rows = validities_then(
        {key: [x.id for x in p.labs] for key, p in running.items()}, actor=actor, as_of=day
    )
    found = [
        (project.code, one)
        for key, project in running.items()
        for one in held(rows.get(key, ()), project.milestones, day)
        if one[1].word in ("leaves", "lapsed", "soon")
    ]
    return sorted(found, key=lambda pair: (pair[1][0].valid_to, pair[0]))
