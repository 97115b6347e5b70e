"""The board for a screen on the wall: large, without controls, and new every few minutes."""

from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, signed_in, unattended
from kangjiansheng.core.pages import page
from kangjiansheng.overview.rules.board import PAGE
from kangjiansheng.overview.views import compared, dashboard, matters, narrowed, words
from kangjiansheng.overview.views.blueprint import bp

EVERY = 300  # seconds between two readings
AT_MOST = 5  # matters, and milestones that fall due: what can be read from across a room


@bp.get("/overview/wall")
@signed_in
@unattended
def wall() -> Response:
    """What the reader may see, for whoever stands before the screen."""
    asking, wanted = dashboard.asked(), narrowed.asked()
    every, found = dashboard.narrowed_to(asking, wanted, actor=actor(), limits=PAGE)
    bar = narrowed.bar(every, wanted, found.answer.total)
    return page(
        "overview/wall.html",
        illustrative=found.illustrative,
        board=found,
        has_projects=bool(found.answer.total),
        chosen=bar.chosen,
        nothing=bar.nothing(asking.as_of is not None),
        read_at=clock.now(),
        every=EVERY,
        at_most=AT_MOST,
        compared=compared,
        words=words,
        matters=matters,
        due=words.in_outlook(found.outlook),
    )
