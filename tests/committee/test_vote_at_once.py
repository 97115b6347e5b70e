"""A vote and what it is counted from, changed in the same instant, before there are minutes: one comes first, and the other
knows."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import queries as accounts
from kangjiansheng.committee.models import Committee, Meeting, Motion, Presence
from kangjiansheng.committee.operations import interests, mandates, meetings, motions, presence
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from tests.support.app import address
from tests.support.at_once import both


def who(short: str = "secretary") -> Actor:
    found = accounts.actor_by_email(address(short))
    assert found is not None
    return found


def ago(minutes: float) -> datetime:
    return clock.now() - timedelta(minutes=minutes)


def sac() -> Committee:
    return db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()


@pytest.fixture
def voted(app: Flask) -> tuple[int, int]:
    """A vote of seven, four of them for it; the key of the motion, and who is the fourth."""
    with app.app_context(), writing():
        meeting = meetings.create_meeting(sac(), actor=who(), held_on=clock.today(), illustrative=True)
        item = meetings.add_item(meeting, actor=who(), name_hans="甲", kind="decide")
        there = [seat.person_id for seat in meeting.committee.members if seat.voting][:7]
        for person in there:
            presence.arrive(meeting, actor=who(), person_id=person, mode="on_site", at=ago(30))
        presence.open_item(item, actor=who(), at=ago(20))
        motion = motions.open_motion(item, actor=who(), kind="D", text="同意。", method="name")
        for number, person in enumerate(there):
            choice = "for" if number < 4 else "against"
            motions.cast(motion, actor=who(), person_id=person, choice=choice)
        return motion.id, there[0]


def motion(voted: tuple[int, int]) -> Motion:
    return db.session.get_one(Motion, voted[0])


def acts(voted: tuple[int, int]) -> dict[str, Callable[[], Any]]:
    person = voted[1]
    return {
        "close": lambda: motions.close(motion(voted), actor=who()),
        "recuse": lambda: interests.recuse(motion(voted).item, actor=who(), person_id=person, kind="whole"),
        "leave": lambda: presence.leave(motion(voted).meeting, actor=who(), person_id=person, at=clock.now()),
        "cast": lambda: motions.cast(motion(voted), actor=who(), person_id=person, choice="against"),
    }


def run(app: Flask, voted: tuple[int, int], order: Iterable[str]) -> list[str]:
    known, turns = acts(voted), iter(order)
    return both(app, lambda: known[next(turns)]())


@pytest.mark.parametrize("first", ["recuse", "leave"])
def test_who_is_out_just_before_it_is_closed_is_not_counted(
    app: Flask, voted: tuple[int, int], first: str
) -> None:
    assert run(app, voted, [first, "close"]) == ["", ""]
    with app.app_context():
        held = motion(voted)
        assert voted[1] not in (held.counted or [])
        assert (held.result, held.votes_for, held.base) == ("rejected", 3, 6)


def test_who_was_counted_is_not_recused_in_the_same_instant(app: Flask, voted: tuple[int, int]) -> None:
    assert run(app, voted, ["close", "recuse"]) == ["", "committee:vote-counted-then"]


@pytest.mark.parametrize(("first", "code"), [("recuse", "vote-recused"), ("leave", "vote-absent")])
def test_nobody_votes_who_is_out_by_then(app: Flask, voted: tuple[int, int], first: str, code: str) -> None:
    assert run(app, voted, [first, "cast"]) == ["", f"committee:{code}"]


def test_who_comes_in_twice_is_there_once(app: Flask, voted: tuple[int, int]) -> None:
    def arrive() -> None:
        meeting = motion(voted).meeting
        late = [seat.person_id for seat in meeting.committee.members if seat.voting][7]
        presence.arrive(meeting, actor=who(), person_id=late, mode="on_site", at=clock.now())

    assert both(app, arrive) == ["", "committee:stays-overlap"]
    with app.app_context():
        stays = db.session.scalars(select(Presence).where(Presence.meeting_id == motion(voted).meeting_id))
        assert len(list(stays)) == 8


def test_two_members_do_not_send_the_same_deputy(app: Flask) -> None:
    with app.app_context(), writing():
        sac().deputies = True
    each = iter(["member", "member2"])

    def name() -> None:
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
        mandates.name_deputy(meeting, actor=who(next(each)), deputy_id=who("chair").id)

    assert both(app, name) == ["", "committee:deputy-taken"]
