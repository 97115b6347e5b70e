"""Signatures: each over the fingerprint that its signer saw; the last one that is needed locks the text."""

from sqlalchemy import select

from kangjiansheng.accounts import passwords
from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.committee import notices
from kangjiansheng.committee.models import Amendment, DraftVersion, Minutes, Signature, Signer
from kangjiansheng.committee.operations import reviews
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.operations.meetings import sits_on
from kangjiansheng.committee.queries.floor import out_of, recusals_of
from kangjiansheng.committee.rules import acts, quorum
from kangjiansheng.core import clock, throttle
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken

CONSENTS = ("approve", "approve_with_reservation")


def sign(
    draft: DraftVersion,
    *,
    actor: Actor,
    meaning: str,
    shown_sha256: str,
    password: str,
    note: str = "",
) -> Signature:
    """Sign a frozen draft (or ask for changes), with the password once more.

    `shown_sha256` is the fingerprint of the text that the signer had before their eyes. It is compared under the
    write lock with what is stored: a draft that was replaced, or altered, is refused.
    """
    minutes = locked(draft.minutes)
    signer = next((s for s in draft.signers if s.person_id == actor.id), None)
    if signer is None:
        raise RuleBroken("committee:not-a-signer")
    if not is_open(draft) or shown_sha256 != draft.sha256 or reviews.recomputed(draft) != draft.sha256:
        raise RuleBroken("committee:draft-replaced")
    db.session.expire(draft, ["signatures"])
    if any(s.person_id == actor.id for s in draft.signatures):
        raise RuleBroken("committee:already-signed")
    if meaning not in acts.MEANINGS:
        raise RuleBroken("committee:meaning-unknown", "meaning")
    if meaning != "approve" and not note.strip():
        raise RuleBroken("committee:note-missing", "note")
    account = db.session.scalar(select(Account).where(Account.person_id == actor.id))
    stored = account.password_hash if account and account.disabled_at is None else None
    if not passwords.fits(password, stored):
        raise RuleBroken("committee:password-wrong", "password")
    throttle.clear(signature_key(actor.id))
    return _signed(minutes, draft, signer, meaning, note.strip(), actor=actor)


def is_open(draft: DraftVersion) -> bool:
    """True while a draft waits for signatures: it is the one under review."""
    if draft.kind == "amendment":
        found = amendment_of(draft)
        return found is not None and found.life == "review"
    return draft.minutes.life == "review" and draft.number == draft.minutes.current_draft


def amendment_of(draft: DraftVersion) -> Amendment | None:
    """The amendment that a draft of kind amendment carries."""
    return db.session.scalar(select(Amendment).where(Amendment.draft_version_id == draft.id))


def _signed(
    minutes: Minutes, draft: DraftVersion, signer: Signer, meaning: str, note: str, *, actor: Actor
) -> Signature:
    change = begin(actor=actor)
    person = db.session.get_one(Person, actor.id)
    signature = Signature(
        draft_version_id=draft.id,
        person_id=actor.id,
        printed_name=person.name_hans,
        capacity=signer.capacity,
        meaning=meaning,
        note=note,
        text_sha256=draft.sha256,
        method="password",
        signed_at=clock.now(),
        change_set_id=change.id,
    )
    db.session.add(signature)
    db.session.flush()
    after = {"draft": draft.number, "meaning": meaning, "sha256": draft.sha256}
    record(
        "committee:signature:give", minutes, actor=actor, before={"meaning": None}, after=after, change=change
    )
    db.session.expire(draft, ["signatures"])
    if meaning == "request_changes":
        _back_to_draft(minutes, draft, note, actor=actor, change=change)
    elif _suffices(draft):
        _approve(minutes, draft, actor=actor, change=change)
    return signature


def consents(draft: DraftVersion) -> set[int]:
    """Who has approved a draft."""
    return {s.person_id for s in draft.signatures if s.meaning in CONSENTS}


def _suffices(draft: DraftVersion) -> bool:
    rule, n = reviews.rule_of(draft)
    who = reviews.signings(draft)
    return quorum.is_approved(rule, n, who, consents(draft), drafter=_drafter(draft))


def _drafter(draft: DraftVersion) -> int:
    found = amendment_of(draft) if draft.kind == "amendment" else None
    return found.author_id if found else draft.minutes.drafter_id


def _back_to_draft(
    minutes: Minutes, draft: DraftVersion, note: str, *, actor: Actor, change: ChangeSet
) -> None:
    """Consents stay in the record and count no more; those who gave them are told."""
    told = consents(draft) | {_drafter(draft)}
    if draft.kind == "amendment":
        amendment = amendment_of(draft)
        if amendment is not None:
            amendment.life = "withdrawn"
            facts = {"amendment": amendment.number, "note": note}
            record(
                "committee:amendment:withdraw", minutes, actor=actor, before={"note": None}, after=facts,
                change=change,
            )  # fmt: skip
    else:
        before = minutes.state()
        minutes.life, minutes.review_due_on = "draft", None
        record("committee:minutes:return", minutes, actor=actor, before=before, change=change)
    recused = {person for rows in recusals_of(minutes.meeting).values() for person in out_of(rows)}
    notices.changes_requested(minutes.meeting, told - recused, note, actor=actor)
    notices.changes_requested(minutes.meeting, told & recused, "", actor=actor)


def _approve(minutes: Minutes, draft: DraftVersion, *, actor: Actor, change: ChangeSet) -> None:
    if draft.kind == "amendment":
        amendment = amendment_of(draft)
        if amendment is not None:
            amendment.life, amendment.approved_at = "approved", clock.now()
            facts = {"amendment": amendment.number, "sha256": draft.sha256}
            record(
                "committee:amendment:approve", minutes, actor=actor, before={"amendment": None}, after=facts,
                change=change,
            )  # fmt: skip
    else:
        before = minutes.state()
        minutes.life, minutes.approved_at = "approved", clock.now()
        record("committee:minutes:approve", minutes, actor=actor, before=before, change=change)
    members = {m.person_id for m in minutes.meeting.committee.members if sits_on(m, clock.today())}
    notices.approved(minutes.meeting, members, actor=actor, change=change)


def signature_key(person_id: int) -> str:
    """The throttle's key for passwords typed at signing."""
    return f"signature:{person_id}"


def is_throttled(person_id: int) -> bool:
    """True when the password at signing was wrong too often."""
    return throttle.is_blocked(signature_key(person_id), most=acts.MOST_FAILURES, window=acts.FAILURE_WINDOW)


def count_failure(draft_id: int, *, actor: Actor) -> None:
    """The password at signing was wrong: count it and leave an audit entry."""
    throttle.count(signature_key(actor.id), window=acts.FAILURE_WINDOW)
    draft = db.session.get_one(DraftVersion, draft_id)
    after = {"draft": draft.number, "person": actor.id}
    record("committee:signature:fail", draft, actor=actor, before={}, after=after)
