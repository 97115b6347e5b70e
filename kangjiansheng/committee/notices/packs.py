"""Notices of meeting packs."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.notices.base import of_meeting
from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.outbox import Words


def pack_frozen(meeting: Meeting, people: Iterable[int], number: int, *, actor: Actor) -> None:
    """The members: the pack is there. No item is named, to nobody: the notice would outlive the right to read of it."""
    facts = of_meeting(meeting, actor) | {"number": number}
    address = f"/meetings/{meeting.code}"
    outbox.tell(people, "committee:pack-frozen", facts, address=address, besides=actor.id)


def _frozen(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting = name_of(facts["meeting"])
    return (
        _("会议材料包已备好：%(meeting)s", meeting=meeting),
        _(
            "%(who)s 已冻结%(meeting)s（%(code)s）的材料包第 %(n)s 版，可以下载。",
            who=facts["who"],
            meeting=meeting,
            code=facts["code"],
            n=facts["number"],
        ),
    )


WORDS: dict[str, Words] = {"committee:pack-frozen": _frozen}
