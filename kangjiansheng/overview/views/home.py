"""Home by role."""

from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.overview.views import dashboard
from kangjiansheng.overview.views.blueprint import bp


@bp.get("/")
@signed_in
def home() -> Response:
    """Executives and auditors see the board."""
    return dashboard.show(dashboard.asked(), actor=actor())
