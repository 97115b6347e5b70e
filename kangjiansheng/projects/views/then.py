"""Projects, laboratories with plans, and milestones as their pages show them: as they stood on the day that the address asks for."""

from collections.abc import Sequence
from dataclasses import replace

from flask import abort, g

from kangjiansheng.core.access import actor
from kangjiansheng.core.changes import Actor
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Milestone, Plan, Project


def project_row(project: Project | None, who: Actor | None = None) -> queries.ProjectRow:
    """A project as `who`, else whoever has signed in, sees it; 404 when it was not there yet."""
    code = project.code if project else ""
    found = queries.portfolio(actor=who or actor(), as_of=g.as_of, codes=[code], archived=True)
    return found[0] if found else abort(404)


def owner_row(plan: Plan, who: Actor | None = None) -> queries.OwnerRow:
    """What a plan belongs to, likewise."""
    return queries.owner_of(plan, actor=who or actor(), as_of=g.as_of) or abort(404)


def row_of(thing: Milestone, who: Actor | None = None) -> tuple[queries.OwnerRow, queries.MilestoneRow]:
    """A milestone with what its plan belongs to, likewise."""
    owner = owner_row(thing.plan, who)
    row = next((m for m in owner.milestones if m.id == thing.id), None)
    return (owner, row) if row is not None else abort(404)


def called_then(said: Sequence[queries.Said], owner: queries.OwnerRow) -> list[queries.Said]:
    """Entries of a ledger with the names that milestones had on the day of the row."""
    if not owner.since:
        return list(said)
    there = {m.id: m for m in owner.milestones}
    return [
        replace(one, name_hans=m.name_hans, name_hant=m.name_hant, name_en=m.name_en)
        if (m := there.get(one.milestone_id))
        else one
        for one in said
    ]
