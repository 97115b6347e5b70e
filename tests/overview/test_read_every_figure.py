"""Every figure is in the command, the JSON and on a page: equal, defined, and opening exactly its rows."""

import csv
import itertools
import json
import math
from datetime import date
from pathlib import Path

import pytest
import time_machine
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview import api
from kangjiansheng.overview.rules.rates import published
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.operations import imports
from kangjiansheng.projects.operations.milestones import will_slip
from kangjiansheng.projects.operations.projects import edit_project
from kangjiansheng.projects.queries import milestone
from kangjiansheng.projects.queries.imports import compare
from tests.support import scale
from tests.support.acting import who
from tests.support.queries import queries_counted
from tests.support.typed import opened, send, typed, words

DATA = Path(__file__).parents[1] / "data"
EXPECTED = json.loads((DATA / "expected_metrics.json").read_text("utf-8"))
RATES = ["phase1_to_2", "phase2_to_3", "phase3_to_filing", "filing_to_approval"]


def plain(value):
    return json.loads(json.dumps(value))


def flat(value, before=""):
    """The keys of the figures, nested ones with dots."""
    for key, inner in value.items():
        if isinstance(inner, dict) and not key.startswith("expected_"):
            yield from flat(inner, f"{before}{key}.")
        else:
            yield f"{before}{key}", inner


def reckoned_from_the_files(p):
    """Expected approvals, the distribution and the permissions from the files alone, by enumeration."""
    with (DATA / "portfolio" / "demo_portfolio.csv").open(encoding="utf-8-sig") as file:
        projects = list(csv.DictReader(file))
    with (DATA / "portfolio" / "demo_milestones.csv").open(encoding="utf-8-sig") as file:
        milestones = list(csv.DictReader(file))
    first = round(p[0] * p[1] * p[2] * p[3], 4)
    of = {
        "IND_REVIEW": 0.95 * first, "PHASE_I": first, "PHASE_I_II": first, "PHASE_III": round(p[2] * p[3], 4),
        "PHASE_II": round(p[1] * p[2] * p[3], 4), "PIVOTAL_II": round(p[1] * p[2] * p[3], 4), "BLA_REVIEW": p[3],
    }  # fmt: skip
    shares = [
        of.get(one["stage"], 0.69 * first)
        for one in projects
        if one["status"] != "TERMINATED" and one["pathway_template"] != "B_818"
    ]
    bars = [0.0] * (len(shares) + 1)
    for outcome in itertools.product((0, 1), repeat=len(shares)):
        bars[sum(outcome)] += math.prod(q if hit else 1 - q for q, hit in zip(shares, outcome, strict=True))
    runs = {one["project_code"]: one for one in projects if one["status"] not in ("TERMINATED", "ON_HOLD")}
    inds = [
        [m["project_code"], m["forecast"], 0.95 if runs[m["project_code"]]["stage"] == "IND_REVIEW" else 0.69]
        for m in milestones
        if m["milestone_code"] == "A140" and not m["actual"] and m["project_code"] in runs
        and m["forecast"] and m["forecast"] <= "2028-11-20"
    ]  # fmt: skip
    return sum(shares), bars, sorted(inds)


@pytest.mark.long
@pytest.mark.parametrize("code", ["BIO_ALL", "BIO_CART"])
def test_a_small_calculator_of_its_own_says_the_same(actor, code):
    total, bars, inds = reckoned_from_the_files([published()[code].rates[key].p for key in RATES])
    found = plain(api.on_day(date(2026, 11, 20), actor=actor("executive"), code=code))
    assert found[f"expected_approvals_{code}"] == round(total, 4)
    assert found[f"poisson_binomial_{code}"] == [round(p, 4) for p in bars[:6]]
    assert found[f"prob_at_least_one_approval_{code}"] == round(1 - bars[0], 4)
    assert found["expected_INDs_24m"] == {"value": round(sum(p for *_, p in inds), 4), "items": inds}
    assert {
        key: found[key] for key in EXPECTED
    } == EXPECTED  # those of the first set are there, whatever is asked


def test_a_set_that_is_none_is_refused(client):
    assert client("executive").get("/api/v1/metrics?rates=NOPE").status_code == 400


def test_figures_of_the_demonstration_are_labelled_as_such(client):
    for short, made_up in (("executive", True), ("outsider", False)):
        reader = client(short)
        assert reader.get("/api/v1/metrics").get_json()["illustrative"] is made_up
        tree = html.document_fromstring(reader.get("/overview/metrics").text)
        assert bool(tree.find_class("illus-strip")) is made_up


def test_what_needs_somebody_is_defined_as_it_is_counted(client):
    tree = html.document_fromstring(client("executive").get("/overview/metrics").text)
    value, meaning = (
        cell.text_content().strip() for cell in tree.get_element_by_id("board.needs_attention")[1:3]
    )
    assert int(value) > 7 and "7" not in meaning


def test_the_page_holds_every_key_with_its_value_and_meaning(client):
    reader = client("executive")
    found = reader.get("/api/v1/metrics?as_of=2026-11-20&rates=BIO_CART").get_json()
    tree = html.document_fromstring(reader.get("/overview/metrics?as_of=2026-11-20&rates=BIO_CART").text)
    shown = {
        row.get("id"): [cell.text_content().strip() for cell in row]
        for row in tree.iter("tr")
        if row.get("id")
    }
    told = {key for key, _value in flat(found)} - {
        "as_of",
        "definitions",
        "rates",
        "board.compare",
        "illustrative",
    }
    assert set(shown) == told
    for key, cells in shown.items():
        assert cells[0] and cells[1] and len(cells[2]) > 5, key
    assert shown["done"][1] == "144" and shown["on_time_rate"][1] == "0.2708"
    assert shown["expected_approvals_BIO_ALL"][1] == "1.1565" and shown["expected_INDs_24m"][1] == "4.4"


@pytest.mark.long
@pytest.mark.parametrize("short", ["executive", "partner"])
@pytest.mark.parametrize("query", ["", "as_of=2026-11-20", "as_of=2026-06-30"])
def test_each_number_opens_as_many_rows(client, short, query):
    reader = client(short)
    found = dict(flat(reader.get(f"/api/v1/metrics?{query}").get_json()))
    tree = html.document_fromstring(reader.get(f"/overview/metrics?{query}").text)
    counted = 0
    for row in tree.iter("tr"):
        link = row.find(".//a")
        value = found.get(row.get("id")) if row.get("id") else None
        value = len(value) if row.get("id") == "overdue_stale_forecast" else value
        if (
            link is None
            or not isinstance(value, int)
            or ("?figure=" not in link.get("href") and "/projects?" not in link.get("href"))
        ):
            continue
        if row.get("id") in (
            "board.slipped.median",
            "board.due_90d.off_plan",
            "board.on_time_12m.percent",
        ) or "slip_days" in row.get("id"):
            continue  # these are told of their rows, and do not count them
        rows = reader.get("/api/v1" + link.get("href")).get_json()["data"]
        assert len(rows) == value, (row.get("id"), link.get("href"))
        counted += 1
    assert counted > 20


@pytest.mark.long
def test_shares_open_their_part_of_the_whole(client):
    reader = client("executive")
    found = reader.get("/api/v1/metrics?as_of=2026-11-20").get_json()
    for key, figure in (
        ("on_time_rate", "done-on-baseline"),
        ("on_time_rate_tol30", "done-within-tolerance"),
        ("on_time_rate_current_plan", "done-on-plan"),
    ):
        rows = reader.get(f"/api/v1/milestones?figure={figure}&as_of=2026-11-20").get_json()["data"]
        assert round(len(rows) / found["done"], 4) == found[key]


@pytest.mark.long
@pytest.mark.parametrize("short", ["executive", "partner", "lead", "outsider"])
def test_the_pages_say_what_the_json_says(client, short):
    reader = client(short)
    found = reader.get("/api/v1/metrics").get_json()
    page = words(reader.get("/overview/value"))
    if short == "outsider":
        assert found["expected_approvals_BIO_ALL"] == 0 and found["poisson_binomial_BIO_ALL"] == [1.0]
        assert "没有您可以查看的项目" in page
        return
    assert f"{found['expected_approvals_BIO_ALL']:.2f}" in page
    assert f"{found['expected_INDs_24m']['value']:.1f} 个 IND 许可" in page
    board = words(reader.get("/overview"))
    assert str(found["board"]["slipped"]["now"]) in board
    assert f"{found['board']['on_time_12m']['percent']}%" in board


@pytest.mark.long
def test_languages_and_readers_without_projects(client):
    for lang in ("zh-Hant", "en"):
        assert client("executive", lang).get("/overview/metrics").status_code == 200
    assert "没有您可以查看的项目" in words(client("outsider").get("/overview/metrics"))
    assert "expected_approvals_BIO_ALL" in client("executive", "en").get("/overview/metrics").text


@pytest.mark.long
def test_a_past_day_is_what_was_said_on_that_day(client, app):
    """What a database said while it stood still on a day is what it says of that day after much has happened."""
    with time_machine.travel("2026-11-23T06:00:00Z", tick=False):
        boss = client("executive")
        typed(
            client("lead"),
            "/projects/KJS-003/value/edit",
            first_PHASE_I="2027",
            costs_PHASE_I="30",
            basis="示例",
        )
        stopped = boss.get("/api/v1/metrics").get_json()
        partner = client("partner").get("/api/v1/metrics").get_json()
    with time_machine.travel("2026-11-30T06:00:00Z", tick=False):
        boss, lead = client("executive"), client("lead")
        typed(lead, "/projects/KJS-003/value/edit", costs_PHASE_I="300", reason="追加")
        use = "/overview/rates/usual"
        send(boss, use, opened(boss, "/overview/rates", use), code="BIO_CART", reason="试用")
        assert typed(boss, "/projects/KJS-002/edit", stage="PHASE_III").status_code == 303
        assert typed(boss, "/projects/KJS-009/edit", status="TERMINATED").status_code == 303
        with app.app_context(), writing():
            lead_ = who("lead")
            found = milestone(actor=lead_, code="KJS-003", milestone_code="A140")
            will_slip(found, date(2029, 6, 30), "ETHICS", actor=lead_, version=None)
        now = boss.get("/api/v1/metrics").get_json()
        assert now["expected_approvals_BIO_ALL"] != stopped["expected_approvals_BIO_ALL"]
        assert now["expected_INDs_24m"]["value"] == round(stopped["expected_INDs_24m"]["value"] - 0.95, 4)
        assert now["rates"] == "BIO_CART" and "expected_approvals_BIO_CART" in now
        assert now["expected_net_present_value"] != stopped["expected_net_present_value"]
        assert boss.get("/api/v1/metrics?as_of=2026-11-23").get_json() == stopped
        assert client("partner").get("/api/v1/metrics?as_of=2026-11-23").get_json() == partner


@pytest.mark.long
def test_the_page_costs_the_same_for_more(client, app, tmp_path):
    reader = client("executive")

    def counts():
        found = {}
        for path in (
            "/overview/value",
            "/overview/value?as_of=2026-06-30",
            "/overview/rates",
            "/projects/KJS-003/value",
        ):
            reader.get(path)
            with queries_counted() as seen:
                assert reader.get(path).status_code == 200
            found[path] = len(seen)
        return found

    before = counts()
    with app.app_context(), writing():
        folder = scale.write(tmp_path / "more", 4)
        imports.apply(
            compare({path.name: path.read_bytes() for path in folder.glob("*.csv")}), actor=system_actor()
        )
    assert counts() == before
    assert max(before.values()) <= 15


def test_projects_without_a_group_are_counted_under_a_name(app, client):
    with app.app_context(), writing():
        project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
        edit_project(
            project,
            actor=system_actor(),
            version=None,
            lab_codes=["JL-01"],
            lead_lab="JL-01",
            party_codes=["RJ"],
            indication_group="",
        )
    tree = html.document_fromstring(client("executive").get("/overview/metrics").text)
    (row,) = [row for row in tree.iter("tr") if row.get("id") == "by_group."]
    assert [cell.text_content().strip() for cell in row][:2] == ["没有填写适应症分组", "1"]
    assert not row.findall(".//a")
