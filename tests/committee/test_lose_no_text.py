"""Two windows, two writers, a removed paragraph: what somebody typed is never lost in silence."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.core.db import db
from tests.support.critic import Critic

BASE = "/meetings/SAC-2026-05/minutes"


@pytest.fixture
def public_id(app: Flask) -> str:
    with app.app_context():
        minutes = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one().minutes
        assert minutes is not None
        return next(p.public_id for p in writing.standing_paragraphs(minutes) if p.kind == "text")


@pytest.mark.long
def test_the_text_that_gives_way_stays_in_the_history(client: Callable[..., Critic], public_id: str) -> None:
    secretary, chair, address = client("secretary"), client("chair"), f"{BASE}/paragraphs/{public_id}"
    assert secretary.post(address, data={"text": "秘书先保存的", "version": "1"}).status_code == 303
    answer = chair.post(address, data={"text": "主任委员写的", "version": "1"})
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "另一个会留在历史里" in page
    assert 'name="resolve" value="theirs"' in page
    given_up = chair.post(address, data={"text": "主任委员写的", "version": "2", "resolve": "theirs"})
    assert given_up.status_code == 303
    assert "秘书先保存的" in chair.get(address).get_data(as_text=True)
    past = chair.get(f"{address}/history").get_data(as_text=True)
    assert "未采用的文字" in past
    assert "主任委员写的" in past
    whole = chair.get(f"{BASE}/history").get_data(as_text=True)
    assert "主任委员写的" in whole
    assert "修改段落" in whole


@pytest.mark.long
def test_readers_see_the_wordings_of_a_draft_only_once_it_is_put_to_them(
    client: Callable[..., Critic], public_id: str
) -> None:
    secretary, member = client("secretary"), client("member")
    address = f"{BASE}/paragraphs/{public_id}"
    secretary.post(address, data={"text": "写作中的文字", "version": "1"})
    secretary.post(address, data={"text": "没有采用的文字", "version": "2", "resolve": "theirs"})
    assert "写作中的文字" not in member.get(f"{BASE}/history").get_data(as_text=True)
    assert member.get(f"{address}/history").status_code == 403
    assert secretary.post(f"{BASE}/review").status_code == 303
    page = member.get(f"{BASE}/history").get_data(as_text=True)
    assert "写作中的文字" in page
    assert "没有采用的文字" not in page


def test_other_forms_promise_no_more_than_they_keep(client: Callable[..., Critic]) -> None:
    secretary, address = client("secretary"), "/meetings/SAC-2026-06/edit"
    data = {"held_on": "2026-12-11", "place": "甲", "version": "1"}
    answer = secretary.post(address, data=data)
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "您填写的不保存" in page
    assert "另一个会留在历史里" not in page


@pytest.mark.long
def test_a_paragraph_that_was_taken_out_gives_the_text_back(
    client: Callable[..., Critic], public_id: str
) -> None:
    secretary, chair, address = client("secretary"), client("chair"), f"{BASE}/paragraphs/{public_id}"
    removed = secretary.post(f"{address}/removal", follow_redirects=True).get_data(as_text=True)
    assert f"{address}/restoration" in removed, "the removal can be undone"
    answer = chair.post(address, data={"text": "来晚了的文字", "version": "1"})
    assert answer.status_code == 410
    page = answer.get_data(as_text=True)
    assert "来晚了的文字</textarea>" in page
    assert "恢复这一段" in page
    assert chair.get(address).status_code == 410
    assert chair.post(f"{address}/restoration").status_code == 303
    assert chair.post(address, data={"text": "来晚了的文字", "version": "1"}).status_code == 303
    assert "来晚了的文字" in chair.get(f"{BASE}/edit").get_data(as_text=True)


@pytest.mark.long
def test_a_removed_decision_and_action_come_back(client: Callable[..., Critic]) -> None:
    secretary = client("secretary")
    secretary.post(f"{BASE}/decisions", data={"d-kind": "D", "d-text": "可以恢复的决议。"})
    secretary.post(f"{BASE}/actions", data={"a-text": "可以恢复的事", "a-owner_role": "秘书"})
    page = secretary.get(f"{BASE}/edit").get_data(as_text=True)
    row = page.split("可以恢复的决议。")[1]
    address = row.split('/removal"')[0].rsplit('action="', 1)[1]
    number = page.split("可以恢复的事")[1].split('/removal"')[0].rsplit("/", 1)[1]
    for path, words in ((address, "可以恢复的决议。"), (f"{BASE}/actions/{number}", "可以恢复的事")):
        assert secretary.post(f"{path}/removal").status_code == 303
        assert words not in secretary.get(f"{BASE}/edit").get_data(as_text=True)
        assert client("member").post(f"{path}/restoration").status_code in (403, 404)
        assert secretary.post(f"{path}/restoration").status_code == 303
        assert words in secretary.get(f"{BASE}/edit").get_data(as_text=True)


def test_what_cannot_be_undone_is_asked_first(client: Callable[..., Critic], app: Flask) -> None:
    secretary = client("secretary")
    with app.app_context():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
        item = meeting.items[-1]
        removal, title = f"/meetings/SAC-2026-06/items/{item.id}/removal", item.name_hans
    asked = secretary.get(removal).get_data(as_text=True)
    assert title in asked
    assert "移除后不能恢复" in asked
    assert title in secretary.get("/meetings/SAC-2026-06/agenda").get_data(as_text=True)
    assert secretary.post(removal).status_code == 303
    assert title not in secretary.get("/meetings/SAC-2026-06/agenda").get_data(as_text=True)
    assert "取消错了可以恢复，届时重新邀请" in secretary.get("/meetings/SAC-2026-06/cancellation").get_data(
        as_text=True
    )
    assert "会议已取消" not in secretary.get("/meetings/SAC-2026-06").get_data(as_text=True)
    assert client("member").get("/meetings/SAC-2026-06/cancellation").status_code == 403


def test_error_pages_say_only_what_is_true(client: Callable[..., Critic]) -> None:
    member = client("member")
    assert "没有丢失" not in member.get("/meetings/SAC-2099-01").get_data(as_text=True)
    assert "您可以看到这一页" not in member.get(f"{BASE}/edit").get_data(as_text=True)


def test_changes_of_two_writers_are_joined(client: Callable[..., Critic], public_id: str) -> None:
    secretary, chair, address = client("secretary"), client("chair"), f"{BASE}/paragraphs/{public_id}"
    base = "第一句。第二句。第三句。"
    assert secretary.post(address, data={"text": base, "version": "1"}).status_code == 303
    assert (
        secretary.post(address, data={"text": "第一句改过。第二句。第三句。", "version": "2"}).status_code
        == 303
    )
    typed = {"text": "第一句。第二句。第三句也改过。", "version": "2"}
    answer = chair.post(address, data=typed)
    assert answer.status_code == 409
    assert "两边改的地方不重叠" in answer.get_data(as_text=True)
    joined = chair.post(address, data=typed | {"merge": "1", "base": "2", "version": "3"})
    page = joined.get_data(as_text=True)
    assert joined.status_code == 200
    assert "第一句改过。第二句。第三句也改过。</textarea>" in page
    assert "还没有保存" in page
    assert "第三句也改过" not in secretary.get(address).get_data(as_text=True)
    done = {"text": "第一句改过。第二句。第三句也改过。", "version": "3"}
    assert chair.post(address, data=done).status_code == 303


@pytest.mark.long
@pytest.mark.parametrize(
    ("choice", "expected"),
    [("mine", "六成。"), ("theirs", "八成。"), ("both", "六成。八成。"), (None, "六成。八成。")],
)
def test_where_both_changed_the_same_somebody_chooses(
    client: Callable[..., Critic], public_id: str, choice: str | None, expected: str
) -> None:
    secretary, chair, address = client("secretary"), client("chair"), f"{BASE}/paragraphs/{public_id}"
    secretary.post(address, data={"text": "开头。七成。", "version": "1"})
    secretary.post(address, data={"text": "开头。八成。", "version": "2"})
    typed = {"text": "开头。六成。", "version": "2"}
    page = chair.post(address, data=typed).get_data(as_text=True)
    assert 'name="clash-0"' in page
    sent = typed | {"merge": "1", "base": "2", "version": "3"} | ({"clash-0": choice} if choice else {})
    page = chair.post(address, data=sent).get_data(as_text=True)
    assert f"开头。{expected}</textarea>" in page


def test_a_third_wording_is_shown_before_it_is_joined(client: Callable[..., Critic], public_id: str) -> None:
    secretary, chair, address = client("secretary"), client("chair"), f"{BASE}/paragraphs/{public_id}"
    secretary.post(address, data={"text": "甲。乙。", "version": "1"})
    secretary.post(address, data={"text": "甲。乙乙。", "version": "2"})
    secretary.post(address, data={"text": "甲。乙乙。丙。", "version": "3"})
    sent = {"text": "甲甲。乙。", "merge": "1", "base": "2", "version": "3"}
    answer = chair.post(address, data=sent)
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "丙。" in page
    assert 'name="version" type="hidden" value="4"' in page


def test_saved_while_one_writes(client: Callable[..., Critic], public_id: str) -> None:
    secretary, chair, address = client("secretary"), client("chair"), f"{BASE}/paragraphs/{public_id}"
    ask = {"Accept": "application/json"}
    answer = secretary.post(address, data={"text": "写到一半", "version": "1"}, headers=ask)
    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["version"], len(told["at"])) == (2, 5)
    late = chair.post(address, data={"text": "别的", "version": "1"}, headers=ask)
    assert (late.status_code, late.get_json()) == (409, {"conflict": True})
    assert "写到一半" in chair.get(address).get_data(as_text=True)
    empty = secretary.post(address, data={"text": "", "version": "2"}, headers=ask)
    assert (empty.status_code, empty.get_json()) == (422, {"conflict": False})


def test_the_preview_shows_what_readers_will_see(client: Callable[..., Critic]) -> None:
    text = "**加粗**\n\n| 批次 | 活率 |\n| --- | --- |\n| 3 | 78% |\n\n<script>alert(1)</script>"
    answer = client("secretary").post(f"{BASE}/preview", data={"text": text})
    page = answer.get_data(as_text=True)
    assert "<strong>加粗</strong>" in page
    assert "<td>78%</td>" in page
    assert "<script>" not in page
    assert client("member").post(f"{BASE}/preview", data={"text": text}).status_code == 403
