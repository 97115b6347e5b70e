"""Reminders to those who have not answered a draft, and what the charter makes of silence (默示同意)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.models import Consent, DraftVersion, Minutes, ReviewReminder
from kangjiansheng.committee.notices import reviewing as notices
from kangjiansheng.committee.operations import signatures
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.queries import silence as queries
from kangjiansheng.committee.queries.silence import Pending
from kangjiansheng.committee.rules import acts, silence
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.logs import log

FROM_HOUR = 8  # of Shanghai: nobody is reminded at night


def look_after() -> None:
    """The worker's round: each draft in a part of the transaction of its own, so that one takes no other with it."""
    actor = system_actor()
    for draft in queries.under_review():
        for act in (_remind_by_clock, _count_silence):
            _apart(act, draft, actor)


def _apart(act: Callable[..., None], draft: DraftVersion, actor: Actor) -> None:
    try:
        with db.session.begin_nested():
            minutes = locked(draft.minutes)
            db.session.expire(draft, ["signatures", "consents"])
            if signatures.is_open(draft):
                act(minutes, draft, actor=actor)
    except Exception as problem:
        facts = {"draft": draft.id, "problem": type(problem).__name__}
        log.exception("a draft under review was not looked after", extra={"facts": facts})


def _remind_by_clock(minutes: Minutes, draft: DraftVersion, *, actor: Actor) -> None:
    """Three days and one day before the end, by day."""
    today = clock.today()
    if clock.now().astimezone(clock.SHANGHAI).hour < FROM_HOUR:
        return
    sent = queries.stages(draft)
    due: dict[int, list[Pending]] = {}
    for one in queries.pending(draft):
        stage = silence.stage(today, one.by, sent.get(one.person.id, set()))
        if stage is not None and (one.silence or today <= one.by):
            due.setdefault(stage, []).append(one)
    for stage, people in due.items():
        _remind(minutes, draft, people, stage, actor=actor)


def remind_all(minutes: Minutes, *, actor: Actor) -> int:
    """Remind everybody who has not answered; not again within the day. Returns how many were reminded."""
    locked(minutes)
    draft = _current(minutes)
    at = queries.reminded_at(draft)
    if at is not None and clock.now() - at < acts.REMIND_EVERY:
        raise RuleBroken("committee:reminded-lately", when=_hour(at))
    people = queries.pending(draft)
    if not people:
        raise RuleBroken("committee:nobody-pending")
    _remind(minutes, draft, people, None, actor=actor)
    return len(people)


def _hour(at: datetime) -> str:
    return (at + acts.REMIND_EVERY).astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M ")


def _current(minutes: Minutes) -> DraftVersion:
    if minutes.life != "review":
        raise RuleBroken("committee:not-in-review-now")
    return next(d for d in minutes.drafts if d.kind == "draft" and d.number == minutes.current_draft)


def _remind(
    minutes: Minutes, draft: DraftVersion, people: Sequence[Pending], stage: int | None, *, actor: Actor
) -> None:
    change = begin(actor=actor, source="job" if stage is not None else None)
    for one in people:
        by = silence.answer_by(clock.today(), one.by) if one.silence else one.by
        bell, mail = notices.reminded(
            minutes.meeting, one.person, draft.number, by, silence=one.silence, actor=actor, change=change
        )
        db.session.flush()
        reminder = ReviewReminder(
            draft_version_id=draft.id,
            person_id=one.person.id,
            stage=stage,
            says_silence=one.silence,
            answer_by=by,
            sent_at=clock.now(),
            notification_id=bell.id,
            outbox_id=mail.id if mail else None,
            change_set_id=change.id,
        )
        db.session.add(reminder)
    after = {"draft": draft.number, "reminded": [one.person.name_hans for one in people]}
    record("committee:review:remind", minutes, actor=actor, after=after, change=change)


def _count_silence(minutes: Minutes, draft: DraftVersion, *, actor: Actor) -> None:
    """Those who were told what silence means, and whose last day is over, consent by default: recorded as such, and
    counted for the approval where it may be."""
    silent = [one for one in queries.pending(draft) if one.silence and clock.today() > one.by]
    told = queries.told(draft, [one.person.id for one in silent]) if silent else {}
    counted = [
        (one, told[one.person.id][0])
        for one in silent
        if silence.is_consent(clock.today(), [t.answer_by for t in told.get(one.person.id, [])])
    ]
    if not counted:
        return
    change = begin(actor=actor, source="job")
    for one, by in counted:
        said = Consent(
            draft_version_id=draft.id,
            person_id=one.person.id,
            kind="default",
            printed_name=one.person.name_hans,
            told_at=by.sent_at,
            answer_by=by.answer_by,
            given_at=clock.now(),
            change_set_id=change.id,
        )
        db.session.add(said)
        db.session.flush()
        after = {"draft": draft.number, "silent": one.person.name_hans, "due_on": by.answer_by}
        record("committee:consent:default", said, actor=actor, before={}, after=after, change=change)
    notices.silent(minutes.meeting, [one.person.id for one, _ in counted], draft.number, actor=actor)
    db.session.expire(draft, ["consents"])
    signatures.approve_if_enough(minutes, draft, actor=actor, change=change)
