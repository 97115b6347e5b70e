"""What falls due, as lanes by laboratory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kangjiansheng.core import charts
from kangjiansheng.overview.charts.words import Words
from kangjiansheng.overview.rules.outlook import Outlook, Stop

_WIDTH = 1150  # pixels between the axes at full width: for packing labels
_LANE = 25
_BEYOND = 8  # the axis goes on for an eighth of the window, so that labels have room
_MOST_LANES = 36
_DRAWN = ("done", "idle", "pause", "ontrack", "risk", "slip", "late", "gate")
_QUIET = frozenset({"ontrack", "idle"})


@dataclass(frozen=True)
class _Placed:
    stop: Stop
    x: date
    y: float
    left: bool
    label: str

    @property
    def grounded(self) -> bool:
        """True for a label that lies over a line: that from the plan, or that of today."""
        return self.left or self.stop.day < self.x


def outlook(found: Outlook, words: Words) -> charts.Figure:
    """Lanes by laboratory: from plan to forecast, the status at its end, labels that do not overlap."""
    placed, lanes, depth = _place(found, words)
    shapes, notes = charts.bands(
        charts.festivals(found.start, found.end, spring=words.spring, national=words.national),
        labelled=found.horizon <= 90,
    )
    for shape, label in (
        charts.today_line(found.today, words.today),
        charts.edge_line(found.end, words.edge),
    ):
        shapes.append(shape)
        notes.append(label)
    for number, (name, y) in enumerate(lanes):
        notes.append(
            charts.note(
                0, y, name, color="@ink", size=13, weight=600,
                xref="paper", xanchor="right", xshift=-14, yanchor="top", yshift=11, align="right",
            )
        )  # fmt: skip
        if number:
            shapes.append(_rule(y - 0.68))
    data = [trace for item in placed for trace in _origin(item, found.start, notes, words)]
    notes += [_beside(item) for item in placed if item.grounded and item.label]
    for status in _DRAWN:
        these = [item for item in placed if item.stop.milestone.status == status]
        if these:
            data.append(_marks(these, status, words))
    values, labels = charts.date_ticks(found.start, found.end)
    return charts.figure(
        data,
        {
            "height": depth * _LANE + 62,
            "margin": {"l": 146, "r": 10, "t": 28, "b": 30},
            "shapes": shapes,
            "annotations": notes,
            "xaxis": {
                "type": "date",
                "range": [found.start, found.end + timedelta(days=max(found.horizon // _BEYOND, 2))],
                "tickvals": values,
                "ticktext": labels,
            },
            "yaxis": {"range": [depth - 0.1, -0.75], "showgrid": False, "showticklabels": False},
        },
    )


def _rule(y: float) -> dict[str, Any]:
    return {
        "type": "line", "xref": "paper", "x0": -0.125, "x1": 1, "y0": y, "y1": y,
        "line": {"color": "@line", "width": 1},
    }  # fmt: skip


def _place(found: Outlook, words: Words) -> tuple[list[_Placed], list[tuple[str, float]], float]:
    """Pack all labels; when that takes too many lanes only those off plan keep theirs, then none does."""
    for keep in (lambda s: True, lambda s: s.milestone.status not in _QUIET, lambda s: False):
        placed, lanes, depth = _pack(found, words, keep)
        if depth <= _MOST_LANES:
            break
    return placed, lanes, depth


def _pack(
    found: Outlook, words: Words, keep: Callable[[Stop], bool]
) -> tuple[list[_Placed], list[tuple[str, float]], float]:
    scale = _WIDTH / ((found.end - found.start).days + found.horizon / _BEYOND)
    placed: list[_Placed] = []
    lanes: list[tuple[str, float]] = []
    y = 0.0
    for lab, stops in found.lanes():
        spans, sides = [], []
        for stop in stops:
            label = _label(stop, words) if keep(stop) else ""
            width = charts.text_width(label) + 20 if label else 8
            at = (max(stop.day, found.start) - found.start).days * scale
            since = (min(max(stop.plan or stop.day, found.start), stop.day) - found.start).days * scale
            left = at + width > _WIDTH + 4
            sides.append((left, label))
            spans.append(
                (min(since, at - width) - 8, at + 14) if left else (min(since, at) - 10, at + width + 8)
            )
        rows = charts.pack(spans)
        for stop, (left, label), row in zip(stops, sides, rows, strict=True):
            placed.append(_Placed(stop, max(stop.day, found.start), y + row, left, label))
        lanes.append((words.lab(lab) if lab else words.no_lab, y))
        y += max(rows) + 1.35
    return placed, lanes, y


def _label(stop: Stop, words: Words) -> str:
    text = f"{stop.project.code} {words.milestone(stop.milestone)}"
    return f"{text}\u2002{words.days(stop.slip)}" if stop.slip else text


def _origin(item: _Placed, start: date, notes: list[dict[str, Any]], words: Words) -> list[dict[str, Any]]:
    """The line from the plan to the forecast, hollow at the plan; an arrow when the plan lies before the window."""
    plan, stop = item.stop.plan, item.stop
    if plan is None or plan >= item.x or item.x <= start or not stop.slip:
        return []
    since = max(plan, start)
    found: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "x": [since, item.x], "y": [item.y, item.y],
            "line": {"color": f"@{stop.milestone.status}", "width": 2}, "opacity": 0.55, "hoverinfo": "skip",
        }
    ]  # fmt: skip
    if plan >= start:
        found.append(
            {
                "type": "scatter", "mode": "markers", "x": [plan], "y": [item.y], "hoverinfo": "skip",
                "marker": {"symbol": "circle-open", "size": 8, "color": "@ghost", "line": {"width": 1.6, "color": "@ghost"}},
            }
        )  # fmt: skip
    else:
        notes.append(
            charts.note(
                start,
                item.y,
                f"{plan:%Y-%m-%d} ◂",  # the legend says what the line begins at
                color="@ink-3",
                size=11,
                xanchor="left",
                yshift=10,
            )
        )
    return found


def _beside(item: _Placed) -> dict[str, Any]:
    """A label with a ground of its own."""
    status = item.stop.milestone.status
    color = "@ink" if status in _QUIET else f"@{status}-text"
    return charts.note(
        item.x,
        item.y,
        item.label,
        color=color,
        size=12.5,
        xanchor="right" if item.left else "left",
        xshift=-12 if item.left else 12,
        bgcolor="@surface",
        borderpad=1,
    )


def _marks(items: Sequence[_Placed], status: str, words: Words) -> dict[str, Any]:
    quiet = status in _QUIET
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [item.x for item in items],
        "y": [item.y for item in items],
        "text": ["" if item.grounded or not item.label else f"\u2002{item.label}" for item in items],
        "textposition": "middle right",
        "textfont": {"size": 12.5, "color": "@ink" if quiet else f"@{status}-text"},
        "cliponaxis": False,
        "marker": {
            "symbol": charts.SYMBOLS[status],
            "size": 11 if quiet else 12,
            "color": f"@{status}",
            "line": {"width": 2.2 if status in ("gate", "idle") else 0, "color": f"@{status}"},
        },
        "customdata": [{"href": words.href(item.stop.milestone)} for item in items],
        "hovertext": [_hover(item.stop, words) for item in items],
        "hoverinfo": "text",
    }


def _hover(stop: Stop, words: Words) -> str:
    first = f"{stop.project.code} {words.milestone(stop.milestone)}"
    second = f"{words.status[stop.milestone.status]} {words.forecast} {stop.day:%Y-%m-%d}"
    if stop.plan is None:
        return f"{first}<br>{second}"
    return (
        f"{first}<br>{second}<br>{words.baseline} {stop.plan:%Y-%m-%d} {words.days(stop.milestone.slip or 0)}"
    )
