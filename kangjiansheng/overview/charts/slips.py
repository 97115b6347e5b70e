"""Which milestones slip most: plan, what was forecast on the day of comparison, now."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from kangjiansheng.core import charts
from kangjiansheng.overview.charts.words import Words
from kangjiansheng.overview.rules.slips import Slip

_PHONE = 168  # pixels of a phone that are left for the lines and the words at their ends


def slips(rows: Sequence[Slip], words: Words) -> charts.Figure:
    """Days after the plan, the largest on top: plan, what was forecast on the day of comparison, now."""
    shown = list(rows)[::-1]
    ys = list(range(len(shown)))
    most = max((max(row.now, row.then or 0) for row in shown), default=7)
    names = [f"{row.project.code} {words.milestone(row.milestone)}" for row in shown]
    texts = [words.days(row.now) + _mark(row, words) for row in shown]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "x": [0, row.now], "y": [y, y], "opacity": 0.45, "hoverinfo": "skip",
            "line": {"color": f"@{row.milestone.status}", "width": 3},
        }
        for y, row in zip(ys, shown, strict=True)
    ]  # fmt: skip
    data += [_plans(shown, ys, words), _thens(shown, ys, words), _nows(shown, ys, words)]
    data.append(
        {
            "type": "scatter", "mode": "text", "y": ys, "text": [f"\u2003{text}" for text in texts],
            "x": [max(row.now, row.then or 0) for row in shown], "textposition": "middle right",
            "textfont": {"size": 12.5, "color": [f"@{row.milestone.status}-text" for row in shown]},
            "cliponaxis": False, "hoverinfo": "skip",
        }
    )  # fmt: skip
    step = next(s for s in (7, 14, 30, 60, 90, 180, 365, 730, 3650) if most / s <= 6)
    ticks = list(range(0, most + 1, step))
    labels = [words.baseline, *(charts.signed_days(t) for t in ticks[1:])]
    wide, narrow = _margin(names, 260), _margin([words.milestone(row.milestone) for row in shown], 156)
    words_share = min(max((charts.text_width(text) for text in texts), default=0) + 14, 120) / _PHONE
    few = _few(dict(zip(ticks, labels, strict=True)), _PHONE * (1 - words_share) / (1.06 * most))
    return charts.figure(
        data,
        {
            "height": 40 * len(shown) + 44,
            "margin": {"l": wide, "r": 14, "t": 24, "b": 12},
            "xaxis": {
                "range": [-0.04 * most, 1.28 * most],
                "side": "top",
                "tickvals": ticks,
                "ticktext": labels,
            },
            "yaxis": {
                "tickvals": ys,
                "ticktext": [
                    _label(row.project.code, words.milestone(row.milestone), wide - 20) for row in shown
                ],
                "showgrid": False,
                "range": [-0.6, len(shown) - 0.4],
                "tickfont": {"size": 12.5, "color": "@ink"},
            },
        },
        mobile={
            "layout": {
                "margin": {"l": narrow, "r": 6, "t": 24, "b": 10},
                "xaxis": {
                    "range": [-0.06 * most, most / (1 - words_share)],
                    "tickvals": few,
                    "ticktext": [labels[ticks.index(tick)] for tick in few],
                    "tickangle": 0,
                },
                "yaxis": {
                    "tickfont": {"size": 12},
                    "ticktext": [
                        _label(row.project.code, words.milestone(row.milestone), narrow - 20, 12)
                        for row in shown
                    ],
                },
            }
        },
    )


def _few(labels: Mapping[int, str], a_day: float) -> list[int]:
    """The days of an axis whose labels stand apart on a phone, where a day takes so many pixels."""
    every = list(labels)[::2]
    return next(
        (
            some
            for some in (every, [0, every[-1]])
            if all(
                (b - a) * a_day
                > (charts.text_width(labels[a], 12) + charts.text_width(labels[b], 12)) / 2 + 4
                for a, b in pairwise(some)
            )
        ),
        [0],
    )


def _label(code: str, name: str, width: float, size: float = 12.5) -> str:
    """On one line where there is room for it, else the name below the code."""
    whole = f"{code} {name}"
    fits = charts.text_width(whole, size) <= width
    return f"{whole}  " if fits else f"{code}  <br>{charts.cut(name, width, size)}  "


def _mark(row: Slip, words: Words) -> str:
    return words.new if row.new else words.recovers if row.recovers else ""


def _margin(names: Sequence[str], limit: int) -> int:
    return min(limit, int(max((charts.text_width(name) for name in names), default=100)) + 26)


def _plans(rows: Sequence[Slip], ys: Sequence[int], words: Words) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "x": [0] * len(rows), "y": ys, "hoverinfo": "text",
        "hovertext": [f"{words.baseline} {row.milestone.baseline:%Y-%m-%d}" for row in rows],
        "marker": {"symbol": "circle-open", "size": 9, "color": "@ghost", "line": {"width": 1.8, "color": "@ghost"}},
    }  # fmt: skip


def _thens(rows: Sequence[Slip], ys: Sequence[int], words: Words) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "y": ys, "hoverinfo": "text",
        "x": [row.then if row.then is not None and row.then != row.now else None for row in rows],
        "hovertext": [f"{words.compare} {row.then_date:%Y-%m-%d}" if row.then_date else "" for row in rows],
        "marker": {"symbol": "line-ns-open", "size": 13, "color": "@ink-2", "line": {"width": 1.8, "color": "@ink-2"}},
    }  # fmt: skip


def _nows(rows: Sequence[Slip], ys: Sequence[int], words: Words) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row.now for row in rows],
        "y": ys,
        "cliponaxis": False,
        "hoverinfo": "text",
        "hovertext": [
            f"{row.project.code} {words.milestone(row.milestone)}<br>{words.forecast} {row.milestone.forecast or ''}"
            f"<br>{words.status[row.milestone.status]} {words.days(row.now)}"
            f"{'<br>' + words.unknown if row.new else ''}"
            for row in rows
        ],
        "customdata": [{"href": words.href(row.milestone)} for row in rows],
        "marker": {
            "symbol": [charts.SYMBOLS[row.milestone.status] for row in rows],
            "size": [13] * len(rows),
            "opacity": 1,
            "line": {"width": 0},
            "color": [f"@{row.milestone.status}" for row in rows],
        },
    }
