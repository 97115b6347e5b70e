"""Dissent beside a decision that was not voted on as a motion: its votes were entered by hand, or it had none."""

from kangjiansheng.committee.models import Decision, DecisionDissent, Paragraph
from kangjiansheng.committee.notices import motions as notices
from kangjiansheng.committee.operations.locks import draft_only
from kangjiansheng.committee.operations.outcomes import voted_on
from kangjiansheng.committee.queries import dissents
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


def enter(
    decision: Decision, paragraph: Paragraph, *, actor: Actor, person_id: int, text: str
) -> DecisionDissent:
    """Who writes the minutes enters what a member asked for, in the member's words; an empty text takes it back.
    The member is told that something was entered for them, and reads it when the minutes come for review."""
    draft_only(paragraph.minutes)
    if paragraph.removed_at is not None:
        raise RuleBroken("committee:paragraph-gone")
    if voted_on(decision):
        raise RuleBroken("committee:dissent-of-motion", "text")
    stands = {row.person_id for row in dissents.dissents_of(decision)}
    if not text and person_id not in stands:
        raise RuleBroken("committee:dissent-words", "text")
    if person_id not in dissents.may_dissent(decision) and (text or person_id not in stands):
        raise RuleBroken("committee:dissent-of-present", "person")
    change = begin(actor=actor)
    row = DecisionDissent(
        decision_id=decision.id, person_id=person_id, text=text, entered_by_id=actor.id,
        recorded_at=clock.now(), change_set_id=change.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    act = "committee:dissent:record" if text else "committee:dissent:withdraw"
    facts = {"person": person_id, "decision": decision.number, "text": text}
    record(act, row, actor=actor, before={}, after=facts, change=change)
    notices.dissent_entered(decision, person_id, actor=actor)
    return row
