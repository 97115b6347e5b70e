"""Who may write risks down, of many plans at once."""

from collections.abc import Collection

from kangjiansheng.core.changes import Actor
from kangjiansheng.projects.queries.people import BELONGING, people_of_plans


def raising(actor: Actor, plan_ids: Collection[int]) -> set[int]:
    """The same as `raise_risk`: of which of these plans the actor may write a risk down; one statement."""
    if actor.has("executive", "system"):
        return set(plan_ids)
    found = people_of_plans(plan_ids, BELONGING)
    return {plan_id for plan_id, people in found.items() if actor.id in people}
