"""The day on which a page is read: what each page shows of a past one."""

from flask import current_app, g, redirect, request
from werkzeug.wrappers import Response

from kangjiansheng.core import pages

# Blueprints whose pages know no past day: accounts, administration, the trail, notices.
STILL = frozenset(
    {"account", "accounts", "admin", "audit", "calendar", "core", "copies", "first_run", "mails", "work"}
)


def travel() -> Response | None:
    """Set the day of the time travel. A page that cannot show a past day opens as of today, and says so."""
    g.as_of = pages.asked_day() if g.get("actor") else None
    rule = request.url_rule
    if g.as_of is None or request.method != "GET" or rule is None:
        return None
    if request.path.startswith("/api/") or not pages.shows_today(current_app, rule, STILL):
        return None
    today = pages.with_args(as_of=None)
    if "." in request.path.rpartition("/")[2]:
        return redirect(today)  # a file or JSON has no place to say it in
    return pages.only_today(today)
