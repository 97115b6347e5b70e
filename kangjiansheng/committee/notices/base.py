"""What all notices of a committee say: of which meeting, by whom, and where to read on."""

from typing import Any

from kangjiansheng.committee.models import Meeting
from kangjiansheng.core.changes import Actor


def of_meeting(meeting: Meeting, actor: Actor) -> dict[str, Any]:
    """The facts of a notice about a meeting: its names and code, and who acted."""
    names = {"hans": meeting.name_hans, "hant": meeting.name_hant, "en": meeting.name_en}
    return {"meeting": names, "code": meeting.code, "who": actor.label, "illustrative": meeting.illustrative}


def minutes_address(meeting: Meeting) -> str:
    """The path of a meeting's minutes."""
    return f"/meetings/{meeting.code}/minutes"


def draft_address(meeting: Meeting) -> str:
    """The same for a notice that tells what somebody wrote of a draft: for those who read its committee."""
    return f"{minutes_address(meeting)}#draft"
