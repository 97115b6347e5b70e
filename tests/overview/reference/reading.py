"""How long milestones were behind their baseline and projects were worked on, read off the ledgers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import day_of
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.overview.rules.rows import ENDED, PAUSED
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project, ProjectEntry
from kangjiansheng.projects.queries import may_see


@dataclass(frozen=True, slots=True)
class Spell:
    """How long something of a project was so: from the day `since` until before the day `until`, None being now."""

    project_id: int
    since: date
    until: date | None
    slip: int = 0  # of a milestone: calendar days after baseline
    milestone_id: int = 0

    def holds(self, day: date) -> bool:
        """Whether it was so at the end of a day."""
        return self.since <= day and (self.until is None or day < self.until)


def slipping(*, actor: Actor, day: date) -> list[Spell]:
    """When open milestones were behind their baseline, up to the end of `day`. One statement."""
    entry = MilestoneEntry
    said = (entry.baseline, entry.forecast, entry.actual, entry.state)
    query = (
        _lasting(entry, entry.milestone_id, day, Plan.project_id, entry.milestone_id, *said)
        .join(Milestone, Milestone.id == entry.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(may_see(actor), Milestone.kind != "decision")
    )
    return [
        Spell(row.project_id, *_days(row), (row.forecast - row.baseline).days, row.milestone_id)
        for row in db.session.execute(query)
        if row.state == "open" and not row.actual
        if row.forecast and row.baseline and row.forecast > row.baseline
    ]


def worked_on(*, actor: Actor, day: date) -> list[Spell]:
    """When projects were neither on hold nor ended nor put away, up to the end of `day`. One statement."""
    entry = ProjectEntry
    query = (
        _lasting(entry, entry.project_id, day, entry.project_id, entry.status, entry.state)
        .join(Project, Project.id == entry.project_id)
        .where(may_see(actor))
    )
    return [
        Spell(row.project_id, *_days(row))
        for row in db.session.execute(query)
        if row.status not in ENDED and row.status != PAUSED and not row.state.get("archived_at")
    ]


def since(spells: Iterable[Spell]) -> dict[int, date]:
    """Since when each milestone that is behind its baseline has been so without a break, by its id."""
    by_id: dict[int, list[Spell]] = {}
    for spell in spells:
        by_id.setdefault(spell.milestone_id, []).append(spell)
    found = {}
    for key, of_one in by_id.items():
        of_one.sort(key=lambda spell: (spell.since, spell.until or date.max), reverse=True)
        if of_one[0].until is None:
            begin = of_one[0].since
            for earlier in of_one[1:]:
                if earlier.until is None or earlier.until < begin:
                    break
                begin = min(begin, earlier.since)
            found[key] = begin
    return found


def _lasting(ledger: Any, thing: Any, day: date, *columns: Any) -> Any:
    """What a ledger said up to the end of a day, and until when: the next entry of the same thing."""
    at = ledger.effective_at
    until = func.lead(at, type_=at.type).over(partition_by=thing, order_by=(at, ledger.id))
    return select(*columns, at.label("since"), until.label("until")).where(at <= clock.end_of(day))


def _days(row: Any) -> tuple[date, date | None]:
    return day_of(row.since), day_of(row.until) if row.until else None
