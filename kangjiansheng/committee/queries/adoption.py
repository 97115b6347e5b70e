"""Advice with what the company answered, for the figures of its adoption."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, case, func, select

from kangjiansheng.committee.models import Committee, CompanyDecision, Decision, Meeting, Minutes
from kangjiansheng.committee.queries.answers import is_advice, latest_id
from kangjiansheng.committee.queries.follow_up import names_of, scripts
from kangjiansheng.committee.queries.standing import stood_at
from kangjiansheng.committee.queries.visible import sees_decision
from kangjiansheng.committee.rules.adoption import Adoption, Advised
from kangjiansheng.committee.rules.answers import WAITING
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.kept import figure

Projects = Collection[int] | None  # advice about these (ids); None is all, about a project or not

_NEWEST = Meeting.held_on.desc(), Decision.id.desc()


def adopted(
    projects: Projects = None, *, actor: Actor, until: datetime | None = None
) -> tuple[Adoption, ...]:
    """How much of the advice that the actor sees had which answer, now or at the end of a past day, by committee in the
    order of their codes. One statement; that of all projects is kept."""

    def count() -> tuple[Adoption, ...]:
        by = Committee.code, *names_of(Committee), CompanyDecision.verdict
        shown = func.count(case((Decision.illustrative, 1)))
        query = _advice((*by, func.count(), shown), projects, actor, until).group_by(*by)
        rows = sorted(db.session.execute(query), key=_code)
        return tuple(_adoption(code, list(theirs)) for code, theirs in groupby(rows, key=_code))

    if projects is not None:
        return count()
    return figure(count, "adoption", until, actor=actor)


def _code(row: Any) -> str:
    found: str = row[0]
    return found


def _adoption(code: str, rows: list[Any]) -> Adoption:
    """One committee from its rows, one for each answer."""
    answers = {verdict or WAITING: number for *_names, verdict, number, _shown in rows}
    return Adoption(code, scripts(rows[0][1:4]), answers, any(row[-1] for row in rows))


def advised(
    projects: Projects = None, *, actor: Actor, until: datetime | None = None, listed: int | None = None
) -> list[Advised]:
    """The advice that is counted, by committee and then the newest first; at most so many, the newest of all. One
    statement, and one for which these are, which is kept of all projects."""
    answer = CompanyDecision.verdict, CompanyDecision.reasons, CompanyDecision.decided_on
    query = _advice((Decision.number, Committee.code, Meeting.held_on, *answer), projects, actor, until)
    if listed is not None:
        query = query.where(Decision.id.in_(_newest(projects, actor, until, listed)))
    newest = query.order_by(*_NEWEST)
    found = [
        Advised(number, committee, day, verdict or WAITING, reasons or "", decided_on)
        for number, committee, day, verdict, reasons, decided_on in db.session.execute(newest)
    ]
    return sorted(found, key=lambda one: one.committee)


def _newest(projects: Projects, actor: Actor, until: datetime | None, listed: int) -> tuple[int, ...]:
    def find() -> tuple[int, ...]:
        query = _advice((Decision.id,), projects, actor, until)
        newest = query.order_by(*_NEWEST).limit(listed)
        return tuple(db.session.scalars(newest))

    return find() if projects is not None else figure(find, "newest advice", until, listed, actor=actor)


def _advice(columns: Iterable[Any], projects: Projects, actor: Actor, until: datetime | None) -> Select[Any]:
    """Columns of the advice that the actor sees, each with the answer that counts, or that counted at the end of a past
    day."""
    query: Select[Any] = (
        select(*columns)
        .select_from(Decision)
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .join(Committee, Committee.id == Meeting.committee_id)
        .join(Minutes, Minutes.meeting_id == Meeting.id)
        .outerjoin(CompanyDecision, CompanyDecision.id == latest_id(until))
        .where(sees_decision(actor), is_advice())
    )
    if projects is not None:
        query = query.where(Decision.project_id.in_(projects))
    return query if until is None else query.where(stood_at(until))
