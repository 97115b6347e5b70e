"""Votes: a motion is put, voted on (from one's own phone), closed; what a member wants recorded beside it."""

from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms import motions as inputs
from kangjiansheng.committee.models import AgendaItem, Mandate, Meeting, Motion
from kangjiansheng.committee.operations import locks, mandates
from kangjiansheng.committee.operations import motions as operations
from kangjiansheng.committee.queries import loaders, taken
from kangjiansheng.committee.queries import motions as queries
from kangjiansheng.committee.rules.votes import Tally
from kangjiansheng.committee.views.base import asked_person, bp, page, problem_of, seat
from kangjiansheng.committee.views.locked import facts_locked
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.forms import Form
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today, saved


def address(motion: Motion) -> str:
    """The page of a motion."""
    return url_for(".motion", code=motion.meeting.code, number=motion.id)


def section(
    meeting: Meeting, items: list[AgendaItem], *, held: set[str], keeps: bool, reader: bool
) -> dict[str, Any]:
    """What the page of a meeting says of its votes: nothing to those who see it through a project."""
    planned = meeting.life == "planned" and meeting.held_on >= clock.today()
    running = meeting.life == "held" and meeting.held_on == clock.today()
    opens = keeps and (planned or running) and locks.facts_lock(meeting) is None
    return {
        "motions": queries.of_meeting(meeting, actor=actor()) if reader and not meeting.source else [],
        "may_vote_on": items if opens else [],
        "may_deputy": planned and meeting.committee.deputies and bool(held - {"secretary"}),
    }


@bp.route("/meetings/<code>/items/<int:number>/motion", methods=["GET", "POST"])
@on(load=loaders.item, may=policies.edit_item)
def open_motion(item: AgendaItem) -> Any:
    """Put a text to the vote in the meeting."""
    form = inputs.MotionForm()
    made = form.attempt(lambda: put(item, form))
    if made:
        return saved(address(made), _("已交付表决"))
    return _opening(item, form)


def put(item: AgendaItem, form: inputs.MotionForm) -> Motion:
    """Open the motion that was typed."""
    return operations.open_motion(
        item, actor=actor(), kind=form.kind.data, text=form.text.data or "", method=form.method.data
    )


@bp.route("/meetings/<code>/items/<int:number>/circulation", methods=["GET", "POST"])
@on(load=loaders.item, may=policies.edit_item)
def circulate(item: AgendaItem) -> Any:
    """Put a text to the vote by circulation."""
    form = inputs.CirculationForm()

    def act() -> Motion:
        return operations.circulate(
            item,
            actor=actor(),
            kind=form.kind.data,
            text=form.text.data or "",
            papers=form.papers.data or "",
            due_at=form.due_at(),
        )

    made = form.attempt(act)
    if made:
        return saved(address(made), _("已发起通讯表决，委员会收到通知"))
    return _opening(item, form)


def _opening(item: AgendaItem, form: Form) -> Response:
    found = loaders.item(actor=actor(), code=item.meeting.code, number=item.id) or abort(404)
    if refused := facts_locked(found.meeting, form):
        return refused
    return page(
        "motion_form.html",
        form.status,
        form=form,
        item=found,
        meeting=found.meeting,
        circulates=isinstance(form, inputs.CirculationForm),
        illustrative=found.meeting.illustrative,
    )


@bp.get("/meetings/<code>/motions/<int:number>")
@on(load=queries.motion, may=policies.see)
@of_today
def motion(motion: Motion) -> Response:
    """A vote: what is voted on, the own ballot, who has voted, and what came of it."""
    return show(motion)


def show(motion: Motion, form: Form | None = None) -> Response:
    """The page, also when something that was entered came back."""
    who, meeting = actor(), motion.meeting
    poll = queries.poll(motion)
    may_keep = policies.keep_vote(who, motion)
    counted = motion.counted or []
    own = next((d for d in taken.standing_dissents(motion) if d.person_id == who.id), None)
    open_facts = locks.facts_lock(meeting) is None
    dissent = form if isinstance(form, inputs.DissentForm) else inputs.DissentForm(formdata=None, obj=own)
    return page(
        "motion.html",
        form.status if form else 200,
        motion=motion,
        meeting=meeting,
        poll=poll,
        seats=meeting.seats(),
        own=poll.own(who) if motion.is_open and motion.method == "name" else {},
        mine=who.id,
        ballots=queries.counted(motion) if not motion.is_open else [],
        dissents=taken.standing_dissents(motion),
        dissent_form=dissent,
        hands=form if isinstance(form, inputs.HandsForm) else inputs.HandsForm(formdata=None),
        problem="" if isinstance(form, inputs.DissentForm) else problem_of(form),
        may_keep=may_keep and open_facts,
        may_dissent=open_facts and not motion.is_open and motion.annulled_at is None and who.id in counted,
        choices=inputs.CHOICES,
        illustrative=motion.illustrative,
    )


@bp.post("/meetings/<code>/motions/<int:number>/ballots")
@on(load=queries.motion, may=policies.vote)
def cast_ballot(motion: Motion) -> Response:
    """Vote for oneself, for a member whom one represents, or enter the ballot of somebody without a phone."""
    form, code, number = inputs.BallotForm(), motion.meeting.code, motion.id
    person = asked_person() or actor().id
    own = person == actor().id or person in queries.poll(motion).own(actor())
    if not own and not policies.keep_vote(actor(), motion):
        abort(403)

    def act() -> None:
        operations.cast(motion, actor=actor(), person_id=person, choice=form.choice.data or "")

    if form.attempt(act):
        return saved(url_for(".motion", code=code, number=number), _("已记录表决"))
    return show(afresh(motion), form)


@bp.post("/meetings/<code>/motions/<int:number>/closing")
@on(load=queries.motion, may=policies.keep_vote)
def close_motion(motion: Motion) -> Response:
    """End the vote and count."""
    code, number, form = motion.meeting.code, motion.id, inputs.HandsForm()
    if form.attempt(lambda: end(motion, form)):
        return saved(url_for(".motion", code=code, number=number), _("表决已结束"))
    return show(afresh(motion), form)


def end(motion: Motion, form: inputs.HandsForm) -> None:
    """Close a vote with the hands that were counted, if it is one by hands."""
    given = [form.votes_for.data, form.votes_against.data, form.abstentions.data]
    hands = None if all(n is None for n in given) else Tally(*(n or 0 for n in given))
    operations.close(motion, actor=actor(), counts=hands)


@bp.route("/meetings/<code>/motions/<int:number>/annulment", methods=["GET", "POST"])
@on(load=queries.motion, may=policies.keep_vote)
def annul_motion(motion: Motion) -> Any:
    """Let a vote that was taken wrongly not count."""
    code, number, form = motion.meeting.code, motion.id, inputs.AnnulForm()
    if form.attempt(lambda: operations.annul(motion, actor=actor(), reason=form.reason.data or "")):
        return saved(url_for(".motion", code=code, number=number), _("表决已作废"))
    found = afresh(motion)
    if refused := facts_locked(found.meeting, form):
        return refused
    return page(
        "annul_form.html",
        form.status,
        form=form,
        motion=found,
        meeting=found.meeting,
        illustrative=found.illustrative,
    )


@bp.post("/meetings/<code>/motions/<int:number>/dissent")
@on(load=queries.motion, may=policies.vote)
def record_dissent(motion: Motion) -> Response:
    """A member has their own words recorded beside the result; empty takes them back."""
    code, number, form = motion.meeting.code, motion.id, inputs.DissentForm()
    if form.attempt(lambda: operations.dissent(motion, actor=actor(), text=form.text.data or "")):
        words = _("已记录您的保留意见") if form.text.data else _("已撤回您的保留意见")
        return saved(url_for(".motion", code=code, number=number), words)
    return show(afresh(motion), form)


# ---------- deputies ----------


@bp.route("/meetings/<code>/deputy", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.answer)
def deputy(meeting: Meeting) -> Any:
    """Name a deputy for a meeting that one cannot come to."""
    code, form = meeting.code, inputs.DeputyForm()
    form.deputy.choices = [("", "—"), *_deputies(meeting)]

    def act() -> Mandate:
        chosen = form.deputy.data or ""
        person = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
        return mandates.name_deputy(meeting, actor=actor(), deputy_id=person)

    if form.attempt(act):
        return saved(url_for(".deputy", code=code), _("已委托代理人"))
    found = afresh(meeting)
    if refused := facts_locked(found, form):
        return refused
    given = queries.mandates(found)
    return page(
        "deputy.html",
        form.status,
        form=form,
        meeting=found,
        own=next((m for m in given if m.person_id == actor().id), None),
        given=given,
        seats=found.seats(),
        begun=found.life != "planned" or found.held_on < clock.today(),
        illustrative=found.illustrative,
    )


def _deputies(meeting: Meeting) -> list[tuple[str, str]]:
    """Whom the charter allows: members who vote, or any seat."""
    anybody = meeting.committee.deputy_among == "seats"
    return [
        (str(m.person_id), f"{seat(m)} {name_of(m.person)}" if m.office != "member" else seat(m))
        for m in meeting.seated
        if m.person_id != actor().id and (m.voting or anybody)
    ]


@bp.post("/meetings/<code>/deputy/withdrawal")
@on(load=queries.mandate, may=policies.own_mandate)
def withdraw_deputy(mandate: Mandate) -> Response:
    """Take back a mandate."""
    code = mandate.meeting.code
    mandates.withdraw(mandate, actor=actor())
    return saved(url_for(".deputy", code=code), _("已撤回委托"))
