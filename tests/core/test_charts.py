"""The style of figures: plain, unshared, in tokens that exist, with labels that do not collide."""

import datetime as dt
import itertools
import json
import re
from pathlib import Path

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core import charts

DAY = dt.date(2026, 11, 20)


def sample() -> charts.Figure:
    shape, label = charts.today_line(DAY, "今天 11-20")
    shapes, notes = charts.bands(charts.festivals(DAY, dt.date(2027, 3, 1), spring="春节", national="国庆"))
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [DAY],
        "y": [1],
        "marker": {"symbol": charts.SYMBOLS["slip"], "color": "@slip", "size": 12},
    }
    return charts.figure(
        [trace],
        {
            "height": 311,
            "shapes": [shape, *shapes],
            "annotations": [label, *notes],
            "xaxis": {"type": "date"},
        },
        mobile={"layout": {"height": 201, "margin": {"l": 60}}},
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_resolved_figure_is_one_that_plotly_accepts(theme: str) -> None:
    drawing = charts.resolve(sample(), theme)
    assert "@" not in json.dumps(drawing)
    go.Figure(drawing)


def test_an_unknown_token_is_refused() -> None:
    with pytest.raises(KeyError):
        charts.resolve({"data": [{"line": {"color": "@nothing"}}]})


def test_heights_are_ones_that_the_page_can_reserve() -> None:
    drawing = sample()
    assert drawing["layout"]["height"] == 320
    assert drawing["mobile"]["layout"]["height"] == 220


def test_two_figures_share_nothing_with_each_other_or_with_what_they_were_made_from() -> None:
    layout = {"margin": {"l": 10}}
    one, two = charts.figure([], layout), charts.figure([], layout)
    one["layout"]["margin"]["l"] = 99
    one["layout"]["template"]["layout"]["font"]["size"] = 99
    assert two["layout"]["margin"]["l"] == 10 == layout["margin"]["l"]
    assert two["layout"]["template"]["layout"]["font"]["size"] == 12.5


def test_every_status_has_a_shape_of_its_own_and_colours() -> None:
    shown = [charts.SYMBOLS[s] for s in charts.SYMBOLS if s != "done"]
    assert len(set(shown)) == len(shown)
    for palette in charts.tokens().values():
        for status in charts.SYMBOLS:
            assert {status, f"{status}-text", f"{status}-tint"} <= palette.keys()


def test_spring_festival_of_2027_is_a_band() -> None:
    weeks = charts.festivals(DAY, dt.date(2027, 2, 22), spring="春节", national="国庆")
    assert weeks == [(dt.date(2027, 2, 5), dt.date(2027, 2, 13), "春节")]


def test_ticks_name_the_year_at_the_start_and_in_january() -> None:
    values, words = charts.date_ticks(dt.date(2026, 2, 15), dt.date(2027, 5, 20), at_most=6)
    assert values == ["2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01", "2027-04-01"]
    assert words == ["2026-04", "07", "10", "2027-01", "04"]


@given(st.dates(dt.date(2000, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 9000))
def test_ticks_lie_inside_and_are_few(start: dt.date, days: int) -> None:
    end = start + dt.timedelta(days=days)
    values, words = charts.date_ticks(start, end)
    assert len(values) == len(words) <= 9
    assert all(start <= dt.date.fromisoformat(v) <= end for v in values)


spans = st.lists(
    st.tuples(st.floats(0, 1000), st.floats(0, 300)).map(lambda p: (p[0], p[0] + p[1])), max_size=40
)


@given(spans)
def test_packed_spans_do_not_overlap_in_a_lane(found: list[tuple[float, float]]) -> None:
    ordered = sorted(found)
    lanes = charts.pack(ordered)
    for lane in set(lanes):
        row = [span for span, k in zip(ordered, lanes, strict=True) if k == lane]
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(row))


@given(st.lists(st.floats(-500, 500), min_size=1, max_size=30), st.floats(1, 20))
def test_spread_labels_keep_their_order_and_their_distance(at: list[float], gap: float) -> None:
    placed = charts.spread(at, gap)
    order = sorted(range(len(at)), key=lambda k: at[k])
    for a, b in itertools.pairwise(order):
        assert placed[b] - placed[a] >= gap - 1e-6
    assert sum(placed) == pytest.approx(sum(at), abs=1e-6 * len(at) + 1e-6)


def test_spread_leaves_free_labels_alone() -> None:
    assert charts.spread([30.0, 0.0, 60.0], 10) == [30.0, 0.0, 60.0]


def test_signed_days_use_a_true_minus() -> None:
    assert [charts.signed_days(n) for n in (42, -2, 0)] == ["+42", "−2", "0"]


def test_a_picture_draws_the_shapes_that_stand_in_the_bars():
    """The key below a downloaded picture is drawn by the page's own script, with the letters of the bars above it."""
    script = (Path(charts.__file__).parent / "static_src" / "js" / "kjs-charts.js").read_text("utf-8")
    (said,) = re.findall(r"const GLYPHS = \{(.*?)\};", script)
    assert dict(re.findall(r"(\w+): '(.)'", said)) == dict(charts.GLYPHS)
