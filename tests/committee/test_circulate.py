"""Votes by circulation between meetings: fixed voters, reminders, the deadline, and the number at the next meeting."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem, Meeting, Motion
from kangjiansheng.committee.operations import circulation, interests, meetings, motions, presence
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification, Outbox

Acting = Callable[[str], Actor]


@pytest.fixture
def item(in_app: object) -> AgendaItem:
    """The first item of the coming meeting, which is on 12-11."""
    coming = db.session.scalars(
        select(Meeting).where(Meeting.life == "planned").order_by(Meeting.held_on)
    ).first()
    assert coming is not None
    assert coming.committee.code == "SAC"
    return coming.items[0]


def due(days: int = 3) -> datetime:
    return (
        (clock.now() + timedelta(days=days))
        .astimezone(SHANGHAI)
        .replace(hour=17, minute=0, second=0, microsecond=0)
    )


def put(item: AgendaItem, who: Actor, **more: datetime) -> Motion:
    return motions.circulate(
        item, actor=who, kind="R", text="建议先行采购。", papers="见附件。", due_at=more.get("due_at", due())
    )


def at(instant: datetime) -> Iterator[None]:
    return time_machine.travel(instant, tick=True)  # type: ignore[return-value]


def mails(template: str) -> list[Outbox]:
    return list(db.session.scalars(select(Outbox).where(Outbox.template == template)))


def test_all_answers_close_it_and_the_next_meeting_is_told(item: AgendaItem, actor: Acting) -> None:
    who = actor("secretary")
    people = [m.person_id for m in item.meeting.committee.members if m.voting]
    interests.recuse(item, actor=who, person_id=people[0], kind="facts")
    motion = put(item, who)
    assert motion.eligible == sorted(people[1:])
    assert {m.template for m in mails("committee:circulated")} == {"committee:circulated"}
    with pytest.raises(RuleBroken, match="vote-recused"):
        motions.cast(motion, actor=who, person_id=people[0], choice="for")
    for person in people[1:6]:
        motions.cast(motion, actor=who, person_id=person, choice="for")
    assert motion.is_open
    for person in people[6:]:
        motions.cast(motion, actor=who, person_id=person, choice="against")
    assert (motion.result, motion.base, motion.needed, motion.votes_for) == ("passed", 8, 5, 5)
    assert motion.decision is not None
    assert motion.decision.number == f"R-2026-{item.meeting.running_no:02d}-01"
    with pytest.raises(RuleBroken, match="meeting-voted"):
        meetings.cancel_meeting(item.meeting, actor=who)
    with at(datetime(2026, 12, 31, 12, tzinfo=SHANGHAI)):
        meeting = item.meeting
        start = meeting.starts_at or datetime.combine(meeting.held_on, datetime.min.time(), SHANGHAI)
        for person in people:
            presence.arrive(meeting, actor=who, person_id=person, mode="on_site", at=start)
        minutes = writing.start(meeting, actor=who)
        rows = writing.standing_paragraphs(minutes)
    told = "\n".join(p.text for p in rows)
    assert "建议先行采购。\n通讯表决，2026年11月23日" in told
    assert "须有 8 人中的 6 人作答，8 人作答，回避 1 人" in told
    assert "以 8 人为基数，须 5 票同意，获得通过" in told
    assert [p.kind for p in rows if p.agenda_item_id == item.id][:3] == ["heading", "text", "decision"]


def test_the_deadline_closes_it_by_the_answers_that_came(item: AgendaItem, actor: Acting) -> None:
    who = actor("secretary")
    people = [m.person_id for m in item.meeting.committee.members if m.voting]
    motion = put(item, who)
    for person in people[:5]:
        motions.cast(motion, actor=who, person_id=person, choice="for")
    end = motion.due_at
    assert end is not None
    with at(end + timedelta(hours=5)):
        with pytest.raises(RuleBroken, match="vote-closed"):
            motions.cast(motion, actor=who, person_id=people[6], choice="for")
        assert circulation.look_after() == 1
        assert circulation.look_after() == 0
    assert (motion.result, motion.closed_at, motion.present) == ("no_quorum", end, 5), (
        "six of nine must answer"
    )
    assert motion.decision is None


def test_the_silent_are_reminded_once_a_working_day(item: AgendaItem, actor: Acting) -> None:
    who, member = actor("secretary"), actor("member")
    motion = put(item, who, due_at=due(8))
    assert circulation.look_after() == 0, "not on the first day"
    motions.cast(motion, actor=member, person_id=member.id, choice="abstain")
    for day, hour, touched in ((24, 6, 0), (24, 9, 1), (24, 11, 0), (25, 9, 1), (28, 9, 0), (30, 9, 1)):
        with at(datetime(2026, 11, day, hour, tzinfo=SHANGHAI)):  # the 28th is a Saturday
            assert circulation.look_after() == touched, (day, hour)
    told = db.session.scalars(
        select(Notification).where(Notification.template == "committee:circulation-waits")
    )
    people = [row.person_id for row in told]
    assert member.id not in people
    assert people.count(actor("member2").id) == 3
    assert len([m for m in mails("committee:circulation-waits") if m.to == "member2@kjs.example"]) == 3
    words = [str(row.facts) for row in mails("committee:circulation-waits")]
    assert not any("采购" in text for text in words)


def test_who_is_recused_meanwhile_neither_counts_nor_is_waited_for(item: AgendaItem, actor: Acting) -> None:
    who = actor("secretary")
    people = [m.person_id for m in item.meeting.committee.members if m.voting]
    motion = put(item, who)
    motions.cast(motion, actor=who, person_id=people[0], choice="against")
    interests.recuse(item, actor=who, person_id=people[0], kind="whole")
    for person in people[1:]:
        motions.cast(motion, actor=who, person_id=person, choice="for")
    assert (motion.result, motion.votes_for, motion.votes_against, motion.base) == ("passed", 8, 0, 8)


def test_what_cannot_be_circulated(item: AgendaItem, actor: Acting) -> None:
    who = actor("secretary")
    with pytest.raises(RuleBroken, match="circulation-due"):
        put(item, who, due_at=clock.now() + timedelta(minutes=5))
    with pytest.raises(RuleBroken, match="circulation-after"):
        put(item, who, due_at=due(60))
    held = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one()
    with pytest.raises(RuleBroken, match="circulation-late"):
        put(held.items[0], who)
