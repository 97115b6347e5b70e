"""The company's decisions beside the advice of the committees: which advice waits, what was answered.

Advice is what a committee other than the company's own resolved or recommended in minutes that stand; that earlier
minutes are confirmed is none. Who sees the advice sees the answer, and nobody else.
"""

from collections.abc import Collection
from datetime import date, datetime
from functools import cache, lru_cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, literal, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.committee.models import (
    AgendaItem,
    Committee,
    CommitteeMember,
    CompanyDecision,
    Decision,
    DraftVersion,
    Meeting,
    Minutes,
    Paragraph,
)
from kangjiansheng.committee.queries.visible import EDITORS, sees_decision
from kangjiansheng.committee.rules.votes import FAILED
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.kept import figure

COMPANY = "company"
DAYS = 16  # for which what is put together is kept; most ask for none


def is_advice() -> ColumnElement[bool]:
    """The condition on a decision under which it is advice to the company."""
    return _is_advice(db.engine.dialect.name)


@cache
def _is_advice(dialect: str) -> ColumnElement[bool]:
    meeting, item, committee = aliased(Meeting), aliased(AgendaItem), aliased(Committee)
    minutes = aliased(Minutes)
    given = (
        select(meeting.id)
        .join(committee, committee.id == meeting.committee_id)
        .join(minutes, minutes.meeting_id == meeting.id)
        .where(meeting.id == Decision.meeting_id, committee.kind != COMPANY, minutes.life == "approved")
        .correlate(Decision)
    )
    confirms = select(item.id).where(item.id == Decision.agenda_item_id, item.kind == "confirm")
    return and_(given.exists(), ~confirms.correlate(Decision).exists(), ~_failed(dialect))


def _failed(dialect: str) -> ColumnElement[bool]:
    """The condition on a decision that the signed text says of its vote that it was lost, or had no quorum."""
    if dialect == "sqlite":
        place = literal('$.decisions."') + Paragraph.public_id + literal('".result')
        said = func.json_extract(DraftVersion.header, place)
    else:
        said = func.json_extract_path_text(DraftVersion.header, "decisions", Paragraph.public_id, "result")
    text = aliased(Minutes)
    lost = (
        select(Paragraph.id)
        .join(text, text.id == Paragraph.minutes_id)
        .join(
            DraftVersion,
            and_(DraftVersion.minutes_id == text.id, DraftVersion.number == text.current_draft),
        )
        .where(Paragraph.id == Decision.paragraph_id, said.in_(FAILED))
        .offset(0)  # as with `of_this_row`
        .correlate(Decision)
    )
    return and_(Decision.votes_for.is_not(None), lost.exists())


@lru_cache(maxsize=DAYS)
def without_answer(until: datetime | None = None) -> ColumnElement[bool]:
    """The condition on a decision that the company had said nothing of it. It is asked first: most have an answer."""
    one = aliased(CompanyDecision)
    given = exists().where(one.decision_id == Decision.id)
    if until is not None:
        given = given.where(one.recorded_at <= until)
    return ~given.correlate_except(one)


@lru_cache(maxsize=DAYS)
def latest_id(until: datetime | None = None) -> ColumnElement[int]:
    """The answer that counts for a decision, as a scalar of the statement that reads the decision."""
    one = aliased(CompanyDecision)
    query = select(func.max(one.id)).where(one.decision_id == Decision.id)
    if until is not None:
        query = query.where(one.recorded_at <= until)
    return query.correlate(Decision).scalar_subquery()


def answers(
    decisions: Collection[Decision], *, until: datetime | None = None
) -> dict[int, CompanyDecision | None]:
    """Of these decisions those that are advice, each with the answer that counts; one statement."""
    if not decisions:
        return {}
    query = _answers(db.engine.dialect.name, until)
    return {row[0]: row[1] for row in db.session.execute(query, {"decisions": [d.id for d in decisions]})}


@lru_cache(maxsize=DAYS)
def _answers(dialect: str, until: datetime | None) -> Select[int, CompanyDecision]:
    return (
        select(Decision.id, CompanyDecision)
        .outerjoin(CompanyDecision, CompanyDecision.id == latest_id(until))
        .where(Decision.id.in_(bindparam("decisions", expanding=True)), _is_advice(dialect))
    )


def of_meeting(
    meeting_id: int, *, until: datetime | None = None
) -> dict[str, tuple[Decision, CompanyDecision | None]]:
    """The same for a whole meeting, by number: the page shows those whose paragraphs it shows."""
    query = (
        select(Decision, CompanyDecision)
        .outerjoin(CompanyDecision, CompanyDecision.id == latest_id(until))
        .where(Decision.meeting_id == meeting_id, is_advice())
    )
    return {row[0].number: (row[0], row[1]) for row in db.session.execute(query)}


def course(decision: Decision, *, until: datetime | None = None) -> list[CompanyDecision]:
    """All answers to one advice, the one that counts first."""
    query = (
        select(CompanyDecision)
        .where(CompanyDecision.decision_id == decision.id)
        .options(joinedload(CompanyDecision.answered_by), joinedload(CompanyDecision.by_decision))
        .order_by(CompanyDecision.id.desc())
    )
    if until is not None:
        query = query.where(CompanyDecision.recorded_at <= until)
    return list(db.session.scalars(query))


def given_by(
    decisions: Collection[Decision], *, actor: Actor, until: datetime | None = None
) -> dict[int, list[CompanyDecision]]:
    """Which advice a resolution of the company's meeting answered, as far as the actor sees that advice."""
    if not decisions:
        return {}
    query = (
        select(CompanyDecision)
        .join(Decision, Decision.id == CompanyDecision.decision_id)
        .join(Decision.meeting)
        .where(
            CompanyDecision.by_decision_id.in_([d.id for d in decisions]),
            sees_decision(actor),
        )
        .options(contains_eager(CompanyDecision.decision))
        .order_by(CompanyDecision.id)
    )
    if until is not None:
        query = query.where(CompanyDecision.recorded_at <= until)
    found: dict[int, list[CompanyDecision]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.by_decision_id or 0, []).append(row)
    return found


def company_resolutions(*, actor: Actor) -> list[Decision]:
    """The resolutions of the company's decision meetings that stand and that the actor sees."""
    query = (
        select(Decision)
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .join(Committee, Committee.id == Meeting.committee_id)
        .join(Minutes, Minutes.meeting_id == Meeting.id)
        .where(Committee.kind == COMPANY, Minutes.life == "approved", sees_decision(actor))
        .options(contains_eager(Decision.meeting).contains_eager(Meeting.committee))
        .order_by(Decision.id.desc())
        .limit(50)
    )
    return list(db.session.scalars(query))


def keeps_company(actor: Actor, day: date | None = None) -> Select[int]:
    """The company's decision meetings that the actor keeps as chair, deputy or secretary."""
    return (
        select(CommitteeMember.id)
        .join(Committee, Committee.id == CommitteeMember.committee_id)
        .where(
            Committee.kind == COMPANY,
            Committee.archived_at.is_(None),
            CommitteeMember.office.in_(EDITORS),
            CommitteeMember.person_id == actor.id,
            holds_on(CommitteeMember, day or clock.today()),
        )
    )


def owes(actor: Actor) -> bool:
    """True for those who answer for the company: executives, and who keeps its decision meeting."""
    return actor.has("executive") or db.session.scalar(keeps_company(actor).limit(1)) is not None


def waiting(*, actor: Actor) -> int:
    """How much advice that the actor sees waits for an answer; 0 for those who owe none."""
    query = (
        select(func.count(Decision.id))
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .where(without_answer(), is_advice(), sees_decision(actor))
    )
    if not actor.has("executive"):
        query = query.where(keeps_company(actor).exists())
    return figure(lambda: db.session.scalar(query) or 0, "advice that waits", actor=actor)
