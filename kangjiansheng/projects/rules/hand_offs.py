"""Hand-offs between institutions: what is promised by one, agreed by the other, delivered and received, each signed.

A day is agreed when one side takes the day that the other named last: the giver promises one, the receiver asks for
one. In between, the day that was agreed before goes on counting.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, Literal, Protocol

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.digests import sha256
from kangjiansheng.core.errors import RuleBroken

THINGS: dict[str, Any] = {"hand_off": _l("交接"), "hand_off_signature": _l("交接的签署")}
ACTS: dict[str, Any] = {
    "projects:hand-off:create": _l("登记交接"),
    "projects:hand-off:edit": _l("修改交接"),
    "projects:hand-off:promise": _l("承诺交付日期"),
    "projects:hand-off:ask": _l("要求另一个交付日期"),
    "projects:hand-off:agree": _l("同意交付日期"),
    "projects:hand-off:deliver": _l("交付并签名"),
    "projects:hand-off:receive": _l("接收并签名"),
    "projects:hand-off:dispute": _l("对交付提出异议"),
    "projects:hand-off:withdraw": _l("撤回交接"),
    "projects:hand-off:undo": _l("撤销对交接的上一步"),
    "projects:hand-off:fail": _l("交接签名时密码错误"),
}
KINDS = ("cells", "data", "documents", "approval", "technology")
STATES = ("proposed", "agreed", "delivered", "received", "disputed", "withdrawn")
OPEN = ("proposed", "agreed", "delivered", "disputed")
Side = Literal["giver", "receiver"]
SIDES: tuple[Side, ...] = ("giver", "receiver")
_TURN: dict[str, Side] = {
    "proposed": "giver",
    "agreed": "giver",
    "delivered": "receiver",
    "disputed": "giver",
}
FORMAT = "kjs-hand-off-1"  # of the text that is signed
MOST_ITEMS = 30

# Which state each step starts from, and who takes it; `lead` are those who lead the project.
STEPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "promise": (("proposed", "agreed"), ("giver",)),
    "ask": (("proposed", "agreed"), ("receiver",)),
    "agree": (("proposed", "agreed"), SIDES),
    "deliver": (("agreed", "disputed"), ("giver",)),
    "receive": (("delivered",), ("receiver",)),
    "dispute": (("delivered",), ("receiver",)),
    "withdraw": (("proposed", "agreed", "disputed"), (*SIDES, "lead")),
    "edit": (("proposed", "agreed"), (*SIDES, "lead")),
}


class Named(Protocol):
    """The days of a hand-off on which both sides speak."""

    @property
    def promised_on(self) -> date | None: ...
    @property
    def asked_on(self) -> date | None: ...
    @property
    def accepted_on(self) -> date | None: ...


class Promised(Named, Protocol):
    """What is asked of a hand-off."""

    @property
    def state(self) -> str: ...
    @property
    def delivered_on(self) -> date | None: ...


def overdue(one: Promised, day: date) -> int | None:
    """Days since the agreed day, while nothing that the receiver takes has been delivered; None when it is not late."""
    if one.state not in ("agreed", "disputed") or one.accepted_on is None or one.accepted_on >= day:
        return None
    return (day - one.accepted_on).days


def waits_for(one: Promised) -> Side | None:
    """Whose turn it is; None when it is over."""
    if one.state in ("proposed", "agreed") and named_by(one):
        return "receiver" if named_by(one) == "giver" else "giver"
    return _TURN.get(one.state)


def named_by(one: Named) -> Side | None:
    """Who named the day that waits for an answer of the other; None when none does."""
    if one.asked_on is not None:
        return "receiver"
    return "giver" if one.promised_on is not None and one.promised_on != one.accepted_on else None


def asked_day(one: Named) -> date | None:
    """The day that waits for an answer."""
    return {"receiver": one.asked_on, "giver": one.promised_on, None: None}[named_by(one)]


def due(one: Named) -> date | None:
    """The day that counts: the agreed one, else the one that was named last."""
    return one.accepted_on or asked_day(one)


def not_before(one: Promised, today: date) -> date | None:
    """The day before which a milestone that waits for the hand-off cannot be reached; None while no day is agreed.

    What was to come already and has not comes today at the earliest.
    """
    if one.state in ("received", "delivered"):
        return one.delivered_on
    if one.state in ("agreed", "disputed") and one.accepted_on is not None:
        return max(one.accepted_on, today)
    return None


def in_order(rows: Iterable[Any], day: date) -> list[Any]:
    """What is late first, the longest at the head; then what is open by its day; what is over last, the newest first."""

    def key(one: Any) -> tuple[Any, ...]:
        over = one.state not in OPEN
        when = due(one) or date.max
        return (over, -(overdue(one, day) or 0), -when.toordinal() if over else when.toordinal(), one.id)

    return sorted(rows, key=key)


def check(facts: dict[str, Any], parties: Collection[int]) -> None:
    """Refuse what cannot be. `parties` are the keys of the institutions between which something can be handed over."""
    if facts["kind"] not in KINDS:
        raise RuleBroken("projects:hand-off-kind", "kind")
    if not facts["name_hans"]:
        raise RuleBroken("projects:hand-off-name", "name_hans")
    for key in ("giver_id", "receiver_id"):
        if facts[key] not in parties:
            raise RuleBroken("projects:hand-off-party", key)
    if facts["giver_id"] == facts["receiver_id"]:
        raise RuleBroken("projects:hand-off-itself", "receiver_id")


def check_items(items: Sequence[str]) -> None:
    """A list of what belongs to it: something, not without end, nothing twice."""
    if not items:
        raise RuleBroken("projects:hand-off-items", "items")
    if len(items) > MOST_ITEMS or any(len(one) > 200 for one in items):
        raise RuleBroken("projects:hand-off-items-many", "items", most=MOST_ITEMS)
    if len(set(items)) != len(items):
        raise RuleBroken("projects:hand-off-items-twice", "items")


def check_step(state: str, step: str) -> None:
    """Refuse a step that the state does not allow."""
    if state not in STEPS[step][0]:
        raise RuleBroken("projects:hand-off-step")


def check_day(day: date | None, today: date) -> None:
    """A day that somebody names lies ahead."""
    if day is None:
        raise RuleBroken("projects:hand-off-day", "day")
    if day < today:
        raise RuleBroken("projects:date-passed", "day", date=day.isoformat(), today=today.isoformat())


def fingerprint(text: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of what is signed, the name of its format among it."""
    return sha256({"format": FORMAT, **text})
