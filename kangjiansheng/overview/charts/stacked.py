"""Counts as bars: of rows that have names, or of months. Each part is told by its place, its shape and number, and its
name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kangjiansheng.core import charts

_ROW = 44
_AROUND = 16
_WIDE = 230  # pixels that names may take
_NARROW = 112  # pixels of a phone that names may take
_PLOT, _PLOT_NARROW = 420, 190  # pixels that the longest bar has at least, and on a phone
_MARKED = 34  # pixels that a shape and a number take


@dataclass(frozen=True)
class Part:
    """One part of every bar: what it is called, and the status or the colour that it is drawn in."""

    name: str
    color: str
    values: Sequence[int]

    def counts(self, least: float) -> list[str]:
        """What stands in each bar: the number, and from `least` on the shape of the status before it, which grey paper
        keeps."""
        shape = charts.GLYPHS.get(self.color, "")
        marked = [f"{shape}\u2009{value}".strip() if value >= least else str(value) for value in self.values]
        return [text if value else "" for text, value in zip(marked, self.values, strict=True)]

    @property
    def tinted(self) -> tuple[str, str, str]:
        """Ground, border and text. A status has all three; a plain colour is its own ground."""
        if self.color.startswith(("cat-", "seq-")):
            return f"@{self.color}", f"@{self.color}", "@ink"
        return f"@{self.color}-tint", f"@{self.color}", f"@{self.color}-text"


@dataclass(frozen=True)
class Row:
    """A bar by name: where it leads, and what stands at its end."""

    name: str
    href: str = ""
    end: str = ""


def bars(rows: Sequence[Row], parts: Sequence[Part]) -> charts.Figure:
    """Lying bars, the first on top, each with the number of each part in it."""
    ys = list(range(len(rows)))[::-1]
    wide = margin(rows)
    ends = max((charts.text_width(row.end) for row in rows), default=0)
    totals = [sum(part.values[n] for part in parts) for n in range(len(rows))]
    most = max(totals, default=1) or 1
    end = {
        "type": "scatter", "mode": "text", "x": totals, "y": ys, "hoverinfo": "skip", "cliponaxis": False,
        "text": [f"\u2002{row.end}" for row in rows], "textposition": "middle right",
        "textfont": {"size": 12.5, "color": "@ink-2"},
    }  # fmt: skip
    data, small = (
        [*(_lying(part, rows, ys, _MARKED * most / room) for part in parts), end]
        for room in (_PLOT, _PLOT_NARROW)
    )
    return charts.figure(
        data,
        {
            "height": _ROW * len(rows) + _AROUND,
            "barmode": "stack",
            "bargap": 0.42,
            "margin": {"l": wide, "r": int(ends) + 18, "t": 4, "b": 8},
            "xaxis": {"range": [0, 1.004 * most], "showticklabels": False, "showgrid": False},
            "yaxis": {**names(rows, ys, wide), "range": _from_the_top(len(rows))},
        },
        mobile={
            "data": small,
            "layout": {
                "margin": {"l": min(wide, _NARROW), "r": int(ends) + 14},
                "yaxis": {"ticktext": names(rows, ys, _NARROW)["ticktext"]},
            },
        },
    )


def _from_the_top(rows: int) -> list[float]:
    """The range in which a bar is as thick as any other, however few there are: a figure has a least height."""
    room = (charts.fit_height(_ROW * rows + _AROUND) - _AROUND) / _ROW
    return [rows - 0.5 - room, rows - 0.5]


def names(rows: Sequence[Row], ys: Sequence[int], room: int) -> dict[str, Any]:
    return {
        "tickvals": list(ys),
        "ticktext": ["<br>".join(f"{line}\u2002" for line in _lines(row.name, room - 22)) for row in rows],
        "tickfont": {"size": 12.5, "color": "@ink"},
        "showgrid": False,
        "range": [-0.6, len(rows) - 0.4],
    }


def margin(rows: Sequence[Row]) -> int:
    """How much room names take at the left, on two lines where they are long."""
    lines = [line for row in rows for line in _lines(row.name, _WIDE - 22)]
    return int(max((charts.text_width(line) for line in lines), default=80)) + 24


def _lines(name: str, room: float) -> list[str]:
    """A name on one line, or on two; what is longer still is cut."""
    if charts.text_width(name) <= room:
        return [name]
    cuts = [at for at in range(1, len(name)) if charts.text_width(name[:at].rstrip()) <= room]
    good = [at for at in cuts if name[at - 1] in " 与與和、-" or name[at] == " "]
    at = max(good or cuts, default=1)
    rest = name[at:].lstrip()
    while charts.text_width(rest) > room:
        rest = f"{rest.rstrip('…')[:-1]}…"
    return [name[:at].rstrip(), rest]


def _lying(part: Part, rows: Sequence[Row], ys: Sequence[int], least: float) -> dict[str, Any]:
    ground, border, ink = part.tinted
    return {
        "type": "bar", "orientation": "h", "x": [value or None for value in part.values], "y": list(ys), "hoverinfo": "text",
        "text": part.counts(least), "textposition": "inside",
        "insidetextanchor": "middle", "textangle": 0, "textfont": {"size": 12.5, "color": ink}, "constraintext": "none",
        "hovertext": [f"{row.name}<br>{part.name} {value}" for row, value in zip(rows, part.values, strict=True)],
        "customdata": [{"href": row.href} if row.href else None for row in rows],
        "marker": {"color": ground, "line": {"color": border, "width": 1}},
    }  # fmt: skip


def months(firsts: Sequence[date], before: str, parts: Sequence[Part]) -> charts.Figure:
    """Standing bars: one for what lies before, named `before`, then one for each month."""
    xs = list(range(len(firsts) + 1))
    totals = [sum(part.values[n] for part in parts) for n in xs]
    most = max(max(totals), 1)
    labels = [before, *(f"{day:%Y-%m}" for day in firsts)]
    # On a phone a bar is as wide as its number alone.
    data, small = ([_standing(part, xs, labels, least) for part in parts] for least in (1, most + 1))
    few = [f"<br>{before}", *(f"{day:%m}<br>{day:%Y}" if n % 3 == 2 else "" for n, day in enumerate(firsts))]
    return charts.figure(
        data,
        {
            "height": 260,
            "barmode": "stack",
            "bargap": 0.36,
            "margin": {"l": 28, "r": 8, "t": 10, "b": 42},
            "xaxis": {
                "range": [-0.6, len(xs) - 0.4],
                "tickvals": xs,
                "ticktext": [before, *_month_names(firsts)],
                "showgrid": False,
                "tickangle": 0,
            },
            "yaxis": {"range": [0, most * 1.12], "tickvals": _steps(most), "tickfont": {"color": "@ink-3"}},
        },
        mobile={"data": small, "layout": {"xaxis": {"ticktext": few}}},
    )


def _month_names(firsts: Sequence[date]) -> list[str]:
    """01 … 12, with the year under the first and under each January."""
    return [
        f"{day:%m}<br>{day:%Y}" if number == 0 or day.month == 1 else f"{day:%m}"
        for number, day in enumerate(firsts)
    ]


def _steps(most: int) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 500, 10**6) if most / step <= 5)
    return list(range(0, most + 1, step))


def _standing(part: Part, xs: Sequence[int], labels: Sequence[str], least: float) -> dict[str, Any]:
    ground, border, ink = part.tinted
    return {
        "type": "bar", "x": list(xs), "y": [value or None for value in part.values], "hoverinfo": "text",
        "text": part.counts(least), "textposition": "inside",
        "insidetextanchor": "middle", "textangle": 0, "textfont": {"size": 12.5, "color": ink}, "constraintext": "none",
        "hovertext": [f"{label}<br>{part.name} {value}" for label, value in zip(labels, part.values, strict=True)],
        "marker": {"color": ground, "line": {"color": border, "width": 1}},
    }  # fmt: skip
