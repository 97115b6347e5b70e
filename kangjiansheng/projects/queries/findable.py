"""What of projects, milestones, risks and evidence can be found, and by whom."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, String, cast, or_, select

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.search.declared import Filter, Found, Holding, Kind, Rows, Texts, Wanted
from kangjiansheng.labs.models import JointLab
from kangjiansheng.labs.queries.findable import columns, names, of_partner
from kangjiansheng.projects.models import (
    Evidence,
    Milestone,
    Plan,
    Project,
    ProjectLab,
    ProjectMember,
    ProjectParty,
    ProjectRegistration,
    Risk,
)
from kangjiansheng.projects.queries.visible import may_see
from kangjiansheng.projects.rules.vocabulary import indication_groups


def of_lab(code: str) -> ColumnElement[bool]:
    """The condition that a project belongs to a laboratory."""
    theirs = select(ProjectLab.project_id).join(JointLab, JointLab.id == ProjectLab.lab_id)
    return Project.id.in_(theirs.where(JointLab.code == code))


FILTERS: dict[str, Filter] = {"project": lambda code: Project.code == code, "lab": of_lab}


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


def _milestones(wanted: Wanted, actor: Actor) -> Rows:
    query = select(Milestone.id, Milestone.code.label("sub"), *_MILESTONE, *_OF_PROJECT)
    joined = query.join(Plan, Plan.id == Milestone.plan_id).join(Project, Project.id == Plan.project_id)
    return _below(joined, Milestone.id, "milestone", wanted, actor)


def _risks(wanted: Wanted, actor: Actor) -> Rows:
    query = select(Risk.id, cast(Risk.number, String).label("sub"), Risk.title.label("hans"), *_OF_PROJECT)
    return _below(query.join(Project, Project.id == Risk.project_id), Risk.id, "risk", wanted, actor)


def _evidence(wanted: Wanted, actor: Actor) -> Rows:
    place = Milestone.code + "/evidence/" + cast(Evidence.number, String)
    query = (
        select(Evidence.id, place.label("sub"), *_MILESTONE, *_OF_PROJECT)
        .join(Milestone, Milestone.id == Evidence.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(Evidence.withdrawn_at.is_(None))
    )
    return _below(query, Evidence.id, "evidence", wanted, actor)


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
    lambda hit: f"/projects/{hit.key}/milestones/{hit.sub}",
    code=lambda hit: f"{hit.key} {hit.sub}",
    filters=FILTERS,
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
EVIDENCE = Kind(
    "evidence",
    [
        Texts("evidence", "file", _newest(FileRef.name), also={FileRef: _of_evidence}),
        Texts("evidence", "note", _newest(FileRef.note), also={FileRef: _of_evidence}),
    ],
    _evidence,
    lambda hit: f"/projects/{hit.key}/milestones/{hit.sub}",
    code=lambda hit: f"{hit.key} {hit.sub.partition('/')[0]}",
    filters=FILTERS,
)
