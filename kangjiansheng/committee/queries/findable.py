"""What of meetings, minutes, decisions, actions and comments can be found, and by whom.

An item that a person may not see is found in none of its parts: its title, its paragraphs, what was decided,
what was asked for and what was said of it.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, extract, false, func, or_, select, true, union_all
from sqlalchemy.orm import aliased

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    Amendment,
    Comment,
    Committee,
    CommitteeMember,
    CompanyDecision,
    Decision,
    Meeting,
    Minutes,
    Paper,
    Paragraph,
    ParagraphRevision,
    ParagraphTranslation,
)
from kangjiansheng.committee.queries.visible import (
    kept,
    memberships,
    of_their_projects,
    reads_committee,
    reads_item,
    sees_action,
    sees_decision,
    sees_item,
    sees_meeting,
    unsubmitted,
    visible_papers,
)
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.doors import door
from kangjiansheng.core.markdown import plain
from kangjiansheng.core.search.declared import Filter, Found, Kind, Rows, Texts, Wanted
from kangjiansheng.labs.queries.findable import names
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries import may_see
from kangjiansheng.projects.queries.findable import of_lab

STANDING = ("approved", "record")


def _words(row: Found) -> Iterable[str]:
    """Markdown as words alone."""
    return (plain(text) for text in row[1:] if text)


def _of_meeting(*more: Any) -> list[Any]:
    return [
        *more,
        Meeting.code.label("key"),
        Meeting.name_hans.label("hans"),
        Meeting.name_hant.label("hant"),
        Meeting.name_en.label("en"),
        Meeting.held_on.label("day"),
    ]


def _committee(code: str, _actor: Actor) -> ColumnElement[bool]:
    return Meeting.committee_id.in_(select(Committee.id).where(Committee.code == code))


def _year(year: str, _actor: Actor) -> ColumnElement[bool]:
    return extract("year", Meeting.held_on) == int(year) if year.isdecimal() and len(year) == 4 else false()


_ABOUT: dict[str, Filter] = {"committee": _committee, "year": _year}


def _about(project_id: Any, **more: Filter) -> dict[str, Filter]:
    """The filters of things that concern a project. Who sees a thing but not its project does not learn from them
    which project it is."""

    def of_project(code: str, actor: Actor) -> ColumnElement[bool]:
        return project_id.in_(select(Project.id).where(Project.code == code, may_see(actor)))

    def of_labs(code: str, actor: Actor) -> ColumnElement[bool]:
        return project_id.in_(select(Project.id).where(of_lab(code, actor), may_see(actor)))

    return {**_ABOUT, "project": of_project, "lab": of_labs, **more}


def _project(project_id: Any, actor: Actor) -> ColumnElement[Any]:
    """The code of the project that a thing concerns, for those who may see the project."""
    query = select(Project.code).where(Project.id == project_id, may_see(actor))
    return func.coalesce(query.correlate_except(Project).scalar_subquery(), "").label("project")


def _meetings(wanted: Wanted, actor: Actor) -> Rows:
    seen = select(*_of_meeting(Meeting.id, Meeting.illustrative)).where(sees_meeting(actor))
    return wanted.own(seen, Meeting.id, "meeting")


def _items(wanted: Wanted, actor: Actor) -> Rows:
    item = (AgendaItem.name_hans, AgendaItem.name_hant, AgendaItem.name_en)
    query = select(
        AgendaItem.id,
        Meeting.code.label("key"),
        *(name.label(script) for name, script in zip(item, ("hans", "hant", "en"), strict=True)),
        Meeting.held_on.label("day"),
        Meeting.illustrative,
        _project(AgendaItem.project_id, actor),
    )
    seen = query.join(Meeting, Meeting.id == AgendaItem.meeting_id).where(sees_item(actor))
    return wanted.own(seen, AgendaItem.id, "agenda_item")


@door
def _near(actor: Actor) -> Rows:
    """The meetings of which the actor may see something, each once or twice: no door, but none leads elsewhere."""
    told = select(Meeting.id).where(or_(Meeting.source != "", reads_committee(actor)))
    of_projects = select(AgendaItem.meeting_id).where(of_their_projects(AgendaItem, actor))
    return select(union_all(told, of_projects).subquery().c.id)


def _meetings_near(actor: Actor) -> Rows | None:
    return None if actor.reads_all else _near(actor)


def _items_near(actor: Actor) -> Rows | None:
    return None if actor.reads_all else _of_each(_near(actor), AgendaItem.id, AgendaItem.meeting_id)


def _paragraphs_near(actor: Actor) -> Rows | None:
    if actor.reads_all:
        return None
    minutes = _of_each(_near(actor), Minutes.id, Minutes.meeting_id)
    return _of_each(minutes, Paragraph.id, Paragraph.minutes_id)


def _of_each(above: Rows, key: Any, belongs_to: Any) -> Rows:
    """The keys of the rows below each of some rows, one after another, so that it ends when there are enough."""
    (each,) = (rows := above.subquery()).c
    (own,) = (below := select(key).where(belongs_to == each).offset(0).lateral()).c
    return select(own).select_from(rows.join(below, true()))


def _papers(wanted: Wanted, actor: Actor) -> Rows:
    """By their titles; who may not see the item finds no paper of it."""
    query = select(
        Paper.id,
        Meeting.code.label("key"),
        Paper.title.label("hans"),
        Meeting.held_on.label("day"),
        Meeting.illustrative,
        _project(AgendaItem.project_id, actor),
    )
    return (
        query.join(AgendaItem, AgendaItem.id == Paper.agenda_item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            sees_item(actor),
            Paper.withdrawn_at.is_(None),
            Paper.id.in_(visible_papers(actor)),
            wanted.every(lambda holding: Paper.id.in_(holding("paper"))),
        )
    )


def _told(actor: Actor) -> ColumnElement[bool]:
    """The condition on minutes and their meeting: their text as it is now is told to the actor.

    Minutes that stand are read by whoever sees the item; under review by the committee; a draft by those who
    write it.
    """
    review = and_(Minutes.life == "review", reads_committee(actor))
    draft = and_(Minutes.life == "draft", Meeting.committee_id.in_(kept(actor)))
    return or_(Minutes.life.in_(STANDING), review, draft)


def _open(actor: Actor) -> ColumnElement[bool]:
    """The condition on a paragraph with its minutes, meeting and item: its text is there for the actor to read."""
    return and_(
        Paragraph.removed_at.is_(None),
        _told(actor),
        or_(and_(Paragraph.agenda_item_id.is_(None), sees_meeting(actor)), reads_item(actor)),
    )


def _in_minutes(query: Rows, actor: Actor) -> Rows:
    return (
        query.join(Minutes, Minutes.id == Paragraph.minutes_id)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .outerjoin(AgendaItem, AgendaItem.id == Paragraph.agenda_item_id)
        .where(_open(actor))
    )


def _paragraphs(wanted: Wanted, actor: Actor) -> Rows:
    project = _project(AgendaItem.project_id, actor)
    found = select(
        *_of_meeting(Paragraph.id, Paragraph.public_id.label("sub"), Minutes.illustrative, project)
    )
    return wanted.own(_in_minutes(found.select_from(Paragraph), actor), Paragraph.id, "paragraph")


def _amendments(wanted: Wanted, actor: Actor) -> Rows:
    project = _project(AgendaItem.project_id, actor)
    found = select(
        *_of_meeting(Amendment.id, Paragraph.public_id.label("sub"), Minutes.illustrative, project)
    )
    query = found.select_from(Amendment).join(Paragraph, Paragraph.id == Amendment.paragraph_id)
    return _in_minutes(query, actor).where(
        or_(Amendment.life == "approved", and_(Amendment.life == "review", reads_committee(actor))),
        wanted.every(lambda holding: Amendment.id.in_(holding("amendment"))),
    )


def _comments(wanted: Wanted, actor: Actor) -> Rows:
    project = _project(AgendaItem.project_id, actor)
    found = select(*_of_meeting(Comment.id, Paragraph.public_id.label("sub"), Minutes.illustrative, project))
    query = found.select_from(Comment).join(Paragraph, Paragraph.id == Comment.paragraph_id)
    return _in_minutes(query, actor).where(
        reads_committee(actor), wanted.every(lambda holding: Comment.id.in_(holding("comment")))
    )


def _decisions(wanted: Wanted, actor: Actor) -> Rows:
    """Those that stand, as on their list; those of a draft are found in its paragraphs."""
    found = select(
        *_of_meeting(
            Decision.id,
            Decision.number.label("sub"),
            Decision.illustrative,
            _project(Decision.project_id, actor),
        )
    )
    of_minutes = found.join(Meeting, Meeting.id == Decision.meeting_id).join(Minutes)
    return of_minutes.where(
        sees_decision(actor),
        Minutes.life.in_(STANDING),
        wanted.every(lambda holding: Decision.id.in_(holding("decision"))),
    )


def _answers(wanted: Wanted, actor: Actor) -> Rows:
    """What the company said of an advice: whoever sees the advice, and nobody else."""
    found = select(
        *_of_meeting(
            CompanyDecision.id,
            Decision.number.label("sub"),
            Decision.illustrative,
            _project(Decision.project_id, actor),
        )
    )
    query = found.select_from(CompanyDecision).join(Decision, Decision.id == CompanyDecision.decision_id)
    of_minutes = query.join(Meeting, Meeting.id == Decision.meeting_id).join(
        Minutes, Minutes.meeting_id == Meeting.id
    )
    return of_minutes.where(
        sees_decision(actor),
        _told(actor),
        wanted.every(lambda holding: CompanyDecision.id.in_(holding("company_decision"))),
    )


def _actions(wanted: Wanted, actor: Actor) -> Rows:
    found = select(
        *_of_meeting(
            Action.id, Action.number.label("sub"), Action.illustrative, _project(Action.project_id, actor)
        )
    )
    return found.join(Meeting, Meeting.id == Action.meeting_id).where(
        sees_action(actor),
        Action.meeting_id.not_in(unsubmitted()),
        wanted.every(lambda holding: Action.id.in_(holding("action"))),
    )


def people(actor: Actor) -> list[Rows]:
    """The people of committees whose seats the actor may see, each with the address where they stand."""
    query = select(CommitteeMember.person_id, ("committees/" + Committee.code).label("path"))
    known = query.join(Committee, Committee.id == CommitteeMember.committee_id).where(
        holds_on(CommitteeMember, clock.today()), Committee.archived_at.is_(None)
    )
    return [known if actor.reads_all else known.where(Committee.id.in_(memberships(actor)))]


_WORDING = select(ParagraphRevision.paragraph_id, ParagraphRevision.text).join(
    Paragraph,
    and_(Paragraph.id == ParagraphRevision.paragraph_id, Paragraph.revision_no == ParagraphRevision.number),
)

_LATER = aliased(ParagraphTranslation)
_TOLD = select(ParagraphTranslation.paragraph_id, ParagraphTranslation.text).where(
    ~exists().where(
        _LATER.paragraph_id == ParagraphTranslation.paragraph_id,
        _LATER.language == ParagraphTranslation.language,
        _LATER.number > ParagraphTranslation.number,
    )
)

MEETINGS = Kind(
    "meetings",
    [
        Texts("meeting", "code", select(Meeting.id, Meeting.code)),
        Texts("meeting", "name", select(Meeting.id, *names(Meeting))),
        Texts("meeting", "place", select(Meeting.id, Meeting.place)),
        Texts("meeting", "number", select(Meeting.id, Meeting.minutes_no)),
    ],
    _meetings,
    lambda hit: f"/meetings/{hit.key}",
    filters=_ABOUT,
    sieve=_meetings_near,
)
ITEMS = Kind(
    "items",
    [
        Texts("agenda_item", "name", select(AgendaItem.id, *names(AgendaItem))),
        Texts("agenda_item", "text", select(AgendaItem.id, AgendaItem.text)),
        Texts("agenda_item", "presenter", select(AgendaItem.id, AgendaItem.presenter)),
    ],
    _items,
    lambda hit: f"/meetings/{hit.key}",
    filters=_about(AgendaItem.project_id),
    sieve=_items_near,
)
PAPERS = Kind(
    "papers",
    [Texts("paper", "title", select(Paper.id, Paper.title))],
    _papers,
    lambda hit: f"/meetings/{hit.key}",
    filters=_about(AgendaItem.project_id),
)
MINUTES = Kind(
    "minutes",
    [
        Texts("paragraph", "text", _WORDING, say=_words, also={Paragraph: lambda row: row.id}),
        Texts("paragraph", "translation", _TOLD, say=_words),
    ],
    _paragraphs,
    lambda hit: f"/meetings/{hit.key}/minutes#{hit.sub}",
    filters=_about(AgendaItem.project_id),
    sieve=_paragraphs_near,
)
AMENDMENTS = Kind(
    "amendments",
    [
        Texts("amendment", "text", select(Amendment.id, Amendment.text), say=_words),
        Texts("amendment", "reason", select(Amendment.id, Amendment.reason)),
    ],
    _amendments,
    lambda hit: f"/meetings/{hit.key}/minutes#{hit.sub}",
    filters=_about(AgendaItem.project_id),
)
DECISIONS = Kind(
    "decisions",
    [
        Texts("decision", "number", select(Decision.id, Decision.number)),
        Texts("decision", "text", select(Decision.id, Decision.text), say=_words),
    ],
    _decisions,
    lambda hit: f"/meetings/{hit.key}/minutes",
    code=lambda hit: str(hit.sub),
    filters=_about(Decision.project_id),
)
ANSWERS = Kind(
    "answers",
    [
        Texts("company_decision", "text", select(CompanyDecision.id, CompanyDecision.reasons)),
        Texts("company_decision", "body", select(CompanyDecision.id, CompanyDecision.body)),
    ],
    _answers,
    lambda hit: f"/decisions/{hit.sub}#company",
    code=lambda hit: str(hit.sub),
    filters=_about(Decision.project_id),
)
ACTIONS = Kind(
    "actions",
    [
        Texts("action", "number", select(Action.id, Action.number)),
        Texts("action", "text", select(Action.id, Action.text), say=_words),
        Texts("action", "owner", select(Action.id, Action.owner_role)),
        Texts("action", "note", select(Action.id, Action.note)),
    ],
    _actions,
    lambda hit: f"/actions?show=all#{hit.sub}",
    code=lambda hit: str(hit.sub),
    filters=_about(Action.project_id),
)
COMMENTS = Kind(
    "comments",
    [Texts("comment", "text", select(Comment.id, Comment.text).where(Comment.withdrawn_at.is_(None)))],
    _comments,
    lambda hit: f"/meetings/{hit.key}/minutes#{hit.sub}",
    filters=_about(AgendaItem.project_id),
)
