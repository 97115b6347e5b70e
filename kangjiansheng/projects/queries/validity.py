"""What a project holds for a while, and the agreements on which its laboratories rest: today's or a past day's."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, literal, select, tuple_, union
from sqlalchemy.orm import contains_eager, joinedload

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision, last_revisions, states_at
from kangjiansheng.core.db import Instant, db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.labs.models import Agreement, JointLab
from kangjiansheng.labs.queries import visible_agreements
from kangjiansheng.projects.models import Milestone, Plan, Project, ProjectLab, Validity
from kangjiansheng.projects.queries.rows import OwnerRow
from kangjiansheng.projects.queries.schedule import Spread, promised
from kangjiansheng.projects.queries.visible import may_see
from kangjiansheng.projects.rules import validity as rules
from kangjiansheng.projects.rules.schedule import Follow
from kangjiansheng.projects.rules.validity import Standing


@dataclass(frozen=True, slots=True)
class ValidityRow:
    """Something that holds for a while, as pages and charts show it. An agreement has no number but a code."""

    number: int
    kind: str
    name: Mapping[str, str]  # in up to three scripts
    valid_from: date | None
    valid_to: date
    milestone: str  # code; empty for whatever comes next
    note: str
    life: str
    ending: str
    agreement: str = ""


Held = tuple[ValidityRow, Standing]


def validity(*, actor: Actor, code: str, number: int) -> Validity | None:
    """Something that a project holds, if the actor may see the project."""
    query = (
        select(Validity)
        .join(Validity.project)
        .where(Project.code == code, Validity.number == number, may_see(actor))
        .options(contains_eager(Validity.project), joinedload(Validity.milestone))
    )
    return db.session.scalars(query).unique().first()


def validities(plan: Plan | None, *, actor: Actor) -> list[ValidityRow]:
    """What a project holds or held, and the agreements of its laboratories (of the laboratory whose plan it is) that
    end and that the actor may see."""
    return validities_of([plan.id], actor=actor)[plan.id] if plan else []


def validities_of(plan_ids: Collection[int], *, actor: Actor) -> Mapping[int, list[ValidityRow]]:
    """The same of several plans, by their ids."""
    return _found(_of_plans(actor), {"plans": list(plan_ids), "until": clock.end_of(clock.today())})


@once_a_day
def _of_plans(actor: Actor) -> Select[Any]:
    plan_ids: Any = bindparam("plans", expanding=True)
    agreements = select(literal(Agreement.__tablename__), JointLab.agreement_id, Plan.id).where(
        Plan.id.in_(plan_ids), JointLab.agreement_id.in_(_seen(actor))
    )
    of_project = agreements.join(ProjectLab, ProjectLab.lab_id == JointLab.id).join(
        Plan, Plan.project_id == ProjectLab.project_id
    )
    of_lab = agreements.join(Plan, Plan.lab_id == JointLab.id)
    return _stood(plan_ids, [of_project, of_lab], bindparam("until", type_=Instant()))


def validities_on(
    plan: Plan | None, owner: OwnerRow, *, actor: Actor, as_of: date | None = None
) -> Sequence[ValidityRow]:
    """The same of a plan whose owner was read of a day: with the laboratories, and their agreements, of that day."""
    if as_of is None or plan is None:
        return validities(plan, actor=actor)
    newest = last_revisions(
        Revision.thing == JointLab.__tablename__,
        Revision.thing_id.in_([lab.id for lab in owner.labs]),
        until=clock.end_of(as_of),
    )
    agreement = Revision.state["agreement_id"].as_integer()
    agreements = select(literal(Agreement.__tablename__), agreement, literal(plan.id)).where(
        Revision.id.in_(newest), agreement.in_(_seen(actor))
    )
    return _found(_stood([plan.id], [agreements], clock.end_of(as_of)), {})[plan.id]


def validities_then(
    projects: Mapping[int, Iterable[int]], *, actor: Actor, as_of: date
) -> Mapping[int, list[ValidityRow]]:
    """The same of many projects with their laboratories of a day, by the ids of the projects. Three statements, whatever
    their number; what belongs to none of them is left out."""
    found: dict[int, list[ValidityRow]] = defaultdict(list)
    until = clock.end_of(as_of)
    own = states_at(Validity, select(Validity.id).join(Project).where(may_see(actor)), until)
    for state in own.values():
        if state["project_id"] in projects:
            found[state["project_id"]].append(_own(state))
    labs = states_at(JointLab, select(JointLab.id), until)
    agreements = states_at(Agreement, _seen(actor), until)
    for project, of_project in projects.items():
        ids = {labs[key]["agreement_id"] for key in of_project if key in labs}
        for key in sorted(ids & agreements.keys()):
            if agreements[key]["expires_on"] and not agreements[key]["archived_at"]:
                found[project].append(_agreement(agreements[key]))
    return found


def _seen(actor: Actor) -> Any:
    """The ids of the agreements that the actor may see."""
    return visible_agreements(actor).with_only_columns(Agreement.id)


def _stood(plan_ids: Any, agreements: Sequence[Any], until: Any) -> Select[Any]:
    """One statement for any instant: every change leaves a revision, and the last one up to it says how it stood."""
    own = (
        select(
            literal(Validity.__tablename__).label("thing"), Validity.id.label("key"), Plan.id.label("plan_id")
        )
        .join(Plan, Plan.project_id == Validity.project_id)
        .where(Plan.id.in_(plan_ids))
    )
    of = union(own, *agreements).subquery()
    theirs = tuple_(Revision.thing, Revision.thing_id).in_(select(of.c.thing, of.c.key))
    newest = last_revisions(theirs, until=until)
    return (
        select(of.c.plan_id, Revision.thing, Revision.state)
        .join(of, and_(Revision.thing == of.c.thing, Revision.thing_id == of.c.key))
        .where(Revision.id.in_(newest))
        .order_by(Revision.id)
    )


def _found(query: Select[Any], asked: dict[str, Any]) -> Mapping[int, list[ValidityRow]]:
    found: dict[int, list[ValidityRow]] = defaultdict(list)
    for plan_id, thing, state in db.session.execute(query, asked):
        if thing != Agreement.__tablename__:
            found[plan_id].append(_own(state))
        elif state["expires_on"] and not state["archived_at"]:
            found[plan_id].append(_agreement(state))
    return found


def _own(state: Mapping[str, Any]) -> ValidityRow:
    first = state["valid_from"]
    plain = "number kind milestone note life ending"
    return ValidityRow(
        name={"hans": state["label"]},
        valid_from=date.fromisoformat(first) if first else None,
        valid_to=date.fromisoformat(state["valid_to"]),
        **{key: state[key] for key in plain.split()},
    )


def _agreement(state: Mapping[str, Any]) -> ValidityRow:
    first = state["effective_on"] or state["signed_on"]
    return ValidityRow(
        number=0,
        kind=rules.AGREEMENT,
        name={script: state[f"name_{script}"] for script in ("hans", "hant", "en")},
        valid_from=date.fromisoformat(first) if first else None,
        valid_to=date.fromisoformat(state["expires_on"]),
        milestone="",
        note="",
        life=rules.HELD,
        ending="",
        agreement=state["code"],
    )


def held(rows: Iterable[ValidityRow], milestones: Sequence[rules.Dated], day: date) -> list[Held]:
    """What still counts with how it stands on a day, what needs somebody first."""
    return rules.worst_first(
        (row, rules.standing(row.valid_to, rules.need(milestones, row.milestone), day))
        for row in rows
        if row.life == rules.HELD
    )


def left_by(spread: Spread, rows: Iterable[ValidityRow], follow: Follow = "move") -> list[Held]:
    """What would lapse before it is needed if milestones of a plan came on other days and others went along so."""
    today, dates = clock.today(), spread.dates_when(follow)
    tried = {row.code: dates[row.id] for row in spread.rows if row.id in dates}
    steps = [_step(one) for one in spread.rows if one.kind == "milestone"]
    found = []
    for row, before in held(rows, steps, today):
        after = rules.standing(row.valid_to, rules.need(steps, row.milestone, tried), today)
        if rules.newly_left(before, after):
            found.append((row, after))
    return rules.worst_first(found)


def _step(row: Milestone) -> rules.Step:
    return rules.Step(row.code, row.actual, promised(row), row.state == "open" and row.actual is None)
