"""About signatures: which count no more and why, a code for one signature, somebody who guesses."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import DraftVersion, Meeting
from kangjiansheng.committee.notices.base import (
    asked_until,
    draft_address,
    inside,
    minutes_address,
    of_meeting,
)
from kangjiansheng.committee.queries.replaced import Replaced
from kangjiansheng.committee.rules import texts, told
from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.outbox import Words


def _send(
    template: str, person: Person, facts: Mapping[str, Any], *, address: str, change: ChangeSet
) -> None:
    """On the bell and by mail."""
    outbox.tell([person.id], template, facts, address=address)
    if person.email:
        outbox.mail(person.email, template, facts, change=change, locale=person.locale, address=address)


def changes_requested(
    meeting: Meeting, people: Iterable[int], note: str, *, actor: Actor, change: ChangeSet
) -> None:
    """The drafter and whoever had signed: their signatures count no more. Without the note it is not for them to
    read."""
    facts = of_meeting(meeting, actor) | {"note": note}
    found = select(Person).where(Person.id.in_(set(people) - {actor.id})).order_by(Person.id)
    for person in db.session.scalars(found):
        _send("committee:changes-requested", person, facts, address=draft_address(meeting), change=change)


def consents_void(
    meeting: Meeting,
    voided: Sequence[Replaced],
    asked: Iterable[int],
    number: int,
    due_on: date,
    *,
    actor: Actor,
    change: ChangeSet,
) -> None:
    """Whoever had signed the draft that a new one (`number`) takes the place of: what is different, and whether they
    are asked again (`asked`), and until when."""
    again = set(asked)
    for one in voided:
        if one.person.id == actor.id:
            continue
        facts = of_meeting(meeting, actor) | {
            "draft": number, "before": one.number, "again": one.person.id in again,
            "day": due_on,
            "places": [[d.kind, d.about] for d in one.different.differences],
        }  # fmt: skip
        address = f"{minutes_address(meeting)}?compare=1"
        _send("committee:consent-void", one.person, facts, address=address, change=change)


def signature_code(
    draft: DraftVersion, person: Person, code: str, *, actor: Actor, change: ChangeSet
) -> None:
    """The code, by mail alone. It is a secret of its reader, forgotten as soon as the mail has left."""
    meeting = draft.minutes.meeting
    facts = of_meeting(meeting, actor) | {
        "draft": draft.number, "fingerprint": texts.short(draft.sha256), "secret": code,
    }  # fmt: skip
    outbox.mail(
        person.email or "", "committee:signature-code", facts, change=change, locale=person.locale,
        address=minutes_address(meeting),
    )  # fmt: skip


def signature_misused(draft: DraftVersion, person: Person, *, actor: Actor, change: ChangeSet) -> None:
    """The owner of an account: somebody who is signed in as them keeps failing to sign."""
    facts = of_meeting(draft.minutes.meeting, actor)
    _send("committee:signature-misused", person, facts, address="/account", change=change)


def _changes_requested(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("纪要退回修改：%(meeting)s", meeting=name_of(facts["meeting"]))
    if not facts["note"]:
        return subject, _(
            "%(who)s 要求修改。此前对这一稿的批准已失效，新稿提交后请重新签署。", who=facts["who"]
        )
    return (
        subject,
        _(
            "%(who)s 要求修改：%(note)s。此前对这一稿的批准已失效，新稿提交后请重新签署。",
            who=facts["who"],
            note=inside(facts["note"]),
        ),
    )


def _consent_void(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting = name_of(facts["meeting"])
    text = _(
        "第 %(draft)s 稿取代了您签署过的第 %(before)s 稿，您对旧稿的签署已失效，仍留在记录里。",
        draft=facts["draft"],
        before=facts["before"],
    )
    # A notice from before has the numbers of paragraphs alone, and says nothing where there were none.
    places = [told.label(*one) for one in facts.get("places", ())] or facts.get("changed", [])
    if places:
        text += ngettext(
            "与旧稿有 %(num)d 处不同：%(places)s。",
            "与旧稿有 %(num)d 处不同：%(places)s。",
            len(places),
            places=_("、").join(places),
        )
    elif "places" in facts:
        text += _("您能看到的内容没有变化。")
    if facts["again"]:
        until = asked_until(facts)
        subject = _("您的签署已失效，请重新签署：%(meeting)s纪要", meeting=meeting)
        return subject + until, text + _("请重新阅读并签署%(until)s。", until=until)
    return _("您的签署已失效：%(meeting)s纪要", meeting=meeting), text


def _signature_code(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("签署验证码：%(meeting)s纪要", meeting=name_of(facts["meeting"])),
        _(
            "您的签署验证码是 %(code)s，10 分钟内有效，只能用一次，只用于%(meeting)s纪要第 %(draft)s 稿（指纹 %(fingerprint)s）。"
            "如果不是您本人要签署，请不要把它告诉任何人，并尽快更改密码。",
            code=facts["secret"],
            meeting=name_of(facts["meeting"]),
            draft=facts["draft"],
            fingerprint=facts["fingerprint"],
        ),
    )


def _signature_misused(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("有人多次尝试以您的名义签署"),
        _(
            "有人以您的账号登录后，签署%(meeting)s纪要时连续输错密码或验证码，签署已暂停 15 分钟，没有签署成功。"
            "如果不是您本人，请立即更改密码、结束其他登录，并告知管理员。",
            meeting=name_of(facts["meeting"]),
        ),
    )


WORDS: dict[str, Words] = {
    "committee:changes-requested": _changes_requested,
    "committee:consent-void": _consent_void,
    "committee:signature-code": _signature_code,
    "committee:signature-misused": _signature_misused,
}
