"""Programs read the pages of the overview as their tables say them: forecast, charts, dashboard, pack."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from lxml import html

from kangjiansheng.core import clock
from tests.support.critic import Critic
from tests.support.programs import Program, program

FORECAST = "/overview/forecast"
DAYS = ("", "as_of=2026-06-30")


def rows(reader: Critic, address: str, sheet: str) -> list[list[str]]:
    """The rows of a table of a page."""
    tree = html.document_fromstring(reader.get(address).get_data(as_text=True))
    bodies = list(tree.get_element_by_id(sheet).iter("tbody"))
    return [["".join(td.itertext()).strip() for td in tr] for tr in bodies[0]] if bodies else []


def read(reader: Critic, address: str) -> Any:
    answer = reader.get(f"/api/v1{address}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.parametrize("short", ["executive", "partner"])
@pytest.mark.parametrize("query", [*DAYS, "lab=JL-01", "party=RJ&as_of=2026-06-30", "seed=7"])
def test_the_forecast_is_that_of_the_page(client: Callable[..., Critic], short: str, query: str) -> None:
    reader = client(short)
    found = read(reader, f"{FORECAST}?{query}")
    table = rows(reader, f"{FORECAST}?{query}", "chart-forecast")
    assert found["total"] == len(found["data"]) and len(table) == min(found["total"], 120)
    assert found["total"] > 0 or short == "partner"
    for one, shown in zip(found["data"], table, strict=False):
        assert [one["project"], one["promise"]] == [shown[0], shown[2]]
        assert shown[1].startswith(one["milestone"])
        assert (one["p50"] or "历史太少") == shown[3] and (one["p80"] or "—") == shown[4]
        assert one["illustrative"] is True


def test_the_forecast_is_read_in_pieces(client: Callable[..., Critic]) -> None:
    reader = client("executive")
    every, following, seen = read(reader, FORECAST)["data"], f"/api/v1{FORECAST}?limit=9&lab=JL-01", []
    while following:
        piece = reader.get(following).get_json()
        seen += piece["data"]
        following = piece["next"]
    assert seen and all(one in every for one in seen), "the same forecast, some rows of it"
    assert seen == read(reader, f"{FORECAST}?lab=JL-01")["data"]


def test_a_past_day_and_the_record_are_those_of_the_page(app: Flask, client: Callable[..., Critic]) -> None:
    send, reader = program(app, client, "executive"), client("executive")
    for day in DAYS:
        found = send("GET", f"{FORECAST}/record?{day}")
        assert send("GET", f"{FORECAST}/record?{day}", If_None_Match=found.headers["ETag"]).status_code == 304
        told = found.get_json()
        shown = rows(reader, f"{FORECAST}?{day}", "record")
        assert [[f"{one['kept']}/{one['forecasts']}", str(one["milestones"])] for one in told["total"]] == [
            row[4:] for row in shown
        ]
        assert told["days"] and told["runs"] and told["seed"] == 1
        past = send("GET", f"{FORECAST}/history?{day}").get_json()["rows"]
        assert len(past) == 9 and past[0]["from"] is None and past[-1]["to"] is None
        assert [one["to"] for one in past[:6:3]] == [90, 365]
        shown = rows(reader, f"{FORECAST}?{day}", "learned")
        assert [str(one["milestones"]) for one in past] == [row[2] for row in shown]
        assert [one["late80"] for one in past] == [
            None if row[4] == "—" else int(row[4].replace("−", "-")) for row in shown
        ]
    assert send("GET", f"{FORECAST}?seed=-1").status_code == 400


def test_the_forecast_holds_what_its_reader_sees_alone(client: Callable[..., Critic]) -> None:
    partner = client("partner")
    codes = {row["code"] for row in read(partner, "/projects")["data"]}
    assert {one["project"] for one in read(partner, FORECAST)["data"]} <= codes
    assert read(client("outsider"), FORECAST)["data"] == []
    whole, own = read(client("executive"), f"{FORECAST}/record"), read(partner, f"{FORECAST}/record")
    assert own["inputs"] != whole["inputs"] and own["total"] != whole["total"]
    nothing = read(client("outsider"), f"{FORECAST}/record")
    assert {one["forecasts"] for one in nothing["total"]} == {0} and nothing["days"] == []


def table_of(reader: Critic, address: str) -> list[list[str]]:
    """The rows of a table that a page gives as CSV."""
    text = reader.get(address).get_data(as_text=True).lstrip("\ufeff")
    lines = list(csv.reader(io.StringIO(text)))
    return lines[1 : next(at for at, line in enumerate(lines) if not any(line))]  # then it speaks of itself


def said(value: Any) -> str:
    return "" if value is None else str(value)


# Of each chart what its table has: columns of the file, and what the answer calls them.
BESIDE: dict[str, tuple[tuple[int, str], ...]] = {
    "gates": ((1, "project"), (3, "decided_on"), (4, "body")),
    "cycles": ((1, "ended"), (2, "open"), (3, "median")),
    "expiries": ((0, "ends_on"), (1, "days"), (3, "code")),
    "spoken": (
        (1, "project"), (2, "fresh"), (3, "aging"), (4, "old"), (5, "silent"), (6, "last"), (7, "oldest"),
    ),
    "actions": ((1, "due"), (2, "in_time"), (3, "late"), (4, "overdue"), (5, "percent"), (6, "open"), (7, "age")),
    "advice": ((0, "number"), (2, "given_on"), (4, "decided_on"), (5, "reasons")),
    "obligations": (
        (1, "due"), (2, "in_time"), (3, "late"), (4, "disputed"), (5, "overdue"), (6, "percent"), (7, "open"),
    ),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("short", ["executive", "partner", "secretary"])
@pytest.mark.parametrize("query", [*DAYS, "lab=JL-01"])
def test_charts_are_their_tables(client: Callable[..., Critic], short: str, query: str) -> None:
    reader = client(short)
    found = read(reader, f"/overview/charts?{query}")
    for name, columns in BESIDE.items():
        table = table_of(reader, f"/overview/charts/{name}.csv?{query}")
        shown = [tuple(line[at] for at, _key in columns) for line in table]
        assert [tuple(said(one[key]) for _at, key in columns) for one in found[name]] == shown, name
    assert found["illustrative"] is (found["projects"] > 0 or bool(found["actions"]))


# The same of the dashboard.
BOARD: dict[str, tuple[tuple[int, str], ...]] = {
    "attention": ((0, "project"), (3, "because")),
    "pipeline": ((0, "project"), (6, "slip")),
    "outlook": ((0, "project"), (4, "baseline"), (5, "day"), (6, "slip")),
    "slips": ((0, "project"), (3, "baseline"), (5, "now"), (6, "days")),
    "moves": ((0, "project"), (2, "then"), (3, "now"), (4, "days")),
}


@pytest.mark.parametrize("short", ["executive", "partner"])
@pytest.mark.parametrize("query", [*DAYS, "lab=JL-01&compare=2026-06-30&horizon=180"])
def test_the_board_is_that_of_the_dashboard(client: Callable[..., Critic], short: str, query: str) -> None:
    reader = client(short)
    found = read(reader, f"/overview?{query}")
    for name, columns in BOARD.items():
        table = table_of(reader, f"/overview/tables/{name}.csv?{query}")
        shown = [tuple(line[at] for at, _key in columns) for line in table]
        mine = [tuple(said(one[key]) for _at, key in columns) for one in found[name]]
        assert len(mine) == min(found["totals"][name], len(mine)) and len(table) == found["totals"][name]
        assert sorted(mine) == sorted(shown) if name == "pipeline" else mine == shown[: len(mine)], name
    health = table_of(reader, f"/overview/tables/health.csv?{query}")
    assert [
        [f"{month['on_time']}/{month['done']}" if month["done"] else "" for month in one["months"]]
        for one in found["health"]
    ] == [line[1:] for line in health]


def test_charts_and_board_hold_what_their_reader_sees_alone(
    app: Flask, client: Callable[..., Critic]
) -> None:
    partner, outsider = client("partner"), client("outsider")
    codes = {row["code"] for row in read(partner, "/projects")["data"]}
    for address in ("/overview", "/overview/charts"):
        text = partner.get(f"/api/v1{address}").text
        assert set(re.findall(r"KJS-\d{3}", text)) <= codes
        assert "KJS-0" not in outsider.get(f"/api/v1{address}").text
        send = program(app, client, "partner")
        tag = send("GET", address).headers["ETag"]
        assert send("GET", address, If_None_Match=tag).status_code == 304
        assert send("GET", f"{address}?as_of=2030-01-01").status_code == 400
    narrow = Program(app, client("partner"), projects="read")
    refused = narrow("GET", "/overview/charts")
    assert refused.status_code == 403 and "overview:read" in refused.get_json()["detail"]


def written(cell: Any) -> str:
    """A cell of a pack as its page writes it."""
    found = cell["text"] if isinstance(cell, dict) else cell
    return (
        "—" if found in (None, "") else f"−{-found}" if isinstance(found, int) and found < 0 else str(found)
    )


@pytest.mark.parametrize("short", ["executive", "partner", "chair"])
@pytest.mark.parametrize(
    "query", ["", "as_of=2026-06-30", "compare=2026-03-31&lab=JL-01", "as_of=2026-11-01&at=09:30"]
)
def test_the_pack_is_that_of_the_page(client: Callable[..., Critic], short: str, query: str) -> None:
    reader = client(short)
    found = read(reader, f"/overview/pack?{query}")
    tree = html.document_fromstring(reader.get(f"/overview/pack?{query}").get_data(as_text=True))
    for section in found["sections"]:
        sheet = tree.get_element_by_id(section["key"])
        assert section["finding"] in " ".join(sheet.text_content().split()), section["key"]
        shown = [["".join(td.itertext()).strip() for td in tr] for tr in sheet.xpath(".//tbody/tr")]
        mine = [[written(cell) for cell in row] for row in section["rows"]]
        assert mine[:24] == shown, section["key"]
        assert section["total"] >= len(mine) and {len(row) for row in mine} <= {len(section["columns"])}
    page = tree.text_content()
    assert found["sections"] or short == "chair"
    assert all(f"{one['name']}" in page and one["change"] in page for one in found["figures"])
    assert found["since"] in page and found["compare"] in page
    assert (found["cut"] is None) is ("as_of" not in query)


def test_a_pack_that_has_not_changed_is_not_sent_again(app: Flask, client: Callable[..., Critic]) -> None:
    send, lead = program(app, client, "executive"), program(app, client, "lead")
    pack = send("GET", "/overview/pack")
    told = pack.get_json()
    assert told["meeting"] and told["illustrative"] is True
    tag = pack.headers["ETag"]
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        assert send("GET", "/overview/pack", If_None_Match=tag).status_code == 304
    milestone = "/projects/KJS-003/milestones/A170"
    slips = {"choice": "will_slip", "date": "2027-03-15", "reason": "SUPPLY"}
    version = lead("GET", milestone).headers["ETag"]
    assert lead("POST", f"{milestone}/update", slips, If_Match=version).status_code == 200
    again = send("GET", "/overview/pack", If_None_Match=tag)
    assert again.status_code == 200
    moved = next(one for one in again.get_json()["sections"] if one["key"] == "moved")
    day = next(n for n, column in enumerate(moved["columns"]) if column["kind"] == "day")
    mine = next(row for row in moved["rows"] if "A170" in str(row) and "KJS-003" in str(row))
    assert "2027-03-15" in mine[day:]
    for wrong in ("at=morning", "as_of=2026-11-23&at=23:59", "compare=soon"):
        refused = send("GET", f"/overview/pack?{wrong}")
        assert refused.status_code == 400 and refused.mimetype == "application/problem+json"


def test_a_pack_holds_what_its_reader_sees_alone(client: Callable[..., Critic]) -> None:
    partner = client("partner")
    codes = {row["code"] for row in read(partner, "/projects")["data"]}
    assert set(re.findall(r"KJS-\d{3}", partner.get("/api/v1/overview/pack").text)) <= codes
    nothing = read(client("outsider"), "/overview/pack")
    assert [one["key"] for one in nothing["sections"] if one["rows"]] == ["trend"], "months without a rate"
    assert {row[1] for one in nothing["sections"] for row in one["rows"]} == {None}
