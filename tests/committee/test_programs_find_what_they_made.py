"""Who makes an item that waits, a comment or a scan as a program is told where it is read; others find it by their rights."""

import io
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Paragraph
from kangjiansheng.committee.operations import interests, reviews
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from tests.support import papers
from tests.support.acting import eighth, who
from tests.support.critic import Critic
from tests.support.programs import program


def test_an_item_that_waits(app: Flask, client: Callable[..., Critic]) -> None:
    member = program(app, client, "member")
    body = {"name_hans": "随访方案", "kind": "discuss", "minutes_planned": 20, "presenter": "秘书"}
    made = member("POST", "/committees/SAC/backlog", body, Idempotency_Key="waits")
    assert made.status_code == 201, made.text
    there = made.headers["Location"].removeprefix("/api/v1")
    assert made.headers["Content-Location"] == "/api/v1/committees/SAC/backlog"
    found = member("GET", there).get_json()
    assert found in made.get_json()["data"] and there.endswith(f"/{found['number']}")
    assert (found["name"]["hans"], found["presenter"], found["project"]) == ("随访方案", "秘书", None)
    again = member("POST", "/committees/SAC/backlog", body, Idempotency_Key="waits")
    assert again.headers["Location"] == made.headers["Location"] and again.data == made.data
    assert program(app, client, "outsider")("GET", there).status_code == 404
    assert program(app, client, "secretary")("POST", f"{there}/removal").status_code in (200, 204)
    assert member("GET", there).status_code == 404


def test_a_comment_and_its_answer(app: Flask, client: Callable[..., Critic]) -> None:
    with app.app_context(), writing():
        minutes = eighth()
        item = minutes.meeting.items[1]
        interests.recuse(item, actor=who("secretary"), person_id=who("member2").id, kind="whole")
        inside = select(Paragraph.public_id).where(
            Paragraph.minutes_id == minutes.id, Paragraph.agenda_item_id == item.id, Paragraph.kind == "text"
        )
        public_id = db.session.scalars(inside.order_by(Paragraph.position)).first()
        reviews.open_review(minutes, actor=who("secretary"))
    member, one = program(app, client, "member"), f"/meetings/SAC-2026-05/minutes/paragraphs/{public_id}"
    made = member("POST", f"{one}/comments", {"text": "请写明依据。"})
    assert made.status_code == 201, made.text
    assert made.headers["Content-Location"] == "/api/v1/meetings/SAC-2026-05/minutes"
    there = made.headers["Location"].removeprefix("/api/v1")
    found = member("GET", there).get_json()
    assert (found["text"], found["paragraph"], found["answer_to"]) == ("请写明依据。", public_id, None)
    answered = program(app, client, "chair")(
        "POST", f"{one}/comments", {"text": "已补。", "parent": str(found["number"])}
    )
    answer = member("GET", answered.headers["Location"].removeprefix("/api/v1")).get_json()
    assert (answer["text"], answer["answer_to"]) == ("已补。", found["number"])
    assert program(app, client, "member2")("GET", there).status_code == 404, "recused from its item"
    for short in ("outsider", "lead"):
        assert program(app, client, short)("GET", there).status_code == 404
    chair, below = program(app, client, "chair"), answered.headers["Location"].removeprefix("/api/v1")
    assert chair("POST", f"{below}/withdrawal").status_code == 200
    assert member("GET", below).status_code == 404


def test_a_scan(app: Flask, client: Callable[..., Critic]) -> None:
    secretary, scans = program(app, client, "secretary"), "/meetings/SAC-2026-03/minutes/scans"
    for number, data in ((1, papers.PDF), (2, papers.PDF + b"%")):
        made = secretary("POST", scans, data={"files": (io.BytesIO(data), "盖章.pdf"), "note": "第 1 页"})
        assert made.status_code == 201, made.text
        assert made.headers["Location"] == f"/api/v1{scans}/{number}"
        assert made.headers["Content-Location"] == f"/api/v1{scans}" and made.get_json()["total"] == number
        assert secretary("GET", f"{scans}/{number}").data == data
    assert program(app, client, "outsider")("GET", f"{scans}/1").status_code == 404
