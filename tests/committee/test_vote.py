"""Motions: votes by name and by hands, with a quorum that comes and goes; dissent; what stands once it was counted."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem, Committee, Meeting, Motion
from kangjiansheng.committee.operations import interests, meetings, motions, outcomes, presence, reviews
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import floor, reading
from kangjiansheng.committee.queries import motions as queries
from kangjiansheng.committee.queries.visible import visible_decisions
from kangjiansheng.committee.rules.votes import Tally
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import commit

Acting = Callable[[str], Actor]


def ago(minutes: float) -> datetime:
    return clock.now() - timedelta(minutes=minutes)


@pytest.fixture
def item(actor: Acting) -> AgendaItem:
    """An item of a meeting that runs now: seven of nine voters are there since half an hour."""
    who = actor("secretary")
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    made = meetings.create_meeting(sac, actor=who, held_on=clock.today(), illustrative=True)
    one = meetings.add_item(made, actor=who, name_hans="甲", kind="decide")
    for person in voters(made)[:7]:
        presence.arrive(made, actor=who, person_id=person, mode="on_site", at=ago(30))
    presence.open_item(one, actor=who, at=ago(20))
    return one


def voters(meeting: Meeting) -> list[int]:
    return [m.person_id for m in meeting.committee.members if m.voting]


def put(item: AgendaItem, who: Actor, method: str = "name") -> Motion:
    return motions.open_motion(item, actor=who, kind="D", text="同意进入下一阶段。", method=method)


def vote(motion: Motion, who: Actor, **choices: list[int]) -> None:
    for choice, people in choices.items():
        for person in people:
            motions.cast(motion, actor=who, person_id=person, choice={"yes": "for"}.get(choice, choice))


def text_of(item: AgendaItem, actor: Acting) -> str:
    minutes = item.meeting.minutes or writing.start(item.meeting, actor=actor("secretary"))
    return "\n".join(p.text for p in writing.standing_paragraphs(minutes))


def test_a_motion_that_is_carried_is_a_numbered_decision(item: AgendaItem, actor: Acting) -> None:
    who, people = actor("secretary"), voters(item.meeting)
    motion = put(item, who)
    vote(motion, who, yes=people[:4], against=people[4:6], abstain=people[6:7])
    motions.cast(motion, actor=who, person_id=people[4], choice="for")
    motions.close(motion, actor=who)
    assert (motion.result, motion.votes_for, motion.votes_against, motion.abstentions) == ("passed", 5, 1, 1)
    assert (motion.base, motion.needed, motion.present, motion.quorum_needed) == (7, 4, 7, 6)
    assert motion.decision is not None
    assert motion.decision.number == f"D-2026-{item.meeting.running_no:02d}-01"
    told = text_of(item, actor)
    assert "同意进入下一阶段。\n记名表决" in told
    assert "参加表决的委员须有 9 人中的 6 人，表决结束时 7 人参加" in told
    assert "同意 5 票，反对 1 票，弃权 1 票" in told
    assert "反对：" in told
    assert "以 7 人为基数，须 4 票同意，获得通过" in told
    head = reviews.header(item.meeting, writing.standing_paragraphs(item.meeting.minutes))
    (signed,) = head["decisions"].values()
    assert (signed["result"], signed["needed"], signed["base"]) == ("passed", 4, 7)
    assert [b["choice"] for b in signed["motion"]["ballots"]] == ["for"] * 5 + ["against", "abstain"]


def test_minutes_that_are_written_meanwhile_tell_of_the_vote(item: AgendaItem, actor: Acting) -> None:
    who, people = actor("secretary"), voters(item.meeting)
    minutes = writing.start(item.meeting, actor=who)
    motion = put(item, who, "count")
    motions.close(motion, actor=who, counts=Tally(3, 3, 1))
    assert motion.result == "rejected"
    assert motion.decision is None
    told = text_of(item, actor)
    assert "动议：同意进入下一阶段。" in told and "举手表决" in told and "未获通过" in told
    again = put(item, who)
    vote(again, who, yes=people[:7])
    motions.close(again, actor=who)
    kinds = [p.kind for p in writing.standing_paragraphs(minutes) if p.agenda_item_id == item.id]
    assert kinds[-3:] == ["text", "decision", "text"]
    shown = [p for p in reading.working(minutes, actor=who).paragraphs if p.decision]
    assert shown[0].decision is not None
    assert shown[0].decision["result"] == "passed"


def test_a_vote_that_loses_its_quorum_ends_there(item: AgendaItem, actor: Acting) -> None:
    """Seven are there, six are needed. Two leave while ballots are cast."""
    who, people = actor("secretary"), voters(item.meeting)
    motion = put(item, who)
    vote(motion, who, yes=people[:7])
    presence.leave(item.meeting, actor=who, person_id=people[6], at=clock.now())
    assert motion.is_open
    presence.leave(item.meeting, actor=who, person_id=people[5], at=clock.now())
    assert (motion.result, motion.votes_for, motion.present) == ("no_quorum", 5, 5)
    assert motion.lost_at is not None
    assert motion.decision is None
    with pytest.raises(RuleBroken, match="vote-closed"):
        vote(motion, who, yes=people[:1])
    told = text_of(item, actor)
    assert "参加表决的只有 5 人，未达到法定人数，表决不成立，不作决定" in told


@pytest.mark.parametrize("case", ["absent", "no-seat", "recused", "choice"])
def test_whose_ballot_is_not_taken(item: AgendaItem, actor: Acting, case: str) -> None:
    who, people = actor("secretary"), voters(item.meeting)
    motion = put(item, who)
    person, choice, code = people[0], "for", f"vote-{case}"
    if case == "absent":
        person = people[8]
    elif case == "no-seat":
        person = who.id
    elif case == "recused":
        interests.recuse(item, actor=who, person_id=person, kind="facts")
    else:
        choice, code = "perhaps", "choice-unknown"
    with pytest.raises(RuleBroken, match=code):
        motions.cast(motion, actor=who, person_id=person, choice=choice)


def test_who_left_or_was_recused_since_does_not_count(item: AgendaItem, actor: Acting) -> None:
    who, people = actor("secretary"), voters(item.meeting)
    motion = put(item, who)
    vote(motion, who, yes=people[:3], against=people[3:7])
    interests.recuse(item, actor=who, person_id=people[6], kind="facts")
    motions.close(motion, actor=who)
    assert (motion.votes_for, motion.votes_against, motion.base, motion.recused) == (3, 3, 6, 1)
    assert motion.result == "rejected"


def test_what_was_counted_stands_until_it_is_annulled(item: AgendaItem, actor: Acting) -> None:
    who, people = actor("secretary"), voters(item.meeting)
    minutes = writing.start(item.meeting, actor=who)
    motion = put(item, who)
    vote(motion, who, yes=people[:7])
    motions.close(motion, actor=who)
    stay = next(row for row in item.meeting.presence if row.person_id == people[0])
    with pytest.raises(RuleBroken, match="vote-counted-then"), db.session.begin_nested():
        presence.remove(stay, actor=who)
    with pytest.raises(RuleBroken, match="vote-counted-then"), db.session.begin_nested():
        interests.recuse(item, actor=who, person_id=people[1], kind="facts")
    decision = motion.decision
    assert decision is not None and decision.paragraph_id is not None
    paragraph = next(p for p in writing.standing_paragraphs(minutes) if p.id == decision.paragraph_id)
    votes = {key: getattr(decision, key) for key in outcomes.VOTES}
    with pytest.raises(RuleBroken, match="decision-voted"):
        outcomes.edit_decision(decision, paragraph, actor=who, seen=None, text="另一段", votes=votes)
    with pytest.raises(RuleBroken, match="decision-voted"):
        outcomes.remove_decision(decision, paragraph, actor=who)
    with pytest.raises(RuleBroken, match="annul-reason"):
        motions.annul(motion, actor=who, reason=" ")
    motions.annul(motion, actor=who, reason="漏记一人离场")
    assert "同意进入下一阶段" not in text_of(item, actor)
    assert decision.id not in set(db.session.scalars(visible_decisions(who)))
    with pytest.raises(RuleBroken, match="vote-annulled"):
        writing.restore_paragraph(paragraph, actor=who)
    db.session.refresh(stay)
    interests.recuse(item, actor=who, person_id=people[1], kind="facts")
    second = put(item, who)
    vote(second, who, yes=people[2:7])
    assert motions.close(second, actor=who).decision.number.endswith("-02"), "no number twice"


def test_nothing_goes_on_while_a_vote_runs(item: AgendaItem, actor: Acting) -> None:
    who = actor("secretary")
    motion = put(item, who)
    for act in (
        lambda: put(item, who),
        lambda: presence.close_item(item, actor=who, at=clock.now()),
        lambda: reviews.open_review(writing.start(item.meeting, actor=who), actor=who),
    ):
        with pytest.raises(RuleBroken, match="vote-runs"), db.session.begin_nested():
            act()
    motions.close(motion, actor=who)
    with pytest.raises(RuleBroken, match="item-voted"):
        meetings.remove_item(item, actor=who)


def test_no_vote_without_a_quorum_or_a_meeting(item: AgendaItem, actor: Acting) -> None:
    who, people = actor("secretary"), voters(item.meeting)
    for person in people[5:7]:
        presence.leave(item.meeting, actor=who, person_id=person, at=ago(1))
    with pytest.raises(RuleBroken, match="vote-without-quorum"):
        put(item, who)
    planned = db.session.scalars(select(Meeting).where(Meeting.life == "planned")).first()
    assert planned is not None
    with pytest.raises(RuleBroken, match="vote-not-now"):
        put(planned.items[0], who)


def test_several_who_come_or_are_taken_back_leave_a_counted_vote_as_it_was(
    item: AgendaItem, actor: Acting
) -> None:
    who, people = actor("secretary"), voters(item.meeting)
    late = presence.arrive_together(
        item.meeting, {people[7]: "on_site"}, actor=who, version=item.meeting.version, at=ago(15)
    )
    motion = put(item, who)
    vote(motion, who, yes=people[:8])
    motions.close(motion, actor=who)
    commit()
    with pytest.raises(RuleBroken, match="vote-counted-then"):
        presence.undo_together(item.meeting, late, floor.in_one_act(item.meeting, late.id), actor=who)
    db.session.rollback()
    more = {people[8]: "online"}
    with pytest.raises(RuleBroken, match="vote-counted-then"):
        presence.arrive_together(item.meeting, more, actor=who, version=item.meeting.version, at=ago(15))


def test_more_hands_than_people_are_refused(item: AgendaItem, actor: Acting) -> None:
    motion = put(item, actor("secretary"), "count")
    with pytest.raises(RuleBroken, match="votes-missing"):
        motions.close(motion, actor=actor("secretary"))
    with pytest.raises(RuleBroken, match="votes-of-vote"):
        motions.close(motion, actor=actor("secretary"), counts=Tally(7, 1))


def test_dissent_is_the_member_s_own(item: AgendaItem, actor: Acting, sign: Callable[..., object]) -> None:
    who, member = actor("secretary"), actor("member")
    people = voters(item.meeting)
    assert member.id in people
    if member.id not in people[:7]:
        presence.arrive(item.meeting, actor=who, person_id=member.id, mode="on_site", at=ago(25))
    motion = put(item, who)
    with pytest.raises(RuleBroken, match="dissent-early"):
        motions.dissent(motion, actor=member, text="应先补数据。")
    vote(motion, who, yes=[p for p in people[:7] if p != member.id], against=[member.id])
    motions.close(motion, actor=who)
    with pytest.raises(RuleBroken, match="dissent-of-voters"):
        motions.dissent(motion, actor=who, text="应先补数据。")
    motions.dissent(motion, actor=member, text="应先补数据。")
    motions.dissent(motion, actor=member, text="应先补齐六个月数据。")
    minutes = writing.start(item.meeting, actor=who)
    meetings.record_attendance(
        item.meeting, {p: "absent" for p in people if not any(s.person_id == p for s in item.meeting.presence)}, actor=who
    )  # fmt: skip
    draft = reviews.open_review(minutes, actor=who)
    (signed,) = draft.header["decisions"].values()
    assert [row["text"] for row in signed["motion"]["dissents"]] == ["应先补齐六个月数据。"]
    with pytest.raises(RuleBroken, match="facts-in-review"):
        motions.dissent(motion, actor=member, text="太晚")


def test_the_database_refuses(item: AgendaItem, actor: Acting) -> None:
    who, people = actor("secretary"), voters(item.meeting)
    motion = put(item, who)
    vote(motion, who, yes=people[:7])
    ballot = motion.ballots[0]
    columns = "motion_id, person_id, choice, entered_by_id, recorded_at, change_set_id, digest"
    late = f"INSERT INTO ballot ({columns}) SELECT {columns} FROM ballot WHERE id = {ballot.id}"
    refused = {
        f"UPDATE ballot SET choice = 'against' WHERE id = {ballot.id}": "append-only",
        f"DELETE FROM ballot WHERE id = {ballot.id}": "append-only",
        f"UPDATE motion SET text = 'x' WHERE id = {motion.id}": "frozen",
        f"DELETE FROM motion WHERE id = {motion.id}": "frozen",
    }
    _refused(refused)
    motions.close(motion, actor=who)
    motions.dissent(motion, actor=Actor(people[0], ""), text="保留")
    _refused(
        {
            late: "closed",
            f"UPDATE motion SET result = 'rejected' WHERE id = {motion.id}": "frozen",
            f"UPDATE motion SET votes_for = 9 WHERE id = {motion.id}": "frozen",
            f"UPDATE motion SET closed_at = NULL WHERE id = {motion.id}": "frozen",
            f"UPDATE motion SET counted = NULL WHERE id = {motion.id}": "frozen",
            "UPDATE dissent SET text = 'x'": "append-only",
            "DELETE FROM dissent": "append-only",
        }
    )


def _refused(statements: dict[str, str]) -> None:
    for statement, words in statements.items():
        with pytest.raises(sa.exc.DBAPIError, match=words), db.session.begin_nested():
            db.session.execute(sa.text(statement))


def test_who_waits_is_told_and_asked(item: AgendaItem, actor: Acting) -> None:
    who, member = actor("secretary"), actor("member")
    there = {s.person_id for s in item.meeting.presence}
    if member.id not in there:
        presence.arrive(item.meeting, actor=who, person_id=member.id, mode="on_site", at=ago(25))
    motion = put(item, who)
    assert [m.id for m in queries.waiting(actor=member)] == [motion.id]
    assert queries.waiting(actor=who) == [], "the secretary has no vote"
    motions.cast(motion, actor=member, person_id=member.id, choice="for")
    assert queries.waiting(actor=member) == []
