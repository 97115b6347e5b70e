"""The outcome of an annual review, and what it does to the laboratory and to the agreement on which it rests."""

from datetime import date

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.labs import notices
from kangjiansheng.labs.models import JointLab, LabReview
from kangjiansheng.labs.operations.agreements import extend_agreement
from kangjiansheng.labs.operations.archiving import check_open
from kangjiansheng.labs.operations.labs import step_lab
from kangjiansheng.labs.rules import reviews as rules


def meet_last(lab: JointLab, year: int, version: int | None) -> LabReview | None:
    """The newest review of a year, None when there is none yet; stale for whoever has not seen it. The laboratory is
    held until the commit: of two who decide at once the later one meets the review of the earlier."""
    db.session.execute(select(JointLab.id).where(JointLab.id == lab.id).with_for_update(key_share=True))
    query = select(LabReview).where(LabReview.lab_id == lab.id, LabReview.year == year)
    last = db.session.scalar(query.order_by(LabReview.id.desc()).limit(1))
    if last is not None:
        expect(last, version)
    return last


def record_review(
    lab: JointLab,
    *,
    actor: Actor,
    version: int | None,
    year: int,
    outcome: str,
    reason: str,
    expires_on: date | None = None,
    left_open: int = 0,
    settled: bool = False,
    change: ChangeSet | None = None,
) -> LabReview:
    """Record what was decided after the review of a year; one act, whatever follows from it.

    A renewal gives the agreement its later end, a closing ends the life of the laboratory (`left_open` says how much
    was not done yet, `settled` that it is known what becomes of it); otherwise the laboratory works on. `version` is
    the number that this review has in its year for whoever writes it: stale when somebody was there before. `change`
    when it is part of another act (of the gates of its plan).
    """
    check_open(lab)
    last = meet_last(lab, year, version)
    rules.check(
        outcome,
        life=lab.life,
        expires_on=expires_on,
        ends=lab.agreement.expires_on if lab.agreement else None,
        rests=lab.agreement is not None,
        left_open=left_open,
        settled=settled,
        today=clock.today(),
    )
    change = change or begin(actor=actor, note=reason)
    renewed, closed = outcome == "renew", outcome == "close"
    made = LabReview(
        lab_id=lab.id,
        year=year,
        number=last.version if last else 1,
        outcome=outcome,
        reason=reason,
        expires_on=expires_on if renewed else None,
        left_open=left_open if closed else 0,
        recorded_at=change.recorded_at,
        change_set_id=change.id,
    )
    db.session.add(made)
    db.session.flush()
    facts = {key: getattr(made, key) for key in rules.FIELDS} | {"lab": lab.code}
    record("labs:lab:review", made, actor=actor, before={}, after=facts, change=change)
    if renewed and lab.agreement is not None and expires_on is not None:
        extend_agreement(lab.agreement, expires_on, actor=actor, change=change)
    life = "closed" if closed else "operating"
    if lab.life != life:
        step_lab(lab, life, actor=actor, version=None, recording={"change": change})
    else:
        notices.changed(lab, "labs:lab:review", actor=actor, change=change)
    return made
