"""What a program has made or read carries the number, and the version, by which it is changed, ended or taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.support.critic import Critic
from tests.support.programs import Program, program

MILESTONE = "/projects/KJS-003/milestones/A170"
PAPER = {"kind": "other", "label": "许可证", "valid_from": "2026-01-01", "valid_to": "2027-12-31"}


@pytest.mark.parametrize(
    ("short", "path", "body"),
    [
        ("lead", "/projects/KJS-003/risks", {"title": "干冰断供", "review_on": "2026-12-20"}),
        (
            "lead",
            "/projects/KJS-003/validity",
            {"kind": "other", "label": "批件", "valid_to": "2027-12-31"},
        ),
        ("lead", "/labs/JL-01/papers", PAPER),
        ("executive", "/residents/CO-001/leases", {"floor_code": "A-01", "area_m2": 20, "starts_on": "2026-12-01"}),
        ("executive", "/residents/CO-001/contacts", {"kind": "general", "channel": "visit", "happened_on": "2026-11-20"}),
        ("executive", "/residents/floors", {"code": "C-01", "building": "C", "level": 1, "area_m2": 500}),
    ],
)  # fmt: skip
def test_what_was_made_is_answered_with_its_address_and_version(
    app: Flask, client: Callable[..., Critic], short: str, path: str, body: dict[str, Any]
) -> None:
    send = program(app, client, short)
    made = send("POST", path, body)
    assert made.status_code == 201, made.text
    address = made.headers["Location"].removeprefix("/api/v1")
    assert address.rpartition("/")[0] == path
    assert made.headers["Content-Location"] != made.headers["Location"]  # the body is the list, as ever
    tag = send("GET", address).headers["ETag"]
    asked = send("GET", f"/forms/PATCH{address}").get_json()
    assert asked["needs_version"] and asked["version"] == 1
    changed = send("PATCH", address, {}, If_Match=tag)
    assert changed.status_code == 200, changed.text
    assert changed.headers["Content-Location"] == f"/api/v1{address}"
    assert send("PATCH", address, {}, If_Match='"7"').status_code == 412


def test_what_was_said_last_of_a_milestone_is_taken_back(app: Flask, client: Callable[..., Critic]) -> None:
    send = program(app, client, "lead")
    before = send("GET", MILESTONE)
    slips = {"choice": "will_slip", "date": "2027-03-15", "reason": "SUPPLY"}
    assert send("POST", f"{MILESTONE}/update", slips, If_Match=before.headers["ETag"]).status_code == 200
    last = send("GET", f"{MILESTONE}/entries").get_json()["data"][-1]
    assert last["forecast"] == "2027-03-15"
    undone = send("POST", f"{MILESTONE}/undo/{last['number']}")
    assert undone.status_code == 200, undone.text
    assert undone.get_json()["forecast"] == before.get_json()["forecast"]


def test_a_clock_that_stands_is_let_run(app: Flask, client: Callable[..., Critic]) -> None:
    send = program(app, client, "lead")
    tag = send("GET", MILESTONE).headers["ETag"]
    assert (
        send("POST", f"{MILESTONE}/stops", {"first": "2026-11-02"}, If_Match=tag).status_code == 204
    )  # led to no read

    def stop() -> dict[str, Any]:
        rows = send("GET", "/projects/KJS-003/schedule").get_json()["data"]
        return next(row for row in rows if row["code"] == "A170")["stops"][-1]  # type: ignore[no-any-return]

    tag = send("GET", MILESTONE).headers["ETag"]
    ended = send("POST", f"{MILESTONE}/stops/{stop()['number']}/end", {"last": "2026-11-20"}, If_Match=tag)
    assert ended.status_code < 300, ended.text
    assert stop()["last"] == "2026-11-20"


def test_who_and_what_belongs_to_a_thing_has_the_number_by_which_it_ends(
    app: Flask, client: Callable[..., Critic]
) -> None:
    lead, executive = program(app, client, "lead"), program(app, client, "executive")
    tag = lead("GET", "/projects/KJS-003").headers["ETag"]
    body = {"register": "NCT", "number": "NCT01234567"}
    assert lead("POST", "/projects/KJS-003/numbers", body, If_Match=tag).status_code < 300
    noted = lead("GET", "/projects/KJS-003/numbers").get_json()["data"][-1]
    assert noted["registered"] == "NCT01234567" and noted["address"].endswith("NCT01234567")
    tag = lead("GET", "/projects/KJS-003").headers["ETag"]
    gone = lead("POST", f"/projects/KJS-003/numbers/{noted['number']}/remove", If_Match=tag)
    assert gone.status_code < 300
    assert lead("GET", "/projects/KJS-003/numbers").get_json()["data"] == []

    for path in ("/projects/KJS-003/people", "/institutions/RJ/people"):
        rows = executive("GET", path).get_json()["data"]
        assert rows and all("number" in row for row in rows)
    inside = executive("GET", "/labs/JL-01").get_json()["people"]
    assert inside and all(row["number"] for row in inside)

    assert executive("POST", "/obligations/OB-0006/links", {"target": "KJS-003"}).status_code < 300
    linked = executive("GET", "/obligations/OB-0006/links").get_json()["data"]
    link = next(row for row in linked if row["code"] == "KJS-003")
    assert executive("POST", f"/obligations/OB-0006/links/{link['number']}/removal").status_code < 300
    after = executive("GET", "/obligations/OB-0006/links").get_json()["data"]
    assert link not in after and len(after) == len(linked) - 1


def test_lists_of_illustrative_things_say_so(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    for path in (
        "/milestones",
        "/my/milestones",
        "/projects/KJS-003/risks",
        f"{MILESTONE}/entries",
        "/projects/KJS-003/schedule",
        "/search?q=KJS-003",
        "/value-chain",
        "/table/chains",
        "/table/seats",
    ):
        answer = lead.get(f"/api/v1{path}").get_json()
        assert answer["data"] and answer["illustrative"] is True, path
    assert lead.get(f"/api/v1{MILESTONE}").get_json()["illustrative"] is True
    assert lead.get("/api/v1/search?q=zzzz").get_json()["illustrative"] is False


@pytest.mark.parametrize(
    ("path", "page"),
    [("/value-chain", "/value-chain"), ("/table/chains", "/table/chains"), ("/table/seats", "/table/seats")],
)
@pytest.mark.parametrize("day", ["", "2026-11-14"])
def test_programs_read_what_the_table_and_the_chain_show(
    client: Callable[..., Critic], path: str, page: str, day: str
) -> None:
    reader = client("partner")
    asked = f"as_of={day}&" if day else ""
    whole = reader.get(f"/api/v1{path}?{asked}").get_json()
    shown = reader.get(f"{page}?{asked}").text
    codes = [row["code"] for row in whole["data"]]
    assert whole["total"] == len(codes) == 6 - (path != "/value-chain") * (6 - len(codes))
    assert codes and all(f"/projects/{code}" in shown for code in codes)
    first = reader.get(f"/api/v1{path}?{asked}limit=2").get_json()
    second = reader.get(first["next"]).get_json()
    assert [row["code"] for row in first["data"] + second["data"]] == codes[:4]


def test_a_token_for_any_part_reads_whose_it_is_and_hears_what_it_lacks(
    app: Flask, client: Callable[..., Critic]
) -> None:
    send = Program(app, client("lead"), projects="read")
    me = send("GET", "/me").get_json()
    assert me["scopes"] == ["projects:read"] and me["expires_on"] > "2026-11-23"
    assert client("lead").get("/api/v1/me").get_json()["expires_on"] is None
    for method, path, scope in (("GET", "/actions", "committee:read"), ("POST", "/asks", "projects:write")):
        refused = send(method, path, {} if method == "POST" else None)
        assert refused.status_code == 403 and scope in refused.get_json()["detail"]
        assert refused.headers["WWW-Authenticate"].endswith(f'error="insufficient_scope", scope="{scope}"')
        told = client("lead").get("/api/v1/openapi.json").get_json()["paths"][f"/api/v1{path}"]
        assert {"token": [scope]} in told[method.lower()]["security"]


def test_refusals_name_the_field_the_methods_and_the_choice(
    app: Flask, client: Callable[..., Critic]
) -> None:
    send = program(app, client, "lead")
    slips = {"choice": "will_slip", "date": "2027-03-15", "reason": "SUPPLY", "note": "等料"}
    stale = send("POST", f"{MILESTONE}/update", slips, If_Match='"77"')
    assert {one["field"] for one in stale.get_json()["differences"]} == {"choice", "date", "reason", "note"}
    assert send("PUT", "/projects/KJS-003/risks", {}).headers["Allow"] == "GET, POST"
    body = {"title": "x", "review_on": "2026-12-20", "milestones": ["NOPE"]}
    wrong = send("POST", "/projects/KJS-003/risks", body).get_json()["errors"]
    assert wrong == [{"field": "milestones", "detail": "不是有效的选择。"}]


def test_the_description_says_what_lies_within_forms(client: Callable[..., Critic]) -> None:
    told = client("lead").get("/api/v1/openapi.json").get_json()
    assert "UnboundField" not in str(told)
    new = told["paths"]["/api/v1/{of}/{code}/milestones"]["post"]
    fields = new["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert set(fields["waits"]["items"]["properties"]) == {"code", "lag", "unit"}
    assert {"Location", "ETag"} <= set(new["responses"]["201"]["headers"])
    pdf = told["paths"]["/api/v1/meetings/{code}/minutes.pdf"]["get"]
    assert "304" not in pdf["responses"]  # bytes are made anew


def test_a_criterion_that_was_made_is_read_at_its_address(app: Flask, client: Callable[..., Critic]) -> None:
    send = program(app, client, "lead")
    gate = "/projects/KJS-003/milestones/A140"
    of_template = send("GET", f"{gate}/dossier").get_json()["criteria"]
    words = {"name_hans": "3 批连续合格", "name_en": "Three lots in a row"}
    made = send("POST", f"{gate}/criteria", words)  # the first one copies those of the template before it
    assert made.status_code == 201, made.text
    address = made.headers["Location"].removeprefix("/api/v1")
    assert made.headers["Content-Location"] == f"/api/v1{gate}/dossier"
    one = send("GET", address)
    assert one.get_json()["names"]["en"] == words["name_en"]
    assert one.get_json() == made.get_json()["criteria"][-1]
    assert [row["number"] for row in made.get_json()["criteria"][:-1]] == [
        row["number"] for row in of_template
    ]
    changed = send("PATCH", address, {"name_hans": "4 批连续合格"}, If_Match=one.headers["ETag"])
    assert changed.status_code == 200, changed.text
    assert changed.get_json()["names"]["zh-Hans"] == "4 批连续合格"
    assert changed.headers["Content-Location"] == f"/api/v1{address}"
    assert send("PATCH", address, {}, If_Match=one.headers["ETag"]).status_code == 412
    assert send("GET", f"{address}?as_of=2026-06-30").status_code == 404, "it was not there"
    assert client("partner").get(f"/api/v1{address}").status_code == 404
    assert client("auditor").get(f"/api/v1{address}").status_code == 200


def test_a_place_in_the_line_is_read_by_who_may_know_whose_it_is(
    app: Flask, client: Callable[..., Critic]
) -> None:
    lead, member = program(app, client, "lead"), program(app, client, "member")
    room = "/resources/RES-01"
    slot = {"day": "2026-11-27", "from_hour": 15, "to_hour": 18}
    assert lead("POST", f"{room}/bookings", slot | {"purpose": "工艺验证第 3 批"}).status_code == 201
    wish = slot | {"to_hour": 16, "purpose": "放行检验"}
    made = member("POST", f"{room}/waiting", wish)
    assert made.status_code == 201, made.text
    address = made.headers["Location"].removeprefix("/api/v1")
    assert made.headers["Content-Location"] == f"/api/v1{room}/waiting"
    one = member("GET", address).get_json()
    assert (one["purpose"], one["life"], one["resource"]) == ("放行检验", "waiting", "RES-01")
    assert one["number"] in [row["number"] for row in made.get_json()["data"]]
    assert client("executive").get(f"/api/v1{address}").status_code == 200
    assert client("outsider").get(f"/api/v1{address}").status_code == 404
    assert client("lead2").get(f"/api/v1{address}").status_code == 404
    gone = member("POST", f"{address}/withdraw")
    assert gone.status_code < 300 and member("GET", address).get_json()["life"] == "withdrawn"
    again = member("POST", f"{room}/waiting", wish, Idempotency_Key="wait-1")
    assert again.headers["Location"] != made.headers["Location"]
    twice = member("POST", f"{room}/waiting", wish, Idempotency_Key="wait-1")
    assert twice.headers["Location"] == again.headers["Location"]
