"""Pages."""

from flask import Blueprint

from kangjiansheng.core.access import signed_in
from kangjiansheng.core.pages import page

bp = Blueprint("labs", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/labs")
@signed_in
def labs():
    """Page."""
    return page("layout_probe.html")
