"""What all notices of a committee say: of which meeting, by whom, and where to read on."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Meeting
from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.i18n import prose_day


def of_meeting(meeting: Meeting, actor: Actor) -> dict[str, Any]:
    """The facts of a notice about a meeting: its names and code, and who acted."""
    names = {"hans": meeting.name_hans, "hant": meeting.name_hant, "en": meeting.name_en}
    return {"meeting": names, "code": meeting.code, "who": actor.label, "illustrative": meeting.illustrative}


def inside(text: str) -> str:
    """What somebody wrote, where a sentence goes on after it: without a full stop of its own."""
    return text.rstrip().rstrip("。．.")


def asked_until(facts: Mapping[str, Any]) -> str:
    """The last day of a review, to be said after what is asked; nothing in a notice from before it was kept."""
    day = facts.get("day")
    return _("，%(day)s截止", day=prose_day(date.fromisoformat(day))) if day else ""


def mail_each(
    people: Iterable[Person],
    template: str,
    facts: Mapping[str, Any],
    address: str,
    *,
    actor: Actor,
    change: ChangeSet,
) -> None:
    """One mail to each who has an address, but for the one who caused it."""
    for person in people:
        if person.email and person.id != actor.id:
            outbox.mail(person.email, template, facts, change=change, locale=person.locale, address=address)


def minutes_address(meeting: Meeting) -> str:
    """The path of a meeting's minutes."""
    return f"/meetings/{meeting.code}/minutes"


def draft_address(meeting: Meeting) -> str:
    """The same for a notice that tells what somebody wrote of a draft: for those who read its committee."""
    return f"{minutes_address(meeting)}#draft"
