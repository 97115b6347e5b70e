"""The milestone trend: what was promised on which day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import charts
from kangjiansheng.core.calendar import day_of
from kangjiansheng.core.charts import Figure
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.charts.words import iso
from kangjiansheng.projects.queries.page import Said
from kangjiansheng.projects.queries.rows import MilestoneRow

# Lines beyond this are noise: those that moved most, then those due next.
TREND_LINES = 7


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
    data: list[dict[str, Any]] = [_past(start, end, low), _diagonal(start, end)]
    notes: list[dict[str, Any]] = []
    height = 340
    span = max((high - low).days, 1)
    places = charts.spread([-(p[-1][1] - low).days / span * (height - 48) for _m, p in lines], 16)
    for (row, points), place in zip(lines, places, strict=True):
        data.append(_trend_line(row, points))
        own = -(points[-1][1] - low).days / span * (height - 48)
        text = f"{row.code} {charts.cut(name_of(row), 100)}" + (
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
    yt, yw = charts.date_ticks(low, high, at_most=6, years=True)
    fx, fw = charts.date_ticks(start, end, at_most=3)
    right = max(charts.text_width(n["text"], 12) for n in notes) + 18
    codes = [{**n, "text": n["text"].split(" ")[0]} for n in notes]
    due = charts.note(
        end, low, _("斜线为到期日"), color="@ink-3", size=11.5, xanchor="right", yanchor="bottom"
    )
    return charts.figure(
        data,
        {
            "height": height,
            "margin": {"l": 62, "r": right, "t": 12, "b": 34},
            "annotations": [*notes, due],
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
                "annotations": [*codes, due],
                "xaxis": {"tickvals": fx, "ticktext": fw},
            }
        },
    )


def _past(start: date, end: date, low: date) -> dict[str, Any]:
    """What lies below the diagonal: a day that was over when it was reported."""
    floor = min(start, low)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [start, end, end, start],
        "y": [start, end, floor, floor],
        "fill": "toself",
        "fillcolor": "@band",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


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
    return (
        f"@{row.status}"
        if row.status in ("slip", "late", "risk", "gate")
        else "@done"
        if row.actual
        else "@idle"
    )


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
    if not any(m.is_open for m, _points in lines):
        return _finding_of_closed(lines)
    since = today - timedelta(days=90)
    moved = sorted(
        ((_shift(points, since), m) for m, points in lines if m.is_open and _shift(points, since) > 0),
        key=lambda pair: -pair[0],
    )
    if not moved:
        return _("近 90 天预测稳定，没有后移")
    moved_days, row = moved[0]
    if len(lines) == 1:
        return ngettext("近 90 天内后移 %(num)d 天", "近 90 天内后移 %(num)d 天", moved_days)
    return ngettext(
        "近 90 天 %(num)d 项后移，最多的是%(name)s，%(days)d 天",
        "近 90 天 %(num)d 项后移，最多的是%(name)s，%(days)d 天",
        len(moved),
        name=name_of(row),
        days=moved_days,
    )


def _finding_of_closed(lines: Sequence[tuple[MilestoneRow, list[tuple[date, date]]]]) -> str:
    """How the day of completion compares with what was promised first: nothing is left that could hold or move."""
    (row, points), several = lines[0], len(lines) > 1
    if several or row.actual is None:
        return _("没有未完成的里程碑")
    late = (row.actual - points[0][1]).days
    if late <= 0:
        return _("完成时没有晚于最初的预测")
    return ngettext("完成时比最初的预测晚 %(num)d 天", "完成时比最初的预测晚 %(num)d 天", late)


def _shift(points: list[tuple[date, date]], since: date) -> int:
    before = [y for x, y in points if x <= since]
    return (points[-1][1] - (before[-1] if before else points[0][1])).days


def trend_table(said: Sequence[Said], milestones: Sequence[MilestoneRow]) -> dict[str, Any]:
    """The same as a table: one row per statement."""
    return {
        "columns": [(_("里程碑"), ""), (_("报告日"), "d"), (_("当时的预测"), "d")],
        "rows": [
            [f"{m.code} {name_of(m)}", iso(x), iso(y)]
            for m, points in trend_lines(said, milestones)
            for x, y in points
        ],
    }
