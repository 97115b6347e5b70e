"""The list of projects, and the same as a file."""

from functools import partial

from flask import g, redirect, request
from werkzeug.wrappers import Response

from kangjiansheng.core import paging
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.budgets import costly
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


@bp.get("/projects")
@signed_in
def projects() -> Response:
    """All projects that the reader may see, filtered by what the address says."""
    views = bar("projects")
    if views.opening:
        return redirect(views.opening)
    wanted = asked(lists.ProjectFilter)
    found = lists.listed(
        wanted,
        actor=actor(),
        as_of=g.as_of,
        cut=partial(paging.cut, asked=request.args.get("page")),
    )
    return page(
        "projects/projects.html",
        illustrative=found.illustrative,
        wanted=wanted,
        views=views,
        rows=found.rows,
        words=words,
        statuses=words.status_choices() + words.several(wanted.status, dict(words.status_choices())),
        columns=choices(stage_columns()),
        families=choices(families()),
        claims=choices(project_statuses()),
        labs=sorted((lab.code, name_of(lab)) for lab in found.labs),
        labels=words.labels,
        page_address=lambda number: with_args(page=number),
        may_create=g.as_of is None and policies.create(actor()),
        may_import=g.as_of is None and policies.import_trial(actor()),
    )


@bp.get("/projects.<any(csv, xlsx):kind>")
@signed_in
@costly
def projects_file(kind: str) -> Response:
    """The same list as a file."""
    rows = lists.projects(asked(lists.ProjectFilter), actor=actor(), as_of=g.as_of)
    return download(kind, "projects", sheets.projects(kind, rows, as_of=g.as_of))
