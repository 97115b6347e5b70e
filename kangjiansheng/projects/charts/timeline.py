"""The timeline of one project: plan against reality and forecast, milestone by milestone."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import charts
from kangjiansheng.core.charts import Figure
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.charts.words import days, iso, line_word, span
from kangjiansheng.projects.forms import validity as held_words
from kangjiansheng.projects.queries.rows import MilestoneRow, OwnerRow
from kangjiansheng.projects.queries.validity import Held, ValidityRow
from kangjiansheng.projects.rules.validity import Standing

ROW = 44
LASTING = 5  # intervals below the milestones
WIDE = 162  # pixels of a name beside the plot
NARROW = 96  # pixels of a word beside the plot of a phone
MOST = 28  # more rows do not fit the tallest figure


def timeline(
    milestones: Sequence[MilestoneRow],
    today: date,
    *,
    every: bool = False,
    holding: Sequence[Held] = (),
    critical: Sequence[str] = (),
) -> Figure | None:
    """Each milestone that is not long past, or `every` one: the plan, then reality or forecast.

    Below them what the project holds for a while, `holding`, each with its end. `critical`: the
    codes that hold the last milestone where it is, one after the other; lines connect their marks.
    """
    rows = _timeline_rows(milestones, every)
    if not rows:
        return None
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    labels = []
    data += _critical(rows, critical)
    for n, row in enumerate(rows):
        y = -n
        plan, day = row.baseline or row.promised, row.actual or row.promised
        labels.append(f"{row.code} {charts.cut(name_of(row), WIDE)}  ")
        data += _bar(row, plan, day, y)
        data.append(_mark(row, day, y))
        if row.slip:
            tone = f"@{row.status}-text" if not row.actual and row.slip > 0 else "@ink-3"
            text = days(row.slip)
            notes.append(
                charts.note(
                    day,
                    y,
                    text,
                    color=tone,
                    size=12.5,
                    xanchor="left",
                    xshift=12,
                    bgcolor="@surface",
                    weight=600 if not row.actual else 400,
                )
            )
    lasting = [pair for pair in holding if pair[1].word != "served"][:LASTING]
    ends = [row.valid_to for row, standing in lasting if standing.alarms]
    start, end = span([d for r in rows for d in (r.baseline, r.actual or r.promised) if d] + ends, today)
    for n, (row_, standing) in enumerate(lasting):
        drawn, more = _interval(row_, standing, -len(rows) - n, start, end)
        data += drawn
        notes += more
        labels.append(f"{charts.cut(held_words.kind(row_), WIDE)}  ")
    count = len(rows) + len(lasting)
    shape, words = charts.today_line(today, line_word(today))
    ticks, ticktext = charts.date_ticks(start, end, at_most=7)
    few, fewtext = charts.date_ticks(start, end, at_most=4)
    width = max(charts.text_width(label) for label in labels) + 10
    beside = max((charts.text_width(days(row.slip)) for row in rows if row.slip), default=0)
    narrow = [f"{row.code}  " for row in rows]
    narrow += [f"{charts.cut(held_words.kind(row), NARROW)}  " for row, _s in lasting]
    axis_y = {
        "range": [-count + 0.4, 0.6],
        "tickvals": [-n for n in range(count)],
        "ticktext": labels,
        "showgrid": False,
        "tickfont": {"size": 12.5, "color": "@ink"},
    }
    return charts.figure(
        data,
        {
            "height": 64 + ROW * count * 0.72,
            "margin": {"l": width, "r": 10, "t": 24, "b": 30},
            "shapes": [shape],
            "annotations": [*notes, words],
            "xaxis": {"type": "date", "range": [start, end], "tickvals": ticks, "ticktext": ticktext},
            "yaxis": axis_y,
        },
        mobile={
            "layout": {
                "margin": {
                    "l": max(60, max(charts.text_width(label) for label in narrow) + 10),
                    "r": max(8, beside),  # room for the words at the end
                    "t": 24,
                    "b": 28,
                },
                "xaxis": {"tickvals": few, "ticktext": fewtext},
                "yaxis": {"ticktext": narrow},
            }
        },
    )


def _timeline_rows(milestones: Sequence[MilestoneRow], every: bool) -> list[MilestoneRow]:
    dated = [
        m
        for m in milestones
        if m.kind == "milestone" and m.state != "cancelled" and (m.actual or m.promised) is not None
    ]
    done = [m for m in dated if m.actual]
    coming = [m for m in dated if not m.actual]
    return (done + coming)[:MOST] if every else (done[-4:] + coming)[:12]


def _critical(rows: Sequence[MilestoneRow], codes: Sequence[str]) -> list[dict[str, Any]]:
    """A line from mark to mark along the critical path, under everything else."""
    places = {row.code: (row.actual or row.promised, -n) for n, row in enumerate(rows)}
    found = [places[code] for code in codes if code in places]
    if len(found) < 2:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [day for day, _y in found],
            "y": [y for _day, y in found],
            "line": {"color": "@ink-3", "width": 1.6, "dash": "dash"},
            "hoverinfo": "skip",
        }
    ]


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
        + (f" · {days(row.slip)}" if row.slip else "")
        + "<extra></extra>",
        "cliponaxis": False,
    }


def _interval(
    row: ValidityRow, standing: Standing, y: float, start: date, end: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A thin line for as long as something holds, its end marked; in red up to the milestone that it misses."""
    tone = {"leaves": "@late", "lapsed": "@late", "soon": "@risk"}.get(standing.word, "@ghost")
    last = min(max(row.valid_to, start), end)
    line = {"type": "scatter", "mode": "lines", "y": [y, y], "hoverinfo": "skip"}
    data: list[dict[str, Any]] = [
        {**line, "x": [max(row.valid_from or start, start), last], "line": {"color": tone, "width": 1.6}}
    ]
    need = standing.need
    if standing.word == "leaves" and need is not None:
        data.append({**line, "x": [last, need.day], "line": {"color": "@late", "width": 1.6, "dash": "dot"}})
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [last],
            "y": [y],
            "marker": {
                "symbol": "line-ns-open" if row.valid_to <= end else "triangle-right",
                "size": 13 if row.valid_to <= end else 9,
                "color": tone,
                "line": {"width": 2.4, "color": tone},
            },
            "hovertemplate": held_words.sentence(row, standing) + "<extra></extra>",
            "cliponaxis": False,
        }
    )
    far = max(last, need.day) if standing.word == "leaves" and need is not None else last
    inside = far <= end - (end - start) / 9  # else there is no room for the words after the mark
    text = row.valid_to.isoformat()
    words = charts.note(
        far,
        y,
        text,
        color="@late-text" if standing.alarms else "@ink-3",
        size=12.5,
        xanchor="left" if inside else "right",
        xshift=10 if inside else -12,
        bgcolor="@surface",
        weight=600 if standing.alarms else 400,
    )
    return data, [words]


def timeline_table(milestones: Iterable[MilestoneRow], holding: Sequence[Held] = ()) -> dict[str, Any]:
    """The same as a table; what the project holds for a while says how it stands."""
    columns = [(_("里程碑"), ""), (_("基线"), "d"), (_("实际或预测"), "d"), (_("偏差"), "n")]
    rows = _milestone_cells(milestones)
    if holding:
        columns.append((_("有效期"), ""))
        rows = [[*row, None] for row in rows] + [
            [held_words.named(row), None, iso(row.valid_to), None, held_words.sentence(row, standing)]
            for row, standing in holding
        ]
    return {"columns": columns, "rows": rows}


def _milestone_cells(milestones: Iterable[MilestoneRow]) -> list[list[Any]]:
    return [
        [
            f"{m.code} {name_of(m)}",
            iso(m.baseline),
            iso(m.actual or m.promised),
            charts.signed_days(m.slip) if m.slip is not None else None,
        ]
        for m in milestones
        if m.kind == "milestone"
    ]


def timeline_finding(project: OwnerRow) -> str:
    """What the timeline shows, in one sentence."""
    late = sorted(
        (m for m in project.milestones if m.is_open and (m.slip or 0) > 0), key=lambda m: -(m.slip or 0)
    )
    opened = [m for m in project.milestones if m.is_open]
    if not opened:
        return _("没有等待中的里程碑")
    overdue = sum(m.status == "late" for m in opened)
    if not late and overdue:
        return ngettext(
            "%(num)d 个里程碑的日期已过，还没有新的日期",
            "%(num)d 个里程碑的日期已过，还没有新的日期",
            overdue,
        )
    if not late:
        return _("后续里程碑都没有晚于基线")
    return ngettext(
        "%(num)d 个里程碑晚于基线，最多的是%(name)s，%(days)d 天",
        "%(num)d 个里程碑晚于基线，最多的是%(name)s，%(days)d 天",
        len(late),
        name=name_of(late[0]),
        days=late[0].slip or 0,
    )
