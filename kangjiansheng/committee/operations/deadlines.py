"""The deadline of a review, put off while the review runs."""

from datetime import date

from kangjiansheng.committee.models import Minutes
from kangjiansheng.committee.notices import reviewing as notices
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.queries import silence
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import expect
from kangjiansheng.core.errors import RuleBroken

LATEST = 365  # days from today


def within_reach(due_on: date) -> None:
    """Refuse a last day that has passed, or that is too far ahead."""
    today = clock.today()
    if due_on < today:
        raise RuleBroken("committee:deadline-passed", "due_on", day=today.isoformat())
    if (due_on - today).days > LATEST:
        raise RuleBroken("committee:deadline-far", "due_on", most=LATEST)


def put_off(minutes: Minutes, *, actor: Actor, version: int | None, due_on: date, note: str) -> None:
    """A later last day for the draft under review; silence counts from it, after reminders that name it. Those who
    have not answered are told."""
    locked(minutes)
    expect(minutes, version)
    if minutes.life != "review":
        raise RuleBroken("committee:not-in-review-now")
    draft = next(d for d in minutes.drafts if d.kind == "draft" and d.number == minutes.current_draft)
    now = silence.ends_on(draft)
    if due_on <= max(now, clock.today()):
        raise RuleBroken("committee:deadline-earlier", "due_on", day=max(now, clock.today()).isoformat())
    within_reach(due_on)
    before = minutes.state()
    change = begin(actor=actor, note=note)
    minutes.review_due_on = due_on
    record("committee:review:put-off", minutes, actor=actor, before=before, change=change)
    people = {one.person.id: one.person for one in silence.pending(draft)}
    notices.put_off(minutes.meeting, people, draft.number, due_on, actor=actor, change=change)
