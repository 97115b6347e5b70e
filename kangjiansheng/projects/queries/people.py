"""The people of plans: who leads, who belongs to them, and who may own a milestone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, case, exists, literal, select, union_all

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import actor_by_id, holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.labs.models import InstitutionMember, LabMember
from kangjiansheng.projects.models import Plan, ProjectLab, ProjectMember, ProjectParty
from kangjiansheng.projects.queries.visible import DIRECTORS, may_see_plan

LEADING = ("lead",)
BELONGING = ("lead", "member")


@once_a_day
def taking_part() -> Subquery:
    """Who takes part in which plan today, and as what: plan_id, project_id, person_id, part.

    `lead`: the leads of a project, the directors of its laboratories, the directors of a laboratory that has a plan
    of its own. `member` and `reader`: of the project; the other people of a laboratory are members of its own plan.
    `near`: the other people of a project's laboratories. Everybody but a stranger may own a milestone.
    """
    today = clock.today()
    directs = LabMember.role.in_(DIRECTORS)
    of_project = (
        select(
            Plan.id.label("plan_id"),
            Plan.project_id,
            ProjectMember.person_id,
            ProjectMember.role.label("part"),
        )
        .join(Plan, Plan.project_id == ProjectMember.project_id)
        .where(holds_on(ProjectMember, today))
    )
    of_its_labs = (
        select(Plan.id, Plan.project_id, LabMember.person_id, case((directs, "lead"), else_="near"))
        .join(ProjectLab, ProjectLab.lab_id == LabMember.lab_id)
        .join(Plan, Plan.project_id == ProjectLab.project_id)
        .where(holds_on(LabMember, today))
    )
    of_lab = (
        select(Plan.id, Plan.project_id, LabMember.person_id, case((directs, "lead"), else_="member"))
        .join(Plan, Plan.lab_id == LabMember.lab_id)
        .where(holds_on(LabMember, today))
    )
    return union_all(of_project, of_its_labs, of_lab).subquery()


def takes_part(person_id: int, parts: Collection[str], **of: int) -> bool:
    """True when a person has one of these parts in a plan: `plan_id` or `project_id` says of what."""
    query = _takes_part(tuple(sorted(parts)), tuple(sorted(of)))
    return db.session.scalar(query, {"person": person_id, **of}) or False


@once_a_day
def _takes_part(parts: tuple[str, ...], keys: tuple[str, ...]) -> Select[bool]:
    row = taking_part()
    what = (row.c[key] == bindparam(key) for key in keys)
    query = select(literal(True)).where(row.c.person_id == bindparam("person"), row.c.part.in_(parts))
    return query.where(*what).limit(1)


def people_of_plans(plan_ids: Collection[int], parts: Collection[str] = ()) -> dict[int, set[int]]:
    """The ids of those who take part in plans, by plan: in any way, or in one of those named; one statement."""
    found: dict[int, set[int]] = defaultdict(set)
    for plan_id, person_id in db.session.execute(_people_of_plans(*sorted(parts)), {"plans": list(plan_ids)}):
        found[plan_id].add(person_id)
    return found


@once_a_day
def _people_of_plans(*parts: str) -> Select[int, int]:
    row = taking_part()
    query = select(row.c.plan_id, row.c.person_id).where(
        row.c.plan_id.in_(bindparam("plans", expanding=True))
    )
    return query.where(row.c.part.in_(parts)) if parts else query


def parts_in(plan_id: int) -> dict[int, set[str]]:
    """The parts that people have in a plan today, by person; one statement."""
    found: dict[int, set[str]] = defaultdict(set)
    for person_id, part in db.session.execute(_parts_in(), {"plan": plan_id}):
        found[person_id].add(part)
    return found


@once_a_day
def _parts_in() -> Select[int, str]:
    row = taking_part()
    return select(row.c.person_id, row.c.part).where(row.c.plan_id == bindparam("plan"))


def owners_who_see(
    owners: Mapping[int, Collection[int]], belonging: Mapping[int, set[int]]
) -> dict[int, set[int]]:
    """Of the owners of milestones, by plan, those who see the plan today: one may have left since.

    `belonging` are those who take part in it and need not be asked for; each other person costs two statements.
    """
    return {
        plan_id: {who for who in people if who in belonging.get(plan_id, ()) or _sees(who, plan_id)}
        for plan_id, people in owners.items()
    }


def owners_by_plan(rows: Iterable[Any]) -> dict[int, set[int]]:
    """The owners of rows of milestones, by plan."""
    found: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        found[row.plan_id] |= {row.owner_id} - {None}
    return found


def _sees(person_id: int, plan_id: int) -> bool:
    actor = actor_by_id(person_id)
    return actor is not None and bool(
        db.session.scalar(select(exists().where(Plan.id == plan_id, may_see_plan(actor))))
    )


def team_ids(plan: Plan | None) -> set[int]:
    """Who may own a milestone of a plan, today."""
    return people_of_plans([plan.id])[plan.id] if plan else set()


def team(plan: Plan | None) -> list[Person]:
    """The same as people, for lists of choices; one statement."""
    row = taking_part()
    return people(select(row.c.person_id).where(row.c.plan_id == (plan.id if plan else None)))


def candidates(project_id: int) -> list[Person]:
    """Who may join a project: people of its laboratories and of its party institutions."""
    row = taking_part()
    of_parties = (
        select(InstitutionMember.person_id)
        .join(ProjectParty, ProjectParty.institution_id == InstitutionMember.institution_id)
        .where(ProjectParty.project_id == project_id, holds_on(InstitutionMember, clock.today()))
    )
    return people(union_all(select(row.c.person_id).where(row.c.project_id == project_id), of_parties))


def people(ids: Any) -> list[Person]:
    """People by id, in the order of their codes."""
    query = select(Person).where(Person.id.in_(ids), Person.erased_at.is_(None)).order_by(Person.code)
    return list(db.session.scalars(query))
