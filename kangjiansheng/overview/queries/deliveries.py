"""Who gets packs by mail, and whose turn it is."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.accounts.queries import actor_of, setting_of
from kangjiansheng.committee.models import Committee, Meeting
from kangjiansheng.committee.queries import visible_meetings
from kangjiansheng.core import clock
from kangjiansheng.core.calendar import china, is_digest_time
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.overview.models import PackDelivery
from kangjiansheng.overview.rules import deliveries as rules


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that is to be made: for whom, for which occasion, for which meeting if one is near."""

    delivery_id: int
    actor: Actor
    locale: str
    rhythm: str
    committee_id: int | None
    attachment: str
    occasion: date
    meeting: date | None


def own(*, actor: Actor, number: int) -> PackDelivery | None:
    """One of the actor's own wishes that stands."""
    query = select(PackDelivery).where(PackDelivery.id == number, PackDelivery.person_id == actor.id)
    return db.session.scalar(query.where(PackDelivery.ended_at.is_(None)))


def of(*, actor: Actor) -> list[PackDelivery]:
    """The actor's own wishes that stand."""
    query = (
        select(PackDelivery)
        .where(PackDelivery.person_id == actor.id, PackDelivery.ended_at.is_(None))
        .options(joinedload(PackDelivery.committee))
        .order_by(PackDelivery.id)
    )
    return list(db.session.scalars(query))


def address_of(*, actor: Actor) -> str | None:
    """Where the mails of the actor go; None for who has no address."""
    return db.session.scalar(select(Person.email).where(Person.id == actor.id))


def committees(*, actor: Actor) -> list[Committee]:
    """The committees of which the actor sees a meeting."""
    seen = select(Meeting.committee_id).where(Meeting.id.in_(visible_meetings(actor)))
    query = select(Committee).where(Committee.id.in_(seen), Committee.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(Committee.code)))


def due() -> list[Due]:
    """The mails whose hour has come, each with its reader and their rights of this moment."""
    now, today, calendar = clock.now(), clock.today(), china()
    found = []
    for delivery in db.session.scalars(_standing()):
        person = delivery.person
        actor = actor_of(person)
        meeting = _next_meeting(delivery.committee_id, today, actor=actor) if delivery.committee_id else None
        when = rules.occasion(delivery.rhythm, today, calendar, meeting)
        if when is None or (delivery.last_on is not None and delivery.last_on >= when):
            continue
        setting = setting_of(person.id)
        if is_digest_time(now, setting.hour, setting.quiet_from, setting.quiet_to):
            found.append(
                Due(
                    delivery.id,
                    actor,
                    person.locale,
                    delivery.rhythm,
                    delivery.committee_id,
                    delivery.attachment,
                    when,
                    meeting,
                )
            )
    return found


def _standing():  # type: ignore[no-untyped-def]
    """The wishes of people who can sign in and have an address."""
    return (
        select(PackDelivery)
        .join(PackDelivery.person)
        .join(Person.account)
        .where(
            PackDelivery.ended_at.is_(None),
            Person.email.is_not(None),
            Account.disabled_at.is_(None),
            Account.password_hash.is_not(None),
        )
        .options(joinedload(PackDelivery.person).selectinload(Person.roles))
        .order_by(PackDelivery.id)
    )


def _next_meeting(committee_id: int, today: date, *, actor: Actor) -> date | None:
    """The day of the next planned meeting of a committee that the actor may see."""
    query = select(Meeting.held_on).where(
        Meeting.committee_id == committee_id,
        Meeting.life == "planned",
        Meeting.held_on > today,
        Meeting.id.in_(visible_meetings(actor)),
    )
    return db.session.scalar(query.order_by(Meeting.held_on).limit(1))
