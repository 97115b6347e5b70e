"""Corrections of approved minutes: a signed text of their own beside the original, which stays."""

import secrets

from sqlalchemy import select

from kangjiansheng.committee import notices
from kangjiansheng.committee.models import Amendment, DraftVersion, Meeting, Minutes, Paragraph
from kangjiansheng.committee.operations import reviews
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.queries.floor import out_of, recusals_of
from kangjiansheng.committee.rules import quorum
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


def valid_text(paragraph: Paragraph) -> str:
    """The wording that counts: that of the last approved amendment, else the original."""
    query = (
        select(Amendment.text)
        .where(Amendment.paragraph_id == paragraph.id, Amendment.life == "approved")
        .order_by(Amendment.number.desc())
        .limit(1)
    )
    return db.session.scalar(query) or paragraph.text


def propose(paragraph: Paragraph, *, actor: Actor, text: str, reason: str) -> Amendment:
    """Propose another wording of one paragraph; it counts once it is signed like the minutes themselves."""
    minutes = locked(paragraph.minutes)
    if minutes.life != "approved":
        raise RuleBroken("committee:not-approved")
    waiting = select(Amendment.id).where(Amendment.paragraph_id == paragraph.id, Amendment.life == "review")
    if db.session.scalar(waiting):
        raise RuleBroken("committee:amendment-waiting")
    old = valid_text(paragraph)
    if text == old:
        raise RuleBroken("committee:amendment-same", "text")
    number = max((a.number for a in minutes.amendments), default=0) + 1
    original = approved_draft(minutes)
    head = {
        "amendment": number,
        "meeting": minutes.meeting.code,
        "of_draft": original.number,
        "of_sha256": original.sha256,
        "after_sha256": _last_approved(minutes),
        "paragraph": paragraph.public_id,
        "old": old,
        "new": text,
        "reason": reason,
        "salt": secrets.token_hex(16),
        "blocks": [],
    }
    who = _signers(original, paragraph.agenda_item_id, drafter=actor.id)
    draft = reviews.freeze(minutes, "amendment", head, [], who, actor=actor)
    amendment = Amendment(
        minutes_id=minutes.id,
        number=number,
        paragraph_id=paragraph.id,
        text=text,
        reason=reason,
        author_id=actor.id,
        draft_version_id=draft.id,
        created_at=clock.now(),
    )
    db.session.add(amendment)
    db.session.flush()
    after = {"amendment": number, "paragraph": paragraph.public_id, "text": text, "reason": reason}
    change = reviews.draft_change(draft)
    record(
        "committee:amendment:propose",
        minutes,
        actor=actor,
        before={"amendment": None},
        after=after,
        change=change,
    )
    db.session.expire(minutes, ["amendments"])
    signers = {signer.person_id: signer.person for signer in draft.signers}
    notices.amendment_proposed(minutes.meeting, signers, number, actor=actor, change=change)
    return amendment


def _last_approved(minutes: Minutes) -> str | None:
    """The fingerprint of the correction that was approved last: each names the one before it."""
    found = [a for a in minutes.amendments if a.approved_at and a.draft]
    last = max(found, key=lambda a: (a.approved_at, a.number), default=None)
    return last.draft.sha256 if last and last.draft else None


def approved_draft(minutes: Minutes) -> DraftVersion:
    """The draft that was approved."""
    return next(d for d in minutes.drafts if d.kind == "draft" and d.number == minutes.current_draft)


def _signers(original: DraftVersion, item: int | None, *, drafter: int) -> list[quorum.Signing]:
    """The signers of the original sign its correction; when the chair proposes alone, the others may too."""
    who = reviews.signings(original)
    if not any(one.person_id != drafter for one in who):
        who = reviews.fixed_signers(original.minutes.meeting, drafter=drafter)
    return _not_recused(who, original.minutes.meeting, item)


def _not_recused(who: list[quorum.Signing], meeting: Meeting, item: int | None) -> list[quorum.Signing]:
    """Who is recused from an item does not sign its correction. For a chair who is, the deputy signs."""
    out = out_of(recusals_of(meeting).get(item, [])) if item else frozenset()
    left = [one for one in who if one.person_id not in out]
    if any(one.capacity == "chair" for one in left):
        return left
    able = reviews.able_to_sign([one.person_id for one in left])
    deputies = {person for person, seat in meeting.seats().items() if seat.office == "deputy"} & able
    stand_in = next((one for one in left if one.person_id in deputies), None)
    if stand_in is None:
        raise RuleBroken("committee:chair-recused")
    return [quorum.Signing(one.person_id, "chair", True) if one is stand_in else one for one in left]
