"""How sure the day of one milestone is: a piece that its page fetches, and a page by itself for whoever has no script."""

from typing import Any

from flask import g, render_template
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, on
from kangjiansheng.core.forms import wants_fragment
from kangjiansheng.core.pages import page
from kangjiansheng.overview.queries.foretold import of_milestone
from kangjiansheng.overview.views import words_forecast as words
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.models import Milestone


@bp.get("/projects/<code>/milestones/<milestone_code>/forecast")
@on(load=queries.milestone, may=policies.see)
def milestone_forecast(thing: Milestone) -> Response | str:
    """What our own history says of the day that is promised."""
    found, illustrative = of_milestone(thing.id, actor=actor(), as_of=g.as_of)
    shown: dict[str, Any] = {
        "found": found,
        "finding": words.of_one(found),
        "band": words.band(found),
        "words": words,
    }
    if wants_fragment():
        template = "overview/_milestone_forecast.html"
        return render_template(template, rests_on_illustrative=illustrative, **shown)
    return page("overview/milestone_forecast.html", illustrative=illustrative, m=thing, **shown)
