"""What whoever acts for a committee holds until the commit, so that of two at once the second sees what the first did."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kangjiansheng.committee.models import Committee, Decision, Minutes, Motion
from kangjiansheng.committee.operations import (
    answers,
    circulation,
    committees,
    effects,
    imports,
    meetings,
    motions,
    outcomes,
    packs,
    publishing,
    reviews,
    silence,
)
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.rules.votes import Tally
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Plan, Project
from tests.support.acting import running_meeting
from tests.support.holding import held

Cast = Callable[[str], Actor]


def sac() -> Committee:
    return db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()


@pytest.mark.long
def test_what_an_act_holds(actor: Cast) -> None:
    who = actor("secretary")
    with held() as rows:
        committees.next_number(sac().id, "D", "2026-99")
    assert set(rows) == {"committee"}
    advice = db.session.scalars(select(Decision).where(Decision.text.startswith("同意长期随访"))).one()
    with held() as rows:
        answers.answer(
            advice, actor=actor("executive"), seen=0, verdict="adopted", decided_on=clock.today(), body="公司"
        )
    assert set(rows) == {"committee"}
    made = running_meeting("甲")
    with held() as rows:
        motion = motions.open_motion(made.items[0], actor=who, kind="D", text="同意。", method="count")
    assert set(rows) == {"meeting"}
    with held() as rows:
        motions.close(motion, actor=who, counts=Tally(1, 6, 0))
    assert "motion" in rows
    coming = meetings.create_meeting(
        sac(), actor=who, held_on=clock.today() + timedelta(days=30), draft=True, illustrative=True
    )
    meetings.add_item(coming, actor=who, name_hans="乙", kind="decide")
    with held() as rows:
        packs.freeze(coming, actor=who)
    assert set(rows) == {"meeting"}
    with held() as rows:
        publishing.publish(coming, actor=who)
    assert "meeting" in rows


def test_what_a_writer_of_minutes_holds(draft_minutes: Minutes, actor: Cast) -> None:
    who = actor("secretary")
    with held() as rows:
        writing.add_paragraph(draft_minutes, actor=who, kind="text", text="一段。")
    assert set(rows) == {"minutes"}
    with held() as rows:
        reviews.open_review(draft_minutes, actor=who)
    assert "minutes" in rows


def test_what_who_brings_minutes_holds(actor: Cast) -> None:
    who = actor("secretary")
    source = "# 会议纪要\n\n会议时间：2025年3月12日 10:00-12:00\n出席：主任委员\n\n## 一、方案\n\n讨论。\n"
    row = imports.receive(sac(), "minutes.md", source.encode(), actor=who)
    with held() as rows:
        imports.apply(row, actor=who, life="draft")
    assert "minutes_import" in rows
    db.session.flush()
    with held() as rows:
        imports.undo(row, actor=who)
    assert "minutes_import" in rows


def test_what_is_done_by_a_resolution_holds_the_milestones(draft_minutes: Minutes, actor: Cast) -> None:
    who, item = actor("executive"), draft_minutes.meeting.items[1]
    plan = db.session.scalars(select(Plan).join(Project).where(Project.code == "KJS-015")).one()
    open_ = [m for m in plan.milestones if m.state == "open" and m.kind == "milestone" and m.current_plan]
    made = [
        outcomes.record_decision(draft_minutes, actor=actor("secretary"), kind="D", text=words, item=item)
        for words in ("改期。", "新基线。")
    ]
    given: dict[str, Any] = {"actor": who, "plan": plan}
    day = clock.today() + timedelta(days=500)
    effects.propose(item, kind="rebaseline", milestone=open_[0], decision=made[0], day=day, **given)
    effects.propose(item, kind="baseline", decision=made[1], name="新基线", **given)
    with held() as rows:
        reviews.open_review(draft_minutes, actor=actor("secretary"))
    assert rows.count("milestone") == 2, (
        "tried out before anybody is asked to sign: the one, and those of the plan"
    )


def test_one_that_fails_takes_no_other_with_it(
    draft_minutes: Minutes, actor: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = actor("secretary")
    reviews.open_review(draft_minutes, actor=who)
    was = draft_minutes.review_due_on

    def fail(minutes: Minutes, *_: Any, **__: Any) -> None:
        minutes.review_due_on = date(2030, 1, 1)
        db.session.flush()
        raise ValueError

    monkeypatch.setattr(silence, "_remind_by_clock", fail)
    silence.look_after()
    assert draft_minutes.review_due_on == was
    coming = meetings.create_meeting(
        sac(), actor=who, held_on=clock.today() + timedelta(days=30), illustrative=True
    )
    item = meetings.add_item(coming, actor=who, name_hans="乙", kind="decide")
    due = clock.now() + timedelta(days=2)
    motion = motions.circulate(item, actor=who, kind="D", text="同意。", papers="", due_at=due)

    def spoil(motion: Motion) -> int:
        motion.text = "不同意。"
        db.session.flush()
        raise ValueError

    monkeypatch.setattr(circulation, "_look_after", spoil)
    assert circulation.look_after() == 0
    assert motion.text == "同意。"
