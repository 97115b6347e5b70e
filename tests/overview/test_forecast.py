"""The forecast as each of the cast sees it, as of any day, with its scoreboard, and to take along."""

import csv
import json
import re
from datetime import date, timedelta

import pytest
from lxml import html

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview.queries.foretold import foretold
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.operations import imports, milestones, plans
from kangjiansheng.projects.queries import portfolio
from kangjiansheng.projects.queries.imports import compare
from tests.support import scale
from tests.support.queries import queries_counted

PATH = "/overview/forecast"
CODE = re.compile(r"\bKJS-\d{3}\b")
PARTNER = {f"KJS-{n:03d}" for n in (1, 4, 10, 14, 15, 20)}


def page(client, path=PATH, lang="zh-Hans"):  # type: ignore[no-untyped-def]
    answer = client.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == 200, answer.text[:400]
    return html.document_fromstring(answer.text)


def rows(tree, sheet):  # type: ignore[no-untyped-def]
    table = tree.get_element_by_id(sheet).iter("tbody")
    return [["".join(td.itertext()).strip() for td in tr] for tr in next(table)]


def digest(actor, day: date | None) -> str:  # type: ignore[no-untyped-def]
    return foretold(actor=actor, as_of=day).forecast.inputs


@pytest.mark.long
def test_each_open_milestone_of_the_year_has_its_days_or_says_too_little(client, actor):
    found = rows(page(client("executive")), "chart-forecast")
    due = [
        m for p in portfolio(actor=actor("executive")) if not p.resting
        for m in p.milestones
        if m.is_open and m.promised and m.promised <= clock.today() + timedelta(365)
    ]  # fmt: skip
    assert len(found) == len(due) > 20
    for row in found:
        promise, half, most = row[2:5]
        assert half == "历史太少" or (promise <= most and half <= most), row
    assert sum(row[3] != "历史太少" for row in found) > 20


@pytest.mark.long
def test_the_scoreboard_says_how_often_forecasts_held(client):
    tree = page(client("executive"))
    title = "".join(tree.get_element_by_id("record").find(".//h2").itertext())
    percent = int(re.search(r"(\d+)%", title)[1])
    p80 = rows(tree, "record")[0]
    assert p80[1:3] == ["80", str(percent)]
    kept, whole = map(int, p80[4].split("/"))
    assert percent == round(100 * kept / whole)
    assert ("偏乐观" in title) == (percent < 75) and ("相符" in title) == (75 <= percent <= 85)


@pytest.mark.long
def test_the_partner_gets_only_her_projects_and_only_their_history(client, actor, in_app):
    for path in (PATH, *(f"{PATH}/{name}.csv" for name in ("forecast", "record", "history"))):
        assert set(CODE.findall(client("partner").get(path).get_data(as_text=True))) <= PARTNER, path
    hers, every = (foretold(actor=actor(who), as_of=None) for who in ("partner", "executive"))
    of_hers, of_all = ({one.id for one in found.forecast.expected} for found in (hers, every))
    assert of_hers < of_all and {hers.named[key].project_code for key in of_hers} <= PARTNER
    near = rows(page(client("partner")), "learned")[0]
    assert int(near[2]) < int(rows(page(client("executive")), "learned")[0][2])


@pytest.mark.long
def test_another_partys_delay_changes_nothing_for_the_partner(client, actor, in_app):
    before = digest(actor("partner"), None), digest(actor("executive"), None)
    row = next(
        m
        for p in portfolio(actor=actor("executive"))
        if p.code not in PARTNER
        for m in p.milestones
        if m.is_open
    )
    with writing():
        thing = db.session.get(Milestone, row.id)
        far = clock.today() + timedelta(days=900)
        milestones.will_slip(thing, far, "SUPPLY", actor=system_actor(), version=thing.version)
    assert digest(actor("partner"), None) == before[0] and digest(actor("executive"), None) != before[1]


@pytest.mark.parametrize("who", ["outsider", "admin"])
def test_who_sees_no_project_gets_no_forecast(client, who):
    text = client(who).get(PATH).text
    assert "没有您可以查看的项目" in text and "data-fig" not in text and not CODE.findall(text)


@pytest.mark.long
def test_a_past_day_is_forecast_from_what_was_known_then(client, actor, in_app):
    """A date that moves and a dependency that goes today are not known yesterday."""
    executive, yesterday = actor("executive"), clock.today() - timedelta(days=1)
    then = digest(executive, yesterday)
    with writing():
        query = db.select(Milestone).where(Milestone.code == "A140", Milestone.state == "open")
        thing = db.session.scalars(query).first()
        names = {script: getattr(thing, f"name_{script}") for script in ("hans", "hant", "en")}
        plans.set_schedule(
            thing, actor=system_actor(), version=thing.version, names=names, duration=9, unit="day", waits=()
        )
        far = clock.today() + timedelta(days=900)
        milestones.will_slip(thing, far, "SUPPLY", actor=system_actor(), version=thing.version)
    assert digest(executive, None) != then
    assert digest(executive, yesterday) == then
    tree = page(client("executive"), f"{PATH}?as_of=2026-06-30")
    assert tree.find_class("asof-banner")
    assert all(row[2] <= "2027-06-30" for row in rows(tree, "chart-forecast"))
    assert not [f for f in tree.iter("form") if f.get("method") == "post" and f.get("action") != "/sign-out"]


@pytest.mark.long
def test_the_same_address_gives_the_same_page_and_another_seed_other_days(client):
    reader = client("executive")
    first, again = rows(page(reader), "chart-forecast"), rows(page(reader), "chart-forecast")
    other = rows(page(reader, f"{PATH}?seed=7"), "chart-forecast")
    assert first == again != other and len(first) == len(other)
    assert "种子 7" in reader.get(f"{PATH}?seed=7").text
    assert reader.get(f"{PATH}?seed=-1").status_code == 400


@pytest.mark.long
def test_the_tables_go_along_with_day_method_and_mark(client):
    reader = client("executive")
    text = reader.get(f"{PATH}/forecast.csv?as_of=2026-06-30").get_data(as_text=True)
    assert "2026-06-30" in text and "示例数据" in text and "种子 1" in text
    assert reader.get(f"{PATH}/record.xlsx").status_code == 200
    assert reader.get(f"{PATH}/nothing.csv").status_code == 404


@pytest.mark.long
def test_the_table_leaves_out_as_many_as_the_page_says(client):
    """Half of the history may reach a day where eighty per cent of it do not: that is no forecast either."""
    reader = client("executive")
    said = re.search(r"另有 (\d+) 个历史太少，不作预测", page(reader).text_content())
    made = csv.reader(reader.get(f"{PATH}/forecast.csv").get_data(as_text=True).splitlines())
    silent = [row for row in made if row[:1] and row[0].startswith("KJS-") and row[3] == "历史太少"]
    assert said and len(silent) == int(said[1]) and not any(row[4] for row in silent)


def test_few_reached_milestones_are_too_little_history(client, actor, in_app):
    """Half a year after the first baseline hardly anything had been reached."""
    found = foretold(actor=actor("executive"), as_of=date(2021, 6, 30)).forecast
    assert not found.known
    tree = page(client("executive"), f"{PATH}?as_of=2021-06-30")
    assert "历史太少" in tree.get_element_by_id("learned").text_content()
    assert "还不能说" in tree.get_element_by_id("record").text_content()


@pytest.mark.long
@pytest.mark.parametrize(("lang", "word"), [("zh-Hant", "八成把握"), ("en", "P80")])
def test_in_every_language(client, lang, word):
    assert word in page(client("executive", lang), lang=lang).get_element_by_id("record").text_content()


@pytest.mark.long
def test_it_costs_the_same_with_many_more_rows(client, app, tmp_path):
    reader = client("executive")

    def cost() -> int:
        reader.get(PATH)
        with queries_counted() as seen:
            reader.get(PATH)
        return len(seen)

    before = cost()
    with app.app_context(), writing():
        folder = scale.write(tmp_path / "more", 2)
        found = compare({path.name: path.read_bytes() for path in folder.glob("*.csv")})
        imports.apply(found, actor=system_actor())
    assert cost() == before <= 15


@pytest.mark.long
def test_the_figures_are_those_of_the_command(client, actor, in_app):
    told = client("executive").get("/api/v1/metrics").get_json()["forecast"]
    told_here = foretold(actor=actor("executive"), as_of=None)
    found, record = told_here.forecast, told_here.record
    assert told["open_next_year"] == len(found.expected) == told["forecast"] + told["too_little_history"]
    assert told["inputs"] == found.inputs and told["record"]["p80"]["kept"] == record.total["p80"].part


def test_the_page_has_a_day_to_choose_that_keeps_what_was_asked(client):
    tree = page(client("executive"), f"{PATH}?lab=JL-01&seed=7&as_of=2026-06-30")
    day = tree.get_element_by_id("day-as-of")
    assert (day.get("value"), day.get("max")) == ("2026-06-30", clock.today().isoformat())
    form = next(day.iterancestors("form"))
    assert form.get("action") == PATH and dict(form.form_values()) == {
        "as_of": "2026-06-30",
        "lab": "JL-01",
        "seed": "7",
    }
    assert page(client("executive")).get_element_by_id("day-as-of").get("value") == clock.today().isoformat()


def test_on_a_phone_each_line_is_named_above_itself_and_the_days_have_the_width(client):
    figure = json.loads(page(client("executive")).get_element_by_id("fig-forecast").text)
    small = figure["mobile"]["layout"]
    assert small["margin"]["l"] < 20 and not small["yaxis"]["showticklabels"]
    lines = figure["layout"]["yaxis"]["tickvals"]
    named = {one["y"]: one["text"] for one in small["annotations"] if one.get("xref") == "paper"}
    assert [named[y].split()[0] for y in lines] == [
        text.split()[0] for text in figure["layout"]["yaxis"]["ticktext"]
    ]
