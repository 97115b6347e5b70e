"""The look of every figure, as plain dicts.

A figure carries colour *tokens* (``"@late"``), never hex: the browser resolves them from CSS when it draws, so that
one figure serves the light theme, the dark theme and paper; :func:`resolve` does the same on the server, for slides.

Words in a figure hold no markup. ``<b>`` and ``<span>`` become style attributes in the drawing, which the page's
content policy refuses; weight comes from ``font={"weight": 600}``, and a bold part is an annotation of its own.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

Figure = dict[str, Any]

#: The shape of each status in a figure. Two statuses may come close in colour, never in shape.
SYMBOLS: Mapping[str, str] = {
    "ontrack": "circle",
    "risk": "triangle-up",
    "slip": "diamond",
    "late": "square",
    "done": "circle",
    "idle": "circle-open",
    "gate": "diamond-open",
    "pause": "line-ns-open",
}

#: The same shapes as letters, for bars: what is told by colour alone is lost on grey paper.
GLYPHS: Mapping[str, str] = {
    "ontrack": "●",
    "risk": "▲",
    "slip": "◆",
    "late": "■",
    "done": "✓",
    "idle": "○",
    "gate": "◇",
    "pause": "‖",
}

#: Heights are multiples of this, because a page reserves the room with a class per height.
HEIGHT_STEP = 20
MIN_HEIGHT, MAX_HEIGHT = 80, 1000

_ATOMS = frozenset({str, int, float, bool, type(None)})
_TEMPLATE: Mapping[str, Any] = {
    "layout": {
        "font": {"family": "sans-serif", "size": 12.5, "color": "@ink-2"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": ["@cat-1", "@cat-2", "@cat-3", "@cat-4", "@cat-5", "@cat-6"],
        "margin": {"l": 8, "r": 8, "t": 8, "b": 32, "pad": 0},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": "@raised",
            "bordercolor": "@line-strong",
            "font": {"size": 13, "color": "@ink"},
            "align": "left",
            "namelength": -1,
        },
        "xaxis": {
            "gridcolor": "@grid",
            "linecolor": "@axis",
            "tickcolor": "@axis",
            "zeroline": False,
            "showline": False,
            "ticks": "",
            "tickfont": {"color": "@ink-3", "size": 12},
            "fixedrange": True,
            "automargin": False,
        },
        "yaxis": {
            "gridcolor": "@grid",
            "linecolor": "@axis",
            "tickcolor": "@axis",
            "zeroline": False,
            "showline": False,
            "ticks": "",
            "tickfont": {"color": "@ink-2", "size": 12.5},
            "fixedrange": True,
            "automargin": False,
        },
    }
}

# 农历正月初一 of the years that plans reach, and the National Day of every year.
_NEW_YEAR = (
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
    "2028-01-26",
    "2029-02-13",
    "2030-02-03",
    "2031-01-23",
    "2032-02-11",
    "2033-01-31",
    "2034-02-19",
    "2035-02-08",
)


def fit_height(pixels: float) -> int:
    """The height that a page can reserve for a drawing of ``pixels``: rounded up, within the limits."""
    stepped = -(-int(pixels) // HEIGHT_STEP) * HEIGHT_STEP
    return max(MIN_HEIGHT, min(MAX_HEIGHT, stepped))


def figure(
    data: Iterable[Mapping[str, Any]],
    layout: Mapping[str, Any],
    *,
    mobile: Mapping[str, Any] | None = None,
) -> Figure:
    """A figure in the house style, ready for the page and for export.

    ``layout`` may leave out everything that the style gives; a ``layout["height"]`` is rounded by
    :func:`fit_height` (default 320). ``mobile`` holds what differs below 768 px: ``{"layout": …}`` is merged over
    the layout, ``{"data": …}`` replaces the traces. Dates become ISO text. The arguments are not changed, and
    nothing in the result is shared with them: the drawing library writes into what it is given.
    """
    out: Figure = {"data": [_plain(trace) for trace in data], "layout": _plain(layout)}
    out["layout"]["height"] = fit_height(out["layout"].get("height", 320))
    out["layout"]["template"] = _plain(_TEMPLATE)
    if mobile is not None:
        small = _plain(mobile)
        if "height" in small.get("layout", {}):
            small["layout"]["height"] = fit_height(small["layout"]["height"])
        out["mobile"] = small
    return out


def _plain(value: Any) -> Any:
    if type(value) in _ATOMS:  # nearly all: the rest is asked one by one
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    return value


@cache
def tokens() -> Mapping[str, Mapping[str, str]]:
    """Colour tokens by theme (``light``, ``dark``), the same values as in the style sheet."""
    text = files("kangjiansheng.core").joinpath("reference/tokens.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = json.loads(text)
    return loaded


def resolve(drawing: Mapping[str, Any], theme: str = "light") -> Figure:
    """The figure with hex colours instead of tokens and without its phone form, for slides and documents.

    Raises ``KeyError`` for a token that does not exist, rather than drawing in a wrong colour.
    """
    palette = tokens()[theme]

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return palette[value[1:]] if value.startswith("@") else value
        if isinstance(value, Mapping):
            return {key: walk(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [walk(item) for item in value]
        return value

    return {key: walk(value) for key, value in drawing.items() if key != "mobile"}


def text_width(text: str, size: float = 12.5) -> float:
    """About how wide ``text`` is drawn, in pixels: a Chinese character is one em, a Latin letter 0.575 em."""
    return sum(size if ord(character) > 0x2E80 else size * 0.575 for character in text)


def cut(text: str, width: float, size: float = 12.5) -> str:
    """The text, with an ellipsis where it would be wider than the room it has."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def pack(spans: Iterable[tuple[float, float]]) -> list[int]:
    """Lane numbers (from 0) for spans ``(from, to)`` in pixels, so that none overlaps another in its lane.

    First fit in the order given: pass the spans sorted by where they should be read.
    """
    ends: list[float] = []
    lanes = []
    for start, end in spans:
        lane = next((k for k, taken in enumerate(ends) if taken <= start), len(ends))
        if lane == len(ends):
            ends.append(end)
        else:
            ends[lane] = end
        lanes.append(lane)
    return lanes


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Positions moved as little as needed for neighbours to stand ``gap`` apart, in the order given.

    For labels at line ends. Clusters that touch are centred on where they belong (pool adjacent violators).
    """
    order = sorted(range(len(positions)), key=lambda k: positions[k])
    blocks: list[list[float]] = []  # [mean of (position - rank offset), count]
    for rank, k in enumerate(order):
        blocks.append([positions[k] - rank * gap, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, count = blocks.pop()
            before, weight = blocks[-1]
            blocks[-1] = [(before * weight + mean * count) / (weight + count), weight + count]
    placed = [0.0] * len(positions)
    rank = 0
    for mean, count in blocks:
        for _ in range(int(count)):
            placed[order[rank]] = mean + rank * gap
            rank += 1
    return placed


def note(
    x: Any, y: Any, text: str, *, color: str = "@ink-2", size: float = 12, **more: Any
) -> dict[str, Any]:
    """An annotation without an arrow. ``weight=600`` makes it bold; further keys go to Plotly as they are."""
    weight = more.pop("weight", None)
    font: dict[str, Any] = {"size": size, "color": color}
    if weight is not None:
        font["weight"] = weight
    return {"x": _plain(x), "y": _plain(y), "text": text, "showarrow": False, "font": font, **more}


def today_line(day: dt.date, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The ink line of today (or of the day travelled to) as (shape, annotation), for a date axis."""
    words = note(
        day.isoformat(), 1, label, color="@ink", weight=600, yref="paper", yanchor="bottom", yshift=3
    )
    return _upright(day, color="@ink", width=1.2), words


def edge_line(day: dt.date, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A dotted line for the end of a window (90 天), as (shape, annotation)."""
    words = note(day.isoformat(), 1, label, color="@ink-3", yref="paper", yanchor="bottom", yshift=3)
    return _upright(day, color="@axis", width=1, dash="dot"), words


def _upright(day: dt.date, **line: Any) -> dict[str, Any]:
    """A line over the whole height at a day."""
    x = day.isoformat()
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def festivals(
    start: dt.date, end: dt.date, *, spring: str, national: str
) -> list[tuple[dt.date, dt.date, str]]:
    """The weeks in which China stands still and that touch ``start`` to ``end``: (first day, day after, label).

    春节 from the eve of the New Year for eight days, 国庆 for seven. These are bands in a drawing; working days are
    counted from the published calendar elsewhere. The New Year is known here from 2024 to 2035.
    """
    weeks = []
    for text in _NEW_YEAR:
        first = dt.date.fromisoformat(text)
        weeks.append((first - dt.timedelta(days=1), first + dt.timedelta(days=7), spring))
    for year in range(start.year, end.year + 1):
        weeks.append((dt.date(year, 10, 1), dt.date(year, 10, 8), national))
    return sorted(week for week in weeks if week[1] > start and week[0] <= end)


def bands(
    weeks: Iterable[tuple[dt.date, dt.date, str]], *, labelled: bool = True
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Bands behind a date axis as (shapes, annotations). Leave the words out where bands are narrow."""
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for first, after, label in weeks:
        shapes.append(
            {
                "type": "rect",
                "x0": first.isoformat(),
                "x1": after.isoformat(),
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "fillcolor": "@band",
                "line": {"width": 0},
                "layer": "below",
            }
        )
        if labelled:
            middle = first + (after - first) / 2
            notes.append(
                note(middle.isoformat(), 0, label, color="@ink-3", yref="paper", yanchor="bottom", yshift=2)
            )
    return shapes, notes


def date_ticks(
    start: dt.date, end: dt.date, *, at_most: int = 8, years: bool = False
) -> tuple[list[str], list[str]]:
    """Ticks of a date axis as (values, words), the same in every language: 2026-04, then 07, 10, 2027-01.

    Steps are 1, 2, 3, 6 or 12 months, or whole years beyond. The year stands at the first tick and at each January; at each tick with `years`, as on an upright axis.
    """
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    step = next((s for s in (1, 2, 3, 6, 12, 24, 36, 60) if months / s <= at_most), 120)
    values, words = [], []
    index = start.year * 12 + start.month - 1
    if start.day > 1:
        index += 1
    index = -(-index // step) * step
    while index <= end.year * 12 + end.month - 1:
        year, month = divmod(index, 12)
        values.append(f"{year:04d}-{month + 1:02d}-01")
        if step >= 12:
            words.append(f"{year:04d}")
        else:
            words.append(
                f"{year:04d}-{month + 1:02d}" if years or not words or month == 0 else f"{month + 1:02d}"
            )
        index += step
    return values, words


def signed_days(days: int) -> str:
    """A slip as a number with a true minus: ``+42``, ``−2``, ``0``. The unit belongs to the caller's language."""
    return f"+{days}" if days > 0 else f"−{-days}" if days < 0 else "0"
