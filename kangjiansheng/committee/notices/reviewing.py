"""Whom we tell while a draft is under review. Neither texts nor titles are named: a notice outlives the right to read."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Meeting, Suggestion
from kangjiansheng.committee.notices.base import draft_address, inside, mail_each, minutes_address, of_meeting
from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.i18n import name_of, prose_day
from kangjiansheng.core.outbox import Notification, Outbox, Words


def _about(template: str, meeting: Meeting, people: Iterable[int], number: str, *, actor: Actor) -> None:
    facts = of_meeting(meeting, actor) | {"paragraph": number}
    outbox.tell(people, template, facts, address=minutes_address(meeting), besides=actor.id)


def commented(meeting: Meeting, people: Iterable[int], number: str, *, actor: Actor) -> None:
    """The drafter, and those who wrote in the same thread."""
    _about("committee:commented", meeting, people, number, actor=actor)


def mentioned(
    meeting: Meeting, people: Mapping[int, Person], number: str, *, actor: Actor, change: ChangeSet
) -> None:
    """Those who are spoken to: on the bell and by mail."""
    _about("committee:mentioned", meeting, people, number, actor=actor)
    facts = of_meeting(meeting, actor) | {"paragraph": number}
    mail_each(
        people.values(), "committee:mentioned", facts, minutes_address(meeting), actor=actor, change=change
    )


def suggested(meeting: Meeting, people: Iterable[int], number: str, *, actor: Actor) -> None:
    """The drafter: another wording is proposed."""
    _about("committee:suggested", meeting, people, number, actor=actor)


def suggestion_answered(meeting: Meeting, suggestion: Suggestion, number: str, *, actor: Actor) -> None:
    """Who made it: it was taken or refused."""
    facts = of_meeting(meeting, actor) | {"paragraph": number, "life": suggestion.life}
    outbox.tell(
        [suggestion.author_id], "committee:suggestion-answered", facts, address=minutes_address(meeting),
        besides=actor.id,
    )  # fmt: skip


def objected(meeting: Meeting, people: Iterable[int], number: str, *, actor: Actor) -> None:
    """The drafter: somebody objects."""
    _about("committee:objected", meeting, people, number, actor=actor)


def objection_answered(meeting: Meeting, person_id: int, number: str, *, actor: Actor) -> None:
    """Who objected."""
    _about("committee:objection-answered", meeting, [person_id], number, actor=actor)


def put_off(
    meeting: Meeting, people: Mapping[int, Person], number: int, by: date, *, actor: Actor, change: ChangeSet
) -> None:
    """Those who have not answered: there is more time. On the bell and by mail."""
    facts = of_meeting(meeting, actor) | {"draft": number, "day": by}
    address = minutes_address(meeting)
    outbox.tell(people, "committee:put-off", facts, address=address, besides=actor.id)
    mail_each(people.values(), "committee:put-off", facts, address, actor=actor, change=change)


def reminded(
    meeting: Meeting, person: Person, number: int, by: date, *, silence: bool, actor: Actor, change: ChangeSet
) -> tuple[Notification, Outbox | None]:
    """One who has not answered: until when, and what silence means for them. The notice and the mail that were queued."""
    facts = of_meeting(meeting, actor) | {"draft": number, "day": by, "silence": silence}
    address = minutes_address(meeting)
    bell = outbox.tell([person.id], "committee:reminded", facts, address=address)
    mail = None
    if person.email:
        mail = outbox.mail(
            person.email, "committee:reminded", facts, change=change, locale=person.locale, address=address
        )
    return bell[0], mail


def silent(meeting: Meeting, people: Iterable[int], number: int, *, actor: Actor) -> None:
    """Those whose silence was recorded as consent."""
    facts = of_meeting(meeting, actor) | {"draft": number}
    outbox.tell(people, "committee:silent", facts, address=minutes_address(meeting))


def recalled(meeting: Meeting, people: Iterable[int], note: str, *, actor: Actor) -> None:
    """Those who had approved, or had been asked to sign: the draft is being changed."""
    facts = of_meeting(meeting, actor) | {"note": note}
    outbox.tell(people, "committee:recalled", facts, address=draft_address(meeting), besides=actor.id)


def _subject_and(subject: str, sentence: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    told = {**facts, "meeting": name_of(facts["meeting"])}
    return subject % told, sentence % told


def _commented(facts: Mapping[str, Any]) -> tuple[str, str]:
    return _subject_and(_("纪要有新批注：%(meeting)s"), _("%(who)s 对第 %(paragraph)s 段写了批注。"), facts)


def _mentioned(facts: Mapping[str, Any]) -> tuple[str, str]:
    return _subject_and(
        _("有人在纪要批注中提到您：%(meeting)s"),
        _("%(who)s 在第 %(paragraph)s 段的批注中提到了您。"),
        facts,
    )


def _suggested(facts: Mapping[str, Any]) -> tuple[str, str]:
    return _subject_and(
        _("纪要有修改建议：%(meeting)s"), _("%(who)s 对第 %(paragraph)s 段提出了修改建议。"), facts
    )


def _suggestion_answered(facts: Mapping[str, Any]) -> tuple[str, str]:
    if facts["life"] == "taken":
        return _subject_and(
            _("您的修改建议已采纳：%(meeting)s"),
            _("%(who)s 采纳了您对第 %(paragraph)s 段的修改建议，将写入下一稿。"),
            facts,
        )
    return _subject_and(
        _("您的修改建议未采纳：%(meeting)s"),
        _("%(who)s 没有采纳您对第 %(paragraph)s 段的修改建议，原因见纪要页。"),
        facts,
    )


def _objected(facts: Mapping[str, Any]) -> tuple[str, str]:
    return _subject_and(
        _("纪要有异议：%(meeting)s"), _("%(who)s 对第 %(paragraph)s 段提出异议，请答复。"), facts
    )


def _objection_answered(facts: Mapping[str, Any]) -> tuple[str, str]:
    return _subject_and(
        _("您的异议已有答复：%(meeting)s"), _("%(who)s 答复了您对第 %(paragraph)s 段的异议。"), facts
    )


def _reminded(facts: Mapping[str, Any]) -> tuple[str, str]:
    told = {**facts, "day": prose_day(date.fromisoformat(facts["day"]))}
    if facts["silence"]:
        return _subject_and(
            _("请答复纪要：%(meeting)s，%(day)s截止"),
            _(
                "%(meeting)s（%(code)s）纪要第 %(draft)s 稿等您审阅。按委员会章程，到 %(day)s结束时仍未答复的，"
                "视为同意（默示同意），并如此记录。您可以批准、附保留、要求修改，或对某一段提出异议。"
            ),
            told,
        )
    return _subject_and(
        _("请审阅并签署（提醒）：%(meeting)s纪要，%(day)s截止"),
        _("%(meeting)s（%(code)s）纪要第 %(draft)s 稿等您审阅并签署，%(day)s截止。"),
        told,
    )


def _put_off(facts: Mapping[str, Any]) -> tuple[str, str]:
    told = {**facts, "day": prose_day(date.fromisoformat(facts["day"]))}
    return _subject_and(
        _("审阅截止延到 %(day)s：%(meeting)s"),
        _(
            "%(who)s 把%(meeting)s（%(code)s）纪要第 %(draft)s 稿的审阅截止延到 %(day)s。您还没有答复，请在此之前审阅。"
        ),
        told,
    )


def _silent(facts: Mapping[str, Any]) -> tuple[str, str]:
    return _subject_and(
        _("已记为默示同意：%(meeting)s"),
        _(
            "您在期限内没有答复%(meeting)s（%(code)s）纪要第 %(draft)s 稿，已按章程记为默示同意。"
            "审阅结束前您仍可签署或要求修改。"
        ),
        facts,
    )


def _recalled(facts: Mapping[str, Any]) -> tuple[str, str]:
    facts = {**facts, "note": inside(facts["note"])}
    if not facts["note"]:
        return _subject_and(
            _("纪要收回修改：%(meeting)s"),
            _("%(who)s 收回了正在审阅的文稿。此前的批准与逐段意见已失效，新稿提交后请重新审阅。"),
            facts,
        )
    return _subject_and(
        _("纪要收回修改：%(meeting)s"),
        _("%(who)s 收回了正在审阅的文稿：%(note)s。此前的批准与逐段意见已失效，新稿提交后请重新审阅。"),
        facts,
    )


WORDS: dict[str, Words] = {
    "committee:commented": _commented,
    "committee:mentioned": _mentioned,
    "committee:suggested": _suggested,
    "committee:suggestion-answered": _suggestion_answered,
    "committee:objected": _objected,
    "committee:objection-answered": _objection_answered,
    "committee:reminded": _reminded,
    "committee:put-off": _put_off,
    "committee:silent": _silent,
    "committee:recalled": _recalled,
}
