"""What a scenario does to dates, figures and value: drawn, taken along, and seen by nobody else."""

import io
import json
from datetime import date, timedelta

import pytest
from lxml import html

from kangjiansheng.core.workbooks import read
from kangjiansheng.overview.queries import scenario_value
from kangjiansheng.overview.queries import scenarios as reading
from kangjiansheng.overview.rules import economics
from kangjiansheng.overview.rules.economics import Figures, Money
from kangjiansheng.overview.rules.rates import published
from kangjiansheng.overview.rules.scenario import ends_later
from tests.overview.rows import P, Told, ahead
from tests.overview.test_try_a_scenario import begin, move, open_milestone, row_of, stop
from tests.overview.test_value_a_project import TYPED
from tests.support.typed import typed

ALL = published()["BIO_ALL"]
BASE = date(2027, 1, 1)
NAMES = ("changes", "board", "value", "chances")


def late(project="KJS-003"):  # type: ignore[no-untyped-def]
    thing = open_milestone(project)
    return thing, (thing.forecast or thing.current_plan) + timedelta(days=200)


def file(client, where, name, kind="csv"):  # type: ignore[no-untyped-def]
    return client.get(f"{where}/{name}.{kind}")


def test_a_plan_ends_later_by_its_last_milestone() -> None:
    rows = (ahead(BASE, BASE, id=1), ahead(BASE, BASE + timedelta(90), id=2))
    told = Told([P("P-1", milestones=rows), P("P-2", milestones=(ahead(BASE, BASE, id=3),))])
    (one, _two) = (int(key) for key in told.day.ledgers.projects.keys)
    assert ends_later(told.day, {1: BASE + timedelta(60)}) == {}
    assert ends_later(told.day, {1: BASE + timedelta(120)}) == {one: 30}
    assert ends_later(told.day, {2: BASE + timedelta(30)}) == {one: -60}


def test_money_beyond_the_present_step_is_discounted_for_the_delay() -> None:
    figures = Figures({"PHASE_II": Money(2026, (40.0,)), "PHASE_III": Money(2029, (200.0,))}, None, 0.10)
    day = date(2026, 11, 23)
    now = economics.enpv(figures, "PHASE_II", ALL, day)
    assert economics.enpv_ending(figures, "PHASE_II", ALL, day, 0) == pytest.approx(now)
    later = economics.enpv_ending(figures, "PHASE_II", ALL, day, 365)
    assert later == pytest.approx(-40 + (now + 40) / 1.1)


def test_stopped_is_not_counted_and_moved_is_with_its_new_day(client, in_app, actor):
    lead, me = client("lead"), actor("lead")
    where = begin(lead)
    stop(lead, where, "KJS-003")
    found = row_of(where)
    seen = reading.consequences(found, actor=me)
    sides = {one.key: one for one in scenario_value.worth(found, seen, actor=me).sides}
    assert set(sides) == {"approvals", "any", "permissions"}  # nobody has entered money
    assert (
        sides["approvals"].then < sides["approvals"].now
        and sides["permissions"].then < sides["permissions"].now
    )
    text = html.document_fromstring(lead.get(where).text).get_element_by_id("value").text_content()
    assert "预计获批从" in text and "期望净现值（百万元）" not in text


def test_money_is_for_who_may_see_it(client, app):
    lead, partner = client("lead"), client("partner")  # who sees the project, not its money
    assert typed(lead, "/projects/KJS-004/value/edit", **TYPED).status_code == 303
    where = begin(lead, shared="y")
    with app.app_context():
        thing, day = late("KJS-004")
        code = thing.code
    move(lead, where, code, day + timedelta(days=1000), "KJS-004")
    word = "期望净现值（百万元）"
    text = html.document_fromstring(lead.get(where).text).get_element_by_id("value").text_content()
    assert f"{word}从" in text and word in file(lead, where, "value").get_data(as_text=True)
    shown = [partner.get(where), *(file(partner, where, name) for name in NAMES)]
    assert [one.status_code for one in shown] == [200] * len(shown)
    assert not [one for one in shown if word in one.get_data(as_text=True)]
    keys = {"approvals", "any", "permissions"}
    told = lead.get(f"/api/v1{where}").get_json()
    assert {one["key"] for one in told["value"]} == {*keys, "money"}
    assert {one["key"] for one in partner.get(f"/api/v1{where}").get_json()["value"]} == keys
    worth = next(one for one in told["value"] if one["key"] == "money")
    assert worth["now"] != worth["then"] and {"running", "slipped"} <= {one["key"] for one in told["board"]}


def test_the_page_draws_and_each_file_says_of_what_it_is(client, in_app):
    lead = client("lead")
    where = begin(lead)
    page = lead.get(where).text
    assert "chart-scenario" not in page and "changes.xlsx" not in page
    assert file(lead, where, "changes").status_code == 404
    thing, day = late()
    move(lead, where, thing.code, day)
    stop(lead, where, "KJS-004")
    tree = html.document_fromstring(lead.get(where).text)
    drawn = json.loads(tree.get_element_by_id("fig-scenario").text)
    assert any(day.isoformat() in json.dumps(trace.get("x")) for trace in drawn["data"])
    assert "停止" in json.dumps(drawn, ensure_ascii=False)
    links = [a.get("href") for a in tree.iter("a") if (a.get("href") or "").endswith((".csv", ".xlsx"))]
    assert {link.rsplit("/", 1)[1] for link in links} >= {f"{n}.{k}" for n in NAMES for k in ("csv", "xlsx")}
    for name in NAMES:
        text = file(lead, where, name).get_data(as_text=True)
        assert "推后审评" in text and "示例数据" in text and "截至" in text, name
        book = read(file(lead, where, name, "xlsx").data)
        assert len(book.sheets) == 2, name
    rows = file(lead, where, "changes").get_data(as_text=True)
    assert f"{thing.code} " in rows and day.isoformat() in rows and "跟着推迟" in rows and "停止" in rows


def test_a_file_is_for_who_sees_the_scenario(client, in_app):
    lead = client("lead")
    where = begin(lead)
    stop(lead, where, "KJS-003")
    for name in NAMES:
        assert file(client("member"), where, name).status_code == 404
    assert file(lead, where, "nonsense").status_code == 404


@pytest.mark.long
def test_it_goes_into_a_meeting_as_slides_that_say_what_the_page_says(client, in_app, actor):
    from pptx import Presentation

    lead = client("lead")
    where = begin(lead)
    assert file(lead, where, "slides", "pptx").status_code == 404  # nothing is tried yet
    thing, day = late()
    move(lead, where, thing.code, day)
    seen = reading.consequences(row_of(where), actor=actor("lead"))
    answer = file(lead, where, "slides", "pptx")
    assert "kangjiansheng-scenario-" in answer.headers["Content-Disposition"]
    slides = list(Presentation(io.BytesIO(answer.data)).slides)
    first = "\n".join(shape.text_frame.text for shape in slides[0].shapes if shape.has_text_frame)
    head = html.document_fromstring(lead.get(where).text).get_element_by_id("moves").find(".//h2")
    assert "推后审评" in first and "示例数据" in first and head.text_content() in first
    (chart,) = [shape.chart for shape in slides[0].shapes if shape.has_chart]
    assert (day - (thing.forecast or thing.current_plan)).days in chart.plots[0].series[0].values
    cells = {
        cell.text for slide in slides for shape in slide.shapes if shape.has_table
        for row in shape.table.rows for cell in row.cells
    }  # fmt: skip
    assert {one.effect.after.isoformat() for one in seen.later} | {day.isoformat()} <= cells
    assert file(lead, where, "slides", "pdf").data.startswith(b"%PDF")
    for name, kind in (("slides", "csv"), ("board", "pptx")):
        assert file(lead, where, name, kind).status_code == 404
    assert file(client("member"), where, "slides", "pdf").status_code == 404
