"""Reading webhooks and what was sent to them."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager, joinedload

from kangjiansheng.accounts import queries
from kangjiansheng.accounts.models.webhooks import Webhook, WebhookMessage
from kangjiansheng.accounts.rules import webhooks as webhook_rules
from kangjiansheng.accounts.rules.webhooks import Place
from kangjiansheng.core import access
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db

API = "/api/v1"


def webhooks_of(person_id: int) -> list[Webhook]:
    """The webhooks of a person, newest first."""
    query = select(Webhook).where(Webhook.person_id == person_id, Webhook.removed_at.is_(None))
    return list(db.session.scalars(query.order_by(Webhook.id.desc())))


def own_webhook(*, actor: Actor, number: int) -> Webhook | None:
    """A webhook of the actor's own that is there."""
    found = webhook(actor=actor, number=number)
    return found if found and found.person_id == actor.id else None


def webhook(*, actor: Actor, number: int) -> Webhook | None:
    """A webhook that is there, for administrators."""
    return db.session.scalar(select(Webhook).where(Webhook.id == number, Webhook.removed_at.is_(None)))


def all_webhooks() -> list[Webhook]:
    """All webhooks that are there, for administrators: those that are on first, then the newest first."""
    query = select(Webhook).where(Webhook.removed_at.is_(None)).options(joinedload(Webhook.person))
    return list(db.session.scalars(query.order_by(Webhook.enabled.desc(), Webhook.id.desc()).limit(500)))


def own_message(*, actor: Actor, number: int, message_id: str) -> WebhookMessage | None:
    """A message to a webhook of the actor's own."""
    query = (
        select(WebhookMessage)
        .join(WebhookMessage.webhook)
        .where(
            WebhookMessage.message_id == message_id,
            Webhook.id == number,
            Webhook.person_id == actor.id,
            Webhook.removed_at.is_(None),
        )
        .options(contains_eager(WebhookMessage.webhook))
    )
    return db.session.scalar(query)


def messages(of: Webhook, *, state: str = "") -> list[WebhookMessage]:
    """The messages to a webhook as far as they are kept, newest first."""
    query = select(WebhookMessage).where(WebhookMessage.webhook_id == of.id)
    query = query.where(WebhookMessage.state == state) if state else query
    return list(db.session.scalars(query.order_by(WebhookMessage.id.desc()).limit(1000)))


def counts(of: Webhook) -> Mapping[str, int]:
    """How many messages there are, by state."""
    query = select(WebhookMessage.state, func.count()).where(WebhookMessage.webhook_id == of.id)
    return {state: many for state, many in db.session.execute(query.group_by(WebhookMessage.state))}


def never_arrived() -> ColumnElement[bool]:
    """The condition on a message that it was given up or dropped; a test that failed is past."""
    return WebhookMessage.state.in_(("failed", "dropped")) & (WebhookMessage.type != webhook_rules.PING)


def has_missed(of: Webhook) -> bool:
    """Whether something never arrived that may be sent again."""
    query = select(WebhookMessage.id).where(WebhookMessage.webhook_id == of.id, never_arrived()).limit(1)
    return db.session.scalar(query) is not None


def owner_of(found: Webhook) -> Actor | None:
    """For whom a webhook is told, with the rights of today; none of somebody whose account is stopped."""
    return queries.actor_by_id(found.person_id)


def place(kind: str, thing_id: int, *, actor: Actor) -> Place | None:
    """Where the owner of a webhook reads a thing now: by the door of its history, and by that of the address itself, as
    a program would that asks for it. None when one of them is closed."""
    told = webhook_rules.told().get(kind)
    found = told.place(actor, thing_id) if told else None
    return found if found and access.reaches(API + found.path, actor) else None
