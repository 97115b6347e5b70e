"""Risks and issues of a project: the list, one of them, and all of them on a past day."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision, last_revisions
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Project, Risk, RiskMilestone
from kangjiansheng.projects.queries.visible import may_see
from kangjiansheng.projects.rules import risks as rules


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A risk or an issue as pages and files show it, today's or that of a past day."""

    id: int
    number: int
    kind: str
    title: str
    description: str
    owner_id: int | None
    owner: dict[str, str] | None  # names in three scripts
    likelihood: int | None
    impact: int
    response: str
    measure: str
    review_on: date | None
    life: str
    closing: str
    milestones: tuple[str, ...]  # codes

    @property
    def score(self) -> int:
        """Likelihood × impact."""
        return rules.score(self.likelihood, self.impact)

    @property
    def level(self) -> str:
        """high, medium or low."""
        return rules.level(self.likelihood, self.impact)


@dataclass(frozen=True, slots=True)
class RiskFilter:
    """What the address of the list asks for; `cell` is likelihood-impact, `life` is empty for all that is open."""

    kind: str = ""
    life: str = ""
    level: str = ""
    late: str = ""
    cell: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return any((self.kind, self.life, self.level, self.late, self.cell))

    def keeps(self, row: RiskRow, day: date) -> bool:
        """Whether a row is asked for."""
        wanted_life = row.life != rules.CLOSED if not self.life else self.life in ("all", row.life)
        return (
            wanted_life
            and self.kind in ("", row.kind)
            and self.level in ("", row.level)
            and (not self.late or rules.overdue(row, day) is not None)
            and self.cell in ("", f"{row.likelihood or rules.SCALE[-1]}-{row.impact}")
        )


def risk(*, actor: Actor, code: str, number: int) -> Risk | None:
    """A risk of a project that the actor may see."""
    query = (
        select(Risk)
        .join(Risk.project)
        .where(Project.code == code, Risk.number == number, may_see(actor))
        .options(
            contains_eager(Risk.project),
            selectinload(Risk.milestones).joinedload(RiskMilestone.milestone),
            joinedload(Risk.owner),
        )
    )
    return db.session.scalars(query).unique().first()


def risk_for(*, actor: Actor, code: str, number: int, act: str) -> tuple[Risk, str] | None:
    """A risk of a project that the actor may see, with the act that the address names."""
    found = risk(actor=actor, code=code, number=number)
    return (found, act) if found else None


def risks(project_id: int, *, as_of: date | None = None) -> list[RiskRow]:
    """All risks of a project in the order in which they need somebody; whoever sees the project sees them."""
    states, people = _today(project_id) if as_of is None else _then(project_id, as_of)
    rows = [_row(risk_id, state, people) for risk_id, state in states.items()]
    return rules.in_order(rows, as_of or clock.today())


def pressing(*, actor: Actor, as_of: date | None = None) -> Mapping[int, list[RiskRow]]:
    """The risks of projects that the actor sees which need somebody, by project, the worst first.

    One statement for any day: every act leaves a revision, and the last one up to a day says how it stood.
    """
    day = as_of or clock.today()
    query = _stood(select(Risk.id).join(Project).where(may_see(actor)), day)
    query = query.where(Revision.state["life"].as_string() != rules.CLOSED)
    found: dict[int, list[RiskRow]] = defaultdict(list)
    for risk_id, state, owner in db.session.execute(query):
        row = _row(risk_id, state, {owner.id: owner} if owner else {})
        if rules.presses(row, day):
            found[state["project_id"]].append(row)
    return {project_id: rules.in_order(rows, day) for project_id, rows in found.items()}


_Read = tuple[dict[int, dict[str, Any]], dict[int, Person]]  # states by the key of the risk, people by theirs


def _today(project_id: int) -> _Read:
    """One statement: a project has tens of risks, not thousands."""
    found = db.session.scalars(_of_project(), {"project": project_id}).unique().all()
    owners = {risk.owner.id: risk.owner for risk in found if risk.owner}
    return {risk.id: risk.state() for risk in found}, owners


@cache
def _of_project() -> Select[Risk]:
    return (
        select(Risk)
        .where(Risk.project_id == bindparam("project"))
        .options(joinedload(Risk.owner), joinedload(Risk.milestones).joinedload(RiskMilestone.milestone))
    )


def _then(project_id: int, day: date) -> _Read:
    """The states at the end of a day: of each risk the last revision until then; one statement."""
    rows = list(db.session.execute(_stood(select(Risk.id).where(Risk.project_id == project_id), day)))
    states: dict[int, dict[str, Any]] = {key: state for key, state, _owner in rows}
    return states, {owner.id: owner for _key, _state, owner in rows if owner is not None}


def _stood(ids: Any, day: date) -> Select[Any]:
    """Risks as their last revisions up to the end of a day say, with their owners."""
    last = last_revisions(
        Revision.thing == Risk.__tablename__, Revision.thing_id.in_(ids), until=clock.end_of(day)
    )
    return (
        select(Revision.thing_id, Revision.state, Person)
        .outerjoin(Person, Person.id == Revision.state["owner_id"].as_integer())
        .where(Revision.id.in_(last))
    )


def _row(risk_id: int, state: Mapping[str, Any], people: Mapping[int, Person]) -> RiskRow:
    owner = people.get(state["owner_id"] or 0)
    review = state["review_on"]
    plain = "number kind title description owner_id likelihood impact response measure life closing"
    return RiskRow(
        id=risk_id,
        owner={"hans": owner.name_hans, "hant": owner.name_hant, "en": owner.name_en} if owner else None,
        review_on=date.fromisoformat(review) if isinstance(review, str) else review,
        milestones=tuple(state["milestones"]),
        **{key: state[key] for key in plain.split()},
    )


def blocking(milestone_ids: Collection[int]) -> dict[int, list[Risk]]:
    """The open issues that stop milestones, by their ids; whoever sees a milestone sees them. One statement."""
    query = (
        select(RiskMilestone.milestone_id, Risk)
        .join(Risk, Risk.id == RiskMilestone.risk_id)
        .where(RiskMilestone.milestone_id.in_(milestone_ids), Risk.kind == "issue", Risk.life != rules.CLOSED)
        .order_by(Risk.number, Risk.id)
    )
    found: dict[int, list[Risk]] = defaultdict(list)
    for milestone_id, one in db.session.execute(query):
        found[milestone_id].append(one)
    return found
