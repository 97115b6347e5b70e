"""Who is recused from what: proposals of the register, decisions, and the times of leaving and return."""

from dataclasses import dataclass
from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms import floor as hours
from kangjiansheng.committee.forms import interests as inputs
from kangjiansheng.committee.models import AgendaItem, CommitteeMember, Meeting, Recusal
from kangjiansheng.committee.operations import interests as operations
from kangjiansheng.committee.queries import floor, interests, loaders, overviews
from kangjiansheng.committee.rules.interests import Proposal, Reason
from kangjiansheng.committee.views.base import asked_person, bp, page, problem_of
from kangjiansheng.committee.views.locked import facts_locked
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.forms import Form
from kangjiansheng.core.pages import of_today, saved


@dataclass
class Line:
    """One member and one item: what is proposed, what was decided."""

    member: CommitteeMember
    proposal: Proposal | None
    recusal: Recusal | None
    reasons: list[tuple[str, str]]  # why, and what was declared

    @property
    def way(self) -> str:
        """What the form offers: what was decided, else what is proposed."""
        if self.recusal is not None:
            return self.recusal.kind
        return self.proposal.way if self.proposal else "whole"


@bp.get("/meetings/<code>/recusals")
@on(load=loaders.meeting, may=policies.edit_meeting)
@of_today
def recusals(meeting: Meeting) -> Response:
    """For each item: whom the register proposes to recuse, and what was decided."""
    return show(meeting)


def show(meeting: Meeting, form: Form | None = None, about: tuple[int, int] | None = None) -> Response:
    """The page, also when a decision came back: `about` are the item and the person, whose words stay in the form."""
    if refused := facts_locked(meeting, form):
        return refused
    agenda = overviews.agenda(meeting, actor=actor())
    seats = meeting.seated
    declared = interests.declared_for(meeting)
    return page(
        "recusals.html",
        form.status if form else 200,
        meeting=meeting,
        agenda=agenda,
        room=(room := floor.in_room(meeting, agenda.items)),
        lines=lines_of(meeting, agenda.items, room),
        others={i.id: [m for m in seats if m.person_id not in _named(room[i.id])] for i in agenda.items},
        missing=[m for m in seats if m.voting and m.person_id not in declared],
        ways=inputs.WAYS,
        clock_of=hours.clock_of,
        problem=problem_of(form),
        typed=form,
        about=about,
        illustrative=meeting.illustrative,
    )


def _named(one: floor.ItemInRoom) -> set[int]:
    return {row.person_id for row in one.recusals}


def lines_of(
    meeting: Meeting, items: list[AgendaItem], room: dict[int, floor.ItemInRoom]
) -> dict[int, list[Line]]:
    """The lines of each item, by seat: decided or proposed."""
    offered = interests.proposed(meeting, items)
    seats = {m.person_id: m for m in meeting.seated}
    found: dict[int, list[Line]] = {}
    for item in items:
        made = {row.person_id: row for row in room[item.id].recusals}
        proposals = {one.person_id: one for one in offered.get(item.id, ())}
        people = sorted({*made, *proposals} & set(seats), key=lambda person: seats[person].seat)
        found[item.id] = [
            Line(seats[p], proposals.get(p), made.get(p), _words(proposals.get(p))) for p in people
        ]
    return found


def _words(proposal: Proposal | None) -> list[tuple[str, str]]:
    return [(_reason(one), one.text) for one in proposal.reasons] if proposal else []


def _reason(reason: Reason) -> str:
    """Why the register proposes it, without naming the project: not every reader may see that."""
    kinds: dict[str, Any] = dict(inputs.KINDS)
    if reason.via == "home":
        return _("所在机构是这一项目的参与方")
    if reason.via == "team":
        return _("参加这一项目的工作")
    kind = str(kinds[reason.kind])
    if reason.via == "item":
        return _("已对这项议题申报：%(kind)s", kind=kind)
    if reason.via == "project":
        return _("已就这一项目申报：%(kind)s", kind=kind)
    return _("已就项目参与方申报：%(kind)s", kind=kind)


@bp.post("/meetings/<code>/items/<int:number>/recusals")
@on(load=loaders.item, may=policies.edit_item)
def decide_recusal(item: AgendaItem) -> Response:
    """Decide about a member and an item."""
    form, code, person = inputs.RecusalForm(), item.meeting.code, asked_person()
    number = item.id

    def act() -> None:
        operations.recuse(
            item, actor=actor(), person_id=person, kind=form.kind.data or "", reason=form.reason.data or ""
        )

    if form.attempt(act):
        return saved(url_for(".recusals", code=code), _("已登记回避"))
    return show(loaders.meeting(actor=actor(), code=code) or abort(404), form, (number, person))


@bp.post("/meetings/<code>/recusals/<int:number>/times")
@on(load=loaders.recusal, may=policies.edit_recusal)
def step_out(recusal: Recusal) -> Response:
    """When a recused member left and came back."""
    form, meeting = inputs.StepOutForm(), recusal.item.meeting
    code, day = meeting.code, meeting.held_on

    def act() -> None:
        left, returned = form.left.data, form.returned.data
        operations.step_out(
            recusal,
            actor=actor(),
            left_at=hours.instant(day, left) if left else None,
            returned_at=hours.instant(day, returned) if returned else None,
        )

    if form.attempt(act):
        return saved(url_for(".recusals", code=code), _("已记录离场与返回"))
    return show(loaders.meeting(actor=actor(), code=code) or abort(404), form)


@bp.post("/meetings/<code>/recusals/<int:number>/removal")
@on(load=loaders.recusal, may=policies.edit_recusal)
def withdraw_recusal(recusal: Recusal) -> Response:
    """Take back a recusal that was a mistake."""
    code = recusal.item.meeting.code
    operations.withdraw(recusal, actor=actor())
    return saved(url_for(".recusals", code=code), _("已撤销回避登记"))
