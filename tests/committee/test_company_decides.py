"""The company answers a committee's advice: adopted, in part or not; a later answer stands beside an earlier one."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import CompanyDecision, Decision, Minutes
from kangjiansheng.committee.operations import (
    answers,
    committees,
    meetings,
    outcomes,
    reviews,
    signatures,
)
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import answers as reading
from kangjiansheng.committee.queries import duties, overviews
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from tests.support.acting import who
from tests.support.at_once import both
from tests.support.critic import Critic

TYPED = {
    "verdict": "declined",
    "reasons": "年限另行商定",
    "decided_on": "2026-05-08",
    "body": "公司研发决策会",
}


def open_advice() -> Decision:
    """The resolution about the long-term follow-up, to which the company has said nothing."""
    return db.session.scalars(select(Decision).where(Decision.text.startswith("同意长期随访"))).one()


@pytest.mark.long
def test_an_executive_answers_and_answers_anew(client: Callable[..., Critic], app: Flask) -> None:
    executive = client("executive")
    with app.app_context():
        number = open_advice().number
    place = f"/decisions/{number}"
    assert "待公司答复" in executive.get(place).text
    for lacks in ("reasons", "verdict", "body"):
        again = executive.post(f"{place}/answers", data=TYPED | {lacks: ""})
        assert again.status_code == 422
        assert "2026-05-08" in again.text, "what was typed stays"
    early = executive.post(f"{place}/answers", data=TYPED | {"decided_on": "2026-03-01"})
    assert early.status_code == 422
    assert executive.post(f"{place}/answers", data=TYPED).status_code == 303
    assert executive.post(f"{place}/answers", data=TYPED | {"version": "0"}).status_code == 409
    with app.app_context():
        last = db.session.scalars(select(CompanyDecision.id).order_by(CompanyDecision.id.desc())).first()
    other = {"verdict": "adopted", "reasons": "", "version": str(last)}
    assert executive.post(f"{place}/answers", data=TYPED | other).status_code == 303
    shown = executive.get(place).text
    assert shown.index("采纳") < shown.index("年限另行商定"), "the later one counts, the earlier one stays"
    assert "以前的答复" in shown


@pytest.mark.long
def test_who_sees_the_advice_sees_the_answer_everywhere_else_nobody(
    client: Callable[..., Critic], app: Flask, actor: Callable[[str], Actor]
) -> None:
    with app.app_context():
        found, code = open_advice().number, open_advice().meeting.code
    assert client("executive").post(f"/decisions/{found}/answers", data=TYPED).status_code == 303
    secretary = client("secretary")
    assert "年限另行商定" in secretary.get(f"/decisions/{found}").text
    assert "不采纳" in secretary.get(f"/meetings/{code}/minutes").text
    assert "不采纳" in secretary.get("/decisions?answer=declined").text
    assert "公司没有采纳" in secretary.get("/notifications").text
    assert secretary.post(f"/decisions/{found}/answers", data=TYPED).status_code == 403
    outsider = client("outsider")
    assert outsider.get(f"/decisions/{found}").status_code == 404
    assert found not in outsider.get("/decisions").text


@pytest.mark.long
def test_advice_that_waits_is_counted_for_who_owes_the_answer(
    in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    executive = actor("executive")
    before = duties(actor=executive).advice
    assert before > 0
    assert duties(actor=actor("chair")).advice == 0, "the chair sees it and owes nothing"
    given = {"decided_on": clock.today(), "body": "公司研发决策会"}
    answers.answer(open_advice(), actor=executive, seen=0, verdict="adopted", **given)
    assert duties(actor=executive).advice == before - 1


def test_confirming_minutes_is_no_advice_and_drafts_wait(
    draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    made = outcomes.record_decision(draft_minutes, actor=actor("secretary"), kind="R", text="建议")
    with pytest.raises(RuleBroken, match="no-advice"):
        answers.answer(
            made, actor=actor("executive"), seen=0, verdict="adopted", decided_on=clock.today(), body="会"
        )


@pytest.mark.long
def test_what_was_voted_down_is_no_advice(
    draft_minutes: Minutes, actor: Callable[[str], Actor], sign: Callable[..., object]
) -> None:
    """A resolution that was lost, or voted on without a quorum, waits for nobody's answer."""
    who, executive = actor("secretary"), actor("executive")
    before = reading.waiting(actor=executive)
    lost, carried = (
        outcomes.record_decision(
            draft_minutes,
            actor=who,
            kind="D",
            text="同意。",
            votes={"votes_for": yes, "votes_against": 7 - yes},
        )
        for yes in (1, 6)
    )
    draft = reviews.open_review(draft_minutes, actor=who)
    told = {key: one.get("result") for key, one in draft.header["decisions"].items()}
    assert set(told.values()) >= {"rejected", "passed"}
    for short in ("member", "member2", "chair"):
        sign(draft, short)
    assert set(reading.answers([lost, carried])) == {carried.id}
    assert lost.number not in reading.of_meeting(draft_minutes.meeting_id)
    others = [
        d
        for d in overviews.decisions(actor=executive, answer="waiting").all()
        if d.meeting_id == draft_minutes.meeting_id
    ]
    assert lost not in others and carried in others
    assert reading.waiting(actor=executive) == before + len(others)
    with pytest.raises(RuleBroken, match="no-advice"):
        answers.answer(lost, actor=executive, seen=0, verdict="adopted", decided_on=clock.today(), body="会")


def test_a_second_answer_at_the_same_time_is_not_passed_over(
    in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    given = {"decided_on": clock.today(), "body": "公司研发决策会", "verdict": "adopted"}
    answers.answer(open_advice(), actor=actor("executive"), seen=0, **given)
    with pytest.raises(Stale):
        answers.answer(open_advice(), actor=actor("executive"), seen=0, **given)


def test_a_past_day_shows_what_stood_and_was_answered_by_then(
    in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    executive, found = actor("executive"), open_advice()
    answers.answer(
        found, actor=executive, seen=0, verdict="adopted", decided_on=clock.today(), body="公司研发决策会"
    )
    now, before = clock.now(), clock.now() - dt.timedelta(days=1)
    stands = overviews.decisions(actor=executive, until=now, answer="adopted").all()
    assert found in stands
    assert found not in overviews.decisions(actor=executive, until=now, answer="waiting").all()
    assert reading.answers([found], until=before) == {found.id: None}
    assert overviews.decisions(actor=executive, until=before).all() == [], "their minutes were approved today"
    assert reading.course(found, until=before) == []


@pytest.fixture
def company_resolution(in_app: Flask, actor: Callable[[str], Actor]) -> Decision:
    """A resolution of the company's own meeting, in minutes that its chair signed."""
    executive, secretary = actor("executive"), actor("secretary")
    board = committees.create_committee(
        actor=actor("admin"), code="CDM", name_hans="公司研发决策会", kind="company", approval_rule="chair",
        outcome_pattern="{kind}-{committee}-{year}-{meeting}-{serial}", short_hans="研决会",
    )  # fmt: skip
    for person, office in ((executive, "chair"), (secretary, "secretary")):
        committees.add_member(
            board, actor=actor("admin"), person_id=person.id, office=office,
            valid_from=dt.date(2026, 1, 1), name_hans="",
        )  # fmt: skip
    meeting = meetings.create_meeting(board, actor=secretary, held_on=dt.date(2026, 5, 8))
    item = meetings.add_item(meeting, actor=secretary, name_hans="随访方案", kind="decide")
    meetings.record_attendance(meeting, {executive.id: "on_site"}, actor=secretary)
    minutes = writing.start(meeting, actor=secretary)
    made = outcomes.record_decision(minutes, actor=secretary, kind="D", text="采纳随访方案", item=item)
    draft = reviews.open_review(minutes, actor=secretary)
    signatures.sign(
        draft, actor=executive, meaning="approve", shown_sha256=draft.sha256, password="kangjiansheng"
    )
    db.session.flush()
    return made


@pytest.mark.long
def test_two_records_show_each_other(
    company_resolution: Decision, client: Callable[..., Critic], actor: Callable[[str], Actor], app: Flask
) -> None:
    advice, number = open_advice().number, company_resolution.number
    assert company_resolution.id not in reading.answers([company_resolution]), (
        "the company's own is no advice"
    )
    db.session.commit()
    executive = client("executive")
    assert number in executive.get(f"/decisions/{advice}").text
    typed = TYPED | {"verdict": "adopted", "by": number}
    assert executive.post(f"/decisions/{advice}/answers", data=typed | {"by": "D-1"}).status_code == 422
    assert executive.post(f"/decisions/{advice}/answers", data=typed).status_code == 303
    assert number in executive.get(f"/decisions/{advice}").text
    assert advice in executive.get(f"/decisions/{number}").text
    assert advice in executive.get(f"/meetings/{company_resolution.meeting.code}/minutes").text
    member = client("member")
    assert number not in member.get(f"/decisions/{advice}").text, "the company's meeting is not open to them"


@pytest.mark.long
def test_an_answer_is_found_by_who_sees_the_advice(client: Callable[..., Critic], app: Flask) -> None:
    executive = client("executive")
    with app.app_context():
        number = open_advice().number
    assert executive.post(f"/decisions/{number}/answers", data=TYPED).status_code == 303
    found = executive.get("/search?q=年限另行商定").text
    assert f"/decisions/{number}#company" in found and "公司的决定" in found
    assert f"/decisions/{number}" not in client("outsider").get("/search?q=年限另行商定").text


def test_of_two_who_answer_at_once_the_second_is_shown_the_first(app: Flask) -> None:
    def act() -> None:
        answers.answer(
            open_advice(),
            actor=who("executive"),
            seen=0,
            verdict="adopted",
            decided_on=clock.today(),
            body="会",
        )

    assert sorted(both(app, act)) == ["", "stale"]
