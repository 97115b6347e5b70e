"""Actions are closed with evidence, and their follow-up is counted as of any day."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import select

from kangjiansheng.committee.models import Action, Minutes
from kangjiansheng.committee.operations import outcomes, recall, reviews
from kangjiansheng.committee.queries.follow_up import tasks
from kangjiansheng.committee.queries.owed import overdue
from kangjiansheng.committee.rules.follow_up import Task, follow_up
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from tests.support.critic import Critic

DAY = dt.date(2026, 6, 15)
days = st.dates(dt.date(2026, 6, 1), dt.date(2026, 6, 30))
one = st.builds(
    Task, given_on=st.just(dt.date(2026, 5, 1)), due_on=st.none() | days, done_on=st.none() | days
)
many = st.lists(one, max_size=12)


@given(many)
def test_what_is_due_was_done_in_time_or_late_or_is_overdue(found: list[Task]) -> None:
    made = follow_up(found, DAY)
    assert min(made.in_time, made.late, made.overdue) >= 0
    assert made.in_time + made.late + made.overdue == made.due
    assert made.rate is None or 0 <= made.rate <= 1
    assert (made.rate is None) == (made.due == 0)
    assert made.overdue <= made.open <= len(found)


def test_what_is_disputed_is_neither_done_nor_overdue() -> None:
    made = follow_up(
        [Task(DAY, DAY, None, disputed=True), Task(DAY, DAY, None), Task(DAY, None, None, disputed=True)], DAY
    )
    assert (made.due, made.disputed, made.overdue, made.open, made.percent) == (2, 1, 1, 3, 0)


@pytest.mark.long
@given(many, st.integers(0, 12))
def test_parts_add_up_to_the_whole(found: list[Task], at: int) -> None:
    whole, first, rest = (follow_up(rows, DAY) for rows in (found, found[:at], found[at:]))
    for key in ("due", "in_time", "late", "overdue", "open"):
        assert getattr(whole, key) == getattr(first, key) + getattr(rest, key)


@pytest.mark.long
@given(many, days)
def test_neither_silence_nor_lateness_raises_the_rate(found: list[Task], due: dt.date) -> None:
    before = follow_up(found, DAY)
    for done in (None, due + dt.timedelta(days=1)):
        after = follow_up([*found, Task(DAY, due, done)], DAY)
        assert after.in_time == before.in_time
        assert due > DAY or (after.rate or 0) <= (before.rate or 0)
    assert follow_up([*found, Task(DAY, None, None)], DAY).rate == before.rate, (
        "without a day it is never due"
    )


@given(many)
def test_the_past_does_not_depend_on_what_was_done_later(found: list[Task]) -> None:
    then = [Task(t.given_on, t.due_on, t.done_on if t.done_on and t.done_on <= DAY else None) for t in found]
    assert follow_up(found, DAY) == follow_up(then, DAY)


def test_who_closes_an_action_says_what_shows_it(client: Callable[..., Critic], app: Flask) -> None:
    secretary = client("secretary")
    with app.app_context():
        number = db.session.scalars(select(Action.number).where(Action.text.startswith("效价方法资料"))).one()
    place = f"/actions/{number}"
    typed = {"done_on": "2026-06-29", "note": "已移交", "evidence": "https://files.example/a?b=1"}
    assert secretary.post(place, data=typed).status_code == 303
    shown = secretary.get("/actions?show=all").text
    assert 'href="https://files.example/a?b=1"' in shown
    assert "按期关闭率" in shown
    assert "按期关闭率" in secretary.get("/committees/SAC").text
    with app.app_context():
        db.session.execute(select(Action))
        again = db.session.scalars(select(Action).where(Action.number == number)).one()
        assert again.evidence == typed["evidence"]


def test_only_links_become_links(client: Callable[..., Critic], app: Flask) -> None:
    secretary = client("secretary")
    with app.app_context():
        number = db.session.scalars(select(Action.number).where(Action.text.startswith("效价方法资料"))).one()
    typed = {"done_on": "2026-06-29", "evidence": "javascript:alert(1)"}
    assert secretary.post(f"/actions/{number}", data=typed).status_code == 303
    assert 'href="javascript' not in secretary.get("/actions?show=all").text


def test_figures_stand_under_the_name_of_the_committee(client: Callable[..., Critic]) -> None:
    reader = client("executive")
    for lang, name in (
        ("zh-Hans", "康健生细胞治疗科学委员会"),
        ("en", "Scientific Committee for Cell Therapy"),
    ):
        page = html.document_fromstring(reader.get(f"/actions?lang={lang}").text)
        heads = [one.text_content() for one in page.get_element_by_id("main").iter("b")]
        assert any(name in head for head in heads), heads
        assert "SAC" not in heads


def test_the_figures_are_of_what_the_reader_sees_and_of_the_day(
    in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    today = clock.today()
    seen = tasks(actor=actor("executive"))
    before = follow_up(seen, today)
    assert tasks(actor=actor("outsider")) == []
    assert tasks(actor=actor("executive"), as_of=today) == seen, (
        "the trail of actions says the same as their rows"
    )
    assert tasks(actor=actor("executive"), as_of=today - dt.timedelta(days=1)) == [], "nobody had seen them"
    late = db.session.scalars(select(Action).where(Action.text.startswith("效价方法资料"))).one()
    outcomes.finish_action(late, actor=actor("secretary"), version=None, done_on=dt.date(2026, 6, 30))
    after = follow_up(tasks(actor=actor("executive")), today)
    assert (after.due, after.in_time, after.overdue) == (before.due, before.in_time + 1, before.overdue - 1)


def test_what_was_overdue_on_a_day_is_what_was_open_and_due_before_it(
    in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    secretary, reader = actor("secretary"), actor("executive")
    late = db.session.scalars(
        select(Action).where(Action.life == "open", Action.due_on < clock.today()).order_by(Action.id)
    ).all()[:2]
    evening = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
    for days, act in enumerate(
        (
            lambda: outcomes.finish_action(late[0], actor=secretary, version=None, done_on=clock.today()),
            lambda: outcomes.reopen_action(late[0], actor=secretary, version=None),
            lambda: outcomes.finish_action(late[1], actor=secretary, version=None, done_on=clock.today()),
        )
    ):
        with time_machine.travel(evening + dt.timedelta(days=days), tick=False):
            act()
    with time_machine.travel(evening + dt.timedelta(days=5), tick=False):
        told = {}
        for day in (dt.date(2026, 11, 22) + dt.timedelta(days=n) for n in range(7)):
            told[day] = {one.number for one in overdue(actor=reader, day=day)}
            open_then = (one for one in tasks(actor=reader, as_of=day) if one.done_on is None)
            assert told[day] == {one.number for one in open_then if one.due_on and one.due_on < day}
    first, second = ([one.number in numbers for numbers in told.values()] for one in late)
    assert first == [False, True, False, True, True, True, True]  # nobody had seen them on the first day
    assert second == [False, True, True, True, False, False, False]


@pytest.mark.long
def test_what_is_dropped_today_stood_on_the_days_before(
    draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    """Minutes that members had in hand come back to a draft, and lose an action there."""
    secretary, reader, today = actor("secretary"), actor("member"), clock.today()
    owed = {
        "owner_id": None,
        "owner_role": "质量负责人",
        "due_on": today - dt.timedelta(days=3),
        "item": None,
    }
    gone = outcomes.record_action(draft_minutes, actor=secretary, text="补充稳定性数据", **owed)
    reviews.open_review(draft_minutes, actor=secretary)
    then, late = tasks(actor=reader, as_of=today), overdue(actor=reader, day=today)
    with time_machine.travel(dt.datetime(2026, 11, 24, 2, tzinfo=dt.UTC), tick=False):
        recall.recall(draft_minutes, actor=secretary, note="")
        outcomes.remove_action(gone, draft_minutes, actor=secretary)
        assert len(tasks(actor=reader)) == len(tasks(actor=reader, as_of=clock.today())) == len(then) - 1
        assert tasks(actor=reader, as_of=today) == then
        assert [one.number for one in overdue(actor=reader, day=today)] == [one.number for one in late]
        assert [one.number for one in overdue(actor=reader, day=today) if one.dropped] == [gone.number]
        assert gone.number not in {one.number for one in overdue(actor=reader, day=clock.today())}
