"""Programs read declared interests: one's own, the register of who keeps it, what it proposes; and no item or project that
is closed to the reader."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Committee
from kangjiansheng.committee.operations import interests as operations
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from tests.support.acting import eighth, who
from tests.support.critic import Critic
from tests.support.programs import program

REGISTER, MEETING = "/committees/SAC/interests/register", "/meetings/SAC-2026-05"


@pytest.fixture
def declared(app: Flask) -> Any:
    """The chair declared for the project of an item, a member for the item itself; the number of that item."""
    with app.app_context(), writing():
        sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        item = eighth().meeting.items[1]
        operations.declare(sac, actor=who("chair"), kind="patent", project_id=item.project_id)
        operations.declare_on_item(item, actor=who("member2"), kind="equity", text="某创业公司")
        operations.complete(sac, actor=who("chair"))
        operations.complete(sac, actor=who("member2"), meeting=item.meeting)
        return item.id


def test_the_register_and_what_is_one_s_own(app: Flask, client: Callable[..., Critic], declared: int) -> None:
    secretary, member = program(app, client, "secretary"), program(app, client, "member2")
    rows = secretary("GET", REGISTER).get_json()["data"]
    page = client("secretary").get(REGISTER).text
    of_item = next(row for row in rows if row["item"] == declared)
    assert (of_item["meeting"], of_item["kind"], of_item["text"]) == ("SAC-2026-05", "equity", "某创业公司")
    assert "某创业公司" in page and len(rows) == page.count('data-th="利益类别"')
    own = member("GET", "/committees/SAC/interests").get_json()["data"]
    assert {row["person"]["code"] for row in own} == {of_item["person"]["code"]}
    here = f"/committees/SAC/interests/{of_item['number']}"
    one = member("GET", here)
    assert one.get_json() == of_item and one.headers["ETag"].startswith('"1-')
    assert secretary("GET", here).status_code == 404, "of somebody else: in the register alone"
    assert [row["item"] for row in member("GET", f"{MEETING}/interests").get_json()["data"]] == [declared]
    assert member("GET", REGISTER).status_code == 403
    assert program(app, client, "auditor")("GET", REGISTER).get_json()["total"] == len(rows)
    for what in (REGISTER, "/committees/SAC/interests", "/committees/SAC/declarations"):
        assert program(app, client, "outsider")("GET", what).status_code == 403


def test_a_project_that_the_reader_does_not_see_is_not_named(
    app: Flask, client: Callable[..., Critic], declared: int
) -> None:
    with app.app_context():
        code = eighth().meeting.items[1].project.code
    for short in ("chair", "secretary", "auditor"):
        reader = client(short)
        sees = reader.get(f"/api/v1/projects/{code}").status_code == 200
        answer = program(app, client, short)("GET", REGISTER)
        assert (code in answer.text) == sees, short


def test_who_has_declared_and_what_the_register_proposes(
    app: Flask, client: Callable[..., Critic], declared: int
) -> None:
    secretary, member = program(app, client, "secretary"), program(app, client, "member")
    year = {
        row["person"]["code"]: row
        for row in secretary("GET", "/committees/SAC/declarations").get_json()["data"]
    }
    chair, member2 = (
        program(app, client, short)("GET", "/me").get_json()["code"] for short in ("chair", "member2")
    )
    assert year[chair]["declared_at"] and year[chair]["office"] == "chair"
    assert any(row["declared_at"] is None for row in year.values())
    given = secretary("GET", f"{MEETING}/declarations").get_json()["data"]
    assert {row["person"]["code"] for row in given if row["declared_at"]} == {member2}
    offered = secretary("GET", f"{MEETING}/recusals/proposals").get_json()["data"]
    ours = {row["person"]["code"]: row for row in offered if row["item"] == declared}
    assert {chair, member2} <= ours.keys() and ours[member2]["reasons"][0]["text"] == "某创业公司"
    page = client("secretary").get(f"{MEETING}/recusals").text
    assert all(reason["why"] in page for row in offered for reason in row["reasons"])
    for what in ("declarations", "recusals/proposals"):
        assert member("GET", f"{MEETING}/{what}").status_code == 403


def test_of_an_item_that_is_closed_to_a_keeper_nothing_is_told(
    app: Flask, client: Callable[..., Critic], declared: int
) -> None:
    chair = program(app, client, "chair")
    assert "某创业公司" in chair("GET", REGISTER).text
    with app.app_context(), writing():
        item = eighth().meeting.items[1]
        operations.recuse(item, actor=who("secretary"), person_id=who("chair").id, kind="whole")
    assert chair("GET", f"{MEETING}/items/{declared}").status_code == 404
    assert "某创业公司" not in chair("GET", REGISTER).text
    offered = chair("GET", f"{MEETING}/recusals/proposals").get_json()["data"]
    assert declared not in {row["item"] for row in offered}
