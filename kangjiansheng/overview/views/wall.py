"""The board for a screen on the wall: large, without controls, and new every few minutes."""

from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, signed_in, unattended
from kangjiansheng.core.pages import page
from kangjiansheng.overview.views import dashboard, matters, narrowed, words
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.projects.queries import portfolio

EVERY = 300  # seconds between two readings
AT_MOST = 5  # matters, and milestones that fall due: what can be read from across a room


@bp.get("/overview/wall")
@signed_in
@unattended
def wall() -> Response:
    """What the reader may see, for whoever stands before the screen."""
    asking, wanted = dashboard.asked(), narrowed.asked()
    every = portfolio(actor=actor(), as_of=asking.as_of)
    projects, found = dashboard.read(asking, actor=actor(), wanted=wanted, every=every)
    return page(
        "overview/wall.html",
        illustrative=any(project.illustrative for project in projects),
        board=found,
        has_projects=bool(projects),
        chosen=narrowed.bar(every, wanted, len(projects)).chosen,
        read_at=clock.now(),
        every=EVERY,
        at_most=AT_MOST,
        words=words,
        matters=matters,
        due=words.in_outlook(found.outlook),
    )
