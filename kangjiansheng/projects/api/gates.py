"""What programs read of gates: their dossiers, and each criterion."""

from typing import Any

from flask import g

from kangjiansheng.core import rest
from kangjiansheng.projects import policies
from kangjiansheng.projects.api import shapes
from kangjiansheng.projects.api.blueprint import bp
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.queries import gates
from kangjiansheng.projects.queries.gates import Criterion
from kangjiansheng.projects.views.then import row_of

GATE = "/<any(projects, labs):of>/<code>/milestones/<milestone_code>"


@rest.reads(bp, f"{GATE}/dossier", shapes.DOSSIER, load=gates.gate, may=policies.see)
def gate_dossier(thing: Milestone) -> Any:
    """The criteria of a gate with what was said of each, and what was decided."""
    owner, _row = row_of(thing)
    decided = gates.decisions(thing.plan_id, owner.milestones, as_of=g.as_of)
    return gates.criteria(thing, as_of=g.as_of), decided.get(thing.id, [])


def _version(pair: tuple[Milestone, Criterion]) -> int:
    thing, one = pair
    return gates.version_of(thing.id, one.number)


@rest.reads(
    bp, f"{GATE}/criteria/<int:number>", shapes.CRITERION, load=gates.criterion, may=policies.see,
    version=_version,
)  # fmt: skip
def criterion(pair: tuple[Milestone, Criterion]) -> Criterion | None:
    """One criterion of a gate, also one that only its template has."""
    thing, one = pair
    row_of(thing)  # 404 where the plan was not there yet
    return next((then for then in gates.criteria(thing, as_of=g.as_of) if then.number == one.number), None)
