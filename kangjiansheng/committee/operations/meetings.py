"""Meetings: planning, agenda, answers and attendance."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee import notices
from kangjiansheng.committee.models import (
    AgendaItem,
    Attendance,
    Committee,
    Meeting,
    Paragraph,
)
from kangjiansheng.committee.operations import off_agenda, publishing
from kangjiansheng.committee.operations.invitations import make_links
from kangjiansheng.committee.operations.locks import open_facts, published
from kangjiansheng.committee.operations.publishing import is_coming, people_of
from kangjiansheng.committee.operations.tallying import keeps_votes, refuse_voted
from kangjiansheng.committee.queries.visible import visible_items
from kangjiansheng.committee.rules import acts, agenda
from kangjiansheng.committee.rules.meetings import UNPUBLISHED
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries.gates import is_gate_of

TOLD = ("held_on", "starts_at", "ends_at", "place")  # a change of these changes people's day
ASKED = ("held_on", "starts_at")  # and of these what they were asked, and have answered


def create_meeting(
    committee: Committee,
    *,
    actor: Actor,
    held_on: date,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    place: str = "",
    draft: bool = False,
    items: Sequence[Mapping[str, Any]] = (),
    change: ChangeSet | None = None,
    effective_at: datetime | None = None,
    **fields: Any,
) -> Meeting:
    """Plan a meeting. Its running number and its number in the year are taken here; a draft takes none, and nobody
    hears of it before it is published. `items` are those of a template; in a series many meetings are one `change`.

    `effective_at` is for imports only: from when the meeting is known on pages of a past day.
    """
    _check_times(starts_at, ends_at)
    meeting = Meeting(
        committee=committee,
        held_on=held_on,
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        **({"life": UNPUBLISHED if draft else "planned"} | fields),
    )
    with db.session.no_autoflush:  # without its numbers the row is not yet one
        if draft:
            publishing.stand_in(meeting)
        else:
            publishing.give_numbers(meeting, actor=actor, named=bool(meeting.name_hans))
    for item in items:
        append(meeting, **item)
    db.session.add(meeting)
    db.session.flush()
    change = record(
        "committee:meeting:create", meeting, actor=actor, before={}, change=change, effective_at=effective_at
    )
    publishing.tell(meeting, actor=actor, change=change)
    return meeting


def edit_meeting(meeting: Meeting, *, actor: Actor, version: int | None, **fields: Any) -> Meeting:
    """Change day, time or place; the numbers stay, and so does the year that they name. Who said that they come on another
    day, or at another hour, has not said it of this one: they are asked anew."""
    open_facts(meeting)
    expect(meeting, version)
    before, invited = meeting.state(), people_of(meeting)
    for key, value in fields.items():
        setattr(meeting, key, value)
    if meeting.life == UNPUBLISHED:
        meeting.year = meeting.held_on.year
    if meeting.held_on.year != meeting.year:
        raise RuleBroken("committee:year-fixed", "held_on", year=meeting.year)
    _check_times(meeting.starts_at, meeting.ends_at)
    moved = is_coming(meeting) and any(getattr(meeting, key) != before[key] for key in ASKED)
    anew = moved and _forget_answers(meeting)
    change = record("committee:meeting:edit", meeting, actor=actor, before=before)
    if is_coming(meeting) and any(meeting.state()[key] != before[key] for key in TOLD):
        meeting.invite_sequence += 1
        people = people_of(meeting)
        links = make_links(meeting, people)
        notices.meeting_changed(meeting, people, actor=actor, change=change, links=links, anew=anew)
        left = {key: person for key, person in invited.items() if key not in people}
        notices.invite(notices.LEFT, meeting, left, actor=actor, change=change)
    return meeting


def _forget_answers(meeting: Meeting) -> bool:
    """Take back what was answered to the invitation; whether there was anything."""
    given = [row for row in meeting.attendance if row.answer != "none"]
    for row in given:
        row.answer, row.answered_at = "none", None
    return bool(given)


def cancel_meeting(meeting: Meeting, *, actor: Actor) -> None:
    """Cancel a meeting that has not been held; its numbers are not given again."""
    open_facts(meeting)
    if meeting.life != "planned":
        raise RuleBroken("committee:not-planned")
    refuse_voted(meeting)
    before = meeting.state()
    told = is_coming(meeting)
    meeting.life = "cancelled"
    meeting.invite_sequence += 1
    change = record("committee:meeting:cancel", meeting, actor=actor, before=before)
    if told:
        notices.meeting_cancelled(meeting, people_of(meeting), actor=actor, change=change)


def reinstate_meeting(meeting: Meeting, *, actor: Actor) -> None:
    """Take back that a meeting is cancelled. Its people have been told that it is off, and may have planned otherwise: they
    are invited again, and what they had answered does not count any more."""
    if meeting.life != "cancelled":
        raise RuleBroken("committee:takes-place")
    before = meeting.state()
    meeting.life = "planned"
    meeting.invite_sequence += 1
    _forget_answers(meeting)
    change = record("committee:meeting:reinstate", meeting, actor=actor, before=before)
    if is_coming(meeting):
        people = people_of(meeting)
        links = make_links(meeting, people)
        notices.meeting_planned(meeting, people, actor=actor, change=change, links=links, again=True)


def add_item(meeting: Meeting, *, actor: Actor, name_hans: str, kind: str, **fields: Any) -> AgendaItem:
    """Put an item at the end of the agenda."""
    open_facts(meeting)
    check_kind(kind)
    check_gate(kind, fields.get("project_id"), fields.get("gate_id"), meeting.committee)
    before = meeting.state()
    item = append(meeting, name_hans=name_hans, kind=kind, **fields)
    db.session.flush()
    change = record("committee:item:add", meeting, actor=actor, before=before)
    if is_coming(meeting):
        notices.to_decide(item, change=change)
    return item


def append(meeting: Meeting, **fields: Any) -> AgendaItem:
    """A new item at the end of the agenda; the caller checks, flushes and records."""
    position = max((item.position for item in meeting.items), default=0) + 1
    item = AgendaItem(position=position, **fields)
    meeting.items.append(item)
    return item


def propose_item(
    meeting: Meeting, project: Project, *, actor: Actor, name_hans: str, kind: str, **fields: Any
) -> AgendaItem:
    """Put an item about a project at the end of a planned agenda, and tell those who keep the committee."""
    if open_facts(meeting).life != "planned" or meeting.held_on < clock.today():
        raise RuleBroken("committee:not-planned", "meeting")
    check_kind(kind)
    check_gate(kind, project.id, fields.get("gate_id"), meeting.committee)
    before = meeting.state()
    item = append(meeting, name_hans=name_hans, kind=kind, project_id=project.id, **fields)
    db.session.flush()
    change = record("committee:item:propose", meeting, actor=actor, before=before)
    keepers = meeting.committee.keepers_on(meeting.held_on)
    notices.item_proposed(meeting, keepers, item, project.code, actor=actor, change=change)
    return item


def edit_item(item: AgendaItem, *, actor: Actor, version: int | None, **fields: Any) -> AgendaItem:
    """Change an item; `version` is that of the meeting, whose agenda is one thing."""
    meeting = open_facts(item.meeting)
    expect(item, version)
    before, was = meeting.state(), item.content()
    for key, value in fields.items():
        setattr(item, key, value)
    check_kind(item.kind)
    check_gate(item.kind, item.project_id, item.gate_id, meeting.committee)
    change = record("committee:item:edit", item, actor=actor, before=was, after=item.content())
    record("committee:meeting:edit", meeting, actor=actor, before=before, change=change)
    if is_coming(meeting) and (item.kind, item.project_id) != (was["kind"], was["project_id"]):
        notices.to_decide(item, change=change)
    return item


def arrange(
    meeting: Meeting,
    order: Sequence[int],
    minutes: Mapping[int, int],
    *,
    actor: Actor,
    version: int | None,
) -> None:
    """Order and lengths of the items that the actor sees, saved as one act. `order` names each of them once; those
    that the actor does not see keep their places. Two who arrange at once: the second is shown both orders."""
    open_facts(meeting)
    expect(meeting, version)
    there = sorted(meeting.items, key=lambda one: one.position)
    mine = set(db.session.scalars(visible_items(actor).where(AgendaItem.meeting_id == meeting.id)))
    # What is not on the agenda and what the actor may not see are refused alike.
    items = {item.id: item for item in there if item.id in mine}
    if len(set(order)) < len(order) or not items.keys() >= set(order) | minutes.keys():
        raise RuleBroken("committee:other-items")
    if any(not 0 <= length <= agenda.LONGEST for length in minutes.values()):
        raise RuleBroken("committee:minutes-range", most=agenda.LONGEST)
    before = meeting.state()
    for key, length in minutes.items():
        items[key].minutes_planned = length
    items = {item.id: item for item in there}
    wanted = [items[key] for key in agenda.slotted([item.id for item in there], order)]
    if wanted != there:
        _renumber(wanted)
        db.session.expire(meeting, ["items"])
    if meeting.state() != before:
        record("committee:item:move", meeting, actor=actor, before=before)


def _renumber(order: list[AgendaItem]) -> None:
    """Positions are unique in a meeting: step aside first, then take the new places."""
    for index, item in enumerate(order, 1):
        item.position = -index
    db.session.flush()
    for index, item in enumerate(order, 1):
        item.position = index
    db.session.flush()


def remove_item(item: AgendaItem, *, actor: Actor) -> None:
    """Take an item from the agenda; refused when the minutes already speak of it."""
    take_off(item, "committee:item:remove", actor=actor)


def take_off(item: AgendaItem, act: str, *, actor: Actor) -> ChangeSet:
    """Take an item from its agenda, whatever becomes of it."""
    meeting = open_facts(item.meeting)
    if db.session.scalar(select(Paragraph.id).where(Paragraph.agenda_item_id == item.id).limit(1)):
        raise RuleBroken("committee:item-in-minutes")
    refuse_voted(meeting, item.id)
    before, change = meeting.state(), begin(actor=actor)
    off_agenda.leave(meeting, [item], actor=actor, change=change)
    _renumber(sorted(meeting.items, key=lambda one: one.position))
    return record(act, meeting, actor=actor, before=before, change=change)


def answer(meeting: Meeting, answer: str, *, actor: Actor) -> None:
    """A member says whether they come: yes, online or no."""
    if answer not in acts.ANSWERS[1:]:
        raise RuleBroken("committee:answer-unknown", "answer")
    open_facts(meeting)
    if meeting.life != "planned":
        raise RuleBroken("committee:not-planned")
    before = meeting.state()
    row = attendance_row(meeting, actor.id)
    row.answer, row.answered_at = answer, clock.now()
    record("committee:attendance:answer", meeting, actor=actor, before=before)


def answer_invitation(meeting: Meeting, said: str, *, actor: Actor, is_old: bool) -> None:
    """The same by the link of a mail, as long as the mail tells the meeting as it stands."""
    if is_old:
        raise RuleBroken("committee:invitation-old")
    answer(meeting, said, actor=actor)


@keeps_votes
def record_attendance(
    meeting: Meeting, modes: Mapping[int, str], *, actor: Actor, version: int | None = None
) -> None:
    """Record who was there: person → on_site, online or absent. The meeting counts as held from then on, which takes
    somebody who came. From its day on, whatever the hour: it can begin early, and the trail has the instant."""
    published(open_facts(meeting))
    expect(meeting, version)
    if meeting.held_on > clock.today():
        raise RuleBroken("committee:not-yet-held", day=meeting.held_on.isoformat())
    if meeting.life == "planned" and not {"on_site", "online"} & set(modes.values()):
        raise RuleBroken("committee:nobody-there")
    before = meeting.state()
    seats = {m.person_id: m for m in meeting.seated}
    for person_id, mode in modes.items():
        if mode not in acts.MODES or person_id not in seats:
            raise RuleBroken("committee:mode-unknown")
        if mode == "absent" and any(stay.person_id == person_id for stay in meeting.presence):
            raise RuleBroken("committee:was-there")
        row = attendance_row(meeting, person_id)
        row.mode, row.voting = mode, seats[person_id].voting
    meeting.life = "held"
    record("committee:attendance:record", meeting, actor=actor, before=before)


def attendance_row(meeting: Meeting, person_id: int) -> Attendance:
    """The row of a person in the list of attendance, made when it is missing."""
    for row in meeting.attendance:
        if row.person_id == person_id:
            return row
    row = Attendance(person_id=person_id, answer="none", mode="")
    meeting.attendance.append(row)
    return row


def check_kind(kind: str) -> None:
    """Refuse what is no kind of item."""
    if kind not in acts.ITEM_KINDS:
        raise RuleBroken("committee:kind-unknown", "kind")


def check_gate(kind: str, project_id: int | None, gate_id: int | None, committee: Committee) -> None:
    """A gate is decided by a vote, and by an item about its own project; that of a laboratory's plan by the committee
    that steers the laboratory, in an item about no project."""
    if gate_id is None:
        return
    if kind != "decide":
        raise RuleBroken("committee:gate-without-vote", "gate")
    if not is_gate_of(gate_id, project_id, committee.lab_id):
        raise RuleBroken("committee:gate-elsewhere", "gate")


def _check_times(starts_at: datetime | None, ends_at: datetime | None) -> None:
    if starts_at and ends_at and ends_at <= starts_at:
        raise RuleBroken("committee:times-turned", "ends")
