"""What home shows beside the projects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import contains_eager

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Booking, JointLab
from kangjiansheng.labs.queries import own_labs
from kangjiansheng.labs.queries.bookings import soon
from kangjiansheng.labs.queries.companion import concerned
from kangjiansheng.labs.queries.papers import pressing
from kangjiansheng.overview.queries.disposals import waits_for
from kangjiansheng.projects.models import Milestone, Plan
from kangjiansheng.projects.queries.asks import open_asks
from kangjiansheng.projects.queries.hand_offs import open_of


@dataclass(frozen=True)
class Own:
    """What belongs to a person: laboratories by code, bookings of the coming fortnight by time, and whether there is
    anything else to ask for: in the park, in hand-offs and asks of her institutions, in plans and papers of laboratories, in
    disposals that wait for an approval."""

    labs: Sequence[JointLab]
    bookings: Sequence[Booking]
    park: bool
    hand_offs: bool
    asks: bool
    lab_plans: bool
    papers: bool
    disposals: bool


def own(*, actor: Actor, as_of: date | None = None) -> Own:
    """What belongs to the actor today, without bookings on a past day. One statement: there are few of each."""
    labs = and_(JointLab.id.in_(own_labs(actor)), JointLab.archived_at.is_(None))
    owned = select(Milestone.id).join(Plan, Plan.id == Milestone.plan_id)
    owned = owned.where(Milestone.owner_id == actor.id, Plan.lab_id.is_not(None))
    more = (
        concerned(actor).label("park"),
        open_of(actor).exists().label("hand_offs"),
        open_asks(actor).exists().label("asks"),
        owned.exists().label("lab_plans"),
        pressing(actor).exists().label("papers"),
        waits_for(actor).exists().label("disposals"),
    )
    query = (
        select(JointLab, Booking, *more)
        .select_from(Person)
        .outerjoin(JointLab, labs)
        .outerjoin(Booking, soon(actor))
        .outerjoin(Booking.resource)
        .options(contains_eager(Booking.resource))
        .where(Person.id == actor.id)
    )
    rows = db.session.execute(query).all()
    bookings = {row.Booking.id: row.Booking for row in rows if row.Booking is not None and not as_of}
    found = {row.JointLab.id: row.JointLab for row in rows if row.JointLab is not None}
    return Own(
        sorted(found.values(), key=lambda lab: lab.code),
        sorted(bookings.values(), key=lambda one: (one.starts_at, one.id)),
        *(
            any(getattr(row, key) for row in rows)
            for key in ("park", "hand_offs", "asks", "lab_plans", "papers", "disposals")
        ),
    )
