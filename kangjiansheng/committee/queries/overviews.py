"""Lists: meetings, agenda, decisions and actions, as one reader may see them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, bindparam, false, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    BacklogItem,
    Committee,
    CommitteeMember,
    CompanyDecision,
    Decision,
    Interest,
    Meeting,
    Minutes,
)
from kangjiansheng.committee.queries.answers import is_advice, latest_id, without_answer
from kangjiansheng.committee.queries.standing import stood_at
from kangjiansheng.committee.queries.visible import (
    kept,
    put_to_members,
    sees_action,
    sees_decision,
    sees_item,
    sees_meeting,
    visible_decisions,
    visible_items,
)
from kangjiansheng.committee.rules.agenda import Hours, beginnings, hours
from kangjiansheng.committee.rules.answers import WAITING
from kangjiansheng.committee.rules.meetings import DISCARDED, HIDDEN
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision, last_revisions, state_as_of
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.core.paging import By, Listing
from kangjiansheng.projects.models import Milestone, Project, ProjectMember
from kangjiansheng.projects.queries import visible_projects
from kangjiansheng.projects.queries.gates import lab_gates


@dataclass
class Agenda:
    """The items that the reader may see, with the hour at which each begins; `hidden` are left out. `hours` are
    those of the whole agenda."""

    items: list[AgendaItem]
    starts: list[datetime | None]
    hidden: int
    hours: Hours
    open_projects: set[int]
    lab_gates: dict[int, Milestone]  # gates of laboratories that items decide and that the reader sees, by id

    @property
    def votes(self) -> int:
        """How many items ask for a vote."""
        return sum(1 for item in self.items if item.kind == "decide")

    @property
    def is_illustrative(self) -> bool:
        """Whether an item is about an illustrative project."""
        return any(item.project is not None and item.project.illustrative for item in self.items)


def committees() -> list[Committee]:
    """All committees that work."""
    return list(
        db.session.scalars(select(Committee).where(Committee.archived_at.is_(None)).order_by(Committee.id))
    )


def meetings(*, actor: Actor, committee_id: int | None = None, as_of: date | None = None) -> Listing:
    """The meetings that the actor may see, newest first, also those of one committee; on a past day those known by
    then."""
    query = select(Meeting).where(sees_meeting(actor), Meeting.life != DISCARDED)
    if committee_id is not None:
        query = query.where(Meeting.committee_id == committee_id)
    day: Any = Meeting.held_on
    if as_of is not None:
        then = _days_then(as_of)
        query, day = query.join(then, then.c.id == Meeting.id), then.c.day
        query = query.where(published_by(as_of, actor=actor))
    return Listing(
        query,
        order=[By(day, down=True), By(Meeting.running_no, down=True), By(Meeting.id, down=True)],
        key=Meeting.code,
        about=("meetings", committee_id, as_of),
        actor=actor,
        load=(joinedload(Meeting.committee), joinedload(Meeting.minutes)),
        illustrative=Meeting.illustrative,
    )


def _days_then(day: date) -> Subquery:
    """The meetings that were known by the end of a past day, each with the day on which it was to be held then."""
    last = last_revisions(Revision.thing == Meeting.__tablename__, until=clock.end_of(day))
    held_on = Revision.state["held_on"].as_string().label("day")  # as text it sorts as the days do
    return select(Revision.thing_id.label("id"), held_on).where(Revision.id.in_(last)).subquery()


def published_by(day: date, *, actor: Actor) -> ColumnElement[bool]:
    """The condition on Meeting that it was no draft at the end of a past day, or one that the actor keeps."""
    at = Meeting.published_at
    return or_(at.is_(None), at <= clock.end_of(day), Meeting.committee_id.in_(kept(actor)))


def earlier(meeting: Meeting) -> ColumnElement[bool]:
    """The condition on Meeting that it lies before another of its committee: by day, for a draft has no number."""
    return _earlier(meeting.held_on, meeting.running_no, meeting.running_no < 0)


def _earlier(day: Any, number: Any, draft: bool) -> ColumnElement[bool]:
    on_that_day = Meeting.running_no > 0 if draft else Meeting.running_no < number
    return or_(Meeting.held_on < day, and_(Meeting.held_on == day, on_that_day))


def agenda(meeting: Meeting, *, actor: Actor, beside: Iterable[Decision | Action] = ()) -> Agenda:
    """The agenda for a reader. The hours count all items, so that a hidden one leaves its gap. The projects that the
    reader may see are told of the items, and of what stands `beside` them on the page."""
    rows = db.session.execute(_agenda(actor), {"meeting": meeting.id}).all()
    lengths = [row[0].minutes_planned for row in rows]
    begin = zip(rows, beginnings(meeting.starts_at, lengths), strict=True)
    seen = [(row[0], at) for row, at in begin if row.seen]
    items = [item for item, _at in seen]
    known = {item.project_id for item in items}
    opened = {row[0].project_id for row in rows if row.seen and row.open and row[0].project_id}
    return Agenda(
        items,
        [at for _item, at in seen],
        len(rows) - len(items),
        hours(meeting.starts_at, meeting.ends_at, lengths),
        opened | open_projects((one for one in beside if one.project_id not in known), actor=actor),
        lab_gates([item.gate_id for item in items if item.gate_id and item.project_id is None], actor=actor),
    )


@once_a_day
def _agenda(actor: Actor) -> Select[AgendaItem, bool, bool]:
    opens = AgendaItem.project_id.in_(visible_projects(actor))
    return (
        select(AgendaItem, sees_item(actor).label("seen"), opens.label("open"))
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(AgendaItem.meeting_id == bindparam("meeting"))
        .options(joinedload(AgendaItem.project), joinedload(AgendaItem.gate))
        .options(joinedload(AgendaItem.presenting))
        .order_by(AgendaItem.position)
    )


def open_projects(
    rows: Iterable[AgendaItem | BacklogItem | Decision | Action | Interest], *, actor: Actor
) -> set[int]:
    """Of the projects that items, decisions or actions concern, those that the reader may see."""
    wanted = {row.project_id for row in rows if row.project_id}
    if not wanted:
        return set()
    return set(db.session.scalars(visible_projects(actor).where(Project.id.in_(wanted))))


def linkable_projects(*, actor: Actor) -> list[Project]:
    """The projects that the actor may put an item of an agenda to: those that they may see."""
    query = select(Project).where(Project.id.in_(visible_projects(actor)), Project.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(Project.code)))


def leads(*, actor: Actor) -> list[tuple[Person, str]]:
    """Who leads the projects that the actor may see, each with the code of the project."""
    query = (
        select(Person, Project.code)
        .join(ProjectMember, ProjectMember.person_id == Person.id)
        .join(Project, Project.id == ProjectMember.project_id)
        .where(
            ProjectMember.role == "lead",
            holds_on(ProjectMember, clock.today()),
            Project.id.in_(visible_projects(actor)),
            Project.archived_at.is_(None),
        )
        .order_by(Project.code)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def coming_meetings(committee_id: int | None = None) -> list[Meeting]:
    """The planned meetings of all committees, for those who propose an item: no more is shown than the day; or those of
    one committee. The next one first."""
    query = (
        select(Meeting)
        .where(Meeting.life == "planned", Meeting.held_on >= clock.today())
        .options(joinedload(Meeting.committee))
        .order_by(Meeting.held_on, Meeting.running_no)
    )
    if committee_id is not None:
        query = query.where(Meeting.committee_id == committee_id)
    return list(db.session.scalars(query))


def agenda_as_of(meeting: Meeting, day: date, *, actor: Actor) -> dict[str, Any] | None:
    """The meeting's state at the end of a past day, with the items that the reader may see today."""
    state = state_as_of("meeting", meeting.id, clock.end_of(day))
    if state is None or (state["life"] in HIDDEN and not _keeps(meeting, actor)):
        return None
    there = [item[0] for item in state["items"]]  # one may have gone to another meeting since
    seen = set(db.session.scalars(visible_items(actor).where(AgendaItem.id.in_(there))))
    return state | {"items": [item for item in state["items"] if item[0] in seen]}


def _keeps(meeting: Meeting, actor: Actor) -> bool:
    return (
        db.session.scalar(kept(actor).where(CommitteeMember.committee_id == meeting.committee_id)) is not None
    )


def previous(meeting: Meeting, *, actor: Actor) -> Meeting | None:
    """The meeting of the same committee before this one, when the actor may see it."""
    asked = {"committee": meeting.committee_id, "day": meeting.held_on, "number": meeting.running_no}
    return db.session.scalar(_previous(actor, meeting.running_no < 0), asked)


@once_a_day
def _previous(actor: Actor, draft: bool) -> Select[Meeting]:
    return (
        select(Meeting)
        .where(
            Meeting.committee_id == bindparam("committee"),
            _earlier(bindparam("day"), bindparam("number"), draft),
            Meeting.life == "held",
            sees_meeting(actor),
        )
        .options(joinedload(Meeting.minutes))
        .order_by(Meeting.held_on.desc(), Meeting.running_no.desc())
        .limit(1)
    )


def decisions(
    *,
    actor: Actor,
    committee_id: int | None = None,
    meeting_id: int | None = None,
    upto: Meeting | None = None,
    kind: str = "",
    answer: str = "",
    until: datetime | None = None,
) -> Listing:
    """Decisions and recommendations that the actor may see, newest first. Those of a draft are shown only to
    readers of drafts, through the minutes. `answer` is what the company said of them by then, or `waiting`; `upto` gives
    those of one meeting, and of the last one of its committee before it that has any. `until` is the end of a past day, on which those stood whose minutes stood."""
    query = (
        select(Decision)
        # With a bare key SQLite reads all decisions first and sorts them; so it goes along the meetings in their order.
        .join(Meeting, Meeting.id + 0 == Decision.meeting_id)
        .join(Minutes, Minutes.meeting_id == Meeting.id)
        .where(*([without_answer(until), is_advice()] if answer == WAITING else []))
        .where(sees_decision(actor), Minutes.life.in_(("approved", "record")))
    )
    if committee_id is not None:
        query = query.where(Meeting.committee_id == committee_id)
    if meeting_id is not None:
        query = query.where(Meeting.id == meeting_id)
    if upto is not None:
        earlier_ones = (Meeting.committee_id == upto.committee_id, Meeting.running_no < upto.running_no)
        last = query.with_only_columns(Meeting.id, maintain_column_froms=True).where(*earlier_ones)
        last = last.order_by(Meeting.running_no.desc()).limit(1).correlate(None)
        query = query.where(or_(Meeting.id == upto.id, Meeting.id == last.scalar_subquery()))
    if kind:
        query = query.where(Decision.kind == kind)
    if until is not None:
        query = query.where(stood_at(until))
    if answer not in ("", WAITING):
        query = query.join(CompanyDecision, CompanyDecision.id == latest_id(until))
        query = query.where(CompanyDecision.verdict == answer)
    return Listing(
        query,
        order=[By(Meeting.running_no, down=True), By(Decision.id)],
        key=Decision.number,
        about=("decisions", committee_id, meeting_id, upto and upto.id, kind, answer, until),
        actor=actor,
        load=(contains_eager(Decision.meeting), joinedload(Decision.project)),
        illustrative=Decision.illustrative,
    )


def seen_decisions(keys: Collection[int], *, actor: Actor) -> set[int]:
    """Of some decisions those that the actor may see."""
    if not keys:
        return set()
    query = visible_decisions(actor).where(Decision.id.in_(keys))
    return set(db.session.scalars(query))


def actions(
    *,
    actor: Actor,
    committee_id: int | None = None,
    life: str = "",
    before: Meeting | None = None,
    or_of: Meeting | None = None,
    mine: bool = False,
) -> Listing:
    """Actions that the actor may see, by due date; `before` leaves out those of later meetings. `or_of` gives all of one
    meeting beside those of the `life` that is asked for."""
    query = (
        select(Action)
        .join(Meeting, Meeting.id == Action.meeting_id)
        .where(sees_action(actor), put_to_members())
    )
    if committee_id is not None:
        query = query.where(Meeting.committee_id == committee_id)
    if life:
        query = query.where(or_(Action.life == life, Action.meeting_id == or_of.id if or_of else false()))
    if before is not None:
        query = query.where(earlier(before))
    if mine:
        query = query.where(Action.owner_id == actor.id)
    return Listing(
        query,
        order=[By(Action.due_on, may_lack=True), By(Action.number)],
        key=Action.number,
        about=("actions", committee_id, life, before and before.id, or_of and or_of.id, mine),
        actor=actor,
        load=(joinedload(Action.owner), contains_eager(Action.meeting), joinedload(Action.project)),
        illustrative=Action.illustrative,
    )
