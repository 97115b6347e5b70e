"""Who may do what with hand-offs: the members of giver and receiver, and those who lead the project."""

from collections.abc import Iterable

from kangjiansheng.core.changes import Actor
from kangjiansheng.projects.models import HandOff, Project
from kangjiansheng.projects.policies import leads
from kangjiansheng.projects.queries.hand_offs import acts_as, parties_of, sits_in
from kangjiansheng.projects.rules import hand_offs as hand_off_rules


def raise_one(actor: Actor, project: Project) -> bool:
    """Hand-offs are written down by members of the institutions between which they can be, and by those who lead."""
    return leads(actor, project) or sits_in(actor, [one.id for one in parties_of(project.id)])


def steps(one: HandOff, roles: Iterable[str]) -> tuple[str, ...]:
    """The steps of a hand-off that are open to those who act as `roles` (giver, receiver, lead) as it stands."""
    held = set(roles)
    found = [
        step for step, (states, who) in hand_off_rules.STEPS.items() if one.life in states and held & set(who)
    ]
    named = hand_off_rules.named_by(one)
    if named is None or not held & ({*hand_off_rules.SIDES} - {named}):
        found = [step for step in found if step != "agree"]
    return tuple(found)


def change(actor: Actor, one: HandOff) -> bool:
    """What is written of a hand-off is changed by the members of its two sides and by those who lead the project."""
    return bool(acts_as(one, actor=actor))


def step(actor: Actor, pair: tuple[HandOff, str]) -> bool:
    """A step is taken by the side whose it is, a day agreed to by the side that did not name it; the rule says when."""
    one, act = pair
    roles = set(acts_as(one, actor=actor))
    sides: set[str] = {*hand_off_rules.SIDES}
    takers: dict[str, set[str]] = {
        "promise": {"giver"},
        "delivery": {"giver"},
        "wish": {"receiver"},
        "receipt": {"receiver"},
        "dispute": {"receiver"},
        "agreement": sides - {str(hand_off_rules.named_by(one))},
    }
    return bool(roles & takers.get(act, sides | {"lead"}))
