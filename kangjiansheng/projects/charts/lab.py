"""The projects of a laboratory on one axis: what is behind them and what comes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core import charts
from kangjiansheng.core.charts import Figure
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.charts.words import iso, line_word, span
from kangjiansheng.projects.queries.rows import MilestoneRow, ProjectRow

ROW = 64
MOST = 8
SIZE = 12  # of what stands below a mark, in pixels
_WIDTH = 1150  # of the axis on a wide screen, in pixels; a phone shows the table
_MARGIN = 70  # left of the axis: the codes stand there, beside the marks and not below them
_LEAST, _MOST_WIDE, _GAP = 96, 210, 12  # from mark to mark with names, of a name, between two names


def lab_lines(projects: Sequence[ProjectRow], today: date) -> Figure | None:
    """One line per project: solid up to today, dotted ahead, with its latest and next milestones."""
    rows = [(p, _shown(p)) for p in projects][:MOST]
    rows = [(p, ms) for p, ms in rows if ms]
    if not rows:
        return None
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    every = [_day(m) for _p, ms in rows for m in ms]
    start, end = span(every, today)
    scale = _WIDTH / ((end - start) / timedelta(1))  # pixels of a day
    for n, (project, shown) in enumerate(rows):
        y = -n
        days = [_day(m) for m in shown]
        data += _lines(min(days), max(days), today, y)
        data += [_mark(project, m, day, y) for m, day in zip(shown, days, strict=True)]
        names = [name_of(m) for m in shown]
        said = _in_their_room([(day - start).days * scale for day in days], names)
        for m, day, word in zip(shown, days, said, strict=True):
            if word:
                notes += _beside(m, day, y, word)
    shape, words = charts.today_line(today, line_word(today))
    ticks, ticktext = charts.date_ticks(start, end, at_most=7)
    return charts.figure(
        data,
        {
            "height": 56 + ROW * len(rows),
            "margin": {"l": 78, "r": 36, "t": 24, "b": 26},
            "shapes": [shape],
            "annotations": [*notes, words],
            "xaxis": {"type": "date", "range": [start, end], "tickvals": ticks, "ticktext": ticktext},
            "yaxis": {
                "range": [-len(rows) + 0.4, 0.6],
                "tickvals": [-n for n in range(len(rows))],
                "ticktext": [f"{p.code}  " for p, _ms in rows],
                "showgrid": False,
                "tickfont": {"size": 13, "color": "@ink", "weight": 600},
            },
        },
    )


def _in_their_room(places: Sequence[float], names: Sequence[str]) -> list[str]:
    """What is said below each mark, whose places are in pixels and ascend: a mark that is too near to the last one with
    a name gets none, the others share what lies between them."""
    kept: list[int] = []
    for at, place in enumerate(places):
        if not kept or place - places[kept[-1]] >= _LEAST:
            kept.append(at)
    said = [""] * len(names)
    for before, at, after in zip([None, *kept], kept, [*kept[1:], None], strict=False):
        left = places[at] - places[before] if before is not None else 2 * (places[at] + _MARGIN)
        right = places[after] - places[at] if after is not None else 2 * (_WIDTH - places[at])
        said[at] = charts.cut(names[at], min(left, right, _MOST_WIDE) - _GAP, SIZE)
    return said


def _beside(m: MilestoneRow, day: date, y: float, word: str) -> list[dict[str, Any]]:
    colour = f"@{m.status}-text" if m.status in ("slip", "late") else "@ink-2"
    return [
        charts.note(day, y, word, color=colour, size=SIZE, yshift=-20, bgcolor="@surface", borderpad=1),
        charts.note(day, y, day.strftime("%y-%m"), color="@ink-3", size=11.5, yshift=17),
    ]


def _shown(project: ProjectRow) -> list[MilestoneRow]:
    dated = [
        m
        for m in project.milestones
        if m.kind == "milestone" and m.state != "cancelled" and (m.actual or m.promised) is not None
    ]
    done = sorted((m for m in dated if m.actual), key=_day)
    coming = sorted((m for m in dated if not m.actual), key=_day)
    return done[-2:] + coming[:3]


def _day(m: MilestoneRow) -> date:
    return m.actual or m.promised or date.max


def _lines(first: date, last: date, today: date, y: float) -> list[dict[str, Any]]:
    line = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "y": [y, y]}
    found = []
    if first < today:
        found.append({**line, "x": [first, min(today, last)], "line": {"color": "@done", "width": 3}})
    if last > today:
        found.append(
            {**line, "x": [max(today, first), last], "line": {"color": "@ghost", "width": 2, "dash": "dot"}}
        )
    return found


def _mark(project: ProjectRow, m: MilestoneRow, day: date, y: float) -> dict[str, Any]:
    hollow = m.status in ("idle", "gate")
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [day],
        "y": [y],
        "marker": {
            "symbol": charts.SYMBOLS[m.status],
            "size": 13,
            "color": f"@{m.status}",
            "line": {"width": 2 if hollow else 1.5, "color": f"@{m.status}" if hollow else "@surface"},
        },
        "hovertemplate": f"{project.code} {m.code} {name_of(m)}<br>{day.isoformat()}<extra></extra>",
        "cliponaxis": False,
    }


def lab_table(projects: Sequence[ProjectRow]) -> dict[str, Any]:
    """The same as a table."""
    return {
        "columns": [
            (_("项目"), ""),
            (_("里程碑"), ""),
            (_("基线"), "d"),
            (_("实际或预测"), "d"),
            (_("偏差"), "n"),
        ],
        "rows": [
            [
                {"text": p.code, "href": f"/projects/{p.code}"},
                f"{m.code} {name_of(m)}",
                iso(m.baseline),
                iso(_day(m)),
                charts.signed_days(m.slip) if m.slip is not None else None,
            ]
            for p in projects[:MOST]
            for m in _shown(p)
        ],
    }
