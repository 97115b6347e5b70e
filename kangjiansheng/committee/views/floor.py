"""The room while a meeting runs: arrivals and leavings, items that begin and end, the quorum of each."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms import floor as inputs
from kangjiansheng.committee.models import AgendaItem, Meeting, Presence
from kangjiansheng.committee.operations import presence as operations
from kangjiansheng.committee.queries import floor, loaders, overviews
from kangjiansheng.committee.rules.presence import Room
from kangjiansheng.committee.views.base import asked_people, asked_person, bp, page, problem_of
from kangjiansheng.committee.views.locked import facts_locked
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.forms import Form
from kangjiansheng.core.pages import of_today, saved


@bp.get("/meetings/<code>/floor")
@on(load=loaders.meeting, may=policies.edit_meeting)
@of_today
def floor_page(meeting: Meeting) -> Response:
    """Who is here, what is being discussed, whether it can be decided."""
    return show(meeting)


def show(meeting: Meeting, form: Form | None = None) -> Response:
    """The page, also when something that was entered came back."""
    if refused := facts_locked(meeting, form):
        return refused
    agenda, came = overviews.agenda(meeting, actor=actor()), floor.came_to(meeting)
    room = floor.room_of(meeting, came)
    return page(
        "floor.html",
        form.status if form else 200,
        meeting=meeting,
        agenda=agenda,
        room=floor.in_room(meeting, agenda.items, room),
        seats=_seats(meeting, came, room),
        problem=problem_of(form),
        form=form if isinstance(form, inputs.TogetherForm) else None,
        chosen=asked_people() if form else set(),
        expected=floor.expected(meeting, came),
        absent=sum(1 for row in came.seats if row.answer == "no" and not row.mode),
        time_now=inputs.clock_of(clock.now()) if meeting.held_on == clock.today() else None,
        early=meeting.held_on > clock.today(),
        illustrative=meeting.illustrative,
    )


def _seats(meeting: Meeting, came: floor.Came, room: Room) -> list[dict[str, Any]]:
    """Each seat of that day with its stays; `here` is the stay that has not ended, `counts` tells whether the quorum
    counts it as there, `word` what was recorded without times."""
    words, modes = dict(forms.MODES), {row.person_id: row.mode for row in came.seats}
    there = room.there(clock.now()) if came.recorded else set()
    found = []
    for member in meeting.seated:
        own = [row for row in meeting.presence if row.person_id == member.person_id]
        here = next((row for row in own if row.left_at is None), None)
        counts, word = member.person_id in there, words.get(modes.get(member.person_id, ""))
        found.append({"member": member, "stays": own, "here": here, "counts": counts, "word": word})
    return found


def _back(meeting: Meeting, words: str, part: str | None = None, undo: str | None = None) -> Response:
    """To the page, at the part one was at: on a phone the list of seats is screens long."""
    return saved(url_for(".floor_page", code=meeting.code, _anchor=part), words, undo=undo)


def _again(code: str, form: Form) -> Response:
    return show(loaders.meeting(actor=actor(), code=code) or abort(404), form)


@bp.post("/meetings/<code>/floor/arrivals")
@on(load=loaders.meeting, may=policies.edit_meeting)
def arrive(meeting: Meeting) -> Response:
    """Somebody comes in."""
    form, code = inputs.TimeForm(), meeting.code
    person, mode = asked_person(), request.form.get("mode", "")

    def act() -> None:
        operations.arrive(meeting, actor=actor(), person_id=person, mode=mode, at=form.at(meeting.held_on))

    return _back(meeting, _("已记录到达"), "here") if form.attempt(act) else _again(code, form)


@bp.post("/meetings/<code>/floor/departures")
@on(load=loaders.meeting, may=policies.edit_meeting)
def leave(meeting: Meeting) -> Response:
    """Somebody leaves."""
    form, code = inputs.TimeForm(), meeting.code
    person = asked_person()

    def act() -> None:
        operations.leave(meeting, actor=actor(), person_id=person, at=form.at(meeting.held_on))

    return _back(meeting, _("已记录离开"), "here") if form.attempt(act) else _again(code, form)


@bp.post("/meetings/<code>/floor/arrivals/together")
@on(load=loaders.meeting, may=policies.edit_meeting)
def arrive_together(meeting: Meeting) -> Response:
    """Those who are chosen come in; or all who have not come yet, as they answered."""
    form, code = inputs.TogetherForm(), meeting.code
    chosen, mode = asked_people(), request.form.get("mode", "")

    def act() -> tuple[ChangeSet, int]:
        modes = (
            floor.expected(meeting, floor.came_to(meeting))
            if mode == "answered"
            else dict.fromkeys(chosen, mode)
        )
        at = form.at(meeting.held_on)
        return operations.arrive_together(meeting, modes, actor=actor(), version=form.seen, at=at), len(modes)

    done = form.attempt(act)
    if not done:
        return _again(code, form)
    words = ngettext("已记录 %(num)d 人到达", "已记录 %(num)d 人到达", done[1])
    return _back(meeting, words, "here", undo=url_for(".undo_together", code=code, number=done[0].id))


@bp.post("/meetings/<code>/floor/departures/together")
@on(load=loaders.meeting, may=policies.edit_meeting)
def leave_together(meeting: Meeting) -> Response:
    """Those who are chosen leave; or all who are there."""
    form, code = inputs.TogetherForm(), meeting.code
    there = [row.person_id for row in meeting.presence if row.left_at is None]
    people = there if request.form.get("mode") == "all" else asked_people()

    def act() -> ChangeSet:
        at = form.at(meeting.held_on)
        return operations.leave_together(meeting, people, actor=actor(), version=form.seen, at=at)

    done = form.attempt(act)
    if not done:
        return _again(code, form)
    words = ngettext("已记录 %(num)d 人离开", "已记录 %(num)d 人离开", len(people))
    return _back(meeting, words, "here", undo=url_for(".undo_together", code=code, number=done.id))


@bp.post("/meetings/<code>/floor/acts/<int:number>/undo")
@on(load=loaders.stays_of, may=policies.edit_stays)
def undo_together(found: tuple[Meeting, ChangeSet, list[Presence]]) -> Response:
    """Take back that several came, or left."""
    form, (meeting, done, stays) = Form(), found
    code = meeting.code
    if form.attempt(lambda: operations.undo_together(meeting, done, stays, actor=actor())):
        return _back(meeting, _("已撤销"), "here")
    return _again(code, form)


@bp.route("/meetings/<code>/floor/stays/<int:number>", methods=["GET", "POST"])
@on(load=loaders.stay, may=policies.edit_stay)
def edit_stay(stay: Presence) -> Any:
    """Set right when somebody came and left."""
    code, day = stay.meeting.code, stay.meeting.held_on
    form = inputs.StayForm(obj=inputs.Shown(stay))

    def act() -> None:
        left = form.left.data
        operations.correct(
            stay,
            actor=actor(),
            version=form.seen,
            mode=form.mode.data,
            came_at=inputs.instant(day, form.came.data),
            left_at=inputs.instant(day, left) if left else None,
        )

    if form.attempt(act):
        return saved(url_for(".floor_page", code=code), _("已保存"))
    found = afresh(stay)
    if refused := facts_locked(found.meeting, form):
        return refused
    member = found.meeting.seats()[found.person_id]
    return page(
        "stay_form.html",
        form.status,
        form=form,
        stay=found,
        member=member,
        meeting=found.meeting,
        illustrative=found.meeting.illustrative,
    )


@bp.post("/meetings/<code>/floor/stays/<int:number>/removal")
@on(load=loaders.stay, may=policies.edit_stay)
def remove_stay(stay: Presence) -> Response:
    """Take back a stay that was entered by mistake."""
    meeting = stay.meeting
    operations.remove(stay, actor=actor())
    return _back(meeting, _("已移除这一时段"), "here")


@bp.post("/meetings/<code>/items/<int:number>/opening")
@on(load=loaders.item, may=policies.edit_item)
def open_item(item: AgendaItem) -> Response:
    """The meeting comes to an item."""
    form, meeting = inputs.TimeForm(), item.meeting
    code = meeting.code
    if form.attempt(lambda: operations.open_item(item, actor=actor(), at=form.at(meeting.held_on))):
        return _back(meeting, _("议题已开始"))
    return _again(code, form)


@bp.post("/meetings/<code>/items/<int:number>/closing")
@on(load=loaders.item, may=policies.edit_item)
def close_item(item: AgendaItem) -> Response:
    """The meeting is done with an item."""
    form, meeting = inputs.TimeForm(), item.meeting
    code = meeting.code
    if form.attempt(lambda: operations.close_item(item, actor=actor(), at=form.at(meeting.held_on))):
        return _back(meeting, _("议题已结束"))
    return _again(code, form)
