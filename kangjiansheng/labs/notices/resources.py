"""Whom we tell about bookings: who waits, when a time can be had; who has booked, when somebody else changed it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, union

from kangjiansheng.core import clock, outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.outbox import Words
from kangjiansheng.labs.models import Booking, SharedResource, Wait
from kangjiansheng.labs.notices.sight import who_see
from kangjiansheng.labs.queries.resources import visible_resources
from kangjiansheng.labs.rules.resources import ACTS, written


def changed(resource: SharedResource, act: str, *, actor: Actor, change: ChangeSet) -> None:
    """Tell those who have booked it from now on, and those who wait, that a resource was changed."""
    if change.source == "import":
        return
    address = f"/resources/{resource.code}"
    facts = _facts(resource) | {"act": act, "who": actor.label}
    _tell(_concerned(resource), "labs:resource-changed", resource, facts, address, actor)


def _concerned(resource: SharedResource) -> set[int]:
    ahead = (
        select(kind.person_id).where(
            kind.resource_id == resource.id,
            alive,
            kind.ends_at.is_(None) | (kind.ends_at > clock.now()),
        )
        for kind, alive in ((Booking, Booking.cancelled_at.is_(None)), (Wait, Wait.life == "waiting"))
    )
    return set(db.session.scalars(union(*ahead)))


def became_free(wait: Wait, *, actor: Actor, change: ChangeSet) -> None:
    """Tell who waits that the time can be had now; the address opens the form with it filled in."""
    if change.source == "import":
        return
    resource = wait.resource
    address = f"/resources/{resource.code}/waiting/{wait.number}/book"
    facts = _facts(resource) | {"when": written(wait)}
    _tell({wait.person_id}, "labs:became-free", resource, facts, address, actor)


def booking_changed(booking: Booking, act: str, *, actor: Actor, change: ChangeSet) -> None:
    """Tell who has booked that somebody else moved or cancelled it."""
    if change.source == "import":
        return
    resource = booking.resource
    facts = _facts(resource) | {"act": act, "who": actor.label, "when": written(booking)}
    address = f"/resources/{resource.code}/bookings/{booking.number}"
    _tell({booking.person_id}, "labs:booking-changed", resource, facts, address, actor)


def wait_changed(wait: Wait, act: str, reason: str, *, actor: Actor) -> None:
    """Tell who waits that somebody else took her off the list, with the reason, or put her back."""
    resource = wait.resource
    facts = _facts(resource) | {"act": act, "who": actor.label, "when": written(wait), "reason": reason}
    _tell({wait.person_id}, "labs:wait-changed", resource, facts, f"/resources/{resource.code}", actor)


def _tell(
    people: set[int],
    template: str,
    resource: SharedResource,
    facts: Mapping[str, Any],
    address: str,
    actor: Actor,
) -> None:
    """Whoever has booked or waits may have lost sight of the resource since."""
    told = who_see(people - {actor.id}, resource, visible_resources)
    outbox.tell(told, template, facts, address=address)


def _facts(resource: SharedResource) -> dict[str, Any]:
    name = {"hans": resource.name_hans, "hant": resource.name_hant, "en": resource.name_en}
    return {
        "code": resource.code,
        "name": name,
        "illustrative": resource.illustrative,
    }


def _became_free(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("%(name)s 有空档了：%(when)s", name=name_of(facts["name"]), when=facts["when"])
    return subject, _("您候补的时段现在可以预约，先订先得。")


def _booking_changed(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("%(name)s 的预约有变更：%(when)s", name=name_of(facts["name"]), when=facts["when"])
    return subject, _("%(who)s：%(act)s。", who=facts["who"], act=str(ACTS[facts["act"]]))


def _wait_changed(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("%(name)s 的候补有变更：%(when)s", name=name_of(facts["name"]), when=facts["when"])
    done = {"who": facts["who"], "act": str(ACTS[facts["act"]])}
    if facts["reason"]:
        return subject, _("%(who)s：%(act)s，理由：%(reason)s", reason=facts["reason"], **done)
    return subject, _("%(who)s：%(act)s。", **done)


def _changed(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("%(code)s %(name)s：有变更", code=facts["code"], name=name_of(facts["name"]))
    return subject, _("%(who)s：%(act)s。", who=facts["who"], act=str(ACTS[facts["act"]]))


WORDS: dict[str, Words] = {
    "labs:became-free": _became_free,
    "labs:booking-changed": _booking_changed,
    "labs:wait-changed": _wait_changed,
    "labs:resource-changed": _changed,
}
