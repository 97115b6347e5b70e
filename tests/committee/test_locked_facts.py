"""Date, place, attendance and agenda are in the text that people sign: they stand from review on."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kangjiansheng.committee.models import Action, Meeting, Minutes
from kangjiansheng.committee.operations import meetings, outcomes, papers, reviews
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from tests.support.critic import Critic
from tests.support.papers import PDF

SIGNED, IN_REVIEW = "SAC-2026-03", "SAC-2026-04"
PLACES = ("edit", "agenda", "attendance")


@pytest.mark.parametrize(("code", "why"), [(SIGNED, "frozen"), (IN_REVIEW, "facts-in-review")])
def test_every_operation_refuses(
    code: str, why: str, meeting: Callable[[str], Meeting], actor: Callable[[str], Actor]
) -> None:
    one, who = meeting(code), actor("secretary")
    item, person = one.items[0], one.attendance[0].person_id
    attempts: list[Callable[[], Any]] = [
        lambda: meetings.edit_meeting(one, actor=who, version=one.version, place="别处"),
        lambda: meetings.cancel_meeting(one, actor=who),
        lambda: meetings.add_item(one, actor=who, name_hans="新", kind="hear"),
        lambda: meetings.edit_item(item, actor=who, version=one.version, name_hans="改"),
        lambda: meetings.arrange(one, [item.id], {}, actor=who, version=one.version),
        lambda: papers.add(item, "a.pdf", PDF, actor=who),
        lambda: meetings.remove_item(item, actor=who),
        lambda: meetings.answer(one, "no", actor=actor("member")),
        lambda: meetings.record_attendance(one, {person: "absent"}, actor=who),
    ]
    for attempt in attempts:
        with pytest.raises(RuleBroken, match=why):
            attempt()


@pytest.mark.parametrize(("code", "words"), [(SIGNED, "需要更正时请提出勘误"), (IN_REVIEW, "请先退回草稿")])
def test_the_addresses_say_why_and_show_no_form(code: str, words: str, client: Callable[..., Critic]) -> None:
    secretary = client("secretary")
    for place in PLACES:
        answer = secretary.get(f"/meetings/{code}/{place}")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert words in page
        assert f'action="/meetings/{code}' not in page
        assert '<form class="form"' not in page


def test_an_old_form_gives_back_what_was_typed(client: Callable[..., Critic]) -> None:
    data = {"held_on": "2026-09-11", "place": "改到别处开会", "version": "1"}
    answer = client("secretary").post(f"/meetings/{SIGNED}/edit", data=data)
    assert answer.status_code == 422
    assert "改到别处开会</textarea>" in answer.get_data(as_text=True)
    assert "改到别处开会" not in client("member").get(f"/meetings/{SIGNED}/minutes").get_data(as_text=True)


def test_a_locked_text_gives_back_what_was_typed(client: Callable[..., Critic]) -> None:
    base = f"/meetings/{SIGNED}/minutes"
    for path, data in (
        ("paragraphs", {"kind": "text", "text": "迟到的一段"}),
        ("decisions", {"d-kind": "D", "d-text": "迟到的一段"}),
        ("actions", {"a-text": "迟到的一段", "a-owner_role": "秘书"}),
    ):
        answer = client("secretary").post(f"{base}/{path}", data=data)
        assert answer.status_code == 422, path
        assert "迟到的一段</textarea>" in answer.get_data(as_text=True)
    assert "已锁定" in client("secretary").get(f"{base}/review").get_data(as_text=True)


def test_a_draft_s_facts_can_be_corrected(client: Callable[..., Critic]) -> None:
    secretary = client("secretary")
    page = secretary.get("/meetings/SAC-2026-05").get_data(as_text=True)
    assert "/meetings/SAC-2026-05/edit" in page
    assert '<form class="form"' in secretary.get("/meetings/SAC-2026-05/edit").get_data(as_text=True)
    assert "/meetings/SAC-2026-04/edit" not in secretary.get("/meetings/SAC-2026-04").get_data(as_text=True)


def test_the_heading_of_signed_minutes_is_what_was_signed(
    in_app: Flask, approved: Minutes, client: Callable[..., Critic]
) -> None:
    """Even when somebody who may drop triggers changes the meeting itself."""
    meeting_id = approved.meeting_id
    db.session.commit()
    names = {"sqlite": "meeting_frozen_update", "postgresql": "meeting_frozen_update ON meeting"}
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {names[db.engine.dialect.name]}")
        connection.exec_driver_sql(
            f"UPDATE meeting SET place = 'elsewhere', held_on = '2026-01-02' WHERE id = {meeting_id}"
        )
    page = client("member").get("/meetings/SAC-2026-05/minutes").get_data(as_text=True)
    assert "elsewhere" not in page
    assert "2026-01-02" not in page


def facts(code: str) -> dict[str, str]:
    of = f"(SELECT id FROM meeting WHERE code = '{code}')"
    return {
        "the place": f"UPDATE meeting SET place = 'x' WHERE code = '{code}'",
        "the day": f"UPDATE meeting SET held_on = '2026-01-02' WHERE code = '{code}'",
        "the end": f"UPDATE meeting SET ends_at = NULL WHERE code = '{code}'",
        "the title": f"UPDATE meeting SET name_hans = 'x' WHERE code = '{code}'",
        "the state": f"UPDATE meeting SET life = 'cancelled' WHERE code = '{code}'",
        "an item": f"UPDATE agenda_item SET name_hans = 'x' WHERE meeting_id = {of}",
        "an item less": f"DELETE FROM agenda_item WHERE meeting_id = {of}",
        "an item more": (
            "INSERT INTO agenda_item (meeting_id, position, kind, minutes_planned, presenter, text, name_hans, "
            f"name_hant, name_en) SELECT id, 99, 'hear', 0, '', '', 'x', '', '' FROM meeting WHERE code = '{code}'"
        ),
        "who was there": f"UPDATE attendance SET mode = 'absent' WHERE meeting_id = {of}",
        "one less": f"DELETE FROM attendance WHERE meeting_id = {of}",
        "an action": f"UPDATE action SET text = 'x' WHERE meeting_id = {of}",
        "an action's number": f"UPDATE action SET number = 'x' WHERE meeting_id = {of}",
        "an action dropped": f"UPDATE action SET life = 'dropped' WHERE meeting_id = {of}",
        "an action less": f"DELETE FROM action WHERE meeting_id = {of}",
    }


@pytest.mark.parametrize("attempt", facts(SIGNED))
@pytest.mark.parametrize("code", [SIGNED, IN_REVIEW])
def test_the_database_refuses_too(attempt: str, code: str, in_app: Flask) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="frozen"):
        db.session.execute(sa.text(facts(code)[attempt]))
    db.session.rollback()


def test_an_action_of_signed_minutes_is_still_done(
    meeting: Callable[[str], Meeting], actor: Callable[[str], Actor]
) -> None:
    query = sa.select(Action).where(Action.meeting_id == meeting(SIGNED).id, Action.life == "open")
    action = db.session.scalars(query).first()
    assert action is not None
    day = meeting(SIGNED).held_on
    outcomes.finish_action(action, actor=actor("secretary"), version=action.version, done_on=day)
    db.session.flush()
    assert action.life == "done"


def test_a_returned_draft_is_open_again(
    draft_minutes: Minutes, actor: Callable[[str], Actor], sign: Callable[..., Any]
) -> None:
    who, one = actor("secretary"), draft_minutes.meeting
    draft = reviews.open_review(draft_minutes, actor=who)
    with pytest.raises(RuleBroken, match="facts-in-review"):
        meetings.edit_meeting(one, actor=who, version=one.version, place="更正后的地点")
    sign(draft, "member", meaning="request_changes", note="地点不对")
    meetings.edit_meeting(one, actor=who, version=one.version, place="更正后的地点")
    again = reviews.open_review(draft_minutes, actor=who)
    assert (draft.header["place"] != again.header["place"], again.header["place"]) == (True, "更正后的地点")


def test_the_bar_of_a_phone_leads_to_the_opinion_it_names(client: Callable[..., Critic]) -> None:
    member, address = client("member"), f"/meetings/{IN_REVIEW}/minutes"
    page = member.get(address).get_data(as_text=True)
    assert f'href="{address}?meaning=request_changes#sign"' in page
    assert "checked" not in page.split('id="sign"')[1].split("</fieldset>")[0]
    asked = member.get(f"{address}?meaning=request_changes").get_data(as_text=True)
    form = asked.split('id="sign"')[1].split("</fieldset>")[0]
    assert form.count("checked") == 1
    assert "checked" in form.split('value="request_changes"')[0].rsplit("<input", 1)[1]
