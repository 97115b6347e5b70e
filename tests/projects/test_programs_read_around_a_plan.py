"""Programs read what stands around a plan: its history and what hangs on its project, as their pages tell it."""

from collections.abc import Callable

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import SharedResource
from tests.support.critic import Critic
from tests.support.programs import program

PROJECT = "/projects/KJS-003"
MILESTONE = f"{PROJECT}/milestones/A170"


def shown(visitor: Critic, address: str) -> list[str]:
    """The lines of a page of history, newest first, without when and who."""
    page = html.document_fromstring(visitor.get(address).get_data(as_text=True))
    return [" ".join(" ".join(line.itertext()).split()) for line in page.xpath("//ol[@class='hist-l']/li")]


@pytest.mark.parametrize(
    "query", ["", "?kind=plan", "?kind=facts", "?as_of=2026-06-30", "?as_of=2026-06-30&kind=plan"]
)  # fmt: skip
def test_a_history_is_that_of_the_page(client: Callable[..., Critic], query: str) -> None:
    lead = client("lead")
    found = lead.get(f"/api/v1{PROJECT}/history{query}").get_json()
    lines = shown(lead, f"{PROJECT}/history{query}")
    assert lines and len(lines) == min(found["total"], 100)
    for line, told in zip(found["data"], lines, strict=True):
        assert line["done"] in told and line["note"] in told and line["mark"] in told
    assert found["illustrative"] is True


def test_what_is_done_stands_on_top_in_stable_words(app: Flask, client: Callable[..., Critic]) -> None:
    send = program(app, client, "lead")
    address = f"{PROJECT}/history"
    before = send("GET", address)
    assert send("GET", address, If_None_Match=before.headers["ETag"]).status_code == 304
    slips = {"choice": "will_slip", "date": "2027-03-15", "reason": "SUPPLY"}
    tag = send("GET", MILESTONE).headers["ETag"]
    assert send("POST", f"{MILESTONE}/update", slips, If_Match=tag).status_code == 200
    risk = {"title": "干冰断供", "review_on": "2026-12-20"}
    assert send("POST", f"{PROJECT}/risks", risk).status_code == 201
    after = send("GET", address, If_None_Match=before.headers["ETag"])
    assert after.status_code == 200
    first, second = after.get_json()["data"][:2]
    assert (first["thing"], first["act"], first["milestone"]) == ("risk", "create", None)
    assert "干冰断供" in first["done"] and first["entry"] is None
    assert (second["thing"], second["act"], second["milestone"]) == ("milestone_entry", "forecast", "A170")
    assert "2027-03-15" in [change["after"] for change in second["changes"]]
    last = send("GET", f"{MILESTONE}/entries").get_json()["data"][-1]
    assert second["entry"] == last["number"]
    risks = send("GET", f"{address}?kind=risks").get_json()["data"]
    assert [line["thing"] for line in risks] == ["risk"] * len(risks) and risks[0] == first


def test_a_history_is_read_in_pieces(client: Callable[..., Critic]) -> None:
    reader = client("lead")
    whole = reader.get(f"/api/v1{PROJECT}/history?limit=500").get_json()
    seen, following = [], f"/api/v1{PROJECT}/history?limit=7"
    while following:
        piece = reader.get(following).get_json()
        seen += piece["data"]
        following = piece["next"]
    assert seen == whole["data"] and len(seen) == whole["total"] > 14


def test_the_plan_of_a_laboratory_has_its_own(app: Flask, client: Callable[..., Critic]) -> None:
    send = program(app, client, "lead")
    tag = send("GET", "/labs/JL-01").headers["ETag"]
    begun = {"pathway": "E_jointlab", "start": "2026-12-01", "built_ok": True}
    made = send("POST", "/labs/JL-01/plan", begun, If_Match=tag)
    assert made.status_code < 300, made.text
    address = "/labs/JL-01/plan/history"
    found = send("GET", address).get_json()
    assert found["total"] >= 12 and {line["thing"] for line in found["data"]} >= {"milestone_entry"}
    lines = shown(client("lead"), address)
    assert all(line["done"] in told for line, told in zip(found["data"], lines, strict=True))
    refused = send("GET", f"{address}?kind=facts")  # a laboratory has none of these
    assert (refused.status_code, refused.get_json()["known"]) == (400, ["plan", "gates", "evidence"])
    assert client("outsider").get(f"/api/v1{address}").status_code == 404


def test_a_history_is_closed_to_whom_the_project_is_closed(app: Flask, client: Callable[..., Critic]) -> None:
    for short in ("partner", "outsider", "lead2"):
        assert client(short).get(f"/api/v1{PROJECT}/history").status_code == 404
    answer = client("partner").get(f"/api/v1{PROJECT}/history")
    assert answer.content_type == "application/problem+json"


def test_results_and_bookings_of_a_project_are_those_that_the_reader_may_know(
    app: Flask, client: Callable[..., Critic]
) -> None:
    send, around = program(app, client, "lead"), f"{PROJECT}/around"
    before = send("GET", around)
    assert before.get_json() == {"results": [], "bookings": [], "illustrative": True}
    assert send("GET", around, If_None_Match=before.headers["ETag"]).status_code == 304
    booking = {"day": "2026-11-27", "from_hour": 15, "to_hour": 18, "purpose": "工艺验证第 3 批"}
    made = send("POST", "/resources/RES-01/bookings", booking | {"project": "KJS-003"})
    assert made.status_code == 201, made.text
    number = int(made.headers["Location"].rpartition("/")[2])
    found = send("GET", around, If_None_Match=before.headers["ETag"]).get_json()["bookings"]
    assert [(one["resource"]["code"], one["booking"]["number"], one["over"]) for one in found] == [
        ("RES-01", number, False)
    ]
    assert found[0]["booking"]["purpose"] == booking["purpose"]
    assert f"/resources/RES-01/bookings/{number}" in client("lead").get(around).text
    assert send("GET", f"{around}?as_of=2026-11-20").get_json()["bookings"] == [], "it was not there yet"
    executive = client("executive").get("/api/v1/projects/KJS-018/around").get_json()
    assert [one["code"] for one in executive["results"]] == ["RS-0001"]
    partner = client("partner")
    for closed in ("KJS-003", "KJS-018"):
        assert partner.get(f"/api/v1/projects/{closed}/around").status_code == 404


def test_a_booking_that_the_reader_may_not_know_is_in_no_answer(
    app: Flask, client: Callable[..., Critic]
) -> None:
    send, around = program(app, client, "lead"), f"{PROJECT}/around"
    booking = {
        "day": "2026-11-27",
        "from_hour": 15,
        "to_hour": 18,
        "purpose": "第 4 批",
        "project": "KJS-003",
    }
    assert send("POST", "/resources/RES-01/bookings", booking).status_code == 201
    with app.app_context(), writing():
        room = db.session.scalars(select(SharedResource).where(SharedResource.code == "RES-01")).one()
        room.confidentiality = "team"
    for short in ("executive", "member", "member2", "chair"):
        answer = client(short).get(f"/api/v1{around}")
        page = client(short).get(around)
        assert answer.status_code == page.status_code
        assert ("第 4 批" in answer.text) == ("第 4 批" in page.text) == (short == "executive"), short
