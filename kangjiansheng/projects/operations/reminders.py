"""The daily digest: one mail and one notice a person and working day, when there is something to say."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from kangjiansheng.accounts import queries as accounts
from kangjiansheng.accounts.models import NotificationSetting, Person
from kangjiansheng.accounts.operations.reminders import note_digest
from kangjiansheng.core import clock, outbox
from kangjiansheng.core.calendar import is_digest_time
from kangjiansheng.core.db import db
from kangjiansheng.core.logs import log
from kangjiansheng.projects import policies
from kangjiansheng.projects.operations.links import make_links
from kangjiansheng.projects.queries.reminders import (
    Reminder,
    own_reminders,
    to_answer,
    to_confirm,
    to_extend,
    to_fulfil,
    to_hand_over,
    to_renew,
    to_reply,
    to_review,
)

# What is asked for by the days before it.
_DATED = {
    "paper": to_renew,
    "owed": to_fulfil,
    "renewal": to_extend,
    "service": to_answer,
    "hand_off": to_hand_over,
    "ask": to_reply,
}


def remind() -> int:
    """Make the digests whose hour has come; returns how many people were told something.

    Each in a part of the transaction of its own: a digest that fails takes no other with it, and is tried again.
    """
    now, day, told = clock.now(), clock.today(), 0
    for person, setting in accounts.without_digest(day):
        if is_digest_time(now, setting.hour, setting.quiet_from, setting.quiet_to):
            try:
                with db.session.begin_nested():
                    told += _digest(person, setting, day)
            except Exception as problem:
                facts = {"person": person.id, "problem": type(problem).__name__}
                log.exception("digest failed", extra={"facts": facts})
    return told


def _digest(person: Person, setting: NotificationSetting, day: date) -> bool:
    things = _things(person, setting, day)
    note_digest(person, day, len(things))
    if not things:
        return False
    facts: dict[str, Any] = {
        "things": [_fact(thing) for thing in things],
        "illustrative": any(thing.illustrative for thing in things),
        "about": sorted({thing.address for thing in things}),
    }
    outbox.tell([person.id], "projects:reminder", facts, address="/my/milestones")
    if setting.channel == "mail" and person.email:
        key = f"digest-{day.isoformat()}-{person.id}"
        links = make_links(person.id, [thing.milestone_id for thing in things if thing.milestone_id])
        facts = facts | {"links": links}
        outbox.mail(
            person.email, "projects:digest", facts, change=key, locale=person.locale, address="/my/milestones"
        )
    return True


def _things(person: Person, setting: NotificationSetting, day: date) -> Sequence[Reminder]:
    actor = accounts.actor_of(person)
    found = own_reminders(actor=actor, today=day, days_before=setting.days_before)
    if "confirm" in setting.kinds:
        found += to_confirm(actor=actor, led=policies.standing(actor).leads)
    if "review" in setting.kinds:
        found += to_review(actor=actor, today=day)
    for kind, of_kind in _DATED.items():
        if kind in setting.kinds:
            found += of_kind(actor=actor, today=day, days_before=setting.days_before)
    return [thing for thing in found if thing.kind in setting.kinds]


def _fact(thing: Reminder) -> dict[str, Any]:
    return {
        "kind": thing.kind,
        "id": thing.milestone_id,
        "project": thing.project,
        "code": thing.code,
        "names": thing.names,
        "day": thing.day,
        "illustrative": thing.illustrative,
    }
