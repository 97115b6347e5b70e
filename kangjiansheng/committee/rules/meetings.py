"""The states of a meeting.

A meeting is prepared as a draft (`unpublished`) or planned at once; it is then `planned`, `held` or `cancelled`.
A draft that is given up is `discarded`. Nobody but those who keep the committee ever sees what was not published.
"""

from datetime import date, datetime

from kangjiansheng.core.calendar import start_of

UNPUBLISHED, DISCARDED = "unpublished", "discarded"
HIDDEN = (UNPUBLISHED, DISCARDED)
# What a meeting is called while it has no number.
DRAFT_NAMES = {"name_hans": "会议草稿", "name_hant": "會議草稿", "name_en": "Draft meeting"}


def draft_code(committee: str, serial: int) -> str:
    """SAC-DRAFT-07: the address of a draft, which is no number of a meeting."""
    return f"{committee}-DRAFT-{serial:02d}"


def begins_at(day: date, starts: datetime | None) -> datetime:
    """When a meeting begins: its hour, or the beginning of its day where no hour is set."""
    return starts or start_of(day)
