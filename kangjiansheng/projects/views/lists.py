"""The list of projects, and the same as a file."""

from typing import Any

from flask import g, redirect, request
from werkzeug.wrappers import Response

from kangjiansheng.core import paging
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, with_args
from kangjiansheng.core.saved_view_pages import bar
from kangjiansheng.core.sheets import download
from kangjiansheng.projects import policies, sheets
from kangjiansheng.projects.forms.fields import choices
from kangjiansheng.projects.forms.filters import asked
from kangjiansheng.projects.queries import lists
from kangjiansheng.projects.rules.vocabulary import families, project_statuses, stage_columns
from kangjiansheng.projects.views import bp, words


def _lab_choices(rows: Any) -> list[tuple[str, str]]:
    labs = {lab.code: name_of(lab) for row in rows for lab in row.labs}
    return sorted(labs.items())


@bp.get("/projects")
@signed_in
def projects() -> Response:
    """All projects that the reader may see, filtered by what the address says."""
    views = bar("projects")
    if views.opening:
        return redirect(views.opening)
    wanted = asked(lists.ProjectFilter)
    rows = lists.projects(wanted, actor=actor(), as_of=g.as_of)
    return page(
        "projects/projects.html",
        illustrative=any(row.illustrative for row in rows),
        wanted=wanted,
        views=views,
        rows=paging.cut(rows, request.args.get("page")),
        words=words,
        statuses=words.status_choices() + words.several(wanted.status, dict(words.status_choices())),
        columns=choices(stage_columns()),
        families=choices(families()),
        claims=choices(project_statuses()),
        labs=_lab_choices(rows),
        labels=words.labels,
        page_address=lambda number: with_args(page=number),
        may_create=g.as_of is None and policies.create(actor()),
        may_import=g.as_of is None and policies.import_trial(actor()),
    )


@bp.get("/projects.<any(csv, xlsx):kind>")
@signed_in
def projects_file(kind: str) -> Response:
    """The same list as a file."""
    rows = lists.projects(asked(lists.ProjectFilter), actor=actor(), as_of=g.as_of)
    return download(kind, "projects", sheets.projects(kind, rows, as_of=g.as_of))
