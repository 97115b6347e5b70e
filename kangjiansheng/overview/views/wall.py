"""The board for a screen on the wall: large, without controls, and new every few minutes."""

from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, signed_in, unattended
from kangjiansheng.core.pages import page
from kangjiansheng.overview.views import dashboard, matters, words
from kangjiansheng.overview.views.blueprint import bp

EVERY = 300  # seconds between two readings
AT_MOST = 5  # matters, and milestones that fall due: what can be read from across a room


@bp.get("/overview/wall")
@signed_in
@unattended
def wall() -> Response:
    """What the reader may see, for whoever stands before the screen."""
    projects, found = dashboard.read(dashboard.asked(), actor=actor())
    return page(
        "overview/wall.html",
        illustrative=any(project.illustrative for project in projects),
        board=found,
        has_projects=bool(projects),
        read_at=clock.now(),
        every=EVERY,
        at_most=AT_MOST,
        words=words,
        matters=matters,
        due=words.in_outlook(found.outlook),
    )
