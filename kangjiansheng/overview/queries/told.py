"""Of which things, named by the addresses of notices, somebody may still read: the same doors as those of their pages."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from kangjiansheng.committee.models import Action, Committee, Decision, Meeting, Minutes
from kangjiansheng.committee.queries.visible import (
    kept,
    reads_committee,
    sees_meeting,
    visible_actions,
    visible_decisions,
)
from kangjiansheng.core.bell import Door
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs.models import (
    Agreement,
    Company,
    JointLab,
    Obligation,
    ServiceRequest,
    SharedResource,
)
from kangjiansheng.labs.queries.companion import sees_request
from kangjiansheng.labs.queries.residents import inside_companies
from kangjiansheng.labs.queries.resources import visible_resources
from kangjiansheng.labs.queries.visible import inside_labs, visible_agreements, visible_obligations
from kangjiansheng.projects.models import Ask, Evidence, HandOff, Milestone, Project, Result
from kangjiansheng.projects.queries import asks, visible_projects
from kangjiansheng.projects.queries.owners import with_owner
from kangjiansheng.projects.queries.results import may_see_result
from kangjiansheng.projects.queries.visible import may_see, sees_evidence

Seen = Callable[[Actor], Select[Any]]


def _by(column: Any, seen: Seen) -> Door:
    def door(actor: Actor, keys: Collection[str]) -> Collection[str]:
        return set(db.session.scalars(seen(actor).with_only_columns(column).where(column.in_(keys))))

    return door


def _meetings(opens: Callable[[Actor], ColumnElement[bool]]) -> Door:
    def door(actor: Actor, codes: Collection[str]) -> Collection[str]:
        of = or_(Meeting.code.in_(codes), Meeting.draft_code.in_(codes))
        query = select(Meeting.code, Meeting.draft_code).where(of, opens(actor))
        return {code for row in db.session.execute(query) for code in row if code}

    return door


def _requests(actor: Actor, keys: Collection[str]) -> Collection[str]:
    """Of what a company asked for only those are told who see all of it, or answer: a company that is open shows no more
    than its name, its kind and its stage."""
    query = (
        select(Company.code, ServiceRequest.number).join(ServiceRequest.company).where(sees_request(actor))
    )
    rows = db.session.execute(query.where(Company.code.in_({key.split("/")[0] for key in keys})))
    return {f"{code}/requests/{number}" for code, number in rows}


def _evidence(actor: Actor, paths: Collection[str]) -> Collection[str]:
    """The milestones of which no evidence is withheld: such a notice names files, whose levels may be narrower."""
    of_evidence = (
        select(func.coalesce("projects/" + Project.code, "labs/" + JointLab.code), Milestone.code)
        .select_from(Evidence)
        .join(FileRef, FileRef.id == Evidence.file_id)
        .join(Milestone, Milestone.id == Evidence.milestone_id)
    )
    codes = {path.split("/")[-1] for path in paths}
    query = with_owner(of_evidence).where(Milestone.code.in_(codes), ~sees_evidence(actor))
    return set(paths) - {f"{of}/milestones/{code}" for of, code in db.session.execute(query)}


def _offices(actor: Actor, _keys: Collection[str]) -> Collection[str]:
    """The pages of administrators are for them and the auditor."""
    return ("/admin",) if actor.has("admin", "security", "auditor") else ()


_SEEN: Mapping[str, tuple[Any, Seen]] = {
    "agreements": (Agreement.code, visible_agreements),
    "obligations": (Obligation.code, visible_obligations),
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
    r"/meetings/([^/?#]+)": _meetings(sees_meeting),
    r"/meetings/([^/?#]+)/minutes#draft": _meetings(reads_committee),
    r"/meetings/([^/?#]+)/agenda": _meetings(lambda actor: Meeting.committee_id.in_(kept(actor))),
    r"/residents/([^/?#]+)(?:[?#]|$)": _by(
        Company.code, lambda actor: select(Company).where(inside_companies(actor))
    ),
    r"/residents/([^/?#]+/requests/\d+)": _requests,
    r"/((?:projects|labs)/[^/?#]+/milestones/[^/?#]+)#evidence": _evidence,
    r"/labs/([^/?#]+)/(?:plan|milestones|papers)": _by(
        JointLab.code, lambda actor: select(JointLab).where(inside_labs(actor))
    ),
    r"/committees/([^/?#]+)/backlog": _by(
        Committee.code, lambda actor: select(Committee).where(Committee.id.in_(kept(actor)))
    ),
    r"(/admin)(?:/|$)": _offices,
}
