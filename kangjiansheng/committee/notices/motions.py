"""Notices about votes. None tells what is voted on: a notice would outlive the right to read of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Decision, Meeting, Motion
from kangjiansheng.committee.notices.base import minutes_address, of_meeting
from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import moment, name_of
from kangjiansheng.core.outbox import Words


def address_of(motion: Motion) -> str:
    """The page on which one votes."""
    return f"/meetings/{motion.meeting.code}/motions/{motion.id}"


def vote_opened(motion: Motion, people: Iterable[int], *, actor: Actor) -> None:
    """Those in the room who may vote by name."""
    facts = of_meeting(motion.meeting, actor)
    outbox.tell(people, "committee:vote-opened", facts, address=address_of(motion), besides=actor.id)


def circulated(motion: Motion, people: Iterable[int], *, actor: Actor) -> None:
    """Those who may vote by circulation: on the bell and by mail."""
    facts = of_meeting(motion.meeting, actor) | {"due": motion.due_at}
    address, key = address_of(motion), f"circulation-{motion.id}"
    found = list(db.session.scalars(select(Person).where(Person.id.in_(list(people)))))
    outbox.tell([p.id for p in found], "committee:circulated", facts, address=address)
    _mail(found, "committee:circulated", facts, key, address)


def remind(motion: Motion, people: Iterable[Person], day: date) -> None:
    """Those who have not answered, once a working day."""
    facts = {
        "meeting": {key: getattr(motion.meeting, f"name_{key}") for key in ("hans", "hant", "en")},
        "code": motion.meeting.code, "illustrative": motion.illustrative, "due": motion.due_at,
    }  # fmt: skip
    address, silent = address_of(motion), list(people)
    outbox.tell([p.id for p in silent], "committee:circulation-waits", facts, address=address)
    key = f"circulation-{motion.id}-{day.isoformat()}"
    _mail(silent, "committee:circulation-waits", facts, key, address)


def circulation_closed(motion: Motion, people: Iterable[int], *, actor: Actor) -> None:
    """Everybody who could vote by circulation: it is over, and where the result stands."""
    facts = of_meeting(motion.meeting, actor)
    outbox.tell(people, "committee:circulation-closed", facts, address=address_of(motion), besides=actor.id)


def deputy_named(meeting: Meeting, deputy_id: int, *, actor: Actor) -> None:
    """The deputy: for whom, and at which meeting."""
    address = f"/meetings/{meeting.code}"
    facts = of_meeting(meeting, actor)
    outbox.tell([deputy_id], "committee:deputy-named", facts, address=address, besides=actor.id)


def _mail(people: Iterable[Person], template: str, facts: Mapping[str, Any], key: str, address: str) -> None:
    for person in people:
        if person.email:
            outbox.mail(person.email, template, facts, change=key, locale=person.locale, address=address)


def _due(facts: Mapping[str, Any]) -> str:
    return moment(datetime.fromisoformat(facts["due"]))


def dissent_entered(decision: Decision, person_id: int, *, actor: Actor) -> None:
    """The member: who writes the minutes entered, or took back, a dissent in the member's name."""
    facts = of_meeting(decision.meeting, actor)
    address = minutes_address(decision.meeting)
    outbox.tell([person_id], "committee:dissent-entered", facts, address=address, besides=actor.id)


def _vote_opened(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting = name_of(facts["meeting"])
    return (
        _("请投票：%(meeting)s", meeting=meeting),
        _("%(meeting)s（%(code)s）有一项动议正在记名表决。", meeting=meeting, code=facts["code"]),
    )


def _circulated(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting = name_of(facts["meeting"])
    return (
        _("请答复通讯表决：%(meeting)s，%(due)s 截止", meeting=meeting, due=_due(facts)),
        _(
            "%(who)s 就%(meeting)s（%(code)s）的一项议题发起通讯表决，请在 %(due)s 前答复。",
            who=facts["who"], meeting=meeting, code=facts["code"], due=_due(facts),
        ),
    )  # fmt: skip


def _circulation_waits(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting = name_of(facts["meeting"])
    return (
        _("通讯表决尚待您答复：%(meeting)s，%(due)s 截止", meeting=meeting, due=_due(facts)),
        _(
            "%(meeting)s（%(code)s）的一项通讯表决还没有您的答复，%(due)s 截止。",
            meeting=meeting, code=facts["code"], due=_due(facts),
        ),
    )  # fmt: skip


def _circulation_closed(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting = name_of(facts["meeting"])
    return (
        _("通讯表决已结束：%(meeting)s", meeting=meeting),
        _("%(meeting)s（%(code)s）的一项通讯表决已经结束，结果将在会上通报。", meeting=meeting, code=facts["code"]),
    )  # fmt: skip


def _deputy_named(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting = name_of(facts["meeting"])
    return (
        _("您受托代为表决：%(meeting)s", meeting=meeting),
        _("%(who)s 委托您在%(meeting)s（%(code)s）上代为表决。", who=facts["who"], meeting=meeting, code=facts["code"]),
    )  # fmt: skip


def _dissent_entered(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting = name_of(facts["meeting"])
    return (
        _("以您的名义记录了保留意见：%(meeting)s", meeting=meeting),
        _(
            "%(who)s 在%(meeting)s（%(code)s）的纪要里以您的名义记录或撤回了保留意见。纪要提交审阅时请核对；如果您没有要求过，请告知秘书。",
            who=facts["who"], meeting=meeting, code=facts["code"],
        ),
    )  # fmt: skip


WORDS: dict[str, Words] = {
    "committee:vote-opened": _vote_opened,
    "committee:circulated": _circulated,
    "committee:circulation-waits": _circulation_waits,
    "committee:circulation-closed": _circulation_closed,
    "committee:deputy-named": _deputy_named,
    "committee:dissent-entered": _dissent_entered,
}
