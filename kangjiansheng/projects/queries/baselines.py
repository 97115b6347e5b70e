"""The named baselines of a plan, beside the first and beside what is promised."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.models import Baseline, BaselineRow


@dataclass(frozen=True, slots=True)
class Frozen:
    """One named baseline: who froze it when, why and by whose authority; `days` by the milestone's id."""

    number: int
    name: str
    reason: str
    authority: str
    recorded_at: datetime
    who: str
    days: dict[int, date]


def baselines(plan_id: int | None, as_of: date | None = None) -> list[Frozen]:
    """The named baselines of a plan in order, as of a past day those that were there; two statements."""
    query = (
        select(Baseline, Person)
        .join(ChangeSet, ChangeSet.id == Baseline.change_set_id)
        .outerjoin(Person, Person.id == ChangeSet.actor_id)
        .where(Baseline.plan_id == plan_id)
        .order_by(Baseline.number)
    )
    if as_of is not None:
        query = query.where(Baseline.recorded_at <= clock.end_of(as_of))
    found = db.session.execute(query).all()
    days: dict[int, dict[int, date]] = defaultdict(dict)
    wanted = [baseline.id for baseline, _ in found]
    for row in db.session.scalars(select(BaselineRow).where(BaselineRow.baseline_id.in_(wanted))):
        days[row.baseline_id][row.milestone_id] = row.day
    return [
        Frozen(
            baseline.number,
            baseline.name,
            baseline.reason,
            baseline.authority,
            baseline.recorded_at,
            name_of(person) if person else "",
            days[baseline.id],
        )
        for baseline, person in found
    ]
