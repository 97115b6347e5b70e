"""Milestones one below the other over the days: the page that drawings of forecasts and scenarios lie on."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from kangjiansheng.core import charts

MOST = 24  # lines that a drawing has room for
_ROW = 30
_PHONE = 318  # pixels of a phone that the figure has, its edge at the right taken off


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
    narrow = min(150, int(max(charts.text_width(name, 12) for _code, name in lines)) + 18)
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
                "height": 38 * len(lines) + 64,
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
                    "ticktext": [
                        f"{code}  <br>{charts.cut(name, narrow - 14, 12)}  " for code, name in lines
                    ],
                },
            }
        },
    )
