"""Programs read the pages of the overview as their tables say them: the forecast over all milestones."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from lxml import html

from tests.support.critic import Critic
from tests.support.programs import program

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
