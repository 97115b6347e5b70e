"""Pages."""

from flask import Blueprint

from kangjiansheng.core.access import signed_in
from kangjiansheng.core.pages import page

bp = Blueprint("overview", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/")
@signed_in
def home():
    """Page."""
    return page("layout_probe.html")
