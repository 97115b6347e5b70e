"""Pages."""

from flask import Blueprint

from kangjiansheng.core.access import signed_in
from kangjiansheng.core.pages import page

bp = Blueprint("committee", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/committees/SAC")
@signed_in
def home():
    """Page."""
    return page("layout_probe.html")
