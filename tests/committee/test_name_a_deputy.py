"""Deputies: named before the meeting, one mandate each; their ballot counts for the member, and says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from kangjiansheng.committee.models import Committee, Meeting
from kangjiansheng.committee.operations import interests, mandates, meetings, motions, presence
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import floor
from kangjiansheng.committee.queries import motions as queries
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken

Acting = Callable[[str], Actor]


@pytest.fixture
def meeting(actor: Acting) -> Meeting:
    """A meeting of today that nobody has come to yet, of a committee whose charter has deputies."""
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    sac.deputies = True
    made = meetings.create_meeting(sac, actor=actor("secretary"), held_on=clock.today(), illustrative=True)
    meetings.add_item(made, actor=actor("secretary"), name_hans="甲", kind="decide")
    return made


@pytest.mark.long
def test_the_deputy_s_ballot_counts_for_the_member(meeting: Meeting, actor: Acting) -> None:
    who, away, deputy = actor("secretary"), actor("member"), actor("member2")
    mandates.name_deputy(meeting, actor=away, deputy_id=deputy.id)
    others = [
        m.person_id for m in meeting.committee.members if m.voting and m.person_id not in (away.id, deputy.id)
    ]
    for person in [deputy.id, *others[:4]]:
        presence.arrive(
            meeting, actor=who, person_id=person, mode="on_site", at=clock.now() - timedelta(minutes=5)
        )
    (item,) = meeting.items
    standing = floor.in_room(meeting, [item])[item.id].now.standing
    assert (standing.present, standing.is_met) == (6, True), "five and the one who is represented"
    motion = motions.open_motion(item, actor=who, kind="D", text="同意。", method="name")
    assert set(queries.poll(motion).own(deputy)) == {deputy.id, away.id}
    motions.cast(motion, actor=deputy, person_id=deputy.id, choice="against")
    motions.cast(motion, actor=deputy, person_id=away.id, choice="for")
    for person in others[:4]:
        motions.cast(motion, actor=who, person_id=person, choice="for")
    motions.close(motion, actor=who)
    assert (motion.result, motion.votes_for, motion.votes_against, motion.base) == ("passed", 5, 1, 6)
    told = "\n".join(p.text for p in writing.standing_paragraphs(writing.start(meeting, actor=who)))
    assert "表决结束时 6 人参加（其中 1 人由代理人表决）" in told
    assert "代为表决）" in told
    assert "应到 9 人，实到 6 人，其中 1 人委托代理人出席" in told


def test_a_recused_deputy_votes_for_nobody(meeting: Meeting, actor: Acting) -> None:
    who, away, deputy = actor("secretary"), actor("member"), actor("member2")
    mandates.name_deputy(meeting, actor=away, deputy_id=deputy.id)
    (item,) = meeting.items
    interests.recuse(item, actor=who, person_id=deputy.id, kind="facts")
    others = [
        m.person_id for m in meeting.committee.members if m.voting and m.person_id not in (away.id, deputy.id)
    ]
    for person in [deputy.id, *others]:
        presence.arrive(
            meeting, actor=who, person_id=person, mode="on_site", at=clock.now() - timedelta(minutes=5)
        )
    motion = motions.open_motion(item, actor=who, kind="D", text="同意。", method="name")
    with pytest.raises(RuleBroken, match="vote-absent"):
        motions.cast(motion, actor=deputy, person_id=away.id, choice="for")


@pytest.mark.long
def test_who_comes_after_all_votes_in_person(meeting: Meeting, actor: Acting) -> None:
    who, away, deputy = actor("secretary"), actor("member"), actor("member2")
    mandates.name_deputy(meeting, actor=away, deputy_id=deputy.id)
    for member in meeting.committee.members:
        if member.voting:
            presence.arrive(
                meeting,
                actor=who,
                person_id=member.person_id,
                mode="on_site",
                at=clock.now() - timedelta(minutes=5),
            )
    motion = motions.open_motion(meeting.items[0], actor=who, kind="D", text="同意。", method="name")
    assert set(queries.poll(motion).own(deputy)) == {deputy.id}
    assert motions.cast(motion, actor=away, person_id=away.id, choice="for").deputy_id is None


def test_what_the_charter_does_not_allow(meeting: Meeting, actor: Acting) -> None:
    away, deputy, chair = actor("member"), actor("member2"), actor("chair")
    for wrong in (away.id, actor("secretary").id, 0):
        with pytest.raises(RuleBroken, match="deputy-unknown"):
            mandates.name_deputy(meeting, actor=away, deputy_id=wrong)
    mandate = mandates.name_deputy(meeting, actor=away, deputy_id=deputy.id)
    with pytest.raises(RuleBroken, match="deputy-named"):
        mandates.name_deputy(meeting, actor=away, deputy_id=chair.id)
    for giver, taker in ((chair, deputy), (deputy, chair), (chair, away)):
        with pytest.raises(RuleBroken, match="deputy-taken"):
            mandates.name_deputy(meeting, actor=giver, deputy_id=taker.id)
    with pytest.raises(RuleBroken, match="vote-no-seat"):
        mandates.name_deputy(meeting, actor=actor("secretary"), deputy_id=deputy.id)
    mandates.withdraw(mandate, actor=away)
    meeting.committee.deputies = False
    with pytest.raises(RuleBroken, match="no-deputies"):
        mandates.name_deputy(meeting, actor=away, deputy_id=chair.id)
    meeting.committee.deputies = True
    meeting.committee.deputy_among = "seats"
    mandates.name_deputy(meeting, actor=away, deputy_id=actor("secretary").id)
    presence.arrive(meeting, actor=chair, person_id=chair.id, mode="on_site", at=clock.now())
    with pytest.raises(RuleBroken, match="meeting-begun"):
        mandates.name_deputy(meeting, actor=deputy, deputy_id=chair.id)
