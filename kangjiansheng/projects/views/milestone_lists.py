"""All milestones in one table or on one timeline, and the same as a file."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock, paging
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.core.pages import page, travel, with_args
from kangjiansheng.core.saved_view_pages import bar
from kangjiansheng.core.sheets import download
from kangjiansheng.projects import policies, sheets
from kangjiansheng.projects.charts import everything
from kangjiansheng.projects.forms.fields import choices
from kangjiansheng.projects.forms.filters import asked_columns, asked_milestones, asked_month
from kangjiansheng.projects.queries import milestone_lists as lists
from kangjiansheng.projects.queries.milestone_lists import Line, MilestoneFilter
from kangjiansheng.projects.rules import columns as known
from kangjiansheng.projects.rules import window
from kangjiansheng.projects.rules.vocabulary import families, reasons
from kangjiansheng.projects.views import bp, words


@bp.get("/milestones")
@signed_in
def milestones() -> Response:
    """All milestones that the reader may see."""
    views = bar("milestones")
    if views.opening:
        return redirect(views.opening)
    wanted = asked_milestones()
    lines = lists.everything(wanted, actor=actor(), as_of=g.as_of)
    rows = lists.fitting(lines, wanted, actor=actor(), as_of=g.as_of)
    shown = _timeline(rows, wanted) if request.args.get("view") == "timeline" else _table(rows, wanted)
    return page(
        "projects/milestones.html",
        illustrative=any(line.project.illustrative for line in rows),
        wanted=wanted,
        views=views,
        total=len(rows),
        options=_options(lines, wanted),
        kept=_kept,
        filter_fields=[
            name for name in lists.NARROWING if name not in ("project", "figure", "stage", "pathway")
        ],
        figure=words.figure(wanted.figure),
        clear_url=_without(lists.NARROWING) if wanted.narrows else None,
        **shown,
    )


def _table(rows: Sequence[Line], wanted: MilestoneFilter) -> dict[str, Any]:
    columns = asked_columns(wanted)
    return row_context(columns, wanted, rows) | {
        "view": "table",
        "rows": paging.cut(rows, request.args.get("page")),
        "groups": Counter(sheets.group_word(line, wanted.by) for line in rows) if wanted.by else {},
        "group_of": lambda line: sheets.group_word(line, wanted.by),
        "every_column": [(name, sheets.column_word(name)) for name in _all_columns(columns)],
        "moved_by": lambda name, places: with_args(
            cols=",".join(known.moved_by(columns, name, places)), page=None
        ),
        "sorting": _sorting(wanted),
        "page_address": lambda number: with_args(page=number),
    }


def row_context(columns: Sequence[str], wanted: MilestoneFilter, lines: Sequence[Line]) -> dict[str, Any]:
    """What a row of the table needs, on the page and when it comes alone: columns, words, and the rights."""
    may = policies.standing(actor()) if g.as_of is None else None
    able = {
        line.milestone.id
        for line in lines
        if may
        and not line.project.archived
        and may.may_update(line.milestone.plan_id, line.milestone.owner_id)
    }
    own: dict[str, Any] = {"list": ",".join(columns), "moved": wanted.moved or None}
    return {
        "columns": columns,
        "column_word": sheets.column_word,
        "reason_word": lambda code: words.label_of(code, reasons()),
        "family_word": lambda code: words.label_of(code, families()),
        "labels": words.labels,
        "may_change": bool(able),
        "may_update": able,
        "row_address": lambda line, endpoint: url_for(
            endpoint,
            of=line.project.of,
            code=line.project.code,
            milestone_code=line.milestone.code,
            **own,
        ),
    }


def _timeline(rows: Sequence[Line], wanted: MilestoneFilter) -> dict[str, Any]:
    today = g.as_of or clock.today()
    zoom = request.args.get("zoom", "year")
    zoom = zoom if zoom in window.ZOOMS else "year"
    about = asked_month("at") or today
    days = [day for line in rows if (day := everything.day_of(line)) is not None]
    shown = window.window(zoom, about, days)
    by = "" if wanted.by == "project" else wanted.by
    drawn = everything.timeline(
        lists.by_project(rows, by),
        shown,
        today,
        group_of=(lambda line: sheets.group_word(line, by)) if by else None,
        status_word=sheets.milestone_word,
    )
    return {
        "view": "timeline",
        "drawn": drawn,
        "finding": everything.finding(drawn),
        "zoom": zoom,
        "moving": zoom in window.SPANS,
        "window_at": lambda times: with_args(at=f"{window.step(zoom, about, times):%Y-%m}"),
        "tail": travel(""),
    }


@bp.get("/milestones.<any(csv, xlsx):kind>")
@signed_in
def milestones_file(kind: str) -> Response:
    """The same list as a file: all pages of it, with the columns, the order and the language of the page."""
    wanted = asked_milestones()
    rows = lists.milestones(wanted, actor=actor(), as_of=g.as_of)
    made = sheets.milestones(kind, rows, asked_columns(wanted), by=wanted.by, as_of=g.as_of)
    return download(kind, "milestones", made)


@bp.app_template_filter("by_group")
def by_group(
    lines: Sequence[Line], group_of: Callable[[Line], str] | None
) -> Iterator[tuple[str, Iterable[Line]]]:
    """Lines that stand in the order of their groups, as (name of the group, its lines); one nameless without."""
    if group_of is None:
        return iter([("", lines)])
    return ((name, list(found)) for name, found in groupby(lines, group_of))


def _all_columns(shown: Sequence[str]) -> list[str]:
    """The shown columns in their order, then the others."""
    return [*shown, *(name for name in known.COLUMNS if name not in shown)]


def _sorting(wanted: MilestoneFilter) -> Any:
    """For a column: the address that sorts by it (the other way when it sorts already), and how it sorts now."""
    current, largest_first = known.order(wanted.sort)

    def of(name: str) -> tuple[str, str]:
        again = name == current and not wanted.sort.startswith("-")
        now = ("descending" if largest_first else "ascending") if name == current else ""
        return with_args(sort=f"-{name}" if again else name, page=None), now

    return of


def _kept(*without: str) -> list[tuple[str, str]]:
    """The arguments of this address that a form beside the list carries along."""
    return [(key, value) for key, value in request.args.items(multi=True) if key not in {*without, "page"}]


def _without(names: Iterable[str]) -> str:
    """This address without some of its filters; never so bare that a saved view would open instead."""
    bare = with_args(page=None, **dict.fromkeys(names))
    return bare if "?" in bare else f"{bare}?every=1"


def _options(lines: Sequence[Line], wanted: MilestoneFilter) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: only what occurs among the milestones that the reader sees."""
    projects = {line.project.base: line.project for line in lines}.values()
    key = sort_key()
    occurring = {p.family for p in projects}
    owners = {str(m.owner_id): m.owner_label for m in (line.milestone for line in lines) if m.owner_id}
    statuses = words.status_choices()
    return {
        "status": statuses + words.several(wanted.status, dict(statuses)),
        "lab": sorted({lab.code: name_of(lab) for p in projects for lab in p.labs}.items()),
        "family": [pair for pair in choices(families()) if pair[0] in occurring],
        "party": sorted(
            {x.code: name_of(x) for p in projects for x in p.parties}.items(), key=lambda pair: key(pair[1])
        ),
        "reason": choices(reasons()) + words.several(wanted.reason, dict(choices(reasons()))),
        "owner": [
            ("me", _("我负责的")),
            ("none", _("没有负责人")),
            *sorted(owners.items(), key=lambda pair: key(pair[1])),
        ],
    }
