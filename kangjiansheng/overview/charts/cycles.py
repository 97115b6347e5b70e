"""How long the stretches take: each project as a dot, those under way hollow, the median with its interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kangjiansheng.core import charts
from kangjiansheng.overview.charts.stacked import Row, margin, names
from kangjiansheng.overview.rules.cycles import Course, Cycle

_ROW = 64
_DROP = 0.25  # how far the dots lie below the line of the median


@dataclass(frozen=True)
class CycleWords:
    """What the figure says. `end` stands in a row, `short` on a phone, `hover` beside a dot, `days` on the axis."""

    name: Callable[[Cycle], str]
    end: Callable[[Cycle], str]
    short: Callable[[Cycle], str]
    hover: Callable[[Cycle, Course], str]
    days: Callable[[int], str]
    href: Callable[[Course], str]


def cycles(found: Sequence[Cycle], words: CycleWords) -> charts.Figure:
    """Rows on a common axis of calendar days from the beginning of each stretch."""
    rows = [Row(words.name(cycle)) for cycle in found]
    ys = list(range(len(found)))[::-1]
    most = max((_furthest(cycle) for cycle in found), default=30) or 1
    wide = margin(rows)
    data: list[dict[str, Any]] = []
    for cycle, y in zip(found, ys, strict=True):
        if cycle.median:
            data += _middle(cycle, y, most)
        data += [_dots(cycle, y - _DROP, ended, words) for ended in (True, False)]
    step = next(s for s in (7, 14, 30, 60, 90, 180, 365, 730, 3650) if most / s <= 7)
    ticks = list(range(0, most + 1, step))
    return charts.figure(
        data,
        {
            "height": _ROW * len(found) + 40,
            "margin": {"l": wide, "r": 16, "t": 6, "b": 28},
            "annotations": _notes(found, ys, words.end),
            "xaxis": {
                "range": [-0.02 * most, 1.04 * most],
                "tickvals": ticks,
                "ticktext": [words.days(tick) if tick else "0" for tick in ticks],
            },
            "yaxis": names(rows, ys, wide),
        },
        mobile={
            "layout": {
                "annotations": _notes(found, ys, words.short),
                "margin": {"l": min(wide, 104), "r": 10},
                "xaxis": {
                    "tickvals": ticks[::2],
                    "ticktext": [words.days(t) if t else "0" for t in ticks[::2]],
                },
                "yaxis": {"ticktext": names(rows, ys, 104)["ticktext"]},
            }
        },
    )


def _notes(found: Sequence[Cycle], ys: Sequence[int], say: Callable[[Cycle], str]) -> list[dict[str, Any]]:
    return [
        charts.note(
            0, y + 0.32, say(cycle), color="@ink-2", size=12.5, xanchor="left", yanchor="middle", xshift=6,
            bgcolor="@surface", borderpad=1,
        )
        for cycle, y in zip(found, ys, strict=True)
    ]  # fmt: skip


def _furthest(cycle: Cycle) -> int:
    edges = [cycle.median.high or 0, cycle.median.time] if cycle.median else []
    return max([course.days for course in cycle.courses] + edges)


def _middle(cycle: Cycle, y: float, most: int) -> list[dict[str, Any]]:
    """The interval as a line, the median across it. An edge that is not reached runs to the end of the axis."""
    middle = cycle.median
    if middle is None:
        return []
    low = middle.low if middle.low is not None else 0
    high = middle.high if middle.high is not None else round(1.04 * most)
    return [
        {
            "type": "scatter", "mode": "lines", "x": [low, high], "y": [y, y], "hoverinfo": "skip",
            "line": {"color": "@done", "width": 4, "dash": "solid" if middle.high is not None else "dot"}, "opacity": 0.4,
        },
        {
            "type": "scatter", "mode": "markers", "x": [middle.time], "y": [y], "hoverinfo": "skip",
            "marker": {"symbol": "line-ns-open", "size": 13, "color": "@done", "line": {"width": 3, "color": "@done"}},
        },
    ]  # fmt: skip


def _dots(cycle: Cycle, y: float, ended: bool, words: CycleWords) -> dict[str, Any]:
    these = [course for course in cycle.courses if course.ended is ended]
    return {
        "type": "scatter", "mode": "markers", "x": [course.days for course in these], "y": [y] * len(these),
        "hoverinfo": "text", "hovertext": [words.hover(cycle, course) for course in these], "cliponaxis": False,
        "customdata": [{"href": words.href(course)} for course in these],
        "marker": {
            "symbol": "circle" if ended else "circle-open", "size": 9, "color": "@done" if ended else "@idle",
            "line": {"width": 0 if ended else 2, "color": "@done" if ended else "@idle"},
        },
    }  # fmt: skip
