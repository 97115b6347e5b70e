"""The worker's part of webhooks: what the trail has gained becomes messages, and these leave, each in three steps.

The trail is the queue: an act writes its entry in its own transaction anyway, and an entry has a number without gaps, in
the order of the commits. So nothing is told that was not kept, nothing that was kept is forgotten, and whoever saves
something neither waits for a webhook nor knows of it. A message is taken (a short transaction), sent (none: no lock is
held while another machine is waited for), and noted (a short transaction). One whose worker dies in between is due
again when its lease is over, under the same id: it may come twice, never not at all.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import orjson
from sqlalchemy import Select, delete, func, or_, select

from kangjiansheng.accounts.models.webhooks import Webhook, WebhookMessage
from kangjiansheng.accounts.operations.webhooks import PURPOSE, last_entry, stop
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.accounts.queries import webhooks as queries
from kangjiansheng.accounts.rules import webhooks as rules
from kangjiansheng.core import clock, outgoing
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.config import Settings
from kangjiansheng.core.db import db, undo
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.logs import log
from kangjiansheng.core.sealing import unseal
from kangjiansheng.core.transactions import writing

LEASE = timedelta(seconds=60)  # two connections and an answer take less than a quarter of it
AT_ONCE = 8  # addresses that are called side by side, so that one that hangs holds up no other
IN_A_ROUND = 50  # messages to one address
ENTRIES = 500  # of the trail, looked at in one go


@dataclass(frozen=True)
class Taken:
    """A message on its way, free of the database; `problem` says why it cannot leave."""

    id: int
    address: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    private: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a try."""

    status: int | None
    problem: str
    took: int


def deliver(settings: Settings) -> int:
    """Make messages of what has happened, and send what is due; returns how many arrived."""
    read_trail()
    return sum(_send_some(settings) for _turn in range(IN_A_ROUND) if _is_anything_due())


def read_trail() -> None:
    """Make a message of each entry of the trail that a webhook is told of and whose thing its owner may see.

    What she may see is asked without a lock; then the messages and the place up to which the trail was read are kept
    together, unless another worker has read on meanwhile."""
    last = last_entry()
    behind = select(Webhook).where(Webhook.enabled.is_(True), Webhook.read_to < last).order_by(Webhook.id)
    read = []
    for found in db.session.scalars(behind).all():
        end = min(last, found.read_to + ENTRIES)
        read.append((found.id, found.read_to, end, _told(found, end)))
    if not read:
        return
    with writing():
        for webhook_id, begin, end, new in read:
            row = db.session.get_one(Webhook, webhook_id, with_for_update=True)
            if row.read_to == begin and row.enabled:
                row.read_to = end
                db.session.add_all(new)


def _told(found: Webhook, end: int) -> list[WebhookMessage]:
    owner, acts, now = queries.owner_of(found), rules.acts_of(found.kinds), clock.now()
    if owner is None:
        return []
    entries = select(AuditEntry).where(
        AuditEntry.seq > found.read_to, AuditEntry.seq <= end, AuditEntry.act.in_(list(acts))
    )
    messages = []
    for entry in db.session.scalars(entries.order_by(AuditEntry.seq)):
        told = acts[entry.act]
        seen = entry.thing == told.thing and told.shows(owner, entry)
        if seen and queries.place(told.key, entry.thing_id, actor=owner):
            messages.append(
                WebhookMessage(
                    webhook_id=found.id,
                    seq=entry.seq,
                    message_id=rules.new_id(),
                    type=told.type_of(entry.act),
                    kind=told.key,
                    thing_id=entry.thing_id,
                    happened_at=entry.recorded_at,
                    due_at=now,
                )
            )
    return messages


def _is_anything_due() -> bool:
    """Whether a message waits, without a lock: mostly there is none."""
    return db.session.scalar(_due().limit(1)) is not None


def _due() -> Select[int]:
    """One message to each address that may be called now: the one that has waited longest."""
    now = clock.now()
    may = or_(Webhook.enabled.is_(True), WebhookMessage.type == rules.PING)
    return (
        select(func.min(WebhookMessage.id))
        .join(WebhookMessage.webhook)
        .where(
            WebhookMessage.state == "waiting",
            WebhookMessage.due_at <= now,
            Webhook.removed_at.is_(None),
            or_(Webhook.paused_until.is_(None), Webhook.paused_until <= now),
            may,
        )
        .group_by(WebhookMessage.webhook_id)
    )


def _send_some(settings: Settings) -> int:
    """Call some addresses side by side; returns how many messages arrived."""
    taken = [one for message_id in _claim() if (one := _prepare(message_id, settings))]
    if not taken:
        return 0
    undo()  # what was read for the last of them ends here, before other machines are waited for
    with ThreadPoolExecutor(len(taken)) as pool:
        outcomes = list(pool.map(_send, taken))
    return sum(_note(one.id, outcome) for one, outcome in zip(taken, outcomes, strict=True))


def _claim() -> Sequence[int]:
    with writing():
        first = list(db.session.scalars(_due().order_by(func.min(WebhookMessage.id)).limit(AT_ONCE)))
        still = (WebhookMessage.state == "waiting") & (WebhookMessage.due_at <= clock.now())
        query = select(WebhookMessage).where(WebhookMessage.id.in_(first), still)
        claimed = db.session.scalars(query.with_for_update(skip_locked=True)).all()
        for message in claimed:
            message.due_at, message.tried_at = clock.now() + LEASE, clock.now()
            message.attempts += 1
        return [message.id for message in claimed]


def _prepare(message_id: int, settings: Settings) -> Taken | None:
    """The message as it stands now. None when its owner may not know of the thing any more: then it is gone."""
    message = db.session.get_one(WebhookMessage, message_id)
    data = _data(message, settings)
    if data is None:
        with writing():
            db.session.execute(delete(WebhookMessage).where(WebhookMessage.id == message_id))
        return None
    found, allowed = message.webhook, settings.webhook_hosts
    try:
        rules.check_address(found.address, allowed)
    except RuleBroken:  # the operator has taken a host back since
        return Taken(message_id, "", problem="not-allowed")
    known = _secrets(found)
    if not known:
        return Taken(message_id, "", problem="no-secret")
    body = orjson.dumps(
        {
            "type": message.type,
            "id": message.message_id,
            "timestamp": message.happened_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "data": data,
        }
    )
    headers = tuple(rules.headers(message.message_id, body, known, clock.now()).items())
    return Taken(message_id, found.address, body, headers, outgoing.origin_of(found.address) in allowed)


def _data(message: WebhookMessage, settings: Settings) -> dict[str, object] | None:
    owner = queries.owner_of(message.webhook)
    if owner is None:
        return None
    if message.type == rules.PING:
        return {}
    place = queries.place(message.kind, message.thing_id, actor=owner)
    if place is None:
        return None
    return {"address": settings.base_url + queries.API + place.path, "illustrative": place.illustrative}


def _secrets(found: Webhook) -> list[str]:
    """The secrets that hold now. None is left when the instance's key was changed: then a new one must be made."""
    sealed = [found.secret]
    if found.former_until and found.former_until > clock.now():
        sealed.append(found.former_secret)
    return [one for each in sealed if (one := unseal(each, PURPOSE, found.id))]


def _send(taken: Taken) -> Outcome:
    """One try, on a thread of its own: nothing of the database is touched."""
    began = time.monotonic()
    status, problem = None, taken.problem
    if not problem:
        try:
            status, _body = outgoing.post(
                taken.address, taken.body, private=taken.private, headers=dict(taken.headers)
            )
            problem = _problem_of(status)
        except (outgoing.NotReached, outgoing.NoAnswer) as failure:
            problem = str(failure)
    return Outcome(status, problem, round((time.monotonic() - began) * 1000))


def _problem_of(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return {410: "gone", 429: "rate"}.get(status) or ("redirect" if 300 <= status < 400 else "refused")


def _note(message_id: int, outcome: Outcome) -> bool:
    """Keep what became of a try. One that failed waits three times as long as the last time; so does the whole address,
    for minutes at most."""
    with writing():
        message = db.session.get(WebhookMessage, message_id, with_for_update=True)
        if message is None or message.state != "waiting":  # switched off meanwhile
            return not outcome.problem
        found, now = message.webhook, clock.now()
        message.status, message.problem, message.took = outcome.status, outcome.problem, outcome.took
        if not outcome.problem:
            message.state = "sent"
            found.failing_since, found.failures, found.paused_until = None, 0, None
            return True
        message.due_at = now + rules.wait(message.attempts)
        if message.type == rules.PING:  # whoever tries it out looks at once, and nothing was missed
            message.state = "failed"
            return False
        if message.attempts >= rules.TRIES:
            message.state = "failed"
        found.failing_since, found.failures = found.failing_since or now, found.failures + 1
        found.paused_until = now + rules.wait(min(found.failures, rules.TRIES), rules.PAUSE)
        facts = {"webhook": found.id, "problem": outcome.problem, "status": outcome.status}
        log.warning("webhook not delivered", extra={"facts": facts})
        if outcome.problem == "gone" or now - found.failing_since >= rules.FAILING:
            stop(found, "gone" if outcome.problem == "gone" else "failing", actor=system_actor())
    return False


def forget() -> None:
    """The log goes back for a stated time; what still waits stays."""
    old = clock.now() - rules.KEPT
    db.session.execute(
        delete(WebhookMessage).where(WebhookMessage.state != "waiting", WebhookMessage.happened_at < old)
    )
