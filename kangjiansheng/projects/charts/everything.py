"""All projects on one timeline: what the page draws as shapes, so that it is fast and needs no script."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import charts
from kangjiansheng.core.calendar import add_months
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.charts.words import days, line_word
from kangjiansheng.projects.queries.milestone_lists import Line
from kangjiansheng.projects.queries.rows import OwnerRow
from kangjiansheng.projects.rules import milestones as rules
from kangjiansheng.projects.rules.window import Window, clusters, month_of

GAP = 1.6  # percent: a mark is 13 px wide, the axis about 1000 px
_LABELLED = 40  # months up to which festivals are named


@dataclass(frozen=True, slots=True)
class Mark:
    """One milestone, or several that would touch. `plan` is the place of the baseline when it lies elsewhere."""

    x: float
    code: str
    status: str
    title: str
    plan: float | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One project or laboratory: its marks, and how many of its milestones lie before and after the window."""

    project: OwnerRow
    marks: tuple[Mark, ...]
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Whole:
    """What is said of all that a filter lets through, whichever part of it a page draws: how many projects and
    laboratories have a date, what is late or slipped in the window, and what has no date."""

    projects: int
    labs: int
    late: int
    slipped: int
    undated: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is drawn: rows in groups, ticks (place, word), bands (place, width, word), and the place and word of today.

    `agenda` is what a phone shows instead: by month what is open, and what was reached since last month.
    """

    window: Window
    groups: list[tuple[str, list[Row]]]
    ticks: list[tuple[float, str]]
    bands: list[tuple[float, float, str]]
    today: float | None
    today_word: str
    statuses: list[str]
    agenda: list[tuple[str, list[Line]]]
    whole: Whole


def day_of(line: Line) -> date | None:
    """The day on which a milestone stands: the actual one, else the promise."""
    return line.milestone.actual or line.milestone.promised


def timeline(
    lines: Sequence[Line],
    window: Window,
    today: date,
    *,
    group_of: Callable[[Line], str] | None,
    status_word: Callable[[Line], str],
    whole: Whole,
) -> Timeline:
    """Lines that stand by group and project, as rows of marks in a window; `whole` is said of those of all pages."""
    dated = [line for line in lines if day_of(line) is not None]
    inside = [line for line in dated if window.holds(day_of(line) or today)]
    said = _titles(inside, status_word)
    groups: list[tuple[str, list[Row]]] = []
    for group, found in groupby(dated, group_of or (lambda _line: "")):
        rows = [
            _row(list(of_project), window, said)
            for _code, of_project in groupby(found, lambda line: line.project.code)
        ]
        groups.append((group, rows))
    recent = add_months(month_of(today), -1)
    return Timeline(
        window,
        groups,
        ticks=_ticks(window),
        bands=_bands(window),
        today=window.place(today) if window.holds(today) else None,
        today_word=line_word(today),
        statuses=sorted({line.milestone.status for line in inside}, key=rules.SEVERITY.index),
        agenda=_agenda(
            [line for line in inside if line.milestone.is_open or (day_of(line) or today) >= recent]
        ),
        whole=whole,
    )


def finding(whole: Whole) -> str:
    """What the timeline says: how many projects and laboratories, and what of it is late or slipped."""
    text = ngettext("%(num)d 个项目", "%(num)d 个项目", whole.projects)
    if whole.labs:
        labs = ngettext("%(num)d 个联合实验室", "%(num)d 个联合实验室", whole.labs)
        text = _("%(projects)s、%(labs)s", projects=text, labs=labs)
    if whole.late or whole.slipped:
        return _(
            "%(projects)s，这段时间 %(late)d 项逾期，%(slip)d 项推迟",
            projects=text,
            late=whole.late,
            slip=whole.slipped,
        )
    return _("%(projects)s，这段时间没有逾期或推迟", projects=text)


def _titles(lines: Iterable[Line], status_word: Callable[[Line], str]) -> dict[int, str]:
    """What each mark says under the pointer and to a screen reader; each status is put into words once."""
    known: dict[tuple[str, ...], str] = {}
    found, comma = {}, _("，")
    for line in lines:
        m = line.milestone
        key = (m.status, m.kind, m.state, getattr(line.project, "claimed", ""))
        if key not in known:
            known[key] = status_word(line)
        parts = [f"{m.code} {name_of(m)}", f"{day_of(line)}", known[key]]
        if m.slip:
            parts.append(days(m.slip))
        found[m.id] = comma.join(parts)
    return found


def _row(lines: list[Line], window: Window, said: dict[int, str]) -> Row:
    marks, before, after = [], 0, 0
    for line in lines:
        day = day_of(line)
        assert day is not None
        if day < window.first:
            before += 1
        elif day >= window.after:
            after += 1
        else:
            marks.append(_mark(line, day, window, said))
    return Row(lines[0].project, tuple(_together(found) for found in clusters(marks, GAP)), before, after)


def _mark(line: Line, day: date, window: Window, said: dict[int, str]) -> Mark:
    m = line.milestone
    plan = None
    if m.baseline is not None and m.baseline != day and m.kind == "milestone":
        plan = min(max(window.place(m.baseline), 0.0), 100.0)
    return Mark(window.place(day), m.code, m.status, said[m.id], plan)


def _together(marks: Sequence[Mark]) -> Mark:
    if len(marks) == 1:
        return marks[0]
    worst = min((mark.status for mark in marks), key=rules.SEVERITY.index)  # type: ignore[arg-type]
    title = "\n".join(mark.title for mark in marks)
    return Mark(marks[0].x, marks[0].code, worst, title, count=len(marks))


def _ticks(window: Window) -> list[tuple[float, str]]:
    values, words = charts.date_ticks(window.first, window.after, at_most=14)
    placed = [
        (window.place(date.fromisoformat(value)), word) for value, word in zip(values, words, strict=True)
    ]
    return [(x, word) for x, word in placed if x < 98]


def _bands(window: Window) -> list[tuple[float, float, str]]:
    weeks = charts.festivals(window.first, window.after, spring=_("春节"), national=_("国庆"))
    named = (window.after - window.first).days < _LABELLED * 30
    found = []
    for first, after, label in weeks:
        x = max(window.place(first), 0.0)
        width = round(min(window.place(after), 100.0) - x, 2)
        if width > 0:
            found.append((x, width, label if named else ""))
    return found


def _agenda(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Lines by month and day."""
    ordered = sorted(lines, key=lambda line: (day_of(line), line.project.code, line.milestone.position))
    return [(month, list(found)) for month, found in groupby(ordered, lambda line: f"{day_of(line):%Y-%m}")]
