"""The company answers a committee's advice. Nothing is overwritten: a later answer is a record of its own."""

from datetime import date

from sqlalchemy import select

from kangjiansheng.committee import notices
from kangjiansheng.committee.models import Committee, CompanyDecision, Decision, Meeting
from kangjiansheng.committee.queries import answers as reading
from kangjiansheng.committee.queries.floor import out_of, recusals_of
from kangjiansheng.committee.rules import answers as rules
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken


def answer(
    decision: Decision,
    *,
    actor: Actor,
    seen: int | None,
    verdict: str,
    decided_on: date,
    body: str,
    reasons: str = "",
    by: Decision | None = None,
) -> CompanyDecision:
    """Record what the company decided on an advice. `seen` is the last answer that the form showed (0 for none):
    who answers in the meantime is not passed over. `by` is the company's own resolution that says so."""
    # Answers to the advice of one committee follow each other: two at once would both count as the last.
    db.session.execute(
        select(Committee.id).where(Committee.id == decision.meeting.committee_id).with_for_update()
    )
    before = reading.answers([decision])
    if decision.id not in before:
        raise RuleBroken("committee:no-advice")
    last = before[decision.id]
    if last is not None:
        expect(last, seen)
    given = decision.meeting.held_on
    rules.check(verdict, reasons, decided_on, body, given_on=given, today=clock.today())
    change = begin(actor=actor)
    row = CompanyDecision(
        decision_id=decision.id,
        verdict=verdict,
        reasons=reasons,
        decided_on=decided_on,
        body=body,
        by_decision_id=by.id if by else None,
        answered_by_id=actor.id,
        recorded_at=change.recorded_at,
        change_set_id=change.id,
    )
    db.session.add(row)
    db.session.flush()
    after = {
        "number": decision.number,
        "verdict": verdict,
        "reasons": reasons,
        "decided_on": decided_on,
        "body": body,
        "by_decision": by.number if by else None,
    }
    record("committee:advice:answer", row, actor=actor, before={}, after=after, change=change)
    notices.advice_answered(decision, _told(decision), verdict, actor=actor)
    return row


def _told(decision: Decision) -> set[int]:
    """Those who keep the committee that gave the advice, but for who is out of its item."""
    meeting: Meeting = decision.meeting
    return meeting.committee.keepers_on(clock.today()) - out_of(
        recusals_of(meeting).get(decision.agenda_item_id or 0, ())
    )
