"""What each figure means."""

from werkzeug.wrappers import Response

from kangjiansheng.core.access import first, signed_in
from kangjiansheng.core.pages import of_today, page
from kangjiansheng.overview.views import chart_words
from kangjiansheng.overview.views.blueprint import bp


@bp.get("/overview/definitions")
@signed_in
@first
@of_today
def definitions() -> Response:
    """Definitions of the figures of the board and of the charts."""
    return page(
        "overview/definitions.html", charts=chart_words.definitions(), chart_names=chart_words.names()
    )
