"""Who gets packs by mail, and whose turn it is."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.accounts.queries import actor_of, setting_of
from kangjiansheng.committee.models import Committee, Meeting
from kangjiansheng.committee.queries import sees_meeting
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
        .options(joinedload(PackDelivery.committee), joinedload(PackDelivery.task))
        .order_by(PackDelivery.id)
    )
    return list(db.session.scalars(query))


def address_of(*, actor: Actor) -> str | None:
    """Where the mails of the actor go; None for who has no address."""
    return db.session.scalar(select(Person.email).where(Person.id == actor.id))


def committees(*, actor: Actor) -> list[Committee]:
    """The committees of which the actor sees a meeting."""
    seen = select(Meeting.committee_id).where(sees_meeting(actor))
    query = select(Committee).where(Committee.id.in_(seen), Committee.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(Committee.code)))


def due() -> list[tuple[int, date]]:
    """The wishes whose hour has come, each with the occasion for which nobody has asked for a mail yet."""
    now, today, calendar = clock.now(), clock.today(), china()
    found = []
    for delivery in db.session.scalars(_standing()):
        meeting = None
        if delivery.committee_id:
            meeting = _next_meeting(delivery.committee_id, today, actor=actor_of(delivery.person))
        when = rules.occasion(delivery.rhythm, today, calendar, meeting)
        if when is None or not is_ahead(delivery, when):
            continue
        setting = setting_of(delivery.person_id)
        if is_digest_time(now, setting.hour, setting.quiet_from, setting.quiet_to):
            found.append((delivery.id, when))
    return found


def is_ahead(delivery: PackDelivery, occasion: date) -> bool:
    """True when no mail was made for an occasion or a later one, and none was asked for."""
    asked = date.fromisoformat(delivery.task.payload["occasion"]) if delivery.task else None
    return all(done is None or done < occasion for done in (delivery.last_on, asked))


def waiting(number: int, occasion: date) -> Due | None:
    """The mail of an occasion, with its reader and their rights of this moment; None when they want none any more."""
    delivery = db.session.scalar(_standing().where(PackDelivery.id == number))
    if delivery is None:
        return None
    actor, committee = actor_of(delivery.person), delivery.committee_id
    return Due(
        delivery.id,
        actor,
        delivery.person.locale,
        delivery.rhythm,
        committee,
        delivery.attachment,
        occasion,
        _next_meeting(committee, clock.today(), actor=actor) if committee else None,
    )


def _standing() -> Select[PackDelivery]:
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
        .options(joinedload(PackDelivery.person).selectinload(Person.roles), joinedload(PackDelivery.task))
        .order_by(PackDelivery.id)
    )


def _next_meeting(committee_id: int, today: date, *, actor: Actor) -> date | None:
    """The day of the next planned meeting of a committee that the actor may see."""
    query = select(Meeting.held_on).where(
        Meeting.committee_id == committee_id,
        Meeting.life == "planned",
        Meeting.held_on > today,
        sees_meeting(actor),
    )
    return db.session.scalar(query.order_by(Meeting.held_on).limit(1))
