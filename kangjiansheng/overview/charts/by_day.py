"""Milestones one below the other over the days: the page that drawings of forecasts and scenarios lie on."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from kangjiansheng.core import charts

MOST = 24  # lines that a drawing has room for
_ROW = 30
_PHONE = 318  # pixels of a phone that the figure has, its edge at the right taken off
_EDGE = 8  # left of its lines there


class Words(Protocol):
    """What is written on it, in the reader's language."""

    @property
    def today(self) -> str: ...
    @property
    def spring(self) -> str: ...
    @property
    def national(self) -> str: ...


def by_day(
    traces: Sequence[dict[str, Any]],
    lines: Sequence[tuple[str, str]],
    day: date,
    words: Words,
    *,
    start: date,
    end: date,
    span: int,
    ends: float,
) -> charts.Figure:
    """Traces over `lines` (code and name, the first at the bottom) from `start` to `end`, `span` days; words of `ends`
    pixels stand behind their marks."""
    values, labels = charts.date_ticks(start, end)
    shapes, notes = charts.bands(
        charts.festivals(start, end, spring=words.spring, national=words.national), labelled=False
    )
    line, label = charts.today_line(day, words.today)
    names = [f"{code} {name}" for code, name in lines]
    wide = min(300, int(max(charts.text_width(name) for name in names)) + 26)
    base = {"range": [start, end + timedelta(days=span // 7 + 12)], "type": "date"}
    return charts.figure(
        list(traces),
        {
            "height": _ROW * len(lines) + 64,
            "margin": {"l": wide, "r": 12, "t": 28, "b": 30},
            "shapes": [*shapes, line],
            "annotations": [*notes, label],
            "xaxis": {**base, "tickvals": values, "ticktext": labels},
            "yaxis": {
                "tickvals": list(range(len(lines))),
                "ticktext": [f"{charts.cut(name, wide - 20)}  " for name in names],
                "showgrid": False,
                "range": [-0.6, len(lines) - 0.4],
                "tickfont": {"size": 12.5, "color": "@ink"},
            },
        },
        mobile={
            "layout": {
                "height": 46 * len(lines) + 64,
                "margin": {"l": _EDGE, "r": 6, "t": 28, "b": 30},
                "annotations": [*notes, {**label, "xanchor": "left", "xshift": -_EDGE}, *_above(names)],
                "xaxis": {
                    **base,
                    "range": [start, end + timedelta(days=int(span * ends / (_PHONE - _EDGE - ends)))],
                    "tickvals": values[::3],
                    "ticktext": labels[::3],
                    "tickangle": 0,
                },
                "yaxis": {"showticklabels": False, "range": [-0.5, len(lines) - 0.2]},
            }
        },
    )


def _above(names: Sequence[str]) -> list[dict[str, Any]]:
    """What each line is called, over it: beside it, names would take half of a phone from the days."""
    return [
        charts.note(
            0, y, charts.cut(name, _PHONE - _EDGE, 12), color="@ink", xref="paper", xanchor="left", yshift=17,
            bgcolor="@surface", borderpad=0,
        )
        for y, name in enumerate(names)
    ]  # fmt: skip
