"""What each figure means."""

from werkzeug.wrappers import Response

from kangjiansheng.core.access import signed_in
from kangjiansheng.core.pages import of_today, page
from kangjiansheng.overview.views.blueprint import bp


@bp.get("/overview/definitions")
@signed_in
@of_today
def definitions() -> Response:
    """Definitions of the board's figures."""
    return page("overview/definitions.html")
