"""What a program has changed it reads where it changed it; what its reader may not see is not there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from kangjiansheng.core import clock
from tests.support.critic import Critic
from tests.support.programs import program

FACTS = {"priority": "P2", "owner_role": "工艺负责人", "target": "CD19", "note": "等第二家载体。"}


@pytest.mark.parametrize(
    ("short", "address", "body", "told"),
    [
        ("executive", "/agreements/AGR-901", {"summary": "三年，每年一评。", "renewal_months": 9}, {}),
        ("executive", "/labs/JL-01", {"confidentiality": "team"}, {}),
        (
            "executive",
            "/residents/CO-001",
            {"contact_lines": "质量负责人\n法务", "confidentiality": "parties"},
            {"contacts": ["质量负责人", "法务"], "confidentiality": "parties"},
        ),
        ("admin", "/residents/rule", {"quiet_days": 45}, {}),
    ],
)
def test_what_was_changed_is_read_there(
    app: Flask,
    client: Callable[..., Critic],
    short: str,
    address: str,
    body: dict[str, Any],
    told: dict[str, Any],
) -> None:
    send = program(app, client, short)
    changed = send("PATCH", address, body, If_Match=send("GET", address).headers["ETag"])
    assert changed.status_code < 300, changed.text
    now = send("GET", address)
    assert now.get_json().items() >= (told or body).items()
    again = send("PATCH", address, body, If_Match='"77"')
    assert again.status_code == 412


def test_a_project_tells_all_its_facts_as_of_any_day(app: Flask, client: Callable[..., Critic]) -> None:
    send, address = program(app, client, "lead"), "/projects/KJS-003"
    before = send("GET", address)
    old = {key: before.get_json()["data"][key] for key in FACTS}
    changed = send("PATCH", address, FACTS, If_Match=before.headers["ETag"])
    assert changed.status_code == 200, changed.text
    assert send("GET", address).get_json()["data"].items() >= FACTS.items()
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    past = send("GET", f"{address}?as_of={yesterday}").get_json()["data"]
    assert {key: past[key] for key in FACTS} == old != FACTS


def test_what_stands_on_the_form_of_a_project_is_told_to_who_edits_it(
    app: Flask, client: Callable[..., Critic]
) -> None:
    lead, auditor = program(app, client, "lead"), program(app, client, "auditor")
    address, hidden = "/projects/KJS-003", {"priority", "target", "donor_source", "note"}
    whole, open_part = (send("GET", address).get_json()["data"] for send in (lead, auditor))
    assert whole["priority"] and whole["target"] is not None
    assert {key for key in hidden if open_part[key] is None} == hidden
    assert open_part["owner_role"] == whole["owner_role"]


def test_an_obligation_names_its_clause_and_to_its_inside_who_sees_to_it(
    app: Flask, client: Callable[..., Critic]
) -> None:
    send = program(app, client, "executive")
    made = send(
        "POST",
        "/obligations",
        {
            "name_hans": "季报", "debtor_code": "RJ", "creditor_code": "KJS", "agreement_code": "AGR-001",
            "owner_email": "member@kjs.example", "confidentiality": "open",
        },
    )  # fmt: skip
    assert made.status_code == 201, made.text
    address = made.headers["Location"].removeprefix("/api/v1")
    owner = send("GET", address).get_json()["owner"]
    assert owner["code"] == "CAST-MEMBER" and owner["names"]["zh-Hans"]
    shown = client("member").get(f"/api/v1{address}").get_json()
    assert shown["owner"] == owner, "she is of the debtor"
    outside = client("outsider").get(f"/api/v1{address}")
    assert outside.status_code == 200 and outside.get_json()["owner"] is None
    assert "CAST-MEMBER" not in outside.text


def test_the_inside_of_a_laboratory_is_told_to_its_own(client: Callable[..., Critic]) -> None:
    inside = client("lead").get("/api/v1/labs/JL-01").get_json()
    assert inside["confidentiality"] and all("contribution" in one for one in inside["partners"])
    outside = client("outsider").get("/api/v1/labs/JL-01").get_json()
    assert "confidentiality" not in outside and not any("contribution" in one for one in outside["partners"])


def test_a_contact_names_the_request_that_it_was_for(app: Flask, client: Callable[..., Critic]) -> None:
    send, company = program(app, client, "executive"), "/residents/CO-001"
    asked = send("GET", f"{company}/requests").get_json()["data"][0]["number"]
    body = {"kind": "general", "channel": "visit", "happened_on": "2026-11-20", "request_number": asked}
    made = send("POST", f"{company}/contacts", body)
    assert made.status_code == 201, made.text
    one = send("GET", made.headers["Location"].removeprefix("/api/v1")).get_json()
    assert one["request"] == asked
