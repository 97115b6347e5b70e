"""What of projects, milestones, risks and evidence can be found, and by whom."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, or_, select

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.search.declared import Filter, Found, Holding, Kind, Rows, Texts, Wanted
from kangjiansheng.labs.models import JointLab
from kangjiansheng.labs.queries.findable import columns, names, of_partner
from kangjiansheng.projects.models import (
    Ask,
    Evidence,
    HandOff,
    Milestone,
    Project,
    ProjectLab,
    ProjectMember,
    ProjectParty,
    ProjectRegistration,
    Result,
    Risk,
)
from kangjiansheng.projects.queries.asks import may_see as sees_ask
from kangjiansheng.projects.queries.owners import ARCHIVED_AT, ILLUSTRATIVE, with_owner
from kangjiansheng.projects.queries.results import may_see_result
from kangjiansheng.projects.queries.visible import may_see, may_see_plan, sees_evidence
from kangjiansheng.projects.rules.vocabulary import indication_groups


def of_lab(code: str, _actor: Actor) -> ColumnElement[bool]:
    """The condition that a project belongs to a laboratory."""
    theirs = select(ProjectLab.project_id).join(JointLab, JointLab.id == ProjectLab.lab_id)
    return Project.id.in_(theirs.where(JointLab.code == code))


FILTERS: dict[str, Filter] = {"project": lambda code, _actor: Project.code == code, "lab": of_lab}
OF_PLANS: dict[str, Filter] = FILTERS | {
    "lab": lambda code, actor: or_(of_lab(code, actor), JointLab.code == code)
}


def _owner(hit: Any) -> str:
    """The code of what a plan belongs to, out of its path."""
    return str(hit.key.partition("/")[2])


def _indications(row: Found) -> Iterable[str]:
    """The group of the indication, and what the vocabulary calls both in English."""
    group = indication_groups().get(row.indication_group)
    if group is None:
        return
    yield from (group.name.hans, group.name.hant, group.name.en)
    yield from (
        item.en
        for item in group.items
        if any(name and name in row.indication_hans for name in item.hans.split("/"))
    )


def _held(holding: Holding) -> ColumnElement[bool]:
    """A word that a project holds itself, or that names a laboratory or an institution of it."""
    parties = select(ProjectParty.project_id).where(ProjectParty.institution_id.in_(holding("institution")))
    labs = select(ProjectLab.project_id).where(
        or_(ProjectLab.lab_id.in_(holding("joint_lab")), ProjectLab.lab_id.in_(of_partner(holding)))
    )
    return or_(Project.id.in_(holding("project")), Project.id.in_(parties), Project.id.in_(labs))


def _projects(wanted: Wanted, actor: Actor) -> Rows:
    return select(*columns(Project), Project.code.label("project")).where(
        may_see(actor), Project.archived_at.is_(None), wanted.every(_held)
    )


def _below(query: Rows, own: Any, thing: str, wanted: Wanted, actor: Actor) -> Rows:
    """Things of a project: each word is theirs or in the project's own texts, and one at least is theirs."""
    return query.where(
        may_see(actor),
        Project.archived_at.is_(None),
        wanted.every(lambda holding: or_(own.in_(holding(thing)), Project.id.in_(holding("project")))),
        wanted.some(lambda holding: own.in_(holding(thing))),
    )


_OF_PROJECT = (Project.code.label("key"), Project.code.label("project"), Project.illustrative)
_MILESTONE = (
    Milestone.name_hans.label("hans"),
    Milestone.name_hant.label("hant"),
    Milestone.name_en.label("en"),
)


_OF_OWNER = (
    case((Project.id.is_not(None), "projects/" + Project.code), else_="labs/" + JointLab.code).label("key"),
    Project.code.label("project"),
    ILLUSTRATIVE.label("illustrative"),
)


def _in_plan(query: Rows, own: Any, thing: str, wanted: Wanted, actor: Actor) -> Rows:
    """Things of a plan: each word is theirs or in the texts of what the plan belongs to, and one is theirs."""
    return with_owner(query).where(
        may_see_plan(actor),
        ARCHIVED_AT.is_(None),
        wanted.every(
            lambda holding: or_(
                own.in_(holding(thing)),
                Project.id.in_(holding("project")),
                JointLab.id.in_(holding("joint_lab")),
            )
        ),
        wanted.some(lambda holding: own.in_(holding(thing))),
    )


def _milestones(wanted: Wanted, actor: Actor) -> Rows:
    query = select(Milestone.id, Milestone.code.label("sub"), *_MILESTONE, *_OF_OWNER).select_from(Milestone)
    return _in_plan(query, Milestone.id, "milestone", wanted, actor)


def _risks(wanted: Wanted, actor: Actor) -> Rows:
    query = select(Risk.id, cast(Risk.number, String).label("sub"), Risk.title.label("hans"), *_OF_PROJECT)
    return _below(query.join(Project, Project.id == Risk.project_id), Risk.id, "risk", wanted, actor)


def _asks(wanted: Wanted, actor: Actor) -> Rows:
    query = select(
        Ask.id, Ask.code.label("key"), Ask.title.label("hans"), Ask.illustrative, Ask.raised_on.label("day")
    ).outerjoin(Project, Project.id == Ask.project_id)
    return query.where(sees_ask(actor), wanted.every(lambda holding: Ask.id.in_(holding("ask"))))


def _hand_offs(wanted: Wanted, actor: Actor) -> Rows:
    called = (HandOff.name_hans.label("hans"), HandOff.name_hant.label("hant"), HandOff.name_en.label("en"))
    query = select(HandOff.id, HandOff.code.label("sub"), *called, *_OF_PROJECT)
    return _below(
        query.join(Project, Project.id == HandOff.project_id), HandOff.id, "hand_off", wanted, actor
    )


def _results(wanted: Wanted, actor: Actor) -> Rows:
    return select(*columns(Result)).where(
        may_see_result(actor),
        Result.archived_at.is_(None),
        wanted.every(lambda holding: Result.id.in_(holding("result"))),
    )


def _evidence(wanted: Wanted, actor: Actor) -> Rows:
    place = Milestone.code + "/evidence/" + cast(Evidence.number, String)
    query = (
        select(Evidence.id, place.label("sub"), *_MILESTONE, *_OF_OWNER)
        .select_from(Evidence)
        .join(Milestone, Milestone.id == Evidence.milestone_id)
        .join(FileRef, FileRef.id == Evidence.file_id)
        .where(Evidence.withdrawn_at.is_(None), sees_evidence(actor))
    )
    return _in_plan(query, Evidence.id, "evidence", wanted, actor)


def _of_evidence(file: FileRef) -> int | None:
    return file.thing_id if file.thing == "evidence" else None


def _newest(column: Any) -> Rows:
    return select(Evidence.id, column).join(FileRef, FileRef.id == Evidence.file_id)


def people(actor: Actor) -> list[Rows]:
    """The people of projects that the actor sees, each with the address where they stand."""
    query = select(ProjectMember.person_id, ("projects/" + Project.code).label("path"))
    joined = query.join(Project, Project.id == ProjectMember.project_id)
    return [
        joined.where(holds_on(ProjectMember, clock.today()), Project.archived_at.is_(None), may_see(actor))
    ]


PROJECTS = Kind(
    "projects",
    [
        Texts("project", "code", select(Project.id, Project.code)),
        Texts("project", "name", select(Project.id, *names(Project))),
        Texts(
            "project",
            "indication",
            select(Project.id, Project.indication_hans, Project.indication_hant, Project.indication_en),
        ),
        Texts(
            "project",
            "group",
            select(Project.id, Project.indication_group, Project.indication_hans),
            say=_indications,
        ),
        Texts("project", "target", select(Project.id, Project.target)),
        Texts("project", "owner", select(Project.id, Project.owner_role)),
        Texts("project", "note", select(Project.id, Project.note)),
        Texts(
            "project",
            "registration",
            select(ProjectRegistration.project_id, ProjectRegistration.number, ProjectRegistration.typed),
        ),
    ],
    _projects,
    lambda hit: f"/projects/{hit.key}",
    filters=FILTERS,
)
MILESTONES = Kind(
    "milestones",
    [
        Texts("milestone", "code", select(Milestone.id, Milestone.code)),
        Texts("milestone", "name", select(Milestone.id, *names(Milestone))),
        Texts("milestone", "note", select(Milestone.id, Milestone.note)),
        Texts("milestone", "evidence", select(Milestone.id, Milestone.evidence_ref)),
    ],
    _milestones,
    lambda hit: f"/{hit.key}/milestones/{hit.sub}",
    code=lambda hit: f"{_owner(hit)} {hit.sub}",
    filters=OF_PLANS,
)
RISKS = Kind(
    "risks",
    [
        Texts("risk", "title", select(Risk.id, Risk.title)),
        Texts("risk", "description", select(Risk.id, Risk.description)),
        Texts("risk", "measure", select(Risk.id, Risk.measure)),
        Texts("risk", "closing", select(Risk.id, Risk.closing)),
    ],
    _risks,
    lambda hit: f"/projects/{hit.key}/risks/{hit.sub}",
    filters=FILTERS,
)
RESULTS = Kind(
    "results",
    [
        Texts("result", "code", select(Result.id, Result.code)),
        Texts("result", "name", select(Result.id, *names(Result))),
        Texts("result", "detail", select(Result.id, Result.detail)),
    ],
    _results,
    lambda hit: f"/results/{hit.key}",
)
HAND_OFFS = Kind(
    "hand_offs",
    [
        Texts("hand_off", "code", select(HandOff.id, HandOff.code)),
        Texts("hand_off", "name", select(HandOff.id, *names(HandOff))),
        Texts("hand_off", "detail", select(HandOff.id, HandOff.detail)),
    ],
    _hand_offs,
    lambda hit: f"/hand-offs/{hit.sub}",
    code=lambda hit: str(hit.sub),
    filters=FILTERS,
)
ASKS = Kind(
    "asks",
    [
        Texts("ask", "code", select(Ask.id, Ask.code)),
        Texts("ask", "title", select(Ask.id, Ask.title)),
        Texts("ask", "detail", select(Ask.id, Ask.detail)),
        Texts("ask", "answer", select(Ask.id, Ask.answer)),
    ],
    _asks,
    lambda hit: f"/asks/{hit.key}",
    code=lambda hit: hit.key,
    filters=FILTERS,
)
EVIDENCE = Kind(
    "evidence",
    [
        Texts("evidence", "file", _newest(FileRef.name), also={FileRef: _of_evidence}),
        Texts("evidence", "note", _newest(FileRef.note), also={FileRef: _of_evidence}),
    ],
    _evidence,
    lambda hit: f"/{hit.key}/milestones/{hit.sub}",
    code=lambda hit: f"{_owner(hit)} {hit.sub.partition('/')[0]}",
    filters=OF_PLANS,
)
