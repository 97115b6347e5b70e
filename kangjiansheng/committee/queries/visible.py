"""The doors: which meetings, items, decisions and actions a person sees. Every reader goes through them.

An item is seen by the committee's members unless recused, and by those who see its project; one that came from an ask
only by those of them who see the ask. What a published source tells of a meeting is open to all who are signed in.
"""

from datetime import date
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    cast,
    exists,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from kangjiansheng.accounts.models import SystemRole
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    Amendment,
    BacklogItem,
    CommitteeMember,
    Decision,
    DraftVersion,
    Meeting,
    Minutes,
    Motion,
    Paper,
    Paragraph,
    Recusal,
    Signer,
)
from kangjiansheng.committee.rules.meetings import HIDDEN
from kangjiansheng.committee.rules.suggestions import ASK
from kangjiansheng.core import clock, file_levels
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import door, of_this_row, once_a_day
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs.models import InstitutionMember
from kangjiansheng.projects.models import Ask
from kangjiansheng.projects.queries import asks, visible_projects

EDITORS = {"chair", "deputy", "secretary"}  # who keep a committee's meetings and minutes


@door
def memberships(actor: Actor, day: date | None = None) -> Select[int]:
    """The committees on which the actor sits today (or on a day), the secretary among them."""
    return _seats(actor, day)


def _seats(actor: Actor, day: date | None = None) -> Select[int]:
    return select(CommitteeMember.committee_id).where(
        CommitteeMember.person_id == actor.id, holds_on(CommitteeMember, day or clock.today())
    )


def put_to_sign(actor: Actor) -> Subquery:
    """The drafts under review, of minutes and of corrections (`id`), that the actor is asked to sign, with their meeting."""
    asked = (
        select(DraftVersion.id, Minutes.meeting_id)
        .join(Minutes, Minutes.id == DraftVersion.minutes_id)
        .join(Signer, Signer.draft_version_id == DraftVersion.id)
        .where(Signer.person_id == actor.id)
    )
    current = and_(DraftVersion.kind == "draft", Minutes.current_draft == DraftVersion.number)
    corrected = asked.join(Amendment, Amendment.draft_version_id == DraftVersion.id)
    # As one condition with an OR PostgreSQL goes through all drafts.
    return union_all(
        asked.where(Minutes.life == "review", current), corrected.where(Amendment.life == "review")
    ).subquery()


@door
def asked_to_sign(actor: Actor) -> Select[int]:
    """The meetings of which minutes, or a correction of them, are put to the actor to be signed: what somebody is asked
    to sign lies open to them until it stands, also when their seat has ended since the meeting."""
    return select(put_to_sign(actor).c.meeting_id)


def is_asked(meeting: Meeting, actor: Actor) -> bool:
    """Whether minutes under review are put to the actor to be signed."""
    minutes = meeting.minutes
    if minutes is None or minutes.life != "review":
        return False
    found = select(Meeting.id).where(Meeting.id == meeting.id, Meeting.id.in_(asked_to_sign(actor)))
    return db.session.scalar(found) is not None


@once_a_day
def reads_committee(actor: Actor) -> ColumnElement[bool]:
    """The condition on Meeting that everything of its committee is open to the actor but what recusal takes: to those who
    sit there, and to whoever is asked to sign the minutes of this one meeting."""
    if actor.reads_all:
        return true()
    return or_(Meeting.committee_id.in_(memberships(actor)), Meeting.id.in_(asked_to_sign(actor)))


@door
def kept(actor: Actor) -> Select[int]:
    """The committees that the actor keeps today."""
    return _seats(actor).where(CommitteeMember.office.in_(EDITORS))


@once_a_day
def published(actor: Actor) -> ColumnElement[bool]:
    """The condition on Meeting that it is no draft, or one of a committee that the actor keeps. Of drafts nobody
    else learns anything, not even who reads all; of an import that was undone nobody at all. The auditor's trail
    alone names both: it has to be whole."""
    return and_(_stays(), or_(Meeting.life.not_in(HIDDEN), Meeting.committee_id.in_(kept(actor))))


def _stays() -> ColumnElement[bool]:
    return Meeting.withdrawn_at.is_(None)


@door
def _recused(actor: Actor) -> Select[int]:
    return select(Recusal.agenda_item_id).where(_read_by(actor), Recusal.kind == "whole")


@door
def _left(actor: Actor) -> Select[int]:
    return select(Recusal.agenda_item_id).where(_read_by(actor), Recusal.kind == "facts")


def _read_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on a recusal that it is of the actor; of whoever stands for an institution, that it is of any of
    its members, or of the executives, who hand over what is made for it."""
    if actor.stands_for is None:
        return Recusal.person_id == actor.id
    today = clock.today()
    members = select(InstitutionMember.person_id).where(
        InstitutionMember.institution_id == actor.stands_for, holds_on(InstitutionMember, today)
    )
    executives = select(SystemRole.person_id).where(
        SystemRole.role == "executive", holds_on(SystemRole, today)
    )
    return or_(Recusal.person_id.in_(members), Recusal.person_id.in_(executives))


def came_from_others(item: type[AgendaItem] | type[BacklogItem], actor: Actor) -> ColumnElement[bool]:
    """The condition that an item came from an ask that is not put to the actor: an ask may be for fewer than its project.
    The asks are looked through, which are few, not the items."""
    named = literal(ASK).concat(cast(Ask.id, String))
    return item.source.in_(select(named).where(~asks.put_to(actor)).correlate(None))


def of_their_projects(item: type[AgendaItem], actor: Actor) -> ColumnElement[bool]:
    """The condition that an item concerns a project which the actor sees, and came from no ask that she does not."""
    return and_(item.project_id.in_(visible_projects(actor)), ~came_from_others(item, actor))


@once_a_day
def sees_item(actor: Actor) -> ColumnElement[bool]:
    """The condition on an item and its meeting, joined, under which the actor may see the item: the one door."""
    return and_(
        AgendaItem.id.not_in(_recused(actor)),
        published(actor),
        or_(
            Meeting.source != "",
            reads_committee(actor),
            of_their_projects(AgendaItem, actor),
        ),
    )


@once_a_day
def reads_item(actor: Actor) -> ColumnElement[bool]:
    """The same for its discussion and outcome: who left for them reads of them only when the minutes stand, as
    everybody does who was not there."""
    stood = exists().where(Minutes.meeting_id == Meeting.id, Minutes.life.in_(("approved", "record")))
    stayed = or_(AgendaItem.id.not_in(_left(actor)), stood.correlate_except(Minutes))
    return and_(sees_item(actor), stayed)


@once_a_day
def readable_items(actor: Actor) -> Select[int]:
    """The ids of the items whose discussion and outcome the actor may read."""
    return select(AgendaItem.id).join(Meeting, Meeting.id == AgendaItem.meeting_id).where(reads_item(actor))


@once_a_day
def visible_items(actor: Actor) -> Select[int]:
    """The ids of the agenda items that the actor may see."""
    return select(AgendaItem.id).join(Meeting, Meeting.id == AgendaItem.meeting_id).where(sees_item(actor))


@once_a_day
def sees_meeting(actor: Actor) -> ColumnElement[bool]:
    """The condition on a meeting: one of the actor's committees, or one with an item that they may see."""
    item = aliased(AgendaItem)
    with_item = of_this_row(
        item,
        item.meeting_id == Meeting.id,
        item.id.not_in(_recused(actor)),
        of_their_projects(item, actor),
    )
    return and_(published(actor), or_(Meeting.source != "", reads_committee(actor), with_item))


@once_a_day
def visible_meetings(actor: Actor) -> Select[int]:
    """The ids of the meetings that the actor may see."""
    return select(Meeting.id).where(sees_meeting(actor))


@once_a_day
def reads_minutes(actor: Actor) -> ColumnElement[bool]:
    """The condition on minutes and their meeting, joined and seen by the actor, that she reads them: what stands, what
    was put to review when the committee is open to her, and all of a committee that she keeps."""
    return or_(
        Minutes.life.in_(("approved", "record")),
        Meeting.committee_id.in_(kept(actor)),
        and_(Minutes.current_draft > 0, reads_committee(actor)),
    )


@once_a_day
def sees_decision(actor: Actor) -> ColumnElement[bool]:
    """The condition on a decision and its meeting, joined: the actor sees its item; without an item, those who
    read the committee."""
    taken_out = of_this_row(
        Paragraph, Paragraph.id == Decision.paragraph_id, Paragraph.removed_at.is_not(None)
    )
    undone = exists().where(Motion.decision_id == Decision.id, Motion.annulled_at.is_not(None))
    return and_(_stays(), ~taken_out, ~undone.correlate_except(Motion), _outcome(Decision, actor))


@once_a_day
def visible_decisions(actor: Actor) -> Select[int]:
    """The ids of the decisions that the actor may see."""
    return select(Decision.id).join(Meeting).where(sees_decision(actor))


@once_a_day
def sees_motion(actor: Actor) -> ColumnElement[bool]:
    """The condition on a motion with its item and meeting, joined: the actor reads the committee and the discussion of
    the item. To others a vote is told by the minutes alone."""
    return and_(reads_item(actor), reads_committee(actor))


@once_a_day
def sees_action(actor: Actor) -> ColumnElement[bool]:
    """The condition on an action and its meeting, joined: the actor sees its item, or is to do it; of an item
    that the actor is recused from not even this."""
    return and_(Action.life != "dropped", _once_seen(actor))


def _once_seen(actor: Actor) -> ColumnElement[bool]:
    kept = or_(Action.agenda_item_id.is_(None), Action.agenda_item_id.not_in(_recused(actor)))
    own = and_(Action.owner_id == actor.id, kept)
    return and_(_stays(), or_(_outcome(Action, actor), own))


@once_a_day
def sees_paper(actor: Actor) -> ColumnElement[bool]:
    """The condition on a file of a paper whose item the actor sees. At level `parties` it is for the committee and
    those who see the item's project, at `team` for the committee."""
    of = select(Paper.id).join(Paper.item).join(AgendaItem.meeting)
    shared = AgendaItem.project_id.in_(visible_projects(actor))
    return file_levels.seen(
        actor,
        parties=of.where(or_(reads_committee(actor), shared)),
        team=of.where(reads_committee(actor)),
    )


@once_a_day
def visible_papers(actor: Actor) -> Select[int]:
    """The ids of the papers that the actor sees, of items that she sees."""
    return select(FileRef.thing_id).where(FileRef.thing == Paper.__tablename__, sees_paper(actor))


@once_a_day
def sees_proof(actor: Actor) -> ColumnElement[bool]:
    """The same for a file that shows that an action was done; whoever was to do it sees it, too."""
    of = select(Action.id).join(Action.meeting).outerjoin(AgendaItem, AgendaItem.id == Action.agenda_item_id)
    within = or_(reads_committee(actor), Action.owner_id == actor.id)
    shared = AgendaItem.project_id.in_(visible_projects(actor))
    return file_levels.seen(actor, parties=of.where(or_(within, shared)), team=of.where(within))


def level_of(meeting: Meeting) -> str:
    """The level below which files of a meeting may be: what a published source tells is open to all."""
    return "open" if meeting.source else "parties"


@once_a_day
def visible_actions(actor: Actor) -> Select[int]:
    """The ids of the actions that the actor may see."""
    return select(Action.id).join(Meeting).where(sees_action(actor))


def visible_actions_then(actor: Actor) -> Select[int]:
    """The same for a past day: those dropped from a draft since are among them, and their states tell when."""
    return select(Action.id).join(Meeting).where(_once_seen(actor))


@door
def unsubmitted() -> Select[int]:
    """The meetings whose minutes nobody has been shown yet: what they ask for is not asked of anybody."""
    hidden = or_(Minutes.id.is_(None), and_(Minutes.life == "draft", Minutes.current_draft == 0))
    return select(Meeting.id).outerjoin(Minutes, Minutes.meeting_id == Meeting.id).where(hidden)


@cache
def put_to_members() -> ColumnElement[bool]:
    """The condition on Meeting that it is none of those: asked of the meeting at hand, not of all."""
    shown = or_(Minutes.life != "draft", Minutes.current_draft != 0)
    return exists().where(Minutes.meeting_id == Meeting.id, shown).correlate_except(Minutes)


def _outcome(row: type[Decision] | type[Action], actor: Actor) -> ColumnElement[bool]:
    """Outcomes of a draft are for those who read the committee; the others wait until the minutes stand."""
    item = aliased(AgendaItem)
    reader = or_(Meeting.source != "", reads_committee(actor))
    standing = exists().where(Minutes.meeting_id == Meeting.id, Minutes.life.in_(("approved", "record")))
    # What lies outside is named by what does not: the deeper of two levels would take Meeting for its own.
    stands = standing.correlate_except(Minutes)
    shared = (item.id == row.agenda_item_id, item.id.not_in(_recused(actor)))
    of_project = of_this_row(item, *shared, of_their_projects(item, actor))
    stayed = or_(row.agenda_item_id.not_in(_left(actor)), stands)
    by_item = or_(and_(of_this_row(item, *shared), reader, stayed), and_(stands, of_project))
    return or_(by_item, and_(row.agenda_item_id.is_(None), reader))


def sitting() -> set[int]:
    """Everybody who sits on a committee today, with a vote or without: they sign its minutes."""
    today = holds_on(CommitteeMember, clock.today())
    return set(db.session.scalars(select(CommitteeMember.person_id).where(today)))
