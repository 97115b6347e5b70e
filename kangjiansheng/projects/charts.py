"""Rows of a project → figures: the timeline of its steps, and the trend of what was promised."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import charts
from kangjiansheng.core.calendar import day_of
from kangjiansheng.core.charts import Figure
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.queries.page import Said
from kangjiansheng.projects.queries.rows import MilestoneRow, ProjectRow

ROW = 44
# Lines of the trend beyond this are noise: those that moved most, then those due next.
TREND_LINES = 7


def timeline(milestones: Sequence[MilestoneRow], today: date) -> Figure | None:
    """Each milestone that is not long past: thin for the plan, thick for reality and forecast."""
    rows = _timeline_rows(milestones, today)
    if not rows:
        return None
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    labels = []
    for n, row in enumerate(rows):
        y = -n
        plan, day = row.baseline or row.promised, row.actual or row.promised
        labels.append(f"{row.code} {_short(name_of(row), 13)}  ")
        data += _bar(row, plan, day, y)
        data.append(_mark(row, day, y))
        if row.slip:
            tone = f"@{row.status}-text" if not row.actual and row.slip > 0 else "@ink-3"
            text = _days(row.slip)
            notes.append(
                charts.note(
                    day,
                    y,
                    text,
                    color=tone,
                    size=12.5,
                    xanchor="left",
                    xshift=12,
                    weight=600 if not row.actual else 400,
                )
            )
    start, end = _range([d for r in rows for d in (r.baseline, r.actual or r.promised) if d], today)
    shape, words = charts.today_line(today, _("今天"))
    ticks, ticktext = charts.date_ticks(start, end, at_most=7)
    few, fewtext = charts.date_ticks(start, end, at_most=4)
    width = max(charts.text_width(label) for label in labels) + 10
    axis_y = {
        "range": [-len(rows) + 0.4, 0.6],
        "tickvals": [-n for n in range(len(rows))],
        "ticktext": labels,
        "showgrid": False,
        "tickfont": {"size": 12.5, "color": "@ink"},
    }
    return charts.figure(
        data,
        {
            "height": 64 + ROW * len(rows) * 0.72,
            "margin": {"l": width, "r": 10, "t": 24, "b": 30},
            "shapes": [shape],
            "annotations": [*notes, words],
            "xaxis": {"type": "date", "range": [start, end], "tickvals": ticks, "ticktext": ticktext},
            "yaxis": axis_y,
        },
        mobile={
            "layout": {
                "margin": {"l": 60, "r": 8, "t": 24, "b": 28},
                "xaxis": {"tickvals": few, "ticktext": fewtext},
                "yaxis": {"ticktext": [f"{row.code}  " for row in rows]},
            }
        },
    )


def _timeline_rows(milestones: Sequence[MilestoneRow], today: date) -> list[MilestoneRow]:
    dated = [
        m
        for m in milestones
        if m.kind == "milestone" and m.state != "cancelled" and (m.actual or m.promised) is not None
    ]
    done = [m for m in dated if m.actual]
    coming = [m for m in dated if not m.actual]
    return (done[-4:] + coming)[:12]


def _bar(row: MilestoneRow, plan: date | None, day: date | None, y: float) -> list[dict[str, Any]]:
    if plan is None or day is None:
        return []
    line = {"type": "scatter", "mode": "lines", "hoverinfo": "skip"}
    late = day > plan
    return [
        {
            **line,
            "x": [plan, day],
            "y": [y, y],
            "line": {"color": f"@{row.status}" if late else "@ghost", "width": 2.5},
            "opacity": 0.55,
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [plan],
            "y": [y],
            "marker": {
                "symbol": "line-ns-open",
                "size": 13,
                "color": "@ink-3",
                "line": {"width": 1.6, "color": "@ink-3"},
            },
            "hovertemplate": f"{row.code} · {_('基线')} {plan.isoformat()}<extra></extra>",
        },
    ]


def _mark(row: MilestoneRow, day: date | None, y: float) -> dict[str, Any]:
    hollow = row.status in ("idle", "gate")
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [day],
        "y": [y],
        "marker": {
            "symbol": charts.SYMBOLS[row.status],
            "size": 12,
            "color": f"@{row.status}",
            "line": {"width": 2 if hollow else 1.5, "color": f"@{row.status}" if hollow else "@surface"},
        },
        "hovertemplate": f"{row.code} {name_of(row)}<br>{day.isoformat() if day else ''}"
        + (f" · {_days(row.slip)}" if row.slip else "")
        + "<extra></extra>",
        "cliponaxis": False,
    }


def timeline_table(milestones: Iterable[MilestoneRow]) -> dict[str, Any]:
    """The same as a table."""
    return {
        "columns": [(_("里程碑"), ""), (_("基线"), "d"), (_("实际或预测"), "d"), (_("偏差"), "n")],
        "rows": [
            [
                f"{m.code} {name_of(m)}",
                _iso(m.baseline),
                _iso(m.actual or m.promised),
                charts.signed_days(m.slip) if m.slip is not None else None,
            ]
            for m in milestones
            if m.kind == "milestone"
        ],
    }


def timeline_finding(project: ProjectRow) -> str:
    """What the timeline shows, in one sentence."""
    late = sorted(
        (m for m in project.milestones if m.is_open and (m.slip or 0) > 0), key=lambda m: -(m.slip or 0)
    )
    opened = [m for m in project.milestones if m.is_open]
    if not opened:
        return _("没有等待中的里程碑")
    if not late:
        return _("后续里程碑都没有晚于基线")
    return ngettext(
        "%(num)d 个里程碑晚于基线，最多的是 %(name)s，%(days)d 天",
        "%(num)d 个里程碑晚于基线，最多的是 %(name)s，%(days)d 天",
        len(late),
        name=name_of(late[0]),
        days=late[0].slip or 0,
    )


Line = tuple[Said, list[tuple[date, date]]]


def trend_lines(
    said: Sequence[Said], milestones: Sequence[MilestoneRow]
) -> list[tuple[MilestoneRow, list[tuple[date, date]]]]:
    """For each milestone that was forecast at least twice, what was promised on which day."""
    points: dict[int, dict[date, date]] = defaultdict(dict)
    for entry in said:
        value = entry.actual or entry.promised
        if value is not None and entry.kind != "open":
            points[entry.milestone_id][day_of(entry.effective_at)] = value
    rows = [m for m in milestones if m.kind == "milestone" and len(points[m.id]) >= 2]
    rows.sort(key=lambda m: (-int(m.is_open), -abs(m.slip or 0)))
    chosen = rows[:TREND_LINES]
    return [(m, sorted(points[m.id].items())) for m in sorted(chosen, key=lambda m: m.position)]


def trend(said: Sequence[Said], milestones: Sequence[MilestoneRow], today: date) -> Figure | None:
    """Report day × promised day: flat is stable, rising slips, the diagonal is the day it falls due."""
    lines = trend_lines(said, milestones)
    if not lines:
        return None
    xs = [x for _m, points in lines for x, _y in points]
    ys = [y for _m, points in lines for _x, y in points]
    start, end = min(xs) - timedelta(days=8), max(max(xs), today) + timedelta(days=4)
    low, high = min(ys) - timedelta(days=25), max(ys) + timedelta(days=25)
    data: list[dict[str, Any]] = [_diagonal(start, end)]
    notes: list[dict[str, Any]] = []
    height = 340
    span = max((high - low).days, 1)
    places = charts.spread([-(p[-1][1] - low).days / span * (height - 48) for _m, p in lines], 16)
    for (row, points), place in zip(lines, places, strict=True):
        data.append(_trend_line(row, points))
        own = -(points[-1][1] - low).days / span * (height - 48)
        text = f"{row.code} {_short(name_of(row), 8)}" + (
            f" {charts.signed_days(row.slip)}" if row.slip else ""
        )
        notes.append(
            charts.note(
                points[-1][0],
                points[-1][1],
                text,
                color=_trend_colour(row) + "-text",
                size=12,
                xanchor="left",
                xshift=11,
                yshift=own - place,
            )
        )
    xt, xw = charts.date_ticks(start, end, at_most=6)
    yt, yw = charts.date_ticks(low, high, at_most=6)
    fx, fw = charts.date_ticks(start, end, at_most=3)
    right = max(charts.text_width(n["text"], 12) for n in notes) + 18
    short = [{**n, "text": n["text"].split(" ")[0]} for n in notes]
    return charts.figure(
        data,
        {
            "height": height,
            "margin": {"l": 62, "r": right, "t": 12, "b": 34},
            "annotations": notes,
            "xaxis": {"type": "date", "range": [start, end], "tickvals": xt, "ticktext": xw},
            "yaxis": {
                "type": "date",
                "range": [low, high],
                "tickvals": yt,
                "ticktext": yw,
                "tickfont": {"size": 12, "color": "@ink-3"},
            },
        },
        mobile={
            "layout": {
                "margin": {"l": 58, "r": 56, "t": 10, "b": 30},
                "annotations": short,
                "xaxis": {"tickvals": fx, "ticktext": fw},
            }
        },
    )


def _diagonal(start: date, end: date) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [start, end],
        "y": [start, end],
        "line": {"color": "@axis", "width": 1.2},
        "hoverinfo": "skip",
    }


def _trend_colour(row: MilestoneRow) -> str:
    return f"@{row.status}" if row.status in ("slip", "late", "risk") else "@done" if row.actual else "@idle"


def _trend_line(row: MilestoneRow, points: list[tuple[date, date]]) -> dict[str, Any]:
    colour = _trend_colour(row)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [x for x, _y in points],
        "y": [y for _x, y in points],
        "line": {"color": colour, "width": 2, "shape": "hv"},
        "marker": {
            "size": [4] * (len(points) - 1) + [11],
            "opacity": 1,
            "line": {"width": 0},
            "color": colour,
            "symbol": ["circle"] * (len(points) - 1) + [charts.SYMBOLS[row.status]],
        },
        "name": row.code,
        "cliponaxis": False,
        "hovertemplate": f"{row.code} {name_of(row)}<br>%{{x|%Y-%m-%d}} → %{{y|%Y-%m-%d}}<extra></extra>",
    }


def trend_finding(said: Sequence[Said], milestones: Sequence[MilestoneRow], today: date) -> str:
    """Whether what was promised holds, from the moves of the last ninety days."""
    lines = trend_lines(said, milestones)
    if not lines:
        return _("还没有足够的历史")
    since = today - timedelta(days=90)
    moved = sorted(
        ((_shift(points, since), m) for m, points in lines if m.is_open and _shift(points, since) > 0),
        key=lambda pair: -pair[0],
    )
    if not moved:
        return _("近 90 天预测稳定，没有后移")
    days, row = moved[0]
    return ngettext(
        "近 90 天 %(num)d 项后移，最多的是 %(name)s，%(days)d 天",
        "近 90 天 %(num)d 项后移，最多的是 %(name)s，%(days)d 天",
        len(moved),
        name=name_of(row),
        days=days,
    )


def _shift(points: list[tuple[date, date]], since: date) -> int:
    before = [y for x, y in points if x <= since]
    return (points[-1][1] - (before[-1] if before else points[0][1])).days


def trend_table(said: Sequence[Said], milestones: Sequence[MilestoneRow]) -> dict[str, Any]:
    """The same as a table: one row per statement."""
    return {
        "columns": [(_("里程碑"), ""), (_("报告日"), "d"), (_("当时的预测"), "d")],
        "rows": [
            [f"{m.code} {name_of(m)}", _iso(x), _iso(y)]
            for m, points in trend_lines(said, milestones)
            for x, y in points
        ],
    }


def _range(days: Sequence[date], today: date) -> tuple[date, date]:
    low, high = min([*days, today]), max([*days, today])
    room = max((high - low) // 12, timedelta(days=20))
    return low - room / 3, high + room * 2


def _short(text: str, most: int) -> str:
    wide = sum(1 if ord(c) > 0x2E80 else 0.55 for c in text)
    if wide <= most:
        return text
    kept, used = "", 0.0
    for c in text:
        used += 1 if ord(c) > 0x2E80 else 0.55
        if used > most - 1:
            break
        kept += c
    return kept + "…"


def _days(slip: int) -> str:
    return ngettext("%(sign)s%(num)d 天", "%(sign)s%(num)d 天", abs(slip), sign="+" if slip > 0 else "−")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
