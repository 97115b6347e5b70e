"""Pages of what the parties share: /resources."""

from datetime import date, timedelta
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock, paging
from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.calendar import china, day_of
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.sheets import download
from kangjiansheng.labs import forms, operations, panels
from kangjiansheng.labs import policies as general
from kangjiansheng.labs.forms import resources as words
from kangjiansheng.labs.forms.resources import ResourceForm
from kangjiansheng.labs.models import JointLab, SharedResource
from kangjiansheng.labs.operations.resources import create_resource, edit_resource
from kangjiansheng.labs.policies import resources as policies
from kangjiansheng.labs.queries import bookings as found
from kangjiansheng.labs.queries import resources as queries
from kangjiansheng.labs.rules import resources as rules
from kangjiansheng.labs.sheets import resources as sheets
from kangjiansheng.labs.views import history
from kangjiansheng.labs.views.blueprint import as_shown, asked, bp, page_address, travelled

WEEK = timedelta(days=7)


@bp.get("/resources")
@signed_in
def resources() -> Response:
    """What is shared and the reader may see: how full, who waits, when it is free; the bottleneck is named."""
    wanted = asked(queries.ResourceFilter)
    listed = queries.resources(wanted, actor=actor(), as_of=travelled())
    rows = [row.resource for row in listed]
    standing = found.standings(rows, actor=actor(), as_of=travelled())
    return page(
        "labs/resources/list.html",
        illustrative=any(row.illustrative for row in rows),
        wanted=wanted,
        rows=paging.cut(rows, request.args.get("page")),
        standing=standing,
        finding=words.finding(rows, standing),
        owners=forms.party_choices(),
        shared=rules,
        page_address=page_address,
        bookable=_bookable(listed),
        may_create=general.create(actor()) and not travelled(),
    )


def _bookable(listed: list[queries.Listed]) -> set[int]:
    """Those of a list that the reader may book today; of a past day none."""
    if travelled() is not None:
        return set()
    everywhere = actor().has("executive")
    return {
        row.resource.id
        for row in listed
        if not row.resource.archived_at and (everywhere or (row.inside and not actor().reads_all))
    }


def of_lab(lab: JointLab) -> dict[str, Any] | None:
    """What the page of a laboratory shows of its resources, as far as the reader may see them, fullest first, and a
    tile for the one that is most in use; None when there are none."""
    day = travelled()
    listed = queries.resources(actor=actor(), as_of=day, of=lab)
    if not listed:
        return None
    rows = [row.resource for row in listed]
    standing = found.standings(rows, actor=actor(), as_of=day)
    rows.sort(key=lambda row: (-(standing[row.id].percent or 0), row.code))
    return {
        "rows": rows,
        "standing": standing,
        "finding": words.finding(rows, standing),
        "kpi": words.kpi(rows[0], standing[rows[0].id], day or clock.today()),
        "shared": rules,
        "bookable": _bookable(listed),
        "illustrative": any(row.illustrative for row in rows),
    }


@bp.get("/resources.<any(csv, xlsx):kind>")
@signed_in
@costly
def resources_file(kind: str) -> Response:
    """The same list as a file."""
    wanted = asked(queries.ResourceFilter)
    rows = [row.resource for row in queries.resources(wanted, actor=actor(), as_of=travelled())]
    standing = found.standings(rows, actor=actor(), as_of=travelled())
    return download(kind, "resources", sheets.resources(kind, rows, standing, as_of=travelled()))


@bp.route("/resources/new", methods=["GET", "POST"])
@on(may=general.create)
def new_resource() -> Response:
    """Register what is shared."""
    form = ResourceForm()
    made = form.attempt(lambda: create_resource(actor=actor(), code=form.code.data or "", **form.facts()))
    if made:
        return saved(url_for(".resource", code=made.code), _("共享资源已登记"))
    return page("labs/resources/form.html", form.status, form=form, resource=None)


@bp.route("/resources/<code>/edit", methods=["GET", "POST"])
@on(load=queries.resource, may=policies.keep_resource)
def edit_resource_form(thing: SharedResource) -> Response:
    """Change what is known of a resource."""
    form = ResourceForm(obj=thing)
    del form.code
    code = thing.code
    if form.attempt(lambda: edit_resource(thing, actor=actor(), version=form.version.data, **form.facts())):
        return saved(url_for(".resource", code=code), _("已保存"))
    return page(
        "labs/resources/form.html", form.status, illustrative=thing.illustrative, form=form, resource=thing
    )


@bp.get("/resources/<code>")
@on(load=queries.resource, may=general.see)
def resource(thing: SharedResource) -> Response:
    """One resource: its week, hour by hour, who waits, how full it is by month."""
    shown, day = as_shown(thing), travelled()
    today = day or clock.today()
    inside = queries.sees_bookings(actor(), thing)
    monday = _monday(today if day else _next_open(shown))
    begins, ends = clock.start_of(monday), clock.start_of(monday + WEEK)
    first = min(begins, clock.start_of(rules.month_of(today)[0] - timedelta(days=93)))
    held = found.bookings(
        [thing.id], first, found.EVER, actor=actor(), inside=[thing.id] if inside else (), as_of=day
    ).get(thing.id, [])
    waiting = found.waits([thing.id], actor=actor(), inside=[thing.id] if inside else (), as_of=day)
    may_book = not day and not thing.archived_at and policies.book_resource(actor(), thing)
    may_keep = not day and policies.keep_resource(actor(), thing)
    week = [row for row in held if row.starts_at < ends and (not row.ends_at or row.ends_at > begins)]
    return page(
        "labs/resources/resource.html",
        illustrative=thing.illustrative,
        resource=shown,
        inside=inside,
        shared=rules,
        days=[] if shown.kind == rules.BANK else _days(shown, week, monday),
        ahead=[row for row in held if not row.ends_at or row.ends_at > _instant(day)],
        months=_months(shown, held, today, _instant(day)),
        waiting=waiting.get(thing.id, []),
        free_at=None if shown.kind == rules.BANK else found.free_at(shown, held, _instant(day)),
        projects=panels.projects_of(thing, actor(), day),
        now=_instant(day),
        monday=monday,
        earlier=_week_address(monday - WEEK),
        later=_week_address(monday + WEEK),
        may_book=may_book,
        may_keep=may_keep,
        form=forms.VersionForm(obj=thing),
        history=history.panel(thing, words.RESOURCE_LABELS, words.VALUES) if inside else None,
    )


def _next_open(shown: SharedResource) -> date:
    """Today while there is still something to book in it, else the next day on which it opens: on a Sunday one plans
    the week that comes."""
    opens = None if shown.kind == rules.BANK else found.free_at(shown, (), clock.now())
    return day_of(opens) if opens else clock.today()


def _instant(day: date | None) -> Any:
    return clock.end_of(day) if day else clock.now()


def _monday(today: date) -> date:
    """The Monday of the week that the address asks for; of the week of `today` when it asks for none, or for none that
    is."""
    try:
        day = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        day = today
    if abs((day - today).days) > 2 * rules.AHEAD:
        day = today
    return day - timedelta(days=day.weekday())


def _week_address(monday: date) -> str:
    return with_args(week=monday.isoformat()) + "#week"


def _days(shown: SharedResource, held: list[found.Held], monday: date) -> list[Any]:
    opening, calendar = found.opening(shown), china()
    days = (monday + timedelta(days=n) for n in range(7))
    return [(day, rules.stretches(opening, shown.capacity, held, day, calendar)) for day in days]


def _months(shown: SharedResource, held: list[found.Held], today: date, instant: Any) -> list[Any]:
    """How full it was in the last three months, is in this and will be in the next, as booked so far."""
    first, last = rules.month_of(today)
    spans = [(first, last)]
    for _n in range(3):
        spans.insert(0, rules.month_of(spans[0][0] - rules.DAY))
    spans.append(rules.month_of(last + rules.DAY))
    return [(span[0], found.share(shown, held, *span, instant).percent) for span in spans]


@bp.get("/resources/<code>/bookings.<any(csv, xlsx):kind>")
@on(load=queries.resource_as, may=general.see)
@costly
def bookings_file(asked_for: tuple[SharedResource, str]) -> Response:
    """The bookings of a resource, this month's and those ahead, as a file."""
    thing, kind = asked_for
    shown, day = as_shown(thing), travelled()
    inside = [thing.id] if queries.sees_bookings(actor(), thing) else []
    begins = clock.start_of(rules.month_of(day or clock.today())[0])
    held = found.bookings([thing.id], begins, found.EVER, actor=actor(), inside=inside, as_of=day)
    projects = panels.projects_of(thing, actor(), day)
    data = sheets.bookings(kind, shown, held.get(thing.id, []), projects, as_of=day)
    return download(kind, f"{thing.code}-bookings", data)


@bp.post("/resources/<code>/archive")
@on(load=queries.resource, may=policies.keep_resource)
def archive_resource(thing: SharedResource) -> Response:
    """Put a resource away. One that is booked from now on answers 422 and says so."""
    operations.archive(thing, actor=actor(), version=forms.VersionForm().version.data)
    back = url_for(".restore_resource", code=thing.code)
    return saved(url_for(".resource", code=thing.code), _("共享资源已归档"), undo=back)


@bp.post("/resources/<code>/restore")
@on(load=queries.resource, may=policies.keep_resource)
def restore_resource(thing: SharedResource) -> Response:
    """Take a resource out of the archive."""
    operations.restore(thing, actor=actor())
    return saved(url_for(".resource", code=thing.code), _("共享资源已恢复"))
