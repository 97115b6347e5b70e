"""Pages."""

from flask import Blueprint

from kangjiansheng.core.access import signed_in
from kangjiansheng.core.pages import page

bp = Blueprint("projects", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/projects")
@signed_in
def projects():
    """Page."""
    return page("layout_probe.html")


@bp.get("/my/milestones")
@signed_in
def mine():
    """Page."""
    return page("layout_probe.html")
