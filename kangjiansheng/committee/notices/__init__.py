"""Whom we tell, in which words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Action, AgendaItem, Meeting
from kangjiansheng.committee.notices import backlog, motions, signing
from kangjiansheng.committee.notices.answers import WORDS as ANSWERED
from kangjiansheng.committee.notices.answers import advice_answered as advice_answered
from kangjiansheng.committee.notices.backlog import backlog_proposed as backlog_proposed
from kangjiansheng.committee.notices.base import asked_until, inside, mail_each, minutes_address
from kangjiansheng.committee.notices.base import of_meeting as _of
from kangjiansheng.committee.notices.effects import WORDS as EFFECTS
from kangjiansheng.committee.notices.effects import effects_held as effects_held
from kangjiansheng.committee.notices.groups import GROUPS as GROUPS
from kangjiansheng.committee.notices.handing import WORDS as HANDING
from kangjiansheng.committee.notices.inviting import CANCELLED, CHANGED, LEFT, PLANNED, invite, to_groups
from kangjiansheng.committee.notices.packs import WORDS as PACKS
from kangjiansheng.committee.notices.packs import pack_frozen as pack_frozen
from kangjiansheng.committee.notices.reviewing import WORDS as REVIEWING
from kangjiansheng.core import messengers, outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import moment, name_of, prose_day
from kangjiansheng.core.outbox import Words


def review_opened(
    meeting: Meeting, people: Mapping[int, Any], number: int, due_on: date, *, actor: Actor, change: ChangeSet
) -> None:
    """The signers of a draft, and until when they are asked: on the bell and by mail."""
    facts = _of(meeting, actor) | {"draft": number, "day": due_on}
    address = minutes_address(meeting)
    outbox.tell(people, "committee:review-opened", facts, address=address, besides=actor.id)
    messengers.announce("committee:review-opened", change=change, illustrative=meeting.illustrative)
    mail_each(people.values(), "committee:review-opened", facts, address, actor=actor, change=change)


def meeting_planned(
    meeting: Meeting, people: Mapping[int, Any], *, change: ChangeSet, again: bool = False, **more: Any
) -> None:
    """The members and the secretary: when and where, and a page on which to answer; `again`: it had been cancelled."""
    invite(PLANNED, meeting, people, change=change, said={"again": True} if again else {}, **more)
    to_groups(meeting, change)


def meeting_changed(
    meeting: Meeting, people: Mapping[int, Any], *, change: ChangeSet, anew: bool, **more: Any
) -> None:
    """The same people, when day, hours or place changed; `anew`: what was answered does not count any more."""
    invite(CHANGED, meeting, people, change=change, said={"anew": True} if anew else {}, **more)
    to_groups(meeting, change)


def meeting_cancelled(meeting: Meeting, people: Mapping[int, Any], *, change: ChangeSet, **more: Any) -> None:
    """The same people, when the meeting does not take place."""
    invite(CANCELLED, meeting, people, change=change, **more)
    to_groups(meeting, change)


def interest_declared(meeting: Meeting, people: Iterable[int], *, actor: Actor) -> None:
    """Those who keep the committee: somebody declared an interest. In what stands on the page, not here."""
    address = f"/meetings/{meeting.code}/recusals"
    outbox.tell(people, "committee:interest-declared", _of(meeting, actor), address=address, besides=actor.id)


def recused(meeting: Meeting, person_id: int, kind: str, *, actor: Actor) -> None:
    """The member: that it was decided, and how. The item is not named: the notice would outlive the right to
    read of it."""
    facts = _of(meeting, actor) | {"kind": kind}
    address = f"/meetings/{meeting.code}"
    outbox.tell([person_id], "committee:recused", facts, address=address, besides=actor.id)


REASONS = ("committee:changes-requested", "committee:recalled")


def forget_item(person_id: int, item: AgendaItem) -> None:
    """Take back what names an item from a member who may not see it any more: from the bell, and mails that wait."""
    actions = db.session.scalars(select(Action.number).where(Action.agenda_item_id == item.id))
    numbers = set(actions)
    titles = {item.name_hans, item.name_hant, item.name_en} - {""}

    def names_it(template: str, facts: Mapping[str, Any]) -> bool:
        if template == "committee:action-assigned":
            return facts.get("number") in numbers
        if template in REASONS:  # why a draft came back may speak of any item of it
            return facts.get("code") == item.meeting.code and bool(facts.get("note"))
        told = facts.get("item")
        return (
            template == "committee:item-proposed"
            and facts.get("code") == item.meeting.code
            and isinstance(told, dict)
            and bool(titles & set(told.values()))
        )

    email = db.session.scalar(select(Person.email).where(Person.id == person_id))
    outbox.take_back(
        person_id, email, ("committee:action-assigned", "committee:item-proposed", *REASONS), names_it
    )


def item_proposed(
    meeting: Meeting,
    people: Iterable[int],
    item: AgendaItem,
    project: str,
    *,
    actor: Actor,
    change: ChangeSet,
) -> None:
    """Those who keep the committee: they may move, change or remove it."""
    names = {"hans": item.name_hans, "hant": item.name_hant, "en": item.name_en}
    facts = _of(meeting, actor) | {"item": names, "project": project}
    address = f"/meetings/{meeting.code}/agenda"
    outbox.tell(people, "committee:item-proposed", facts, address=address, besides=actor.id)
    to_decide(item, change=change)


def to_decide(item: AgendaItem, *, change: ChangeSet) -> None:
    """The groups, of an item on which a coming meeting is to decide: where it names a gate, the gate waits for it."""
    if item.kind == "decide" and item.project is not None:
        messengers.announce(
            "committee:to-decide",
            change=change,
            thing=item.project.code,
            illustrative=item.project.illustrative,
        )


def approved(meeting: Meeting, people: Iterable[int], *, actor: Actor, change: ChangeSet) -> None:
    """All members: the minutes stand."""
    messengers.announce("committee:approved", change=change, illustrative=meeting.illustrative)
    outbox.tell(
        people, "committee:approved", _of(meeting, actor), address=minutes_address(meeting), besides=actor.id
    )


def amendment_proposed(
    meeting: Meeting, people: Mapping[int, Person], number: int, *, actor: Actor, change: ChangeSet
) -> None:
    """The signers of a correction: on the bell and by mail."""
    template = "committee:amendment-proposed"
    _correction(template, meeting, people, number, actor=actor, change=change)
    facts, address = _of(meeting, actor) | {"number": number}, _corrected(meeting, number)
    mail_each(people.values(), template, facts, address, actor=actor, change=change)


def amendment_approved(
    meeting: Meeting, people: Iterable[int], number: int, *, actor: Actor, change: ChangeSet
) -> None:
    """Members who may read the item: a correction counts."""
    _correction("committee:amendment-approved", meeting, people, number, actor=actor, change=change)


def _correction(
    template: str, meeting: Meeting, people: Iterable[int], number: int, *, actor: Actor, change: ChangeSet
) -> None:
    """What it corrects and why stands on its page, not here: the notice would outlive the right to read of it. The
    groups hear that there is one, not of which minutes."""
    messengers.announce(template, change=change, illustrative=meeting.illustrative)
    facts = _of(meeting, actor) | {"number": number}
    outbox.tell(people, template, facts, address=_corrected(meeting, number), besides=actor.id)


def _corrected(meeting: Meeting, number: int) -> str:
    return f"{minutes_address(meeting)}/amendments/{number}"


def action_assigned(
    meeting: Meeting, owner_id: int, number: str, text: str, due: Any, *, actor: Actor
) -> None:
    """The owner of an action."""
    facts = _of(meeting, actor) | {"number": number, "text": text, "due": due}
    outbox.tell(
        [owner_id], "committee:action-assigned", facts, address=f"/actions/{number}", besides=actor.id
    )


def _review_opened(facts: Mapping[str, Any]) -> tuple[str, str]:
    told = {**facts, "meeting": name_of(facts["meeting"]), "day": asked_until(facts)}
    subject, text = (
        _("请审阅并签署：%(meeting)s纪要"),
        _("%(who)s 已提交%(meeting)s（%(code)s）纪要第 %(draft)s 稿。"),
    )
    return subject % told + told["day"], text % told + _("请审阅并签署%(until)s。", until=told["day"])


def _approved(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("纪要已生效：%(meeting)s", meeting=name_of(facts["meeting"])),
        _(
            "%(meeting)s（%(code)s）纪要签署完毕，已经锁定。",
            meeting=name_of(facts["meeting"]),
            code=facts["code"],
        ),
    )


def _amendment_proposed(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("请签署勘误：%(meeting)s", meeting=name_of(facts["meeting"])),
        _(
            "%(who)s 对已生效的%(meeting)s（%(code)s）纪要提出勘误 %(number)s，请签署。",
            who=facts["who"],
            meeting=name_of(facts["meeting"]),
            code=facts["code"],
            number=facts["number"],
        ),
    )


def _amendment_approved(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting = name_of(facts["meeting"])
    return (
        _("勘误 %(number)s 已生效：%(meeting)s", number=facts["number"], meeting=meeting),
        _(
            "%(meeting)s（%(code)s）纪要的勘误 %(number)s 签署完毕；纪要原文保留。",
            meeting=meeting,
            code=facts["code"],
            number=facts["number"],
        ),
    )


def _action_assigned(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("新的行动项 %(number)s", number=facts["number"]),
        _("%(text)s，到期 %(due)s。", text=inside(facts["text"]), due=facts["due"] or "—"),
    )


def _day(facts: Mapping[str, Any]) -> str:
    """Day, hours and place, as far as they are known."""
    return _("，").join(filter(None, (_hours(facts), facts["place"])))


def _hours(facts: Mapping[str, Any]) -> str:
    """Day and hours, as the page of the meeting says them."""
    day = prose_day(date.fromisoformat(facts["day"]))
    start, end = (
        moment(datetime.fromisoformat(facts[key]))[11:] if facts.get(key) else ""
        for key in ("starts", "ends")
    )
    hours = _("%(start)s 至 %(end)s", start=start, end=end) if start and end else start
    return _("%(day)s%(hours)s", day=day, hours=hours) if hours else day


def _meeting_planned(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting, when = name_of(facts["meeting"]), _day(facts)
    return (
        _("会议邀请：%(meeting)s，%(when)s", meeting=meeting, when=_hours(facts)),
        _(
            "%(meeting)s（%(code)s）定于 %(when)s。请答复是否出席。",
            meeting=meeting,
            code=facts["code"],
            when=when,
        )
        + (_("会议照常举行，此前的取消通知作废。") if facts.get("again") else "")
        + _by_link(facts),
    )


def _meeting_changed(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting, when = name_of(facts["meeting"]), _day(facts)
    return (
        _("会议有变：%(meeting)s，%(when)s", meeting=meeting, when=_hours(facts)),
        _("%(meeting)s（%(code)s）改为 %(when)s。", meeting=meeting, code=facts["code"], when=when)
        + (_("此前的答复不再算数，请重新答复是否出席。") if facts.get("anew") else "")
        + _by_link(facts),
    )


def _by_link(facts: Mapping[str, Any]) -> str:
    """Of a mail: the link by which its reader alone answers."""
    link = (facts.get("links") or {}).get("answer")
    if not link:
        return ""
    said = _("不用登录即可答复（会议开始前有效，只能答复这一次邀请，请不要转发）：")
    return f"\n\n{said}\n{current_app.config['SETTINGS'].base_url}{link}"


def _meeting_cancelled(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting, when = name_of(facts["meeting"]), _day(facts)
    return (
        _("会议取消：%(meeting)s，原定 %(when)s", meeting=meeting, when=_hours(facts)),
        _("原定 %(when)s 的%(meeting)s（%(code)s）已取消。", meeting=meeting, code=facts["code"], when=when),
    )


def _seat_left(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting, when = name_of(facts["meeting"]), _day(facts)
    return (
        _("不再邀请您出席：%(meeting)s，%(when)s", meeting=meeting, when=_hours(facts)),
        _(
            "%(meeting)s（%(code)s）定于 %(when)s，当天您不在任，不再邀请您出席。",
            meeting=meeting,
            code=facts["code"],
            when=when,
        ),
    )


def _item_proposed(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("新的议题提议：%(meeting)s", meeting=name_of(facts["meeting"])),
        _(
            "%(who)s 为 %(project)s 提议：%(item)s。",
            who=facts["who"],
            project=facts["project"],
            item=name_of(facts["item"]),
        ),
    )


def _interest_declared(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("有委员申报利益：%(meeting)s", meeting=name_of(facts["meeting"])),
        _("%(who)s 就一项议题申报了利益，请决定是否回避。", who=facts["who"]),
    )


def _recused(facts: Mapping[str, Any]) -> tuple[str, str]:
    meeting = name_of(facts["meeting"])
    subject = _("回避决定：%(meeting)s", meeting=meeting)
    if facts["kind"] == "whole":
        return subject, _("您对这次会议的一项议题全程回避，其材料与文字不向您开放。")
    if facts["kind"] == "facts":
        return subject, _("您对这次会议的一项议题说明事实后离场，不参加讨论与表决。")
    return subject, _("您已声明利益关系，经同意可以参加这项议题。")


WORDS: dict[str, Words] = {
    **backlog.WORDS,
    **motions.WORDS,
    **ANSWERED,
    **EFFECTS,
    **HANDING,
    **PACKS,
    "committee:interest-declared": _interest_declared,
    "committee:recused": _recused,
    "committee:review-opened": _review_opened,
    PLANNED: _meeting_planned,
    CHANGED: _meeting_changed,
    CANCELLED: _meeting_cancelled,
    LEFT: _seat_left,
    "committee:item-proposed": _item_proposed,
    **REVIEWING,
    **signing.WORDS,
    "committee:approved": _approved,
    "committee:amendment-proposed": _amendment_proposed,
    "committee:amendment-approved": _amendment_approved,
    "committee:action-assigned": _action_assigned,
}
