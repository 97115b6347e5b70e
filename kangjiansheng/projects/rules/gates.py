"""Gates: what a criterion rests on, what a decision must say, and which conditions still stop a gate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kangjiansheng.core.errors import RuleBroken

VERDICTS = ("go", "conditional", "stop")
CRITERION_VERDICTS = ("met", "unmet")
MOST_CONDITIONS = 4  # of one decision: what needs more is not ready


@dataclass(frozen=True, slots=True)
class Condition:
    """What a conditional go asks for: the words, who answers for it, and until when."""

    text: str
    due: date | None
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A condition as it stands: at which gate it was made, from which decision, which gate it stops first."""

    code: str
    gate_id: int
    decision_id: int
    stops_position: int
    state: str


def from_template(milestones: Iterable[Mapping[str, Any]], code: str) -> list[Mapping[str, Any]]:
    """The criteria that a template version (its milestones as stored) gives to the gate of that code."""
    found: Mapping[str, Any] = next((row for row in milestones if row["code"] == code), {})
    return list(found.get("criteria", ()))


def check_decision(
    verdict: str,
    decided_on: date | None,
    body: str,
    reasons: str,
    conditions: Sequence[Condition],
    today: date,
) -> None:
    """A decision says what, when, who; a stop and a conditional go say why, and the conditions until when."""
    if verdict not in VERDICTS:
        raise RuleBroken("projects:decision-missing", "verdict")
    if decided_on is None or decided_on > today:
        raise RuleBroken("projects:decided-ahead", "decided_on", today=today)
    if not body:
        raise RuleBroken("projects:decision-body", "body")
    if verdict != "go" and not reasons:
        raise RuleBroken("projects:decision-reasons", "reasons")
    if verdict == "conditional" and not conditions:
        raise RuleBroken("projects:conditions-missing", "text_1")
    if verdict != "conditional" and conditions:
        raise RuleBroken("projects:conditions-only", "verdict")
    for number, condition in enumerate(conditions, 1):
        if not condition.text:
            raise RuleBroken("projects:condition-text", f"text_{number}")
        if condition.due is None or condition.due < today:
            raise RuleBroken("projects:condition-due", f"due_{number}", today=today)


def stopping(
    conditions: Iterable[Standing], position: int, unconditional: Mapping[int, int]
) -> list[Standing]:
    """The conditions that stop the gate at a position of the plan: not done, made for it or for one before it.

    `unconditional`: gate → its newest decision without conditions (id); that lifts what earlier ones asked for.
    """
    return [
        one
        for one in conditions
        if one.state != "done"
        and one.stops_position <= position
        and unconditional.get(one.gate_id, 0) < one.decision_id
    ]
