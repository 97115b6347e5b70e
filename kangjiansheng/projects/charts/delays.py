"""The waterfall of a delay: what each reason cost the last milestone, from the baseline to what is promised."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import charts
from kangjiansheng.core.charts import Figure
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.charts.words import days
from kangjiansheng.projects.forms.fields import label_of
from kangjiansheng.projects.queries.rows import OwnerRow
from kangjiansheng.projects.rules.delays import Attribution, Cause
from kangjiansheng.projects.rules.vocabulary import reasons

ROW = 34
MOST = 6  # causes that get a bar of their own


def delay(project: OwnerRow, found: Attribution | None) -> Figure | None:
    """A bar for each reason where the one before it ended, then overlap and catching up, and the whole."""
    if found is None:
        return None
    bars = _bars(project, found)
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    ends: list[int] = []
    at = 0
    for n, (label, change, tone) in enumerate(bars):
        whole = n == len(bars) - 1
        start = 0 if whole else at
        at = start + change
        ends += [start, at]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": [-n],
                "x": [change],
                "base": [start],
                "width": 0.62,
                "marker": {"color": tone},
                "hovertemplate": f"{label} {days(change) if change else 0}<extra></extra>",
            }
        )
        text = days(change) if change else ngettext("%(num)d 天", "%(num)d 天", 0)
        notes.append(
            charts.note(
                max(start, at), -n, text, color="@ink", xanchor="left", xshift=8, weight=600 if whole else 400
            )
        )
    labels = [f"{charts.cut(label, 150)}  " for label, _change, _tone in bars]
    wide = max(charts.text_width(label) for label in labels) + 10
    # The days stand beside the longest bar too, on a phone as on a wide screen.
    beside = max(charts.text_width(note["text"]) for note in notes) + 18
    room = max(ends) - min(ends)
    axis: dict[str, Any] = {"range": [min(ends) - room * 0.02, max(ends) + room * 0.02], "zeroline": True}
    return charts.figure(
        data,
        {
            "height": 50 + ROW * len(bars),
            "margin": {"l": wide, "r": beside, "t": 8, "b": 30},
            "annotations": notes,
            "xaxis": {**axis, "zerolinecolor": "@axis"},
            "yaxis": {
                "range": [-len(bars) + 0.4, 0.6],
                "tickvals": [-n for n in range(len(bars))],
                "ticktext": labels,
                "showgrid": False,
                "tickfont": {"size": 12.5, "color": "@ink"},
            },
        },
        mobile={"layout": {"xaxis": {"nticks": 4}}},
    )


def _bars(project: OwnerRow, found: Attribution) -> list[tuple[str, int, str]]:
    counted = [one for one in found.causes if one.days]
    shown, rest = counted[:MOST], counted[MOST:]
    bars = [(_label(project, one), one.days, "@slip" if one.reason else "@idle") for one in shown]
    if rest:
        others = ngettext("其余 %(num)d 项", "其余 %(num)d 项", len(rest))
        bars.append((others, sum(one.days for one in rest), "@idle"))
    return bars + _closing(found)


def _closing(found: Attribution) -> list[tuple[str, int, str]]:
    bars = []
    if found.remainder:
        bars.append((_("路径重叠与余量"), found.remainder, "@ghost"))
    if found.recovered:
        bars.append((_("追回"), -found.recovered, "@ontrack"))
    return [*bars, (_("合计"), found.total, "@ink-2")]


def _label(project: OwnerRow, one: Cause) -> str:
    """The reason; a milestone whose delay nobody has explained stands for itself."""
    if one.reason:
        return label_of(one.reason, reasons())
    return _("%(code)s，没有记录原因", code=_codes(project, one))


def _codes(project: OwnerRow, one: Cause) -> str:
    codes = {m.id: m.code for m in project.milestones}
    return _("、").join(codes[step] for step in one.steps)


def delay_finding(project: OwnerRow, found: Attribution | None) -> str:
    """Which reason cost most, in one sentence."""
    if found is None:
        return ""
    last = next(m for m in project.milestones if m.id == found.end)
    facts: dict[str, Any] = {"code": last.code, "name": name_of(last), "total": found.total}
    worst = found.causes[0]
    if not worst.days:
        return ngettext(
            "%(code)s %(name)s晚 %(num)d 天，没有一个原因单独造成它",
            "%(code)s %(name)s晚 %(num)d 天，没有一个原因单独造成它",
            found.total,
            **facts,
        )
    if not worst.reason:
        return ngettext(
            "%(code)s %(name)s晚 %(total)d 天，最多的 %(num)d 天出在 %(at)s，没有记录原因",
            "%(code)s %(name)s晚 %(total)d 天，最多的 %(num)d 天出在 %(at)s，没有记录原因",
            worst.days,
            at=_codes(project, worst),
            **facts,
        )
    return ngettext(
        "%(code)s %(name)s晚 %(total)d 天，最多的 %(num)d 天来自%(reason)s",
        "%(code)s %(name)s晚 %(total)d 天，最多的 %(num)d 天来自%(reason)s",
        worst.days,
        reason=_label(project, worst),
        **facts,
    )


def delay_table(project: OwnerRow, found: Attribution | None) -> dict[str, Any]:
    """The same as a table, with the milestones at which each reason struck."""
    columns = [(_("原因"), ""), (_("下游天数"), "n"), (_("发生在"), "")]
    if found is None:
        return {"columns": columns, "rows": []}
    causes = [
        [_label(project, one), charts.signed_days(one.days), _codes(project, one)] for one in found.causes
    ]
    closing = [[label, charts.signed_days(change), None] for label, change, _tone in _closing(found)]
    return {"columns": columns, "rows": causes + closing}
