"""Meetings: list, page, answers, attendance."""

from collections.abc import Sequence
from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms.agenda import CarryOverForm
from kangjiansheng.committee.models import Action, Committee, Decision, Meeting
from kangjiansheng.committee.operations import locks
from kangjiansheng.committee.operations import meetings as operations
from kangjiansheng.committee.operations.minutes import script_of
from kangjiansheng.committee.queries import answers, floor, loaders, overviews, packs, papers
from kangjiansheng.committee.queries.standing import planned, stands
from kangjiansheng.committee.rules import acts, quorum
from kangjiansheng.committee.rules.languages import NAMES
from kangjiansheng.committee.rules.meetings import HIDDEN, UNPUBLISHED
from kangjiansheng.committee.views import motions
from kangjiansheng.committee.views.base import bp, page, seat, until_day
from kangjiansheng.committee.views.locked import facts_locked
from kangjiansheng.committee.views.series import chosen, offer
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, afresh, on, signed_in
from kangjiansheng.core.i18n import name_of, prose_day
from kangjiansheng.core.pages import of_today, saved, with_args

MARKS = {
    "on_site": "y",
    "yes": "y",
    "online": "o",
    "absent": "n",
    "no": "n",
    "none": "q",
    "maybe": "q",
    "": "q",
}


@bp.get("/meetings")
@signed_in
def meetings() -> Response:
    """All meetings that the reader may see."""
    found = overviews.meetings(actor=actor(), as_of=g.get("as_of")).page(request.args.get("page"))
    return page(
        "meetings.html",
        meetings=found,
        page_address=lambda number: with_args(page=number),
        stands=stands(found.items, until=until_day()),
        planned=planned(found.items, until=until_day()),
        illustrative=found.illustrative,
    )


@bp.route("/committees/<code>/meetings/new", methods=["GET", "POST"])
@on(load=loaders.committee, may=policies.plan_meetings)
def new_meeting(committee: Committee) -> Any:
    """Plan a meeting."""
    form = forms.NewMeetingForm()
    templates = offer(form.template, committee)

    def act() -> Meeting:
        template = chosen(form.template.data, templates)
        items = template.items if template else ()
        return operations.create_meeting(committee, actor=actor(), items=items, **form.fields())

    made = form.attempt(act)
    if made:
        words = _("已存为草稿") if made.life == UNPUBLISHED else _("已登记会议")
        return saved(url_for(".meeting", code=made.code), words)
    return page("meeting_form.html", form.status, form=form, committee=committee, meeting=None)


@bp.get("/meetings/new")
@on(load=loaders.committee, may=policies.plan_meetings)
@of_today
def new_meeting_here(committee: Committee) -> Response:
    """Plan a meeting of the scientific committee."""
    form = forms.NewMeetingForm()
    offer(form.template, committee)
    return page("meeting_form.html", form=form, committee=committee, meeting=None)


@bp.get("/meetings/<code>")
@on(load=loaders.meeting, may=policies.see)
def meeting(meeting: Meeting) -> Response:
    """The page of a meeting: quorum in words, seats, agenda, last decisions, open actions."""
    return show(meeting) if g.get("as_of") is None else _as_of(meeting)


def show(meeting: Meeting, form: CarryOverForm | None = None) -> Response:
    """The page, also when what becomes of a cancelled meeting's items came back."""
    who = actor()
    held = policies.seated(who, meeting.committee)
    keeps = bool(held & policies.EDITORS) and not meeting.source
    before = overviews.previous(meeting, actor=who)
    own, older = _decisions(meeting)
    actions = _left_over(meeting, before)
    agenda = overviews.agenda(meeting, actor=who, beside=[*own, *older, *actions])
    reader = bool(held) or who.reads_all
    came = floor.came_to(meeting)
    row = next((a for a in came.seats if a.person_id == who.id), None)
    return page(
        "meeting.html",
        form.status if form else 200,
        left=_left(meeting, agenda, form) if keeps else None,
        meeting=meeting,
        agenda=agenda,
        papers=papers.papers(agenda.items, actor=actor()),
        packs=packs.packs(meeting),
        seats=_seats(meeting, came) if reader else [],
        standing=_standing(meeting, came) if reader and meeting.life not in HIDDEN else None,
        room=_room(meeting, agenda, came) if reader else {},
        before=before,
        before_open=bool(before and before.minutes and policies.may_read(before.minutes, held, who)),
        own=own,
        decisions=older,
        answers=answers.answers([*own, *older]),
        actions=actions,
        open_projects=agenda.open_projects,
        may_keep=keeps,
        languages=NAMES,
        own_script=script_of(actor=who) if keeps and not meeting.minutes else "",
        may_propose={
            i.id for i in agenda.items if i.gate_id in agenda.lab_gates and policies.propose_effect(who, i)
        },
        may_change=keeps and locks.facts_lock(meeting) is None,
        may_read=meeting.minutes is not None and policies.may_read(meeting.minutes, held, who),
        may_declare=bool(held) and not meeting.source and meeting.life != "cancelled",
        may_answer=bool(held) and meeting.life == "planned" and not meeting.source,
        my_answer=row.answer if row else "none",
        attendances=forms.ANSWERS,
        stand=stands([meeting]).get(meeting.id)
        if meeting.minutes and meeting.minutes.life == "review"
        else None,
        today=clock.today(),
        reader=reader,
        illustrative=meeting.illustrative or agenda.is_illustrative or _any(own, older, actions),
        **motions.section(meeting, agenda.items, held=held, keeps=keeps, reader=reader),
    )


def _left(meeting: Meeting, agenda: overviews.Agenda, form: CarryOverForm | None) -> CarryOverForm | None:
    """Where the items of a cancelled meeting may go; nothing while none is left."""
    if meeting.life != "cancelled" or not (agenda.items or form):
        return None
    found = form or CarryOverForm(formdata=None, obj=meeting)
    coming = overviews.coming_meetings(meeting.committee_id)
    found.to.choices = [
        *(
            (one.code, _("%(meeting)s，%(day)s", meeting=name_of(one), day=prose_day(one.held_on)))
            for one in coming
        ),
        ("", _("待议事项")),
    ]
    return found


def _room(meeting: Meeting, agenda: overviews.Agenda, came: floor.Came) -> dict[int, floor.ItemInRoom]:
    """The quorum of each item that the reader sees; nothing for what a source told or what was cancelled."""
    if meeting.source or meeting.life == "cancelled":
        return {}
    return floor.in_room(meeting, agenda.items, floor.room_of(meeting, came))


def _any(*lists: Sequence[Decision | Action]) -> bool:
    """Whether an illustrative row is among those that a page lists."""
    return any(row.illustrative for rows in lists for row in rows)


def _decisions(meeting: Meeting) -> tuple[list[Decision], list[Decision]]:
    """What this meeting has decided, and what the last one before it with decisions that stand; one statement."""
    found = overviews.decisions(actor=actor(), upto=meeting).all()
    older = [d for d in found if d.meeting_id != meeting.id]
    return [d for d in found if d.meeting_id == meeting.id], older


def _left_over(meeting: Meeting, before: Meeting | None) -> list[Action]:
    """Open actions of earlier meetings and those of the last one: late ones first, closed ones at the end."""
    found = overviews.actions(
        actor=actor(), committee_id=meeting.committee_id, life="open", or_of=before, before=meeting
    )
    return sorted(found.all(), key=lambda a: a.life != "open")


def _as_of(meeting: Meeting) -> Response:
    state = overviews.agenda_as_of(meeting, g.as_of, actor=actor()) or abort(404)
    return page("meeting_past.html", meeting=meeting, state=state, illustrative=meeting.illustrative)


def _recorded(came: floor.Came) -> bool:
    return any(row.mode for row in came.seats)


def _seats(meeting: Meeting, came: floor.Came) -> list[dict[str, Any]]:
    """Who comes, or came: one entry for each seat of that day."""
    rows = {row.person_id: row for row in came.seats}
    recorded = _recorded(came)
    words = {str(key): str(word) for key, word in [*forms.ANSWERS, *forms.MODES]}
    found = []
    for member in meeting.seated:
        row = rows.get(member.person_id)
        value = (row.mode if recorded else row.answer) if row else ""
        word = words.get(value) or (_("未记录") if recorded else _("未回复"))
        found.append({"member": member, "mark": MARKS[value], "word": word})
    return found


def _standing(meeting: Meeting, came: floor.Came) -> quorum.Standing:
    committee = meeting.committee
    voters = {m.person_id for m in meeting.seated if m.voting}
    recorded = _recorded(came)
    there = {row.person_id for row in came.seats if MARKS[row.mode if recorded else row.answer] in ("y", "o")}
    return quorum.standing(
        len(voters), len(voters & there), committee.quorum_numerator, committee.quorum_denominator
    )


@bp.route("/meetings/<code>/edit", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_meeting)
def edit_meeting(meeting: Meeting) -> Any:
    """Day, hours and place."""
    code = meeting.code
    form = forms.MeetingForm(obj=meeting)

    def act() -> None:
        operations.edit_meeting(meeting, actor=actor(), version=form.seen, **form.fields())

    if form.attempt(act):
        return saved(url_for(".meeting", code=code), _("已保存"))
    found = afresh(meeting)
    if refused := facts_locked(found, form):
        return refused
    return page("meeting_form.html", form.status, form=form, committee=found.committee, meeting=found)


@bp.route("/meetings/<code>/cancellation", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_meeting)
def cancel_meeting(meeting: Meeting) -> Response:
    """Cancel a planned meeting, after a page that says what follows."""
    if request.method == "GET":
        return facts_locked(meeting) or page(
            "confirm.html",
            meeting=meeting,
            title=_("取消会议"),
            about=name_of(meeting),
            what=_("委员会收到通知，编号不再使用。取消错了可以恢复，届时重新邀请。"),
            back=url_for(".meeting", code=meeting.code),
            illustrative=meeting.illustrative,
        )
    operations.cancel_meeting(meeting, actor=actor())
    undo = url_for(".reinstate_meeting", code=meeting.code)
    return saved(url_for(".meeting", code=meeting.code), _("会议已取消"), undo=undo)


@bp.route("/meetings/<code>/reinstatement", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_meeting)
def reinstate_meeting(meeting: Meeting) -> Response:
    """Take back that a meeting is cancelled, after a page that says what follows."""
    back = url_for(".meeting", code=meeting.code)
    if request.method == "GET":
        return page(
            "confirm.html",
            meeting=meeting,
            title=_("恢复会议"),
            about=name_of(meeting),
            what=_("会议按原定的日期、时间和地点举行，编号不变；委员会重新收到邀请，此前的答复不再算数。"),
            back=back,
            illustrative=meeting.illustrative,
        )
    operations.reinstate_meeting(meeting, actor=actor())
    return saved(back, _("会议已恢复"))


@bp.post("/meetings/<code>/answer")
@on(load=loaders.meeting, may=policies.answer)
def answer(meeting: Meeting) -> Response:
    """A member says whether they come."""
    operations.answer(meeting, request.form.get("answer", ""), actor=actor())
    return saved(url_for(".meeting", code=meeting.code), _("已记录您的答复"))


# ---------- attendance ----------


@bp.route("/meetings/<code>/attendance", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_meeting)
def attendance(meeting: Meeting) -> Any:
    """Who was there: one choice for each seat."""
    code, form = meeting.code, forms.AttendanceForm()

    def act() -> None:
        operations.record_attendance(meeting, _modes(meeting), actor=actor(), version=form.seen)

    if form.attempt(act):
        return saved(url_for(".meeting", code=code), _("已记录出席"))
    meeting = afresh(meeting)
    if refused := facts_locked(meeting):
        return refused
    came, early = floor.came_to(meeting), meeting.held_on > clock.today()
    seats, stood = _seats(meeting, came), {row.person_id: row.mode for row in came.seats if row.mode}
    if form.is_submitted():
        modes = stood | _modes(meeting)  # of a seat for which nothing was chosen what stands is kept
        people = {entry["member"].person_id: seat(entry["member"]) for entry in seats}
        form.compare([(name, modes.get(key, ""), stood.get(key, "")) for key, name in people.items()])
    else:
        form.version.data = str(meeting.version)
        modes = {row.person_id: row.mode or _expected(row.answer) for row in came.seats}
    return page(
        "attendance.html",
        form.status,
        form=form,
        meeting=meeting,
        seats=seats,
        modes=forms.MODES,
        early=early,
        chosen=modes,
    )


def _modes(meeting: Meeting) -> dict[int, str]:
    found = {}
    for member in meeting.committee.members:
        value = request.form.get(f"mode-{member.person_id}", "")
        if value in acts.MODES:
            found[member.person_id] = value
    return found


def _expected(answer: str) -> str:
    return {"yes": "on_site", "online": "online", "no": "absent"}.get(answer, "")
