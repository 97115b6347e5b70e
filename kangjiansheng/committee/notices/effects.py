"""That a resolution could not be applied."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.notices.base import of_meeting
from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.outbox import Words


def effects_held(meeting: Meeting, people: Iterable[int], number: str, *, actor: Actor) -> None:
    """Those who keep the committee: what a resolution was to change was not changed. Why stands on its page."""
    facts = of_meeting(meeting, actor) | {"number": number}
    outbox.tell(people, "committee:effects-held", facts, address=f"/decisions/{number}")


def _held(facts: Mapping[str, Any]) -> tuple[str, str]:
    number = facts["number"]
    return (
        _("%(number)s 的变动没有生效", number=number),
        _("纪要已定稿，但 %(number)s 要作的变动已不能照所签署的进行，原因见该条页面。", number=number),
    )


WORDS: dict[str, Words] = {"committee:effects-held": _held}
