"""What a scenario does to dates: where each milestone stands, and where it would."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kangjiansheng.core import charts

from .by_day import MOST as MOST
from .by_day import by_day


@dataclass(frozen=True)
class Row:
    """One line: its day now and in the scenario (None when its project is stopped), the words at its end; `tried` for
    what somebody has moved, not what follows."""

    code: str
    name: str
    now: date
    then: date | None
    text: str
    href: str
    tried: bool


@dataclass(frozen=True)
class Words:
    """What the figure says, in the reader's language."""

    today: str
    spring: str
    national: str
    now: str
    then: str


def scenario(found: Sequence[Row], day: date, words: Words) -> charts.Figure:
    """The first on top: a ring where it stands, a line to the mark where it would, by how many days at its end."""
    rows = list(found)[::-1]
    ys = list(range(len(rows)))
    every = [one for row in rows for one in (row.now, row.then) if one]
    start, end = min([day, *every]) - timedelta(days=6), max([day, *every])
    return by_day(
        [*_lines(rows, ys), _now(rows, ys, words), _then(rows, ys, words), _ends(rows, ys)],
        [(row.code, row.name) for row in rows],
        day,
        words,
        start=start,
        end=end,
        span=max((end - start).days, 30),
        ends=max(charts.text_width(row.text) for row in rows) + 22,
    )


def _lines(rows: Sequence[Row], ys: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {
            "type": "scatter", "mode": "lines", "x": [row.now, row.then], "y": [y, y], "hoverinfo": "skip",
            "line": {"color": "@primary" if row.tried else "@seq-2", "width": 3},
        }
        for y, row in zip(ys, rows, strict=True)
        if row.then
    ]  # fmt: skip


def _now(rows: Sequence[Row], ys: Sequence[int], words: Words) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "y": ys, "x": [row.now for row in rows], "hoverinfo": "text",
        "hovertext": [f"{row.code} {row.name}<br>{words.now} {row.now}" for row in rows],
        "marker": {"symbol": "circle-open", "size": 9, "color": "@ink-3", "line": {"width": 1.8, "color": "@ink-3"}},
    }  # fmt: skip


def _then(rows: Sequence[Row], ys: Sequence[int], words: Words) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "y": ys, "x": [row.then for row in rows], "hoverinfo": "text",
        "hovertext": [f"{row.code} {row.name}<br>{words.then} {row.then or ''}" for row in rows],
        "customdata": [{"href": row.href} for row in rows],
        "marker": {
            "symbol": ["diamond" if row.tried else "circle" for row in rows], "size": 11, "line": {"width": 0},
            "color": ["@primary" if row.tried else "@seq-3" for row in rows],
        },
    }  # fmt: skip


def _ends(rows: Sequence[Row], ys: Sequence[int]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "text", "y": ys, "hoverinfo": "skip", "cliponaxis": False,
        "x": [max(row.now, row.then or row.now) for row in rows],
        "text": [f"\u2002{row.text}" for row in rows],
        "textposition": "middle right", "textfont": {"size": 12.5, "color": "@ink-2"},
    }  # fmt: skip
