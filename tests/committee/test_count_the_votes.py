"""Votes are counted by the charter, of the item, after recusals and leavings; the result says why."""

from collections.abc import Callable
from datetime import datetime, time

import pytest
from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem, Committee, Minutes
from kangjiansheng.committee.operations import committees, interests, meetings, outcomes, presence, reviews
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import reading
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from tests.support.critic import Critic

DAY = clock.today().replace(day=20)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(DAY, time(hour, minute), SHANGHAI)


@pytest.fixture
def voted(actor: Callable[[str], Actor]) -> tuple[Minutes, AgendaItem, list[int]]:
    """A meeting of last Friday: seven of nine voters there, one item from 9:30 to 10:00, minutes begun."""
    who = actor("secretary")
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    made = meetings.create_meeting(sac, actor=who, held_on=DAY, illustrative=True)
    item = meetings.add_item(made, actor=who, name_hans="甲", kind="decide")
    people = [m.person_id for m in sac.members if m.voting]
    for person in people[:7]:
        presence.arrive(made, actor=who, person_id=person, mode="on_site", at=at(9, 20))
    presence.open_item(item, actor=who, at=at(9, 30))
    presence.close_item(item, actor=who, at=at(10))
    return writing.start(made, actor=who), item, people


def result(minutes: Minutes, who: Actor) -> dict[str, object]:
    """The decision in the working text, which must be what would be signed."""
    shown = [p for p in reading.working(minutes, actor=who).paragraphs if p.decision]
    head = reviews.header(minutes.meeting, writing.standing_paragraphs(minutes))
    signed = head["decisions"][shown[-1].public_id]
    told = {key: signed[key] for key in ("result", "needed", "base")}
    assert shown[-1].decision is not None
    assert told == {key: shown[-1].decision[key] for key in told}
    return told


def vote(minutes: Minutes, item: AgendaItem, who: Actor, *counts: int) -> None:
    keyed = dict(zip(outcomes.VOTES, counts, strict=False))
    outcomes.record_decision(minutes, actor=who, kind="D", text="同意。", item=item, votes=keyed)


@pytest.mark.long
def test_over_half_of_those_there(
    voted: tuple[Minutes, AgendaItem, list[int]], actor: Callable[[str], Actor]
) -> None:
    minutes, item, _people = voted
    vote(minutes, item, actor("secretary"), 4, 3)
    assert result(minutes, actor("secretary")) == {"result": "passed", "needed": 4, "base": 7}
    vote(minutes, item, actor("secretary"), 3, 2, 2)
    assert result(minutes, actor("secretary"))["result"] == "rejected"


@pytest.mark.long
def test_the_charter_s_other_bases(
    voted: tuple[Minutes, AgendaItem, list[int]], actor: Callable[[str], Actor]
) -> None:
    minutes, item, _people = voted
    sac = minutes.meeting.committee
    vote(minutes, item, actor("secretary"), 4, 1, 2)
    committees.edit_committee(sac, actor=actor("chair"), version=sac.version, majority_base="all")
    assert result(minutes, actor("chair")) == {"result": "rejected", "needed": 5, "base": 9}
    committees.edit_committee(
        sac, actor=actor("chair"), version=sac.version, majority_base="present", abstentions_count=False
    )
    assert result(minutes, actor("chair")) == {"result": "passed", "needed": 3, "base": 5}


def test_a_vote_that_lost_its_quorum_decides_nothing(
    voted: tuple[Minutes, AgendaItem, list[int]], actor: Callable[[str], Actor]
) -> None:
    minutes, item, people = voted
    for person in people[5:7]:
        presence.leave(minutes.meeting, actor=actor("secretary"), person_id=person, at=at(9, 50))
    vote(minutes, item, actor("secretary"), 5)
    assert result(minutes, actor("secretary"))["result"] == "no_quorum"


@pytest.mark.long
def test_no_more_votes_than_people_on_the_item(
    voted: tuple[Minutes, AgendaItem, list[int]], actor: Callable[[str], Actor]
) -> None:
    minutes, item, people = voted
    interests.recuse(item, actor=actor("secretary"), person_id=people[1], kind="facts")
    with pytest.raises(RuleBroken, match="votes-of-item"):
        vote(minutes, item, actor("secretary"), 7)
    vote(minutes, item, actor("secretary"), 6, 0, 0, 1)
    assert result(minutes, actor("secretary")) == {"result": "passed", "needed": 4, "base": 6}


@pytest.mark.long
@pytest.mark.parametrize(
    ("language", "words"), [("zh-Hans", "须 4 票同意"), ("zh-Hant", "須 4 票同意"), ("en", "votes needed 4")]
)
def test_the_pages_say_why(
    voted: tuple[Minutes, AgendaItem, list[int]],
    actor: Callable[[str], Actor],
    client: Callable[..., Critic],
    language: str,
    words: str,
) -> None:
    minutes, item, people = voted
    code, away = minutes.meeting.code, dict.fromkeys(people[7:], "absent")
    meetings.record_attendance(minutes.meeting, away, actor=actor("secretary"))
    vote(minutes, item, actor("secretary"), 4, 3)
    reviews.open_review(minutes, actor=actor("secretary"))
    db.session.commit()
    page = client("secretary", language).get(f"/meetings/{code}/minutes").get_data(as_text=True)
    assert words in page
