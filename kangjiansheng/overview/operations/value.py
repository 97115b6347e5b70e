"""The money of a project: entered once, changed with a reason."""

from collections.abc import Mapping
from typing import Any

from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.overview.models import ProjectValue
from kangjiansheng.overview.queries.value import value_of
from kangjiansheng.overview.rules import economics as rules
from kangjiansheng.projects.models import Project


def enter(
    project: Project,
    *,
    actor: Actor,
    version: int,
    costs: Mapping[str, rules.Money],
    revenue: Mapping[str, Any],
    discount: int,
    basis: str,
    reason: str,
    illustrative: bool,
) -> ProjectValue:
    """Put the figures of a project in the place of those before. `version` is 0 before there are any.

    Refused: no figure, money that is none, figures nobody can trace (no basis), a change without a reason.
    """
    row = value_of(project.id)
    if row is not None and row.version != version:
        raise Stale(row, version)
    rules.check(costs, revenue, discount)
    if not basis:
        raise RuleBroken("overview:value-basis", "basis")
    if row is not None and not reason:
        raise RuleBroken("overview:reason-missing", "reason")
    before = row.state() if row else {}
    if row is None:
        row = ProjectValue(project_id=project.id)
        db.session.add(row)
    row.costs = {
        step: {"first": money.first, "amounts": list(money.amounts)} for step, money in costs.items()
    }
    row.revenue, row.discount, row.basis = dict(revenue), discount, basis
    row.reason, row.illustrative = reason, illustrative
    db.session.flush()
    act = "overview:value:edit" if before else "overview:value:enter"
    record(act, row, actor=actor, before=before, note=reason)
    return row
