"""The annual review of a laboratory and the gates of its plan at which it is decided: said once, written in both places."""

from collections.abc import Collection
from datetime import date
from typing import Any

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs.models import JointLab, LabReview
from kangjiansheng.labs.operations.reviews import meet_last, record_review
from kangjiansheng.projects.models import GateDecision, Milestone, ReviewDecision
from kangjiansheng.projects.operations.gates import decide
from kangjiansheng.projects.queries.lab_reviews import gates_of, to_stand_for
from kangjiansheng.projects.rules.gates import Condition
from kangjiansheng.projects.rules.lab_review import VERDICTS

LONGEST = 400  # of the words of a condition


def review(
    lab: JointLab,
    *,
    actor: Actor,
    outcome: str,
    reason: str,
    version: int | None,
    year: int,
    gates: Collection[str] = (),
    body: str = "",
    due: date | None = None,
    **facts: Any,
) -> LabReview:
    """Record the outcome of a review, and of the chosen gates of the plan (by code) that it was decided there.

    A gate whose newest decision no review stands for keeps that decision, which must say the same; at any other gate
    the outcome is decided now, by `body`: with conditions, the reason becomes the condition, until `due`.
    """
    meet_last(lab, year, version)
    verdict = VERDICTS.get(outcome, "")
    chosen = [one for one in gates_of(lab) if one.milestone.code in gates]
    if chosen and not verdict:
        raise RuleBroken("labs:not-offered", "outcome")
    change = begin(actor=actor, note=reason)
    decisions = []
    for one in chosen:
        if one.decision is not None:
            _same(one.milestone, one.decision.verdict, verdict)
            decisions.append(one.decision)
            continue
        asked = [Condition(reason[:LONGEST], due)] if verdict == "conditional" else []
        made = decide(
            one.milestone,
            verdict,
            actor=actor,
            decided_on=clock.today(),
            body=body,
            reasons=reason,
            conditions=asked,
            change=change,
        )
        decisions.append(made)
    recorded = record_review(
        lab, actor=actor, version=version, year=year, outcome=outcome, reason=reason, change=change, **facts
    )
    for decision in decisions:
        _stand_for(recorded, decision, change.id)
    return recorded


def decide_by_review(gate: Milestone, verdict: str, *, actor: Actor, **facts: Any) -> GateDecision:
    """Decide at a gate what was recorded as the outcome of the review, which the decision stands for."""
    found = to_stand_for(gate)
    if found is None:
        raise RuleBroken("projects:review-gone", "review")
    _same(gate, verdict, VERDICTS[found.outcome])
    made = decide(gate, verdict, actor=actor, **facts)
    _stand_for(found, made, made.change_set_id)
    return made


def _same(gate: Milestone, verdict: str, expected: str) -> None:
    if verdict != expected:
        raise RuleBroken("projects:review-differs", "gates", code=gate.code)


def _stand_for(found: LabReview, decision: GateDecision, change_set_id: int) -> None:
    db.session.add(ReviewDecision(review_id=found.id, decision_id=decision.id, change_set_id=change_set_id))
    db.session.flush()
