"""The figures as JSON, for the command and for programs: the same that the pages show."""

from datetime import date
from typing import Any

from flask import abort, make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor as reader
from kangjiansheng.core.access import signed_in
from kangjiansheng.core.changes import Actor
from kangjiansheng.overview.queries import foretold
from kangjiansheng.overview.queries import rates as rate_queries
from kangjiansheng.overview.rules import economics, keyed, periods
from kangjiansheng.overview.rules.board import PAGE
from kangjiansheng.overview.rules.forecast import whole
from kangjiansheng.overview.rules.rates import USUAL
from kangjiansheng.overview.views import dashboard, value
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.projects.queries import figures_of, portfolio


class NoSuchRates(LookupError):
    """There is no set of rates of that code on that day."""


@bp.get("/api/v1/metrics")
@signed_in
def metrics() -> Response:
    """The figures of `kangjiansheng metrics` over what the caller sees; `?as_of=` for a past day, `?compare=`, `?rates=`."""
    asking = dashboard.asked()
    try:
        found = figures(asking, actor=reader(), code=request.args.get("rates") or None)
    except NoSuchRates:
        abort(400, _("没有“%(code)s”这套成功率。") % {"code": request.args["rates"][:40]})
    answer = make_response(found)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def on_day(day: date, *, actor: Actor, code: str | None = None) -> dict[str, Any]:
    """All figures as of the end of a day, compared with the end of the quarter before it."""
    asking = dashboard.Asked(day if day != clock.today() else None, periods.quarter_end_before(day), 90)
    return figures(asking, actor=actor, code=code)


def figures(asking: dashboard.Asked, *, actor: Actor, code: str | None = None) -> dict[str, Any]:
    """All figures over what the actor sees. Approvals come with the first published set, and with the one that is
    asked for (else the default), which gives the other rates. Raises NoSuchRates."""
    if code and code not in rate_queries.sets(asking.as_of):
        raise NoSuchRates(code)
    projects, board = (
        portfolio(actor=actor, as_of=asking.as_of),
        dashboard.read(asking, actor=actor, limits=PAGE),
    )
    seen = value.read(asking, code=code, months=value.USUAL_MONTHS, actor=actor)
    told = foretold.foretold(actor=actor, as_of=asking.as_of)
    valued = [one for _entered, one in seen.valued]
    worth = economics.total(valued, seen.now.rates, asking.day) if valued else None
    return {
        **figures_of(projects, asking.day),
        **keyed.of_value(
            seen.now.projects,
            seen.now.awaited,
            asking.day,
            seen.sets,
            [USUAL, seen.now.rates.code],
            worth,
            len(valued),
        ),
        "forecast": whole.figures(told.forecast, told.record),
        "board": keyed.of_board(board),
    }
