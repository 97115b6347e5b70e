"""Programs import as people do: they look first, are told what is wrong by row and cell, and take back what they wrote."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from kangjiansheng.core import clock
from tests.projects.test_import_in_the_browser import files
from tests.support.critic import Critic
from tests.support.programs import Program, program
from tests.support.sheets import change, grid_of, work
from tests.support.workbooks import xlsx


@pytest.mark.long
def test_a_sheet_there_and_back(app: Flask, client: Callable[..., Critic]) -> None:
    send = program(app, client, "lead")
    grid = grid_of(send("GET", "/milestones/sheet.xlsx").data)
    day = clock.today() + timedelta(days=60)
    row = change(grid, "KJS-003", "A140", forecast=day.isoformat(), reason="supply")
    bad = change(grid, "KJS-003", "A130", forecast="31.31.2027")
    sent = send("POST", "/milestones/import", data={"file": (io.BytesIO(xlsx(grid)), "a.xlsx")})
    assert sent.status_code == 201 and sent.get_json()["state"] == "reading", sent.text
    there = sent.headers["Location"].removeprefix("/api/v1")
    work(app)
    tried = send("GET", there).get_json()
    assert tried["state"] == "checked" and tried["counts"]["fault"] == 1, tried
    faults = send("GET", f"{there}/rows?show=fault").get_json()["data"]
    assert [(one["row"], one["faults"][0]["column"]) for one in faults] == [(int(bad), "forecast")]
    changed = send("GET", f"{there}/rows?show=change").get_json()["data"]
    assert [(one["row"], one["changes"][0]["after"]) for one in changed] == [(int(row), day.isoformat())]
    assert send("POST", f"{there}/rows", {"all": "no"}).get_json()["counts"]["accepted"] == 0
    assert send("POST", f"{there}/consent", {}).status_code == 422  # nothing is accepted
    taken = send("POST", f"{there}/rows", {"seen": [changed[0]["id"]], "accept": [changed[0]["id"]]})
    assert taken.get_json()["counts"]["accepted"] == 1
    assert send("POST", f"{there}/consent", {"reason": "supply"}).get_json()["state"] == "applying"
    work(app)
    one = "/projects/KJS-003/milestones/A140"
    assert send("GET", one).get_json()["forecast"] == day.isoformat()
    assert send("POST", f"{there}/undo").status_code == 200
    work(app)
    assert send("GET", there).get_json()["state"] == "undone"
    assert send("GET", one).get_json()["forecast"] != day.isoformat()
    assert program(app, client, "secretary")("GET", there).status_code == 404


@pytest.mark.long
def test_a_portfolio_is_looked_at_first(app: Flask, client: Callable[..., Critic]) -> None:
    send: Program = program(app, client, "executive")
    broken = b"project_code,stage\nKJS-001,nowhere\n"
    wrong = send("POST", "/import/portfolio", data=files(portfolio=broken))
    assert wrong.status_code == 422, wrong.text
    cells = wrong.get_json()["errors"]
    assert all({"field", "detail", "file"} <= set(one) for one in cells)
    assert {"portfolio.csv"} <= {one["file"] for one in cells}
    look = send("POST", "/import/portfolio", data=files())
    assert look.status_code == 200 and set(look.get_json()["counts"]) >= {"created"}, look.text
    told = look.get_json()
    other = {"files_packed": told["files_packed"], "seen": "something else"}
    assert send("POST", "/import/portfolio/consent", other).status_code == 409
    agreed = {key: told[key] for key in ("files_packed", "seen")}
    assert send("POST", "/import/portfolio/consent", agreed).status_code == 204
    assert send("POST", "/import/portfolio", data=files()).get_json()["changes_nothing"] is True
