"""When milestones will come: the promise, and the band of days that our own history gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from kangjiansheng.core import charts
from kangjiansheng.overview.rules.forecast.days import MISSING
from kangjiansheng.overview.rules.forecast.runs import Expected, Outlook

from .by_day import MOST, by_day


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
    ends = max(charts.text_width(words.days(_day(one.p80).toordinal() - one.promise)) for one in rows) + 16
    return by_day(
        [
            *_bands(rows, ys),
            _promises(rows, ys, words, start),
            _halves(rows, ys, words),
            _ends(rows, ys, words),
        ],
        [(words.code(one), words.name(one)) for one in rows],
        day,
        words,
        start=start,
        end=end,
        span=(end - start).days,
        ends=ends,
    )


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
