"""Projects and milestones as their pages show them: as they stood on the day that the address asks for."""

from collections.abc import Sequence
from dataclasses import replace

from flask import abort, g

from kangjiansheng.core.access import actor
from kangjiansheng.core.changes import Actor
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Milestone, Project


def project_row(project: Project | None, who: Actor | None = None) -> queries.ProjectRow:
    """A project as `who`, else whoever has signed in, sees it; 404 when it was not there yet."""
    code = project.code if project else ""
    found = queries.portfolio(actor=who or actor(), as_of=g.as_of, codes=[code], archived=True)
    return found[0] if found else abort(404)


def row_of(thing: Milestone, who: Actor | None = None) -> tuple[queries.ProjectRow, queries.MilestoneRow]:
    """A milestone with its project, likewise."""
    project = project_row(thing.plan.project, who)
    row = next((m for m in project.milestones if m.id == thing.id), None)
    return (project, row) if row is not None else abort(404)


def called_then(said: Sequence[queries.Said], project: queries.ProjectRow) -> list[queries.Said]:
    """Entries of a ledger with the names that milestones had on the day of the project."""
    if not project.since:
        return list(said)
    there = {m.id: m for m in project.milestones}
    return [
        replace(one, name_hans=m.name_hans, name_hant=m.name_hant, name_en=m.name_en)
        if (m := there.get(one.milestone_id))
        else one
        for one in said
    ]
