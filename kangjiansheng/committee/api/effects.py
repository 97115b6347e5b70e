"""What resolutions change in projects and laboratories, as programs read it: put to an item, and signed with a decision."""

from typing import Any

from kangjiansheng.committee import policies
from kangjiansheng.committee.api.blueprint import bp
from kangjiansheng.committee.models import AgendaItem, Decision, DecisionEffect
from kangjiansheng.committee.queries import effects, loaders
from kangjiansheng.committee.rules.effects import KINDS
from kangjiansheng.committee.views.base import why_held
from kangjiansheng.committee.views.effects import Targets
from kangjiansheng.core import rest
from kangjiansheng.core.rest import DAY, TEXT, WHOLE, YES, Shape, many, maybe, word

_CONDITION = Shape(
    "GateCondition", text=TEXT(lambda row: row["text"]), due=maybe(DAY)(lambda row: row["due"])
)
_MOVE = Shape(
    "BaselineMove",
    milestone=TEXT(lambda row: row["milestone"]),
    before=maybe(DAY)(lambda row: row["before"]),
    after=DAY(lambda row: row["after"]),
)
_LATER = Shape("LaterMilestone", code=TEXT, before=DAY, after=DAY)
_TOLD = {
    "number": WHOLE(lambda row: row[0]["id"]),
    "kind": word(KINDS)(lambda row: row[0]["kind"]),
    "text": TEXT(lambda row: row[0]["text"]),
    "of": TEXT(lambda row: row[0]["project"]),
    "milestone": maybe(TEXT)(lambda row: row[0].get("milestone")),
    "name": TEXT(lambda row: row[0]["name"]),
    "verdict": maybe(TEXT)(lambda row: row[0].get("verdict")),
    "conditions": many(_CONDITION.value)(lambda row: row[0].get("conditions", ())),
    "before": maybe(DAY)(lambda row: row[0].get("before")),
    "after": maybe(DAY)(lambda row: row[0].get("after")),
    "moves": many(_MOVE.value)(lambda row: row[0].get("moves", ())),
    "life": TEXT(lambda row: row[1].life if row[1] else "proposed"),
    "not_applied": maybe(TEXT)(lambda row: _held(row[1])),
}
SIGNED = Shape("EffectOfDecision", **_TOLD, illustrative=YES(lambda row: row[2]))
EFFECT = Shape(
    "EffectOfItem",
    **_TOLD,
    decision=maybe(TEXT)(lambda row: row[1].decision.number if row[1].decision else None),
    later=many(_LATER.value)(lambda row: row[2]),
)


def _held(row: DecisionEffect | None) -> str | None:
    return why_held(row) if row is not None and row.life == "not_applied" else None


def _number(row: Any) -> str:
    return str(row[0]["id"])


@rest.lists(
    bp, "/meetings/<code>/items/<int:number>/effects", EFFECT, key=_number, load=effects.item,
    may=policies.propose_effect, as_of=False,
)  # fmt: skip
def effects_of(item: AgendaItem) -> list[Any]:
    """What the resolutions of an item change, as it is proposed or came about, for those who may put it to the item; the
    later milestones that would then promise too early for those who see the plan."""
    sees_plan = Targets(item).plan is not None
    told = effects.told(effects.of_item(item), further=sees_plan)
    return [(what, one, later) for one, what, later in told]


@rest.lists(
    bp, "/decisions/<number>/effects", SIGNED, key=_number, load=loaders.decision, may=policies.see, as_of=False
)  # fmt: skip
def signed_effects(decision: Decision) -> list[Any]:
    """What a decision changes, as it was signed, and what became of it."""
    told = effects.of_decision(decision)
    became = effects.settled([one["id"] for one in told])
    return [(one, became.get(one["id"]), decision.illustrative) for one in told]
