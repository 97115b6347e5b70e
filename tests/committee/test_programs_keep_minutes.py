"""A program writes minutes as people do: it prepares the meeting, writes beside others, brings minutes from elsewhere,
puts the text to review and signs with what its owner types."""

import io
from collections.abc import Callable

import pytest
from flask import Flask

from tests.committee.test_import_minutes import OWN
from tests.committee.test_pictures import png
from tests.support.app import PASSWORD
from tests.support.critic import Critic
from tests.support.papers import PDF
from tests.support.programs import program

MEETING = "/meetings/SAC-2026-05"
MINUTES = f"{MEETING}/minutes"


@pytest.mark.long
def test_an_agenda_and_its_papers(app: Flask, client: Callable[..., Critic]) -> None:
    send = program(app, client, "secretary")
    made = send(
        "POST", "/committees/SAC/meetings", {"held_on": "2026-12-10", "starts": "09:30", "ends": "11:00"}
    )
    assert made.status_code == 201, made.text
    meeting = f"/meetings/{made.get_json()['code']}"
    for name in ("甲", "乙"):
        added = send("POST", f"{meeting}/items", {"name_hans": name, "minutes_planned": 20})
        assert added.status_code == 201, added.text
    first, second = added.get_json()["data"]
    tag = send("GET", f"{meeting}/items/{second['number']}").headers["ETag"]
    order = {
        "at": {str(second["number"]): 1, str(first["number"]): 2},
        "minutes": {str(first["number"]): 30, str(second["number"]): 20},
    }
    arranged = send("POST", f"{meeting}/agenda/order", order, If_Match=tag)
    assert [row["name"]["hans"] for row in arranged.get_json()["data"]] == ["乙", "甲"], arranged.text
    assert send("POST", f"{meeting}/agenda/order", order, If_Match=tag).status_code == 412
    item = f"{meeting}/items/{first['number']}"
    tag = send("GET", item).headers["ETag"]
    assert send("PATCH", item, {"text": "说明"}, If_Match=tag).get_json()["text"] == "说明"
    brought = send(
        "POST", f"{item}/papers", data={"files": (io.BytesIO(PDF), "a.pdf"), "title": "材料", "level": "team"}
    )
    paper = f"{meeting}/papers/{brought.get_json()['data'][0]['number']}"
    newer = send(
        "POST", f"{paper}/replacement", data={"files": (io.BytesIO(PDF + b"%"), "b.pdf"), "note": "改"}
    )
    assert [one["name"] for one in newer.get_json()["versions"]] == ["b.pdf", "a.pdf"]
    assert send("GET", f"{paper}/versions/1").data == PDF
    assert send("POST", f"{meeting}/packs").status_code in (200, 204)
    assert send("GET", f"{meeting}/packs/1").mimetype == "application/zip"
    assert len(send("GET", f"{meeting}/packs").get_json()["data"]) == 1
    assert send("POST", f"{item}/effects/gate", {}).status_code == 403  # of no project
    assert send("POST", f"{item}/removal").get_json()["total"] == 1
    assert send("GET", "/committees/SAC/series").get_json()["data"] == []
    assert program(app, client, "outsider")("GET", f"{meeting}/items").status_code == 404


@pytest.mark.long
def test_minutes_from_the_first_word_to_the_signature(app: Flask, client: Callable[..., Critic]) -> None:
    secretary, chair = program(app, client, "secretary"), program(app, client, "chair")
    rows = secretary("GET", f"{MINUTES}/paragraphs").get_json()["data"]
    text = next(row for row in rows if row["kind"] == "text")
    one = f"{MINUTES}/paragraphs/{text['id']}"
    tag = secretary("GET", one).headers["ETag"]
    mine = secretary("PATCH", one, {"text": f"{text['text']}秘书补充一句。"}, If_Match=tag)
    assert mine.status_code == 200 and mine.get_json()["version"] == 2, mine.text
    theirs = f"主任委员先说一句。{text['text']}"
    stale = chair("PATCH", one, {"text": theirs}, If_Match=tag)
    assert stale.status_code == 412 and stale.get_json()["differences"][0]["present"].endswith("补充一句。")
    now = mine.headers["ETag"]
    joined = chair("POST", f"{one}/merging", {"text": theirs, "base": "1"}, If_Match=now)
    assert joined.status_code == 200, joined.text
    assert joined.get_json() == {
        "text": f"主任委员先说一句。{text['text']}秘书补充一句。",
        "version": 2,
        "clashes": [],
    }
    assert chair("PATCH", one, {"text": joined.get_json()["text"]}, If_Match=now).status_code == 200
    seen = chair("GET", one)
    picture = {"files": (io.BytesIO(png()), "a.png"), "alt": "曲线"}
    assert chair("POST", f"{one}/images", data=picture, If_Match=seen.headers["ETag"]).status_code == 200
    after = secretary("POST", f"{MINUTES}/paragraphs", {"text": "另一段。", "after": text["id"]}).get_json()[
        "data"
    ]
    added = next(row for row in after if row["text"] == "另一段。")
    assert secretary("POST", f"{MINUTES}/paragraphs/{added['id']}/up").status_code == 200
    cut = secretary("POST", f"{MINUTES}/paragraphs/{added['id']}/joining", If_Match='"9"')
    assert cut.status_code == 409 and "刚被别人改过" in cut.get_json()["detail"]
    assert secretary("POST", f"{MINUTES}/paragraphs/{added['id']}/removal").status_code == 200
    item = next(row["number"] for row in secretary("GET", f"{MEETING}/items").get_json()["data"])
    decided = secretary("POST", f"{MINUTES}/decisions", {"text": "同意继续。", "item": str(item)})
    assert decided.status_code == 201, decided.text
    assert [row for row in decided.get_json()["data"] if row["decision"] and row["text"] == "同意继续。"]
    form = {
        row["name"]: row for row in secretary("GET", f"/forms/POST{MINUTES}/actions").get_json()["fields"]
    }
    owner = form["owner_id"]["choices"][1]["value"]
    task = {"text": "写信", "owner_id": owner, "due_on": "2026-12-20", "item": ""}
    assert secretary("POST", f"{MINUTES}/actions", task).status_code == 201

    tag = secretary("GET", MINUTES).headers["ETag"]
    put = secretary("POST", f"{MINUTES}/review", {"due_on": "2026-12-20"}, If_Match=tag)
    assert put.status_code == 200 and put.get_json()["draft"] == 1, put.text
    told = chair("POST", f"{one}/comments", {"text": "请再核对。"})
    assert told.status_code == 201, told.text
    said = {row["paragraph"]: row for row in chair("GET", f"{MINUTES}/opinions").get_json()["data"]}
    assert said[text["id"]]["comments"][0]["text"] == "请再核对。"
    shown, sign = put.get_json()["sha256"], f"{MINUTES}/drafts/1/signature"
    wrong = chair("POST", sign, {"meaning": "approve", "sha256": shown, "password": "x"})
    assert wrong.status_code == 422 and [one["field"] for one in wrong.get_json()["errors"]] == ["password"]
    assert chair("POST", sign, {"meaning": "approve", "sha256": shown}).status_code == 422
    given = {"meaning": "approve", "sha256": shown, "password": PASSWORD}
    signed = chair("POST", sign, given, Idempotency_Key="once")
    assert [one["method"] for one in signed.get_json()["signatures"]] == ["password"], signed.text
    assert chair("POST", sign, given, Idempotency_Key="once").headers["Idempotency-Replayed"] == "true"
    assert secretary("POST", f"{MINUTES}/recall", {"note": "再改一句。"}).get_json()["life"] == "draft"


@pytest.mark.long
def test_minutes_from_elsewhere(app: Flask, client: Callable[..., Critic]) -> None:
    send = program(app, client, "secretary")
    read = send(
        "POST", "/committees/SAC/imports", data={"file": (io.BytesIO(OWN.encode()), "a.md"), "origin": "旧档"}
    )
    assert read.status_code == 201, read.text
    there, found = read.headers["Location"].removeprefix("/api/v1"), read.get_json()
    assert found["day"] == "2025-03-12" and {"无名氏", "主任委员"} <= {one["name"] for one in found["names"]}
    nobody = next(one for one in found["names"] if one["name"] == "无名氏")
    someone = next(one["person_id"] for one in found["names"] if one["person_id"])
    bad = send("PATCH", there, {"day": "2099-01-01"}, If_Match=read.headers["ETag"])
    assert [(one["field"], one["code"]) for one in bad.get_json()["problems"]] == [
        ("day", "committee:import-in-future")
    ]
    refused = send("POST", f"{there}/application", If_Match=bad.headers["ETag"])
    assert refused.status_code == 422 and "day" in {one["field"] for one in refused.get_json()["errors"]}, (
        refused.text
    )
    kept = send(
        "PATCH",
        there,
        {"day": "2025-03-12", "who": {str(nobody["number"]): someone}},
        If_Match=bad.headers["ETag"],
    )
    assert kept.get_json()["problems"] == [], kept.text
    made = send("POST", f"{there}/application", {"life": "draft"}, If_Match=kept.headers["ETag"])
    assert made.status_code == 200 and made.get_json()["life"] == "draft", made.text
    assert send("GET", there).get_json()["state"] == "applied"
    assert send("GET", f"{there}/file").data == OWN.encode()
    assert send("POST", f"{there}/undo").status_code == 200
    assert send("GET", there).get_json()["state"] == "undone"
