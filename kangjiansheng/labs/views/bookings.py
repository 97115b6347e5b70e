"""Booking a resource: /resources/RES-01/book, its bookings, and the waiting list."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.calendar import china
from kangjiansheng.core.pages import of_today, page, saved
from kangjiansheng.labs import forms, panels
from kangjiansheng.labs import policies as general
from kangjiansheng.labs.forms import resources as words
from kangjiansheng.labs.forms.resources import BookingForm, RemovalForm, Typed
from kangjiansheng.labs.models import Booking, SharedResource, Wait
from kangjiansheng.labs.operations import bookings as operations
from kangjiansheng.labs.policies import resources as policies
from kangjiansheng.labs.queries import bookings as found
from kangjiansheng.labs.queries import resources as queries
from kangjiansheng.labs.rules import resources as rules
from kangjiansheng.labs.views import history
from kangjiansheng.labs.views.blueprint import bp

Act = Callable[..., Any]


def _form(thing: SharedResource, row: Any = None, *, names: bool = False) -> BookingForm:
    """The form; with `names` it asks for what one books, where a higher floor has something to name."""
    homes = [] if row is not None and row.person_id != actor().id else queries.homes_of(actor())
    offered = _offered(thing) if names else ()
    return BookingForm(obj=Typed(row) if row is not None else None).offer(thing, homes, offered)


def _offered(thing: SharedResource) -> list[tuple[str, str]]:
    return [pair for one in panels.booked_for for pair in one.offered(thing, actor())]


def _fill(form: BookingForm, thing: SharedResource) -> None:
    """The day and the hours that were tapped in the week; without any the next that are free."""
    if thing.kind != rules.BANK and not {"day", "from"} & request.args.keys():
        held = found.bookings([thing.id], clock.now(), found.EVER, actor=actor(), inside=[])
        if free := found.free_at(thing, held.get(thing.id, []), clock.now()):
            form.at(free, free + rules.HOUR)
            return
    try:
        form.day.data = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        form.day.data = clock.today()
    if thing.kind == rules.BANK:
        return
    asked_for = request.args.get("from", "")
    hours = list(range(thing.opens, thing.closes))
    form.from_hour.data = int(asked_for) if asked_for.isdecimal() and int(asked_for) in hours else hours[0]
    form.to_hour.data = form.from_hour.data + 1


@bp.route("/resources/<code>/book", methods=["GET", "POST"])
@on(load=queries.resource, may=policies.book_resource)
def book(thing: SharedResource) -> Response:
    """Book: the day, the hours, what for. What stands in the way is shown, with the next free time and the waiting
    list."""

    def act(**facts: Any) -> Booking:
        named = facts.pop("named")
        made = operations.book(thing, actor=actor(), **facts)
        for one in panels.booked_for if named else ():
            one.name(made, named, actor())
        return made

    return _booking(thing, act, _("已预约"))


@bp.route("/resources/<code>/maintenance", methods=["GET", "POST"])
@on(load=queries.resource, may=policies.keep_resource)
def block(thing: SharedResource) -> Response:
    """Keep a resource free of bookings for its maintenance: all its places, or some."""

    def act(named: str, **facts: Any) -> Booking:
        return operations.book(thing, actor=actor(), kind="maintenance", **facts)

    return _booking(thing, act, _("维护已安排"), maintenance=True)


def _booking(thing: SharedResource, act: Act, done: str, *, maintenance: bool = False) -> Response:
    form, code = _form(thing, names=not maintenance), thing.code
    _take(form)
    if request.method == "GET":
        _fill(form, thing)
        if maintenance and "places" in form:
            form.places.data = thing.capacity
    made = form.attempt(lambda: act(named=form.named, **form.facts()))
    if made:
        return saved(url_for(".booking", code=code, number=made.number), done)
    return _page(form, code, maintenance=maintenance)


def _take(form: BookingForm) -> None:
    """The free time that was offered, when it was taken: as long as what was asked for."""
    if not request.form.get("instead") or form.bank or None in (form.from_hour.data, form.to_hour.data):
        return
    try:
        starts = datetime.fromisoformat(request.form["instead"])
        asked, ends = form.span()
        if ends is not None:
            form.at(starts, starts + (ends - asked))
    except (ValueError, OverflowError):
        return  # what no page of ours has sent: what was typed counts


def _page(form: BookingForm, code: str, row: Any = None, *, maintenance: bool = False) -> Response:
    """The form; with what stands in the way when it was refused for that."""
    thing = queries.resource(actor=actor(), code=code) or abort(404)
    obstacles, free = _obstacles(form, thing, row) if form.refusal else ([], None)
    inside = queries.sees_bookings(actor(), thing)
    day = _day(form)
    return page(
        "labs/resources/book.html",
        form.status,
        illustrative=thing.illustrative,
        form=form,
        resource=thing,
        booking=row,
        maintenance=maintenance,
        obstacles=obstacles,
        free=free,
        shared=rules,
        inside=inside,
        day=day,
        is_open=found.opening(thing).on(day, china()) is not None,
        held=_held_on(thing, day, inside=inside) if thing.kind != rules.BANK else [],
        may_wait=bool(obstacles) and not maintenance and row is None,
    )


def _day(form: BookingForm) -> date:
    """The day whose bookings stand beside the form: the one that was just chosen, or the form's own; today where that
    cannot be booked."""
    today = clock.today()
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = form.day.data or today
    return day if abs((day - today).days) <= 2 * rules.AHEAD else today


def _held_on(thing: SharedResource, day: date, *, inside: bool) -> list[found.Held]:
    begins, ids = clock.start_of(day), [thing.id]
    return found.bookings(ids, begins, begins + rules.DAY, actor=actor(), inside=ids if inside else []).get(
        thing.id, []
    )


def _obstacles(form: BookingForm, thing: SharedResource, row: Any) -> tuple[list[found.Held], Any]:
    """What takes the time that was asked for, and the next free time that is as long; None when there is none."""
    facts = form.facts()
    wanted = rules.Wanted(1, facts["places"], facts["starts_at"], facts["ends_at"])
    inside = [thing.id] if queries.sees_bookings(actor(), thing) else []
    ends = wanted.ends_at or found.EVER
    held = found.bookings([thing.id], clock.now(), found.EVER, actor=actor(), inside=inside).get(thing.id, [])
    mine = row.number if row is not None else 0
    held = [one for one in held if one.number != mine or not mine]
    free = None
    if thing.kind != rules.BANK and (hours := (ends - wanted.starts_at) // rules.HOUR) > 0:
        after = max(clock.now(), wanted.starts_at)
        if begins := found.free_at(thing, held, after, hours=hours, places=wanted.places):
            free = rules.Wanted(1, wanted.places, begins, begins + hours * rules.HOUR)
    return rules.in_the_way(held, wanted), free


@bp.get("/resources/<code>/bookings/<int:number>")
@of_today
@on(load=found.booking, may=general.see)
def booking(row: Booking) -> Response:
    """One booking, for who may know it: when, who, what for, and the ways to move or cancel it."""
    return show(row)


def show(row: Booking, status: int = 200) -> Response:
    """The page of a booking, with what the floors above put on it."""
    higher = panels.of(panels.booking, row, actor(), None)
    over = row.cancelled_at is not None or (row.ends_at is not None and row.ends_at <= clock.now())
    return page(
        "labs/resources/booking.html",
        status,
        higher=higher,
        illustrative=row.resource.illustrative,
        booking=row,
        over=over,
        shared=rules,
        may_change=not over and policies.change_booking(actor(), row),
        form=forms.VersionForm(obj=row),
        history=history.panel(row, words.BOOKING_LABELS, words.VALUES, besides=higher.entries),
    )


@bp.route("/resources/<code>/bookings/<int:number>/move", methods=["GET", "POST"])
@on(load=found.booking, may=policies.change_booking)
def move_booking(row: Booking) -> Response:
    """Move a booking to another time, or say otherwise what it is for."""
    form, code, number = _form(row.resource, row), row.resource.code, row.number
    _take(form)
    if form.attempt(lambda: operations.move(row, actor=actor(), version=form.version.data, **form.facts())):
        return saved(url_for(".booking", code=code, number=number), _("预约已改动"))
    again = afresh(row)
    return _page(form, code, again, maintenance=again.kind == "maintenance")


@bp.post("/resources/<code>/bookings/<int:number>/cancel")
@on(load=found.booking, may=policies.change_booking)
def cancel_booking(row: Booking) -> Response:
    """Give the time back."""
    code = row.resource.code
    operations.cancel(row, actor=actor(), version=forms.VersionForm().version.data)
    return saved(url_for(".resource", code=code), _("预约已取消"))


@bp.post("/resources/<code>/waiting")
@on(load=queries.resource, may=policies.book_resource)
def ask_to_wait(thing: SharedResource) -> Response:
    """Wait for a time that is taken now."""
    form, code = _form(thing), thing.code
    if form.attempt(lambda: operations.ask_to_wait(thing, actor=actor(), **form.facts())):
        return saved(url_for(".resource", code=code, _anchor="waiting"), _("已加入候补，有空档时会通知您"))
    return _page(form, code)


@bp.post("/resources/<code>/waiting/<int:number>/withdraw")
@on(load=found.wait, may=policies.leave_queue)
def withdraw(row: Wait) -> Response:
    """Wait no more."""
    operations.withdraw(row, actor=actor())
    return saved(_queue(row), _("已退出候补"), undo=_returning(row))


def _queue(row: Wait) -> str:
    return url_for(".resource", code=row.resource.code, _anchor="waiting")


def _returning(row: Wait) -> str:
    return url_for(".return_to_queue", code=row.resource.code, number=row.number)


@bp.route("/resources/<code>/waiting/<int:number>/removal", methods=["GET", "POST"])
@on(load=found.wait, may=policies.clear_queue)
def clear_queue(row: Wait) -> Response:
    """Take somebody else off the list; the reason is asked for, and told to her."""
    form = RemovalForm()
    if form.attempt(lambda: operations.remove(row, form.reason.data or "", actor=actor())):
        return saved(_queue(row), _("已移出候补，已通知对方"), undo=_returning(row))
    again = afresh(row)
    return page(
        "labs/resources/removal.html",
        form.status,
        illustrative=again.resource.illustrative,
        form=form,
        wait=again,
        shared=rules,
    )


@bp.post("/resources/<code>/waiting/<int:number>/return")
@on(load=found.wait, may=policies.return_to_queue)
def return_to_queue(row: Wait) -> Response:
    """Take leaving the list back, or taking somebody off it."""
    operations.return_to_queue(row, actor=actor())
    return saved(_queue(row), _("已恢复候补"))


@bp.get("/resources/<code>/waiting/<int:number>/book")
@of_today
@on(load=found.wait, may=policies.leave_queue)
def book_waited(row: Wait) -> Response:
    """The form with what was waited for filled in: where the notice leads."""
    thing = row.resource
    if not policies.book_resource(actor(), thing):
        abort(403)
    form = BookingForm(formdata=None, obj=Typed(row)).offer(thing, queries.homes_of(actor()), _offered(thing))
    return _page(form, thing.code)
