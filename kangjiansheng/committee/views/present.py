"""A meeting on the wall: one item at a time, with its time, and what is recorded while it runs."""

from collections.abc import Callable
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms import motions as inputs
from kangjiansheng.committee.models import Action, AgendaItem, Decision, Meeting, Motion, Recusal
from kangjiansheng.committee.operations import interests, locks, outcomes, presence
from kangjiansheng.committee.queries import loaders, overviews
from kangjiansheng.committee.queries import motions as polls
from kangjiansheng.committee.queries import present as queries
from kangjiansheng.committee.views import motions
from kangjiansheng.committee.views.base import bp, page, problem_of, seat
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.forms import Form
from kangjiansheng.core.pages import of_today, saved


@bp.get("/meetings/<code>/present")
@on(load=loaders.meeting, may=policies.edit_meeting)
@of_today
def present(meeting: Meeting) -> Response:
    """One item of the agenda, in large letters."""
    return show(meeting, request.args.get("item", ""))


def show(meeting: Meeting, wanted: str = "", **came_back: Form) -> Response:
    """The page; `came_back` are forms (`decision`, `action`, `motion`, `hands`, `act`) with what was wrong."""
    agenda = overviews.agenda(meeting, actor=actor())
    at = _place(agenda.items, wanted)
    slide = queries.slide(meeting, agenda.items[at], actor=actor()) if agenda.items else None
    live = meeting.held_on == clock.today() and meeting.life in ("planned", "held")
    status = next((form.status for form in came_back.values()), 200)
    action = came_back.get("action") or forms.ActionForm(formdata=None, prefix="a-")
    seats = meeting.seats()
    action.owner_id.choices = [("", "—")] + [  # type: ignore[attr-defined]
        (str(person), seat(m)) for person, m in seats.items() if m.person.email
    ]
    running = [m for m in slide.motions if m.is_open and m.way == "meeting"] if slide else []
    return page(
        "present.html",
        status,
        meeting=meeting,
        items=agenda.items,
        at=at,
        slide=slide,
        polls={m.id: polls.poll(m) for m in running},
        running=running,
        behind=queries.behind(agenda.items),
        begun=any(item.opened_at for item in agenda.items),
        seats=seats,
        may_record=live and locks.facts_lock(meeting) is None,
        decision_form=came_back.get("decision") or forms.DecisionForm(formdata=None, prefix="d-"),
        action_form=action,
        motion_form=came_back.get("motion") or inputs.MotionForm(formdata=None, prefix="m-"),
        hands=came_back.get("hands") or inputs.HandsForm(formdata=None, prefix="h-"),
        problem=problem_of(came_back.get("act")),
        opened=set(came_back),
        now=clock.now(),
        illustrative=meeting.illustrative,
    )


def _place(items: list[AgendaItem], wanted: str) -> int:
    """The item that is asked for; else the one that runs, else the first that was not opened yet."""
    for at, item in enumerate(items):
        if str(item.id) == wanted:
            return at
    running = [at for at, item in enumerate(items) if item.opened_at and not item.closed_at]
    waiting = [at for at, item in enumerate(items) if not item.opened_at]
    return next(iter(running + waiting), max(len(items) - 1, 0))


def _back(code: str, item_id: int, words: str) -> Response:
    return saved(url_for(".present", code=code, item=item_id), words)


def _do(
    code: str, item_id: int, kind: str, form: Any, act: Callable[[], Any], words: Callable[[Any], str]
) -> Response:
    """Record, and come back to the same item; what was refused stands beside what was typed."""
    made = form.attempt(act)
    if made:
        return _back(code, item_id, words(made))
    meeting = loaders.meeting(actor=actor(), code=code) or abort(404)
    return show(meeting, str(item_id), **{kind: form})


@bp.post("/meetings/<code>/present/items/<int:number>/opening")
@on(load=loaders.item, may=policies.edit_item)
def present_open(item: AgendaItem) -> Response:
    """The meeting comes to this item, now."""

    def act() -> None:
        presence.open_item(item, actor=actor(), at=clock.now())

    return _do(item.meeting.code, item.id, "act", Form(), act, lambda _made: _("议题已开始"))


@bp.post("/meetings/<code>/present/items/<int:number>/closing")
@on(load=loaders.item, may=policies.edit_item)
def present_close(item: AgendaItem) -> Response:
    """The meeting is done with this item, now."""

    def act() -> None:
        presence.close_item(item, actor=actor(), at=clock.now())

    return _do(item.meeting.code, item.id, "act", Form(), act, lambda _made: _("议题已结束"))


@bp.post("/meetings/<code>/present/items/<int:number>/decisions")
@on(load=loaders.item, may=policies.edit_item)
def present_decision(item: AgendaItem) -> Response:
    """Record what was agreed to."""
    form = forms.DecisionForm(prefix="d-")

    def act() -> Decision:
        return outcomes.decide_in_meeting(item, actor=actor(), kind=form.kind.data, text=form.text.data or "")

    return _do(item.meeting.code, item.id, "decision", form, act, _numbered)


@bp.post("/meetings/<code>/present/items/<int:number>/actions")
@on(load=loaders.item, may=policies.edit_item)
def present_action(item: AgendaItem) -> Response:
    """Record who does what by when."""
    form = forms.ActionForm(prefix="a-")
    known = {str(m.person_id): m.person_id for m in item.meeting.committee.members}

    def act() -> Action:
        return outcomes.act_in_meeting(
            item,
            actor=actor(),
            text=form.text.data or "",
            owner_id=known.get(str(form.owner_id.data or "")),
            owner_role=form.owner_role.data or "",
            due_on=form.due_on.data,
        )

    return _do(item.meeting.code, item.id, "action", form, act, _numbered)


def _numbered(made: Decision | Action) -> str:
    return _("已记录 %(number)s", number=made.number)


@bp.post("/meetings/<code>/present/items/<int:number>/motions")
@on(load=loaders.item, may=policies.edit_item)
def present_motion(item: AgendaItem) -> Response:
    """Put a text to the vote."""
    form = inputs.MotionForm(prefix="m-")

    def act() -> Motion:
        return motions.put(item, form)

    return _do(item.meeting.code, item.id, "motion", form, act, lambda _made: _("已交付表决"))


@bp.post("/meetings/<code>/present/motions/<int:number>/closing")
@on(load=polls.motion, may=policies.keep_vote)
def present_end(motion: Motion) -> Response:
    """End a vote."""
    form = inputs.HandsForm(prefix="h-")

    def act() -> None:
        motions.end(motion, form)

    code, item_id = motion.meeting.code, motion.agenda_item_id
    return _do(code, item_id, "hands", form, act, lambda _made: _("表决已结束"))


@bp.post("/meetings/<code>/present/recusals/<int:number>/step")
@on(load=loaders.recusal, may=policies.edit_recusal)
def present_step(recusal: Recusal) -> Response:
    """A recused member leaves the room now, or comes back now."""
    out = recusal.left_at is not None and recusal.returned_at is None

    def act() -> None:
        now = clock.now()
        left = recusal.left_at if out else now
        interests.step_out(recusal, actor=actor(), left_at=left, returned_at=now if out else None)

    words = _("已记录返回") if out else _("已记录离场")
    return _do(recusal.item.meeting.code, recusal.agenda_item_id, "act", Form(), act, lambda _made: words)
