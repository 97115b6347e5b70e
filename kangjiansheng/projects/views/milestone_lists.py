"""All milestones in one table or on one timeline, and the same as a file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from flask import g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock, paging
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.core.pages import page, travel, with_args
from kangjiansheng.core.saved_view_pages import bar
from kangjiansheng.core.sheets import download
from kangjiansheng.projects import policies, sheets
from kangjiansheng.projects.charts import everything
from kangjiansheng.projects.forms.fields import choices
from kangjiansheng.projects.forms.filters import asked_columns, asked_milestones, asked_month
from kangjiansheng.projects.queries import milestone_lists as lists
from kangjiansheng.projects.queries.milestone_lists import Drawn, Line, Listed, MilestoneFilter
from kangjiansheng.projects.rules import columns as known
from kangjiansheng.projects.rules import window
from kangjiansheng.projects.rules.ledgers import NONE, day_of, number
from kangjiansheng.projects.rules.milestones import SEVERITY
from kangjiansheng.projects.rules.vocabulary import families, reasons, stage_columns, stages, templates
from kangjiansheng.projects.views import bp, words


@bp.get("/milestones")
@signed_in
def milestones() -> Response:
    """All milestones that the reader may see."""
    views = bar("milestones")
    if views.opening:
        return redirect(views.opening)
    wanted = asked_milestones()
    if request.args.get("view") == "timeline":
        drawn = lists.drawn(wanted, actor=actor(), as_of=g.as_of, page=request.args.get("page"))
        found, shown = drawn.listed, _timeline(drawn, wanted)
    else:
        found = lists.listed(wanted, actor=actor(), as_of=g.as_of, cut=_cut)
        shown = _table(found, wanted)
    return page(
        "projects/milestones.html",
        illustrative=found.illustrative,
        wanted=wanted,
        views=views,
        total=found.rows.total,
        options=_options(found, wanted),
        kept=_kept,
        filter_fields=[
            name for name in lists.NARROWING if name not in ("project", "figure", "stage", "pathway")
        ],
        figure=words.figure(wanted.figure),
        clear_url=_without(lists.NARROWING) if wanted.narrows else None,
        **shown,
    )


def _cut(places: Any) -> paging.Page:
    return paging.cut(places, request.args.get("page"))


def _table(found: Listed, wanted: MilestoneFilter) -> dict[str, Any]:
    columns, lines = asked_columns(wanted), found.rows.items
    may = policies.standing(actor()) if g.as_of is None else None
    return _words(columns, wanted) | {
        "view": "table",
        "rows": found.rows,
        "may_change": may is not None and may.may_update_any(found.plans, found.owners),
        "may_update": _able(may, lines),
        "groups": {
            sheets.group_word(line, wanted.by): count
            for line, count in zip(lines, found.in_group, strict=False)
        },
        "group_of": lambda line: sheets.group_word(line, wanted.by),
        "every_column": [(name, sheets.column_word(name)) for name in _all_columns(columns)],
        "moved_by": lambda name, places: with_args(
            cols=",".join(known.moved_by(columns, name, places)), page=None
        ),
        "sorting": _sorting(wanted),
        "page_address": lambda number: with_args(page=number),
    }


def row_context(columns: Sequence[str], wanted: MilestoneFilter, lines: Sequence[Line]) -> dict[str, Any]:
    """What a row of the table needs when it comes alone: columns, words, and the rights."""
    able = _able(policies.standing(actor()) if g.as_of is None else None, lines)
    return _words(columns, wanted) | {"may_change": bool(able), "may_update": able}


def _able(may: policies.Standing | None, lines: Sequence[Line]) -> set[int]:
    return {
        line.milestone.id
        for line in lines
        if may
        and not line.project.archived
        and may.may_update(line.milestone.plan_id, line.milestone.owner_id)
    }


def _words(columns: Sequence[str], wanted: MilestoneFilter) -> dict[str, Any]:
    own: dict[str, Any] = {"list": ",".join(columns), "moved": wanted.moved or None}
    return {
        "columns": columns,
        "column_word": sheets.column_word,
        "reason_word": lambda code: words.label_of(code, reasons()),
        "family_word": lambda code: words.label_of(code, families()),
        "labels": words.labels,
        "row_address": lambda line, endpoint: url_for(
            endpoint,
            of=line.project.of,
            code=line.project.code,
            milestone_code=line.milestone.code,
            **own,
        ),
    }


def _timeline(found: Drawn, wanted: MilestoneFilter) -> dict[str, Any]:
    today = g.as_of or clock.today()
    zoom = request.args.get("zoom", "year")
    zoom = zoom if zoom in window.ZOOMS else "year"
    about = asked_month("at") or today
    known = found.days[found.days != NONE]
    ends = [day_of(end) for end in (known.min(), known.max())] if len(known) else []
    shown = window.window(zoom, about, ends)
    by = "" if wanted.by == "project" else wanted.by
    drawn = everything.timeline(
        lists.by_project(found.listed.rows.items, by),
        shown,
        today,
        group_of=(lambda line: sheets.group_word(line, by)) if by else None,
        status_word=sheets.milestone_word,
        whole=_whole(found, shown),
    )
    return {
        "view": "timeline",
        "drawn": drawn,
        "finding": everything.finding(drawn.whole),
        "things": found.things,
        "page_address": lambda number: with_args(page=number),
        "zoom": zoom,
        "moving": zoom in window.SPANS,
        "window_at": lambda times: with_args(at=f"{window.step(zoom, about, times):%Y-%m}"),
        "tail": travel(""),
    }


def _whole(found: Drawn, shown: window.Window) -> everything.Whole:
    """What is said of all that the filter lets through."""
    inside = (found.days >= number(shown.first)) & (found.days < number(shown.after))
    late, slipped = (int((found.statuses[inside] == SEVERITY.index(word)).sum()) for word in ("late", "slip"))
    there = np.unique(found.of[found.days != NONE])
    labs = int((there >= found.first).sum())
    return everything.Whole(len(there) - labs, labs, late, slipped, int((found.days == NONE).sum()))


@bp.get("/milestones.<any(csv, xlsx):kind>")
@signed_in
@costly
def milestones_file(kind: str) -> Response:
    """The same list as a file: all pages of it, with the columns, the order and the language of the page."""
    wanted = asked_milestones()
    found = lists.listed(wanted, actor=actor(), as_of=g.as_of, cut=lists.whole)
    rows, only = found.rows.items, _only(found, wanted)
    made = sheets.milestones(kind, rows, asked_columns(wanted), by=wanted.by, only=only, as_of=g.as_of)
    return download(kind, "milestones", made)


def _only(found: Listed, wanted: MilestoneFilter) -> str:
    """Which of all milestones are listed, in words; empty for all."""
    options = _options(found, wanted) | {
        "stage": [*choices(stage_columns()), *((f"={code}", label) for code, label in choices(stages()))],
        "pathway": choices(templates()),
        "moved": [(wanted.moved, _("%(day)s 以来有变动", day=wanted.moved))],
        "figure": [(wanted.figure, words.figure(wanted.figure))],
    }
    asked = [(name, getattr(wanted, name)) for name in lists.NARROWING if getattr(wanted, name)]
    return _("；").join(str(dict(options.get(name, [])).get(value, value)) for name, value in asked)


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


def _options(found: Listed, wanted: MilestoneFilter) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: only what occurs among the milestones that the reader sees."""
    key = sort_key()
    statuses = words.status_choices()
    owners = [(str(number), name) for number, name in found.people.items()]
    return {
        "status": statuses + words.several(wanted.status, dict(statuses)),
        "lab": sorted((lab.code, name_of(lab)) for lab in found.labs),
        "family": [pair for pair in choices(families()) if pair[0] in found.families],
        "party": sorted(
            ((party.code, name_of(party)) for party in found.parties), key=lambda pair: key(pair[1])
        ),
        "within": [("30", _("30 天内")), ("90", _("90 天内")), ("365", _("一年内"))],
        "state": [("open", _("未完成")), ("done", _("已完成")), ("cancelled", _("已取消"))],
        "gate": [("1", _("只看阶段门"))],
        "stale": [("1", _("只看待更新")), ("old", _("三周以上未确认"))],
        "reason": choices(reasons()) + words.several(wanted.reason, dict(choices(reasons()))),
        "owner": [
            ("me", _("我负责的")),
            ("none", _("没有指定到人")),
            *sorted(owners, key=lambda pair: key(pair[1])),
        ],
    }
