"""What the kinds share: the ids that a party may see and that are its own or shared with it; codes and names."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.committee.queries.visible import sees_item
from kangjiansheng.core.changes import Actor
from kangjiansheng.labs.models import Agreement, Institution, JointLab, LabPartner
from kangjiansheng.labs.queries import inside_agreements, inside_labs
from kangjiansheng.projects.models import Milestone, Plan, Project, ProjectLab, ProjectParty
from kangjiansheng.projects.queries.visible import may_see

Ids = Select[int]
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Kind:
    """One kind: the name of its files, and its rows with a name for each column."""

    name: str
    rows: Rows


@dataclass(frozen=True)
class Scope:
    """The ids of what a party takes along; the other kinds hang on these."""

    actor: Actor
    party: int
    agreements: Ids
    labs: Ids  # of which it sees the inside
    projects: Ids
    plans: Ids
    milestones: Ids
    items: Ids  # of agendas, about its projects


def scope_of(actor: Actor) -> Scope:
    """Of whoever stands for an institution."""
    party = actor.stands_for
    if party is None:
        raise ValueError("only who stands for an institution has a scope")
    labs = select(JointLab.id).where(partner_of(party), inside_labs(actor))
    takes_part = select(ProjectParty.project_id).where(ProjectParty.institution_id == party)
    works = (
        select(ProjectLab.project_id)
        .join(LabPartner, LabPartner.lab_id == ProjectLab.lab_id)
        .where(LabPartner.institution_id == party)
    )
    own = or_(Project.id.in_(takes_part), Project.id.in_(works))
    projects = select(Project.id).where(may_see(actor), own)
    plans = select(Plan.id).where(or_(Plan.project_id.in_(projects), Plan.lab_id.in_(labs)))
    items = select(AgendaItem.id).join(Meeting, Meeting.id == AgendaItem.meeting_id)
    return Scope(
        actor,
        party,
        agreements=select(Agreement.id).where(inside_agreements(actor)),
        labs=labs,
        projects=projects,
        plans=plans,
        milestones=select(Milestone.id).where(Milestone.plan_id.in_(plans)),
        items=items.where(sees_item(actor), AgendaItem.project_id.in_(projects)),
    )


def partner_of(party: int) -> ColumnElement[bool]:
    """The condition on a laboratory that an institution owns it, alone or with others."""
    row = aliased(LabPartner)
    return exists().where(row.lab_id == JointLab.id, row.institution_id == party)


def columns(kind: Any, names: str) -> list[Any]:
    """The columns of a kind by name, with blanks between."""
    return [getattr(kind, name).label(name) for name in names.split()]


NAMES = "name_hans name_hant name_en"


def code_of(kind: Any, key: Any, seen: Ids | None = None) -> ColumnElement[Any]:
    """The code of what a key names; nothing when it is not among those `seen`."""
    row = aliased(kind)
    query = select(row.code).where(row.id == key)
    return (query if seen is None else query.where(row.id.in_(seen))).scalar_subquery()


def institution(key: Any) -> ColumnElement[Any]:
    """The code of an institution: that they are there is open to all."""
    return code_of(Institution, key)


def person(key: Any) -> ColumnElement[Any]:
    """The name of a person."""
    row = aliased(Person)
    return select(row.name_hans).where(row.id == key).scalar_subquery()
