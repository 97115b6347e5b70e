"""What a person does with webhooks: each act with its entry in the trail."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, func, select, update

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.accounts.models.webhooks import Webhook, WebhookMessage
from kangjiansheng.accounts.operations import proving
from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.accounts.queries.webhooks import never_arrived, webhooks_of
from kangjiansheng.accounts.rules import webhooks as rules
from kangjiansheng.core import clock, outbox
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.sealing import seal

PURPOSE = "webhook"


def make(
    person: Person,
    *,
    actor: Actor,
    name: str,
    address: str,
    kinds: Sequence[str],
    given: Given,
    allowed: Collection[str],
) -> tuple[Webhook, str]:
    """A new webhook, which is told from now on, and its secret, which is shown this once. `allowed` are the origins that
    the operator lets be in the inner network."""
    rules.check_kinds(kinds)
    rules.check_address(address, allowed)
    if len(webhooks_of(person.id)) >= rules.MOST:
        raise RuleBroken("accounts:webhook-many", most=rules.MOST)
    proving.prove(given, actor=actor)
    now = clock.now()
    found = Webhook(
        person_id=person.id, name=name, address=address, kinds=list(kinds), set_at=now, made_at=now,
        enabled=True, read_to=last_entry(),
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    secret = rules.new_secret()
    found.secret = seal(secret, PURPOSE, found.id)
    record("accounts:webhook:make", found, actor=actor, before={})
    return found, secret


def last_entry() -> int:
    """The number of the last entry of the trail: what stands before it is not told."""
    return db.session.scalar(select(func.max(AuditEntry.seq))) or 0


def edit(found: Webhook, *, actor: Actor, version: int | None, name: str, kinds: Sequence[str]) -> None:
    """Change what it is called, and of what it is told."""
    expect(found, version)
    rules.check_kinds(kinds)
    before = found.state()
    found.name, found.kinds = name, list(kinds)
    record("accounts:webhook:edit", found, actor=actor, before=before)


def change_secret(found: Webhook, *, actor: Actor) -> str:
    """A new secret, shown this once. For a day messages are signed with the one before, too."""
    before = found.state()
    secret = rules.new_secret()
    found.former_secret, found.former_until = found.secret, clock.now() + rules.BOTH_FOR
    found.secret, found.set_at = seal(secret, PURPOSE, found.id), clock.now()
    record("accounts:webhook:secret", found, actor=actor, before=before)
    return secret


def switch(found: Webhook, on: bool, *, actor: Actor) -> None:
    """Let it be told from now on, or not any longer; what waited is dropped, and may be sent again by hand."""
    if on == found.enabled:
        return
    before = found.state()
    if on:
        found.enabled, found.read_to = True, last_entry()
        found.failing_since, found.failures, found.paused_until = None, 0, None
    else:
        _end(found)
    record(f"accounts:webhook:{'enable' if on else 'disable'}", found, actor=actor, before=before)


def stop(found: Webhook, why: str, *, actor: Actor) -> None:
    """Switch off somebody's webhook and tell her why: `failing` for days, `gone` as the address says itself, or by an
    `administrator`."""
    if not found.enabled:
        return
    before = found.state()
    _end(found)
    change = record(
        "accounts:webhook:stop",
        found,
        actor=actor,
        before=before,
        source="job" if actor.has("system") else None,
    )
    person, address = found.person, f"/webhooks/{found.id}"
    facts = {"name": found.name, "host": found.host, "why": why, "illustrative": person.illustrative}
    outbox.tell([person.id], "accounts:webhook-stopped", facts, address=address)
    if person.email:
        outbox.mail(
            person.email,
            "accounts:webhook-stopped",
            facts,
            change=change,
            locale=person.locale,
            address=address,
        )


def stop_all(account: Account, *, actor: Actor) -> None:
    """The webhooks of an account end with it."""
    for found in webhooks_of(account.person_id):
        switch(found, False, actor=actor)


def remove(found: Webhook, *, actor: Actor) -> None:
    """Take it away and forget its address and its secrets."""
    before = found.state()
    _end(found)
    found.removed_at = clock.now()
    found.address = found.secret = found.former_secret = ""
    record("accounts:webhook:remove", found, actor=actor, before=before)


def _end(found: Webhook) -> None:
    found.enabled = False
    waits = update(WebhookMessage).where(
        WebhookMessage.webhook_id == found.id, WebhookMessage.state == "waiting"
    )
    db.session.execute(waits.values(state="dropped"))


def ping(found: Webhook, *, actor: Actor) -> WebhookMessage:
    """Queue a message that says that it is a test, also to one that is off."""
    found.paused_until = None
    record("accounts:webhook:ping", found, actor=actor, after={"test": True})
    now = clock.now()
    message = WebhookMessage(
        webhook_id=found.id, message_id=rules.new_id(), type=rules.PING, happened_at=now, due_at=now
    )
    db.session.add(message)
    db.session.flush()
    return message


def again(message: WebhookMessage, *, actor: Actor) -> None:
    """Queue one message once more, under the same id."""
    if message.state == "waiting" or not (message.webhook.enabled or message.type == rules.PING):
        raise RuleBroken("accounts:webhook-not-again")
    _again(message.webhook, WebhookMessage.id == message.id, actor)


def all_again(found: Webhook, *, actor: Actor) -> int:
    """Queue all messages once more that never arrived; how many."""
    if not found.enabled:
        raise RuleBroken("accounts:webhook-not-again")
    return _again(found, never_arrived(), actor)


def _again(found: Webhook, which: ColumnElement[bool], actor: Actor) -> int:
    found.paused_until = None
    some = update(WebhookMessage).where(WebhookMessage.webhook_id == found.id, which)
    done: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        some.values(state="waiting", attempts=0, due_at=clock.now(), problem="")
    )
    if done.rowcount:
        record("accounts:webhook:again", found, actor=actor, after={"messages": done.rowcount})
    return done.rowcount
