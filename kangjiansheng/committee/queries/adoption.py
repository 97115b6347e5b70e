"""Advice with what the company answered, for the figures of its adoption."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from kangjiansheng.committee.models import Committee, CompanyDecision, Decision, Meeting, Minutes
from kangjiansheng.committee.queries.answers import is_advice, latest_id
from kangjiansheng.committee.queries.overviews import stood_at
from kangjiansheng.committee.queries.visible import sees_decision
from kangjiansheng.committee.rules.adoption import Adoption, Advised, adoption
from kangjiansheng.committee.rules.answers import WAITING
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.kept import figure


def adopted(
    projects: Collection[int] | None = None,
    *,
    actor: Actor,
    until: datetime | None = None,
    listed: int | None = None,
) -> tuple[Adoption, ...]:
    """What became of the advice of each committee, of all or of some projects. What is said of all, with a few that are
    listed, is kept."""

    def count() -> tuple[Adoption, ...]:
        found = advised(actor=actor, until=until)
        return adoption((one for one in found if projects is None or one.project_id in projects), listed)

    if projects is not None or listed is None:
        return count()
    return figure(count, "adoption", until, listed, actor=actor)


def advised(*, actor: Actor, until: datetime | None = None) -> list[Advised]:
    """The advice that the actor sees, each with the answer that counts, or that counted at the end of a past day. One
    statement."""
    query = (
        select(
            Decision.number,
            Committee.code,
            Meeting.held_on,
            Decision.project_id,
            CompanyDecision.verdict,
            CompanyDecision.reasons,
            CompanyDecision.decided_on,
            Decision.illustrative,
        )
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .join(Committee, Committee.id == Meeting.committee_id)
        .join(Minutes, Minutes.meeting_id == Meeting.id)
        .outerjoin(CompanyDecision, CompanyDecision.id == latest_id(until))
        .where(sees_decision(actor), is_advice())
    )
    if until is not None:
        query = query.where(stood_at(until))
    return [
        Advised(number, committee, day, project, verdict or WAITING, reasons or "", decided_on, shown)
        for number, committee, day, project, verdict, reasons, decided_on, shown in db.session.execute(query)
    ]
