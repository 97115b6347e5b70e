"""Who opened a project, and the links by which readers outside open its sheet."""

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import access_pages
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.access_pages import About
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today
from kangjiansheng.core.reader_links import Shown
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.views import bp
from kangjiansheng.projects.views.projects import sheet


def _about(thing: Project) -> About:
    crumbs = [
        (_("项目"), url_for(".projects")),
        (f"{thing.code} {name_of(thing)}", url_for(".project", code=thing.code)),
    ]
    here, closed = url_for(".accesses", code=thing.code), thing.confidentiality != "open"
    may = policies.edit(actor(), thing)
    return About(thing, thing.code, here, crumbs, closed, "projects", links=True, may_link=may)


@bp.get("/projects/<code>/accesses")
@on(load=queries.project, may=policies.list_readers)
@of_today
def accesses(thing: Project) -> Response:
    """Who opened the project or took it along, and the links."""
    return access_pages.accesses(_about(thing))


@bp.get("/projects/<code>/accesses.csv")
@on(load=queries.project, may=policies.list_readers)
@costly
@of_today
def accesses_file(thing: Project) -> Response:
    """The same as a file."""
    return access_pages.accesses_file(_about(thing))


@bp.post("/projects/<code>/accesses/links")
@on(load=queries.project, may=policies.edit)
def make_reader_link(thing: Project) -> Response:
    """A link to the project's sheet for somebody outside."""
    return access_pages.make_link(_about(thing))


@bp.post("/projects/<code>/accesses/links/<int:number>/revocation")
@on(load=queries.project_with, may=policies.edit_part)
def revoke_reader_link(pair: tuple[Project, int]) -> Response:
    """Take a link back."""
    return access_pages.revoke_link(_about(pair[0]), pair[1])


def traced(thing: Project | Plan | Milestone) -> tuple[str, int] | None:
    """Openings of a project are kept unless everybody may see it; its milestones and its plan count as the project."""
    plan = thing.plan if isinstance(thing, Milestone) else thing
    project = plan.project if isinstance(plan, Plan) else plan
    closed = project is not None and project.confidentiality != "open"
    return ("project", project.id) if project is not None and closed else None


def for_reader(code: str, maker: Actor) -> Shown | None:
    """The sheet for a reader's link: while its maker still edits the project."""
    thing = queries.project(actor=maker, code=code)
    if thing is None or thing.archived_at is not None or not policies.edit(maker, thing):
        return None
    return Shown("projects/reader_sheet.html", sheet(thing))
