"""Figures of the pipeline's value: rows → plain dicts with colour tokens. Words are given by the caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kangjiansheng.core import charts

_LABEL = {"size": 12.5, "color": "@ink"}


@dataclass(frozen=True)
class Bar:
    """One bar: what stands under it, its height (a share), the words on it; `lit` when the title speaks of it."""

    label: str
    height: float
    text: str
    lit: bool = False


@dataclass(frozen=True)
class Span:
    """One row: its name, a point, the ends of its line (None without), the words beside it; `lit` for the chosen."""

    label: str
    at: float
    low: float | None
    high: float | None
    text: str
    lit: bool = False


def columns(bars: Sequence[Bar]) -> charts.Figure:
    """Upright bars from nought, each with its words on top."""
    most = max((bar.height for bar in bars), default=1.0)
    data = [
        {
            "type": "bar",
            "x": list(range(len(bars))),
            "y": [bar.height for bar in bars],
            "width": 0.62,
            "marker": {"color": ["@primary" if bar.lit else "@seq-2" for bar in bars], "line": {"width": 0}},
            "text": [bar.text for bar in bars],
            "textposition": "outside",
            "textfont": _LABEL,
            "cliponaxis": False,
            "hoverinfo": "skip",
        }
    ]
    return charts.figure(
        data,
        {
            "height": 280,
            "margin": {"l": 10, "r": 10, "t": 24, "b": 34},
            "xaxis": {
                "tickvals": list(range(len(bars))),
                "ticktext": [bar.label for bar in bars],
                "showgrid": False,
                "range": [-0.6, max(len(bars) - 0.4, 1.4)],
                "tickfont": _LABEL,
            },
            "yaxis": {"range": [0, most * 1.12], "showticklabels": False},
        },
        mobile={"layout": {"height": 260}},
    )


def spans(rows: Sequence[Span], ticks: Sequence[tuple[float, str]]) -> charts.Figure:
    """A point and its interval for each row, the first on top, on one axis from nought."""
    shown = list(rows)[::-1]
    ys = list(range(len(shown)))
    most = max((max(row.high or 0, row.at) for row in shown), default=1.0) or 1.0
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "x": [row.low, row.high], "y": [y, y], "hoverinfo": "skip",
            "line": {"color": "@primary" if row.lit else "@ghost", "width": 3},
        }
        for y, row in zip(ys, shown, strict=True)
        if row.low is not None
    ]  # fmt: skip
    data.append(_points(shown, ys))
    data.append(
        {
            "type": "scatter", "mode": "text", "y": ys, "x": [max(row.high or 0, row.at) for row in shown],
            "text": [f"\u2003{row.text}" for row in shown], "textposition": "middle right", "textfont": _LABEL,
            "cliponaxis": False, "hoverinfo": "skip",
        }
    )  # fmt: skip
    return _rows(data, shown, (-0.02 * most, 1.28 * most), ticks, wide=250)


def _points(rows: Sequence[Span], ys: Sequence[int]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "x": [row.at for row in rows], "y": ys, "hoverinfo": "skip",
        "marker": {
            "symbol": "circle", "size": [12] * len(rows), "opacity": 1, "line": {"width": 0},
            "color": ["@primary" if row.lit else "@ink-2" for row in rows],
        },
    }  # fmt: skip


def tornado(
    rows: Sequence[Span], middle: float, ticks: Sequence[tuple[float, str]], label: str
) -> charts.Figure:
    """A bar for each row from the answer at its low end to that at its high end, around the answer as it is."""
    shown = list(rows)[::-1]
    ys = list(range(len(shown)))
    ends = [end for row in shown for end in (row.low, row.high) if end is not None] + [middle]
    low, high = min(ends), max(ends)
    room = (high - low) or abs(middle) or 1.0
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "orientation": "h", "y": ys, "width": 0.5, "hoverinfo": "skip", "cliponaxis": False,
            "base": [min(row.low or 0, row.high or 0) for row in shown],
            "x": [abs((row.high or 0) - (row.low or 0)) for row in shown],
            "marker": {"color": ["@primary" if row.lit else "@seq-2" for row in shown], "line": {"width": 0}},
        },
        {
            "type": "scatter", "mode": "text", "y": ys, "x": [max(row.low or 0, row.high or 0) for row in shown],
            "text": [f"\u2002{row.text}" for row in shown], "textposition": "middle right", "textfont": _LABEL,
            "cliponaxis": False, "hoverinfo": "skip",
        },
    ]  # fmt: skip
    line = {
        "type": "line", "x0": middle, "x1": middle, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": "@ink", "width": 1.2},
    }  # fmt: skip
    note = charts.note(middle, 0, label, color="@ink", weight=600, yref="paper", yanchor="top", yshift=-4)
    found = _rows(data, shown, (low - 0.06 * room, high + 0.3 * room), ticks, wide=170)
    found["layout"]["shapes"], found["layout"]["annotations"] = [line], [note]
    for layout in (found["layout"], found["mobile"]["layout"]):
        layout["margin"]["b"] = 30
    return found


def _rows(
    data: list[dict[str, Any]],
    shown: Sequence[Span],
    between: tuple[float, float],
    ticks: Sequence[tuple[float, str]],
    *,
    wide: int,
) -> charts.Figure:
    names = [row.label for row in shown]
    left = min(wide, int(max((charts.text_width(name) for name in names), default=80)) + 26)
    narrow = min(136, left)
    return charts.figure(
        data,
        {
            "height": 34 * len(shown) + 54,
            "margin": {"l": left, "r": 12, "t": 26, "b": 10},
            "xaxis": {
                "range": list(between),
                "side": "top",
                "tickvals": [value for value, _label in ticks],
                "ticktext": [label for _value, label in ticks],
            },
            "yaxis": {
                "tickvals": list(range(len(shown))),
                "ticktext": [f"{charts.cut(name, left - 20)}  " for name in names],
                "showgrid": False,
                "range": [-0.6, len(shown) - 0.4],
                "tickfont": _LABEL,
            },
        },
        mobile={
            "layout": {
                "margin": {"l": narrow, "r": 8, "t": 26, "b": 10},
                "xaxis": {
                    "range": [between[0], between[1] + 0.3 * (between[1] - between[0])],
                    "tickvals": [value for value, _label in ticks[::2]],
                    "ticktext": [label for _value, label in ticks[::2]],
                },
                "yaxis": {
                    "tickfont": {"size": 12},
                    "ticktext": [f"{charts.cut(name, narrow - 16, 12)}  " for name in names],
                },
            }
        },
    )


def round_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers between two values, at most so many: steps of 1, 2 or 5 times a power of ten."""
    room = high - low
    if room <= 0:
        return [low]
    power = 10.0 ** (len(str(int(room))) - 2 if room >= 1 else -6)
    while True:
        for factor in (1, 2, 5):
            step = factor * power
            if room / step <= most:
                first = -(-low // step)
                count = int((high - first * step) // step) + 1
                return [round((first + at) * step, 9) for at in range(max(count, 0))]
        power *= 10
