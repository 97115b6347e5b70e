"""Who is invited to a meeting, asked again, or not expected any more: on the bell, and by a mail that a calendar reads."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.notices.base import of_meeting
from kangjiansheng.core import messengers, outbox
from kangjiansheng.core.changes import Actor, ChangeSet

PLANNED, CHANGED = "committee:meeting-planned", "committee:meeting-changed"
CANCELLED, LEFT = "committee:meeting-cancelled", "committee:seat-left"


def invite(
    template: str,
    meeting: Meeting,
    people: Mapping[int, Any],
    *,
    actor: Actor,
    change: ChangeSet,
    links: Mapping[int, str] = MappingProxyType({}),
    said: Mapping[str, bool] = MappingProxyType({}),
) -> None:
    """Tell these people, with the link by which each of them answers. Who has left reads on with the committee: the
    meeting may not be open to them any more."""
    facts = of_meeting(meeting, actor) | dict(said) | _when(meeting)
    method = "CANCEL" if template in (CANCELLED, LEFT) else "REQUEST"
    asked = facts | {"invitation": _invitation(meeting, method, change)}
    address = f"/committees/{meeting.committee.code}" if template == LEFT else f"/meetings/{meeting.code}"
    outbox.tell(people, template, facts, address=address, besides=actor.id)
    for person in people.values():
        if person.email and person.id != actor.id:
            own = asked | ({"links": {"answer": links[person.id]}} if person.id in links else {})
            key = f"{change.id}:{meeting.id}"  # a seat may begin or end before several meetings
            outbox.mail(person.email, template, own, change=key, locale=person.locale, address=address)


def to_groups(meeting: Meeting, change: ChangeSet) -> None:
    """The groups hear that there is something about a meeting."""
    messengers.announce("committee:meeting", change=change, illustrative=meeting.illustrative)


def _when(meeting: Meeting) -> dict[str, Any]:
    return {
        "day": meeting.held_on,
        "starts": meeting.starts_at,
        "ends": meeting.ends_at,
        "place": meeting.place,
    }


def _invitation(meeting: Meeting, method: str, change: ChangeSet) -> dict[str, Any]:
    """What a mail client is asked: time and place, and nothing of the agenda, which may be withheld from its reader."""
    committee = meeting.committee
    return {
        "method": method,
        "uid": f"invitation-{meeting.id}",
        "sequence": meeting.invite_sequence,
        "stamp": change.recorded_at,
        "names": {
            "hans": f"{committee.name_hans} {meeting.name_hans}",
            "hant": f"{committee.name_hant or committee.name_hans} {meeting.name_hant or meeting.name_hans}",
            "en": f"{committee.name_en or committee.name_hans}: {meeting.name_en or meeting.name_hans}",
        },
    } | _when(meeting)
