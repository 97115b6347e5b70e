"""Subscribing to packs by mail, unsubscribing, and queueing one."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock, outbox, queue
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.overview import notices
from kangjiansheng.overview.models import PackDelivery
from kangjiansheng.overview.queries import deliveries as queries
from kangjiansheng.overview.rules import deliveries as rules

SEND = "overview:pack"


def subscribe(*, actor: Actor, rhythm: str, committee_id: int | None, attachment: str) -> PackDelivery:
    """Have packs sent to oneself; of the same rhythm there is one, whose attachment is changed."""
    rules.check(rhythm, attachment)
    if queries.address_of(actor=actor) is None:
        raise RuleBroken("overview:delivery-address", "rhythm")
    if rhythm == rules.MEETING and committee_id not in {one.id for one in queries.committees(actor=actor)}:
        raise RuleBroken("overview:delivery-committee", "rhythm")
    # Nobody subscribes twice in the same instant.
    db.session.execute(select(Person.id).where(Person.id == actor.id).with_for_update())
    query = select(PackDelivery).where(
        PackDelivery.person_id == actor.id,
        PackDelivery.rhythm == rhythm,
        PackDelivery.committee_id == committee_id if committee_id else PackDelivery.committee_id.is_(None),
    )
    order = (PackDelivery.ended_at.is_not(None), PackDelivery.id)
    found = db.session.scalar(query.order_by(*order).limit(1).with_for_update(of=PackDelivery))
    if found is None:
        found = PackDelivery(
            person_id=actor.id,
            rhythm=rhythm,
            committee_id=committee_id,
            attachment=attachment,
            last_on=rules.begins(rhythm, clock.today()),
        )
        db.session.add(found)
        db.session.flush()
        record("overview:delivery:begin", found, actor=actor, before={})
        return found
    before = found.state()
    act = "overview:delivery:edit" if found.ended_at is None else "overview:delivery:begin"
    if found.ended_at is not None:
        found.last_on = rules.begins(rhythm, clock.today())
    found.attachment, found.ended_at = attachment, None
    record(act, found, actor=actor, before=before)
    return found


def unsubscribe(delivery: PackDelivery, *, actor: Actor) -> None:
    """No mails any more."""
    before = delivery.state()
    delivery.ended_at = clock.now()
    record("overview:delivery:end", delivery, actor=actor, before=before)


def ask() -> None:
    """Put a task for each mail whose hour has come, one for each occasion whatever number of workers."""
    for delivery_id, occasion in queries.due():
        query = select(PackDelivery).where(PackDelivery.id == delivery_id).with_for_update(of=PackDelivery)
        delivery = db.session.scalars(query.execution_options(populate_existing=True)).one()
        if delivery.ended_at is None and queries.is_ahead(delivery, occasion):
            asked = {"delivery": delivery.id, "occasion": occasion.isoformat()}
            delivery.task = queue.put(SEND, asked)


def send(
    found: queries.Due,
    facts: Mapping[str, Any],
    *,
    address: str,
    compare: date,
    file: tuple[str, str, bytes] | None,
) -> bool:
    """Queue the mail of an occasion, once whatever number of workers; `file` is name, type and content.

    Without facts there is nothing to tell: the occasion passes, and nobody is mailed.
    """
    query = select(PackDelivery).where(PackDelivery.id == found.delivery_id).with_for_update(of=PackDelivery)
    delivery = db.session.scalar(query.execution_options(populate_existing=True))
    if (
        delivery is None
        or delivery.ended_at is not None
        or (delivery.last_on is not None and delivery.last_on >= found.occasion)
    ):
        return False
    delivery.last_on = found.occasion
    to = queries.address_of(actor=found.actor)
    if not facts or to is None:
        return False
    key = f"pack-{delivery.id}-{found.occasion.isoformat()}"
    outbox.tell([found.actor.id], notices.PACK, facts, address=address)
    queued = outbox.mail(to, notices.PACK, facts, change=key, locale=found.locale, address=address)
    if file is not None:
        outbox.attach(queued, *file)
    record(
        "overview:delivery:send",
        delivery,
        actor=system_actor(),
        source="job",
        before={},
        after={
            "cut": facts["cut"],
            "compare": compare.isoformat(),
            "attachment": delivery.attachment,
            "sha256": sha256(file[2]).hexdigest() if file else "",
        },
    )
    return True
