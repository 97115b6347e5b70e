"""What had no forecast on the day of comparison is told apart, so that what is said of both days adds up."""

import json
import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from lxml import html

from kangjiansheng.core import charts
from kangjiansheng.core.workbooks import read
from kangjiansheng.overview.rules import figures, moves, slips
from kangjiansheng.overview.views import compared, words
from tests.overview.rows import P, Told, ahead

BASE = date(2027, 1, 1)
BETWEEN = "as_of=2026-11-20&compare=2026-09-30"


def slipping(key, days=30):  # type: ignore[no-untyped-def]
    return ahead(BASE, BASE + timedelta(days), id=key)


def test_only_who_had_a_forecast_can_have_slipped_since() -> None:
    then = {
        1: {"baseline": BASE, "forecast": BASE},  # slipped since
        2: {"baseline": BASE},  # nobody had said anything
        4: {"baseline": BASE, "forecast": BASE + timedelta(30)},  # had slipped, and has come back
    }  # 3 was not there
    told = Told([P("P-1", milestones=(slipping(1), slipping(2), slipping(3), slipping(4, 0)))], then)
    found = figures.slipped(told.day, told.past)
    assert (found.now, found.then, found.new, found.change) == (3, 1, 2, 0)
    moved = told.of(moves.moves(told.day, told.past, told.naming))
    assert (moved.total, moved.new) == (3, 1)
    assert {one.milestone.id for one in moved.rows if one.new} == {2}
    rows = told.of(slips.slips(told.day, told.past, told.naming)).rows
    assert {row.milestone.id for row in rows if row.new} == {2, 3}


def test_a_day_beside_itself_has_nothing_new() -> None:
    told = Told([P("P-1", milestones=(slipping(1), slipping(2)))])
    assert figures.slipped(told.day, told.day).new == 0


@pytest.mark.parametrize("short", ["executive", "partner"])
def test_the_figures_of_both_days_add_up(client, short):
    found = client(short).get(f"/api/v1/metrics?{BETWEEN}").get_json()
    told = found["board"]["slipped"]
    assert told["then"] + told["change"] + told["no_forecast_then"] == told["now"]
    assert 0 < told["no_forecast_then"] <= told["now"]
    for months in (12, 24, 36):
        now, then = found[f"expected_INDs_{months}m"], found["INDs_compared"][f"{months}m"]
        assert 0 <= then["no_forecast_then"] <= now["value"]


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_where_many_are_new_the_days_on_a_phone_do_not_touch(client, lang):
    page = html.document_fromstring(client("executive").get(f"/overview?lang={lang}").text)
    axis = json.loads(page.get_element_by_id("fig-slips").text)["mobile"]["layout"]["xaxis"]
    start, end = axis["range"]
    wide = 168 / (end - start)  # pixels of a phone for a day
    places = [
        ((day - start) * wide, charts.text_width(text, 12) / 2)
        for day, text in zip(axis["tickvals"], axis["ticktext"], strict=True)
    ]
    assert all(b - a >= half + other for (a, half), (b, other) in pairwise(places))


def test_board_wall_pack_and_files_say_it(client):
    reader = client("executive")
    told = reader.get(f"/api/v1/metrics?{BETWEEN}").get_json()["board"]
    new, moved = told["slipped"]["no_forecast_then"], told["moves"]["no_forecast_then"]
    said = f"另 {new} 项当时没有预测"
    page = html.document_fromstring(reader.get(f"/overview?{BETWEEN}").text)
    (card,) = [one for one in page.find_class("kpi") if "已推迟里程碑" in one.text_content()]
    change = f"{'多' if told['slipped']['change'] > 0 else '少'} {abs(told['slipped']['change'])} 项"
    assert said in card.text_content() and change in card.text_content()
    assert "只算当时有预测的" in card.text_content(), "of whom the change is true"
    assert f"其中 {moved} 项当时没有预测" in page.get_element_by_id("moves").text_content()
    assert "（新）" in page.get_element_by_id("main").text_content()
    assert said in html.document_fromstring(reader.get(f"/overview/wall?{BETWEEN}").text).text_content()
    pack = html.document_fromstring(reader.get(f"/overview/pack?{BETWEEN}").text).text_content()
    assert said in pack and f"其中 {moved} 项当时没有预测" in pack
    first = read(reader.get(f"/overview/pack.xlsx?{BETWEEN}").data).sheets[0]
    assert new in [cell.value for row in first.rows for cell in row.cells.values() if cell.kind == "number"]
    file = reader.get(f"/overview/tables/figures.csv?{BETWEEN}").get_data(as_text=True)
    assert f"其中 {new} 项当时没有预测" in file
    file = reader.get(f"/overview/tables/moves.csv?{BETWEEN}").get_data(as_text=True)
    assert file.count("当时没有预测，按计划") == moved


def test_a_permission_says_what_was_forecast_on_the_other_day(client):
    reader = client("executive")
    path = "/overview/value?as_of=2026-11-20&compare=2024-12-31"
    found = reader.get("/api/v1/metrics?as_of=2026-11-20&compare=2024-12-31").get_json()
    new = found["INDs_compared"]["24m"]["no_forecast_then"]
    page = html.document_fromstring(reader.get(path).text)
    (card,) = [one for one in page.find_class("kpi") if "IND 许可" in one.text_content()]
    assert new > 0 and re.search(rf"其中 {new:.1f} 来自 \d+ 个当时没有预测的项目", card.text_content())
    file = reader.get(f"/overview/value/tables/permissions.csv{path[15:]}").get_data(as_text=True)
    assert "2024-12-31 的预测" in file and "没有预测" in file


def test_nothing_is_said_where_all_had_a_forecast(app) -> None:
    with app.test_request_context():
        assert compared.new_ones(0) == compared.of_them_new(0) == ""
        assert compared.in_slips(-2, 0, "上季末") == "少 2 项"
        assert compared.in_moves(moves.Moves((), 0, 0, 0, False)) == "没有改期，也没有完成"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "zh-Hans",
            (
                "较上季末多 1 项，只算当时有预测的",
                "较上季末少 2 项，只算当时有预测的",
                "与上季末持平，只算当时有预测的",
            ),
        ),
        (
            "zh-Hant",
            (
                "較上季末多 1 項，只算當時有預測的",
                "較上季末少 2 項，只算當時有預測的",
                "與上季末持平，只算當時有預測的",
            ),
        ),
        (
            "en",
            (
                "1 more of those forecast as of last quarter end",
                "2 fewer of those forecast as of last quarter end",
                "Unchanged among those forecast as of last quarter end",
            ),
        ),
    ],
)
def test_a_change_says_that_it_is_of_those_with_a_forecast(app, lang, said) -> None:
    with app.test_request_context(f"/?lang={lang}"):
        app.preprocess_request()
        day = words.against(date(2026, 9, 30), date(2026, 11, 20))
        assert tuple(compared.in_slips(change, 3, day) for change in (1, -2, 0)) == said
