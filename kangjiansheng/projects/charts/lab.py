"""The projects of a laboratory on one axis: what is behind them and what comes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core import charts
from kangjiansheng.core.charts import Figure
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.charts.words import iso, line_word, short, span
from kangjiansheng.projects.queries.rows import MilestoneRow, ProjectRow

ROW = 64
MOST = 8


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
    # Words closer than this on the axis would lie over one another: only the mark is drawn then.
    room = (end - start) / 1150
    for n, (project, shown) in enumerate(rows):
        y = -n
        days = [_day(m) for m in shown]
        data += _lines(min(days), max(days), today, y)
        last_end: date | None = None
        for m in shown:
            day = _day(m)
            data.append(_mark(project, m, day, y))
            word = short(name_of(m), 7)
            left = day - room * (charts.text_width(word, 12) / 2 + 6)
            if last_end is None or left > last_end:
                colour = f"@{m.status}-text" if m.status in ("slip", "late") else "@ink-2"
                notes.append(charts.note(day, y, word, color=colour, size=12, yshift=-20))
                notes.append(charts.note(day, y, day.strftime("%y-%m"), color="@ink-3", size=11.5, yshift=17))
                last_end = day + room * (charts.text_width(word, 12) / 2 + 6)
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
