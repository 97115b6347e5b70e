"""Of which things, named by the addresses of notices, somebody may still read: the same doors as those of their pages."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Select, or_, select

from kangjiansheng.committee.models import Action, Committee, Decision, Meeting, Minutes
from kangjiansheng.committee.queries.visible import (
    kept,
    sees_meeting,
    visible_actions,
    visible_decisions,
)
from kangjiansheng.core.bell import Door
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Agreement, Company, JointLab, Obligation, SharedResource
from kangjiansheng.labs.queries.residents import visible_companies
from kangjiansheng.labs.queries.resources import visible_resources
from kangjiansheng.labs.queries.visible import inside_labs, visible_agreements, visible_obligations
from kangjiansheng.projects.models import Ask, HandOff, Project, Result
from kangjiansheng.projects.queries import asks, visible_projects
from kangjiansheng.projects.queries.results import may_see_result
from kangjiansheng.projects.queries.visible import may_see

Seen = Callable[[Actor], Select[Any]]


def _by(column: Any, seen: Seen) -> Door:
    def door(actor: Actor, keys: Collection[str]) -> Collection[str]:
        return set(db.session.scalars(seen(actor).with_only_columns(column).where(column.in_(keys))))

    return door


def _meetings(actor: Actor, codes: Collection[str]) -> Collection[str]:
    of = or_(Meeting.code.in_(codes), Meeting.draft_code.in_(codes))
    query = select(Meeting.code, Meeting.draft_code).where(of, sees_meeting(actor))
    return {code for row in db.session.execute(query) for code in row if code}


def _offices(actor: Actor, _keys: Collection[str]) -> Collection[str]:
    """The pages of administrators are for them and the auditor."""
    return ("/admin",) if actor.has("admin", "security", "auditor") else ()


_SEEN: Mapping[str, tuple[Any, Seen]] = {
    "agreements": (Agreement.code, visible_agreements),
    "obligations": (Obligation.code, visible_obligations),
    "residents": (Company.code, visible_companies),
    "resources": (SharedResource.code, visible_resources),
    "projects": (Project.code, lambda actor: select(Project).where(Project.id.in_(visible_projects(actor)))),
    "asks": (Ask.code, lambda actor: select(Ask).where(asks.may_see(actor))),
    "hand-offs": (
        HandOff.code,
        lambda actor: select(HandOff).join(Project, Project.id == HandOff.project_id).where(may_see(actor)),
    ),
    "results": (Result.code, lambda actor: select(Result).where(may_see_result(actor))),
    "decisions": (
        Decision.number,
        lambda actor: (
            select(Decision)
            .join(Minutes, Minutes.meeting_id == Decision.meeting_id)
            .where(Decision.id.in_(visible_decisions(actor)), Minutes.life.in_(("approved", "record")))
        ),
    ),
    "actions": (Action.number, lambda actor: select(Action).where(Action.id.in_(visible_actions(actor)))),
}
DOORS: dict[str, Door] = {
    rf"/{first}/([^/?#]+)": _by(column, seen) for first, (column, seen) in _SEEN.items()
} | {
    r"/meetings/([^/?#]+)": _meetings,
    r"/labs/([^/?#]+)/(?:plan|milestones)": _by(
        JointLab.code, lambda actor: select(JointLab).where(inside_labs(actor))
    ),
    r"/committees/([^/?#]+)/backlog": _by(
        Committee.code, lambda actor: select(Committee).where(Committee.id.in_(kept(actor)))
    ),
    r"(/admin)(?:/|$)": _offices,
}
