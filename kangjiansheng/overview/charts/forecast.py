"""When milestones will come: the promise, and the band of days that our own history gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from kangjiansheng.core import charts
from kangjiansheng.overview.rules.forecast.days import MISSING
from kangjiansheng.overview.rules.forecast.runs import Expected, Outlook

MOST = 24
_ROW = 30
_PHONE = 318  # pixels of a phone that the figure has, its edge at the right taken off


@dataclass(frozen=True)
class Words:
    """What the figure says, in the reader's language."""

    today: str
    spring: str
    national: str
    promise: str
    half: str
    most: str
    code: Callable[[Expected], str]
    name: Callable[[Expected], str]
    href: Callable[[Expected], str]
    days: Callable[[int], str]


def shown(found: Outlook) -> list[Expected]:
    """Those that a drawing has room for: whose P80 lies furthest after the promise, in the order of promises."""
    known = found.at((found.p20 != MISSING) & (found.p50 != MISSING) & (found.p80 != MISSING))
    furthest = np.lexsort((known.id, known.promise, known.promise - known.p80))[:MOST]
    return list(known.at(np.sort(furthest)))


def forecast(found: Sequence[Expected], day: date, words: Words) -> charts.Figure:
    """One line for each: hollow where it is promised, a band from P20 to P80, a mark on P50, the days at its end."""
    rows = list(found)[::-1]
    ys = list(range(len(rows)))
    first = min([day, *(_day(one.promise) for one in rows)])
    start = max(first, day - timedelta(days=90)) - timedelta(days=6)
    end = max(_day(one.p80) for one in rows)
    span = (end - start).days
    values, labels = charts.date_ticks(start, end)
    shapes, notes = charts.bands(
        charts.festivals(start, end, spring=words.spring, national=words.national), labelled=False
    )
    line, label = charts.today_line(day, words.today)
    names = [f"{words.code(one)} {words.name(one)}" for one in rows]
    wide = min(300, int(max(charts.text_width(name) for name in names)) + 26)
    narrow = min(150, int(max(charts.text_width(words.name(one), 12) for one in rows)) + 18)
    ends = max(charts.text_width(words.days(_day(one.p80).toordinal() - one.promise)) for one in rows) + 16
    base = {"range": [start, end + timedelta(days=span // 7 + 12)], "type": "date"}
    return charts.figure(
        [*_bands(rows, ys), _promises(rows, ys, words, start), _halves(rows, ys, words), _ends(rows, ys, words)],
        {
            "height": _ROW * len(rows) + 64,
            "margin": {"l": wide, "r": 12, "t": 28, "b": 30},
            "shapes": [*shapes, line],
            "annotations": [*notes, label],
            "xaxis": {**base, "tickvals": values, "ticktext": labels},
            "yaxis": {
                "tickvals": ys,
                "ticktext": [f"{charts.cut(name, wide - 20)}  " for name in names],
                "showgrid": False,
                "range": [-0.6, len(rows) - 0.4],
                "tickfont": {"size": 12.5, "color": "@ink"},
            },
        },
        mobile={
            "layout": {
                "height": 38 * len(rows) + 64,
                "margin": {"l": narrow, "r": 6, "t": 28, "b": 30},
                "xaxis": {
                    **base,
                    "range": [start, end + timedelta(days=int(span * ends / (_PHONE - narrow - ends)))],
                    "tickvals": values[::3],
                    "ticktext": labels[::3],
                    "tickangle": 0,
                },
                "yaxis": {
                    "tickfont": {"size": 12},
                    "ticktext": [f"{words.code(one)}  <br>{charts.cut(words.name(one), narrow - 14, 12)}  " for one in rows],
                },
            }
        },
    )  # fmt: skip


def _day(number: int | None) -> date:
    assert number is not None  # only what is known is drawn
    return date.fromordinal(number)


def _bands(rows: Sequence[Expected], ys: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {
            "type": "scatter", "mode": "lines", "x": [_day(one.p20), _day(one.p80)], "y": [y, y],
            "line": {"color": "@seq-2", "width": 9}, "hoverinfo": "skip",
        }
        for y, one in zip(ys, rows, strict=True)
    ]  # fmt: skip


def _promises(rows: Sequence[Expected], ys: Sequence[int], words: Words, start: date) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "y": ys, "hoverinfo": "text",
        "x": [max(_day(one.promise), start) for one in rows],
        "hovertext": [f"{words.code(one)}<br>{words.promise} {_day(one.promise)}" for one in rows],
        "marker": {"symbol": "circle-open", "size": 9, "color": "@ink-3", "line": {"width": 1.8, "color": "@ink-3"}},
    }  # fmt: skip


def _halves(rows: Sequence[Expected], ys: Sequence[int], words: Words) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "y": ys, "hoverinfo": "text",
        "x": [_day(one.p50) for one in rows],
        "hovertext": [
            f"{words.code(one)} {words.name(one)}<br>{words.half} {_day(one.p50)}<br>{words.most} {_day(one.p80)}"
            for one in rows
        ],
        "customdata": [{"href": words.href(one)} for one in rows],
        "marker": {"symbol": "circle", "size": 10, "color": "@primary", "line": {"width": 0}},
    }  # fmt: skip


def _ends(rows: Sequence[Expected], ys: Sequence[int], words: Words) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "text", "y": ys, "hoverinfo": "skip", "cliponaxis": False,
        "x": [max(_day(one.p80), _day(one.promise)) for one in rows],
        "text": [f"\u2002{words.days((one.p80 or 0) - one.promise)}" for one in rows],
        "textposition": "middle right", "textfont": {"size": 12.5, "color": "@ink-2"},
    }  # fmt: skip
