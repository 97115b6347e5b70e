"""Who acts, what waits at the bell, and the trail for auditors, as JSON under /api/v1."""

from typing import Any

from flask import Blueprint, g, request

from kangjiansheng.accounts import policies, queries
from kangjiansheng.accounts.models import Webhook, WebhookMessage
from kangjiansheng.accounts.queries import webhooks
from kangjiansheng.accounts.rules import webhooks as webhook_rules
from kangjiansheng.accounts.views.audit import asked_before, asked_filter
from kangjiansheng.core import bell, rest, trail
from kangjiansheng.core.access import actor
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.bell import Notice
from kangjiansheng.core.pages import with_args
from kangjiansheng.core.rest import (
    DAY,
    INSTANT,
    NAMES,
    TEXT,
    WHOLE,
    YES,
    Act,
    Given,
    Shape,
    Value,
    many,
    maybe,
    word,
)

bp = Blueprint("accounts_api", __name__, url_prefix="/api/v1")
PAGE = 100

ME = Shape(
    "Me",
    code=TEXT,
    names=NAMES,
    roles=many(TEXT)(lambda _person: sorted(actor().roles)),
    token=maybe(TEXT)(lambda _person: actor().via or None),
    scopes=maybe(many(TEXT))(lambda _person: g.token.scopes if "token" in g else None),
    expires_on=maybe(DAY)(lambda _person: g.token.expires_on if "token" in g else None),
    locale=TEXT,
)
NOTICE = Shape(
    "Notice",
    id=WHOLE,
    subject=TEXT,
    text=TEXT,
    page=TEXT("address"),
    at=INSTANT("created_at"),
    read_at=maybe(INSTANT),
)
_FACTS = Value({"type": "object"}, dict)
ENTRY = Shape(
    "AuditEntry",
    seq=WHOLE,
    act=TEXT,
    thing=TEXT,
    thing_id=WHOLE,
    actor=TEXT("actor_label"),
    recorded_at=INSTANT,
    before=_FACTS,
    after=_FACTS,
    rows_digest=TEXT,
    prev_hash=TEXT,
    hash=TEXT,
)
TRAIL = Shape(
    "AuditTrail",
    data=many(ENTRY.value)(lambda found: found[0]),
    next=maybe(TEXT)(lambda found: found[1]),
    illustrative=YES(lambda _found: queries.has_illustrative()),
)


@rest.reads(bp, "/me", ME, as_of=False, any_part=True)
def me() -> Any:
    """Who the program acts for, by which token, what that allows, and on which day it is used for the last time."""
    account = queries.own_account(actor=actor())
    return account.person if account else None


@rest.lists(bp, "/notifications", NOTICE, key=lambda row: str(row.id), as_of=False)
def notifications() -> list[Notice]:
    """What happened that concerns me, newest first, in my language; of what I may not see any more not what it was."""
    return bell.shown(actor=actor())


@rest.reads(
    bp, "/audit", TRAIL, may=policies.audit, filters=("person", "act", "thing", "one", "alone", "from", "to", "before"),
    as_of=False,
)  # fmt: skip
def entries() -> Any:
    """The trail, newest first, for auditors; `next` goes on with the entries before."""
    found = queries.trail(asked_filter(), before=asked_before(), limit=PAGE + 1)
    return found[:PAGE], with_args(before=found[PAGE - 1].seq) if len(found) > PAGE else None


@rest.reads(
    bp,
    "/audit/<int:seq>",
    ENTRY,
    load=queries.entry,
    may=policies.audit,
    as_of=False,
    version=lambda _entry: None,
)
def entry(found: AuditEntry) -> AuditEntry:
    """One entry of the trail, for auditors."""
    return found


WEBHOOK = Shape(
    "Webhook",
    id=WHOLE,
    name=TEXT,
    address=TEXT,
    kinds=many(TEXT),
    enabled=YES,
    made_at=INSTANT,
    failing_since=maybe(INSTANT),
)
MESSAGE = Shape(
    "WebhookMessage",
    id=TEXT("message_id"),
    type=TEXT,
    state=word(webhook_rules.STATES),
    at=INSTANT("happened_at"),
    attempts=WHOLE,
    tried_at=maybe(INSTANT),
    next_try_at=maybe(INSTANT)(lambda row: row.due_at if row.state == "waiting" else None),
    status=maybe(WHOLE),
    problem=maybe(TEXT),
)


@rest.lists(bp, "/webhooks", WEBHOOK, key=lambda row: str(row.id), as_of=False)
def own_webhooks() -> list[Webhook]:
    """The webhooks of mine."""
    return webhooks.webhooks_of(actor().id)


@rest.reads(
    bp, "/webhooks/<int:number>", WEBHOOK, load=webhooks.own_webhook, may=policies.own_webhook, as_of=False
)
def webhook(found: Webhook) -> Webhook:
    """One of them."""
    return found


@rest.lists(
    bp, "/webhooks/<int:number>/messages", MESSAGE, by=("state",), key=lambda row: str(row.message_id),
    load=webhooks.own_webhook, may=policies.own_webhook, as_of=False,
)  # fmt: skip
def webhook_messages(found: Webhook) -> list[WebhookMessage]:
    """What was sent to it, newest first, as far as the log goes back."""
    return webhooks.messages(found, state=request.args.get("state", "")[:20])


PUSHED = Given(
    "Pushed",
    {
        "type": "object",
        "required": ["type", "id", "timestamp", "data"],
        "properties": {
            "type": {"type": "string"},
            "id": {"type": "string", "description": "The same however often it is sent."},
            "timestamp": {
                "type": "string",
                "format": "date-time",
                "description": "When it happened, in UTC.",
            },
            "data": {
                "type": "object",
                "description": "Where the thing is read, and whether it is illustrative; nothing for a ping.",
                "properties": {
                    "address": {"type": "string", "format": "uri"},
                    "illustrative": {"type": "boolean"},
                },
            },
        },
    },
)


def pushed() -> dict[str, Any]:
    """OpenAPI's path item of each type of message that receivers of webhooks are sent."""
    acts = webhook_rules.acts_of(webhook_rules.told())
    types = {told.type_of(act): trail.act_word(act) for act, told in acts.items()}
    return {
        str(kind): {"post": _push(str(kind), summary)}
        for kind, summary in {**types, webhook_rules.PING: trail.act_word("accounts:webhook:ping")}.items()
    }


def _push(kind: str, summary: str) -> dict[str, Any]:
    headers = ("webhook-id", "webhook-timestamp", "webhook-signature")
    body = {"allOf": [PUSHED.value.schema, {"properties": {"type": {"const": kind}}}]}
    return {
        "operationId": f"pushed_{kind}",
        "summary": summary,
        "security": [],  # the signature shows who sent it
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in headers
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "2XX": {"description": "It arrived. Any other answer, or none in time, and it is sent again."},
            "410": {"description": "Nothing is to be sent here any more."},
        },
    }


ACTS = (
    Act("POST", "/notifications/read", "core.read_notifications"),
    Act("POST", "/webhooks/<int:number>/ping", "webhooks.ping"),
    Act("POST", "/webhooks/<int:number>/again", "webhooks.all_again"),
    Act("POST", "/webhooks/<int:number>/messages/<message_id>/again", "webhooks.again"),
)
