"""Milestones that a sheet adds to plans: which plans take them, and how they are opened with the rest of their batch."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select, update

from kangjiansheng.core import search
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.digests import plain
from kangjiansheng.projects.models import ImportRow, Milestone, Plan
from kangjiansheng.projects.operations.ledger import STATE, insert_many
from kangjiansheng.projects.operations.sheets import writing
from kangjiansheng.projects.queries import sheets as queries
from kangjiansheng.projects.queries.acceptance import unaccepted
from kangjiansheng.projects.rules.milestones import MilestoneState
from kangjiansheng.projects.rules.sheets import Joinable, Step, named

# What is left of a milestone whose opening is taken back: it promises nothing and belongs to nobody.
_TAKEN_BACK: dict[str, Any] = {
    **dict.fromkeys(STATE),
    "state": "cancelled",
    "flagged": False,
    "note": "",
    "moves": 0,
}


@dataclass(slots=True)
class Arrival:
    """A milestone on its way into a plan, named as the rows of stored ones are."""

    plan: Plan
    code: str
    names: Mapping[str, str]
    owner_id: int | None
    gate: bool = False

    @property
    def plan_id(self) -> int:
        """The plan's key."""
        return self.plan.id

    @property
    def project(self) -> str:
        """The code of what the plan belongs to."""
        return self.plan.owner.code

    @property
    def path(self) -> str:
        """The page of the plan, as of those that are there."""
        return self.plan.path

    @property
    def illustrative(self) -> bool:
        """True for a plan of the demonstration."""
        return self.plan.owner.illustrative


@dataclass(slots=True)
class Joining:
    """A row that is ready to be opened, with the state after each of its acts."""

    row_id: int
    milestone: Arrival
    states: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    confirms: bool = False


def joinable(
    codes: Collection[str], led: Collection[int], rows: Iterable[Any], *, actor: Actor
) -> dict[str, Joinable]:
    """The plans with these codes to which the actor, who leads them, may add; `rows` are their milestones."""
    found = queries.plans_to_join(codes, led, actor=actor) if codes else {}
    days: dict[int, list[date]] = {plan.id: [plan.begun] if plan.begun else [] for plan in found.values()}
    for row in rows:
        if row.plan_id in days:
            days[row.plan_id] += [day for day in (row.baseline, row.actual) if day]
    return {code: _joinable(code, plan, min(days[plan.id], default=None)) for code, plan in found.items()}


def _joinable(code: str, plan: Plan, begun: date | None) -> Joinable:
    steps = plan.template_version.milestones if plan.template_version else ()
    pathway = {step["code"]: tuple(step["name"].values()) for step in steps}
    barred = {step: lab.code for step in pathway if (lab := unaccepted(plan, step)) is not None}
    return Joinable(plan.id, code, begun, pathway, barred, plan.lead_id, plan.owner.illustrative)


def ready(
    row: Any, plan: Plan, wanted: Mapping[str, Any], planned: Sequence[Step], *, actor: Actor
) -> Joining:
    """The opening of a row and what it says beyond it. A step of the plan's pathway keeps the pathway's names."""
    code = row.code.upper()
    steps = plan.template_version.milestones if plan.template_version else ()
    step = next((one for one in steps if one["code"] == code), None)
    names = step["name"] if step else named(wanted["name"])
    gate = bool(step and step.get("gate"))
    made = Joining(row.id, Arrival(plan, code, names, plan.lead_id, gate))
    day = wanted.get("baseline")
    values: dict[str, Any] = {
        **_TAKEN_BACK,
        "state": "open",
        "owner_id": plan.lead_id,
        "baseline": day,
        "current_plan": day,
        "note": wanted.get("note") or "",
    }
    made.states.append(("open", values))
    old = MilestoneState(baseline=day, plan=day)
    for act in planned:
        values = writing.after(values, act, old, actor=actor)
        made.states.append((act.kind, values))
        old = act.state
    made.milestone.owner_id = values["owner_id"]
    made.confirms = any(act.kind in writing.CONFIRMING for act in planned)
    return made


def still_free(found: Sequence[Joining]) -> tuple[list[Joining], dict[tuple[int, str], Milestone]]:
    """Those whose codes nobody has taken since the dry run, and by plan and code the milestones that came with a sheet and
    went with it, which come again as themselves. The plans are locked from here on."""
    plans = sorted({one.milestone.plan_id for one in found})
    there: list[Milestone] = []
    for part in queries.parts(plans):
        if not is_sqlite():
            db.session.execute(select(Plan.id).where(Plan.id.in_(part)).order_by(Plan.id).with_for_update())
        there += db.session.scalars(
            select(Milestone).where(Milestone.plan_id.in_(part)).order_by(Milestone.id)
        )
    gone = queries.gone(there, plans)
    again = {(row.plan_id, row.code): row for row in there if row.id in gone}
    taken = {(row.plan_id, row.code) for row in there} - again.keys()
    return [one for one in found if (one.milestone.plan_id, one.milestone.code) not in taken], again


def insert(
    found: Sequence[Joining], again: Mapping[tuple[int, str], Milestone], change: ChangeSet
) -> list[dict[str, Any]]:
    """Put the milestones after the last of their plans, in the order of the file; returns the rows of the ledger."""
    if not found:
        return []
    places = _places({one.milestone.plan_id for one in found})
    fresh = []
    for one in found:
        coming, last = one.milestone, one.states[-1][1]
        place = places[coming.plan_id] = places.get(coming.plan_id, -1) + 1
        milestone = again.get((coming.plan_id, coming.code))
        if milestone is None:
            fresh.append(milestone := Milestone(plan_id=coming.plan_id, code=coming.code))
        for script in ("hans", "hant", "en"):
            setattr(milestone, f"name_{script}", coming.names.get(script, ""))
        for key in STATE:
            setattr(milestone, key, last[key])
        milestone.position, milestone.gate = place, coming.gate
        milestone.confirmed_at = change.recorded_at if one.confirms else None
    insert_many(fresh)
    db.session.flush()
    made = _stored(places)
    keys = [made[one.milestone.plan_id, one.milestone.code] for one in found]
    search.touch("milestone", (row.id for row in keys))
    _remember(found, keys)
    return [
        writing.entry(row.id, kind, values)
        for one, row in zip(found, keys, strict=True)
        for kind, values in one.states
    ]


def _stored(plans: Collection[int]) -> dict[tuple[int, str], Any]:
    query = select(Milestone.id, Milestone.plan_id, Milestone.code, Milestone.version)
    found: dict[tuple[int, str], Any] = {}
    for part in queries.parts(sorted(plans)):
        rows = db.session.execute(query.where(Milestone.plan_id.in_(part)))
        found |= {(row.plan_id, row.code): row for row in rows}
    return found


def _places(plans: Collection[int]) -> dict[int, int]:
    query = select(Milestone.plan_id, func.max(Milestone.position)).group_by(Milestone.plan_id)
    found: dict[int, int] = {}
    for part in queries.parts(sorted(plans)):
        found |= {row[0]: row[1] for row in db.session.execute(query.where(Milestone.plan_id.in_(part)))}
    return found


def _remember(found: Sequence[Joining], made: Sequence[Any]) -> None:
    """The rows name what they have become, with what an undo leaves of it."""
    table: Any = ImportRow.__table__
    statement = (
        update(table)
        .where(table.c.id == bindparam("the_row"))
        .values(milestone_id=bindparam("made"), version=bindparam("before_it"), before=bindparam("left"))
    )
    left = plain(_TAKEN_BACK)
    rows = [
        {"the_row": one.row_id, "made": milestone.id, "before_it": milestone.version - 1, "left": left}
        for one, milestone in zip(found, made, strict=True)
    ]
    db.session.execute(statement, rows)
