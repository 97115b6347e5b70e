"""What hangs on a project beside its plan: the results of research that it takes further, the bookings made for it.

Fetched by the page of the project as a piece of its own; and the project of a booking, on the page of the booking.
"""

from typing import Any

from flask import g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, on
from kangjiansheng.core.forms import wants_fragment
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved
from kangjiansheng.labs.models import Booking
from kangjiansheng.labs.queries import bookings as booked
from kangjiansheng.labs.rules import resources as rules
from kangjiansheng.labs.views import bookings as pages
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms import results as words
from kangjiansheng.projects.forms.obligations import BookingLinkForm
from kangjiansheng.projects.models import BookingLink, Project
from kangjiansheng.projects.operations import bookings as operations
from kangjiansheng.projects.queries import bookings as reading
from kangjiansheng.projects.queries.results import results_of
from kangjiansheng.projects.views import bp


@bp.get("/projects/<code>/around")
@on(load=queries.project, may=policies.see)
def around_project(thing: Project) -> Response | str:
    """The results that a project takes further, and the bookings for it of which the reader may know."""
    results = results_of(thing, actor=actor(), as_of=g.as_of)
    bookings = reading.of_project(thing, actor=actor(), as_of=g.as_of)
    coming = sum(not one.over for one in bookings)
    context: dict[str, Any] = {
        "results": results,
        "bookings": bookings,
        "words": words,
        "shared": rules,
        "results_finding": ngettext("%(num)d 项成果", "%(num)d 项成果", len(results)),
        "bookings_finding": ngettext("%(num)d 次预约", "%(num)d 次预约", len(bookings))
        + (_("，") + ngettext("%(num)d 次还没有结束", "%(num)d 次还没有结束", coming) if coming else ""),
    }
    if wants_fragment():
        return render_template("projects/_around.html", **context)
    return page(
        "projects/around.html",
        project=thing,
        name=name_of(thing),
        illustrative=thing.illustrative,
        **context,
    )


@bp.post("/resources/<code>/bookings/<int:number>/project")
@on(load=booked.booking, may=policies.name_project)
def name_project(row: Booking) -> Response:
    """Say for which project a resource is booked."""
    form, code, number = BookingLinkForm(), row.resource.code, row.number
    if form.attempt(lambda: operations.name_project(row, form.project.data or "", actor=actor())):
        return saved(url_for("labs.booking", code=code, number=number), _("预约已写明项目"))
    g.booking_form = form  # the panel on the page of the lower floor shows what was typed
    return pages.show(row, form.status)


@bp.post("/resources/<code>/bookings/<int:number>/project/removal")
@on(load=reading.linked, may=policies.forget_project)
def forget_project(link: BookingLink) -> Response:
    """Take the project of a booking back."""
    operations.forget_project(link, actor=actor())
    row = link.booking
    return saved(url_for("labs.booking", code=row.resource.code, number=row.number), _("关联已取消"))
