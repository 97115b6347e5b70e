"""Signatures: each over the fingerprint that its signer saw; the last one that is needed locks the text."""

from collections.abc import Collection

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.operations.passkeys import Answer
from kangjiansheng.committee import notices, policies
from kangjiansheng.committee.models import (
    AgendaItem,
    Consent,
    DraftVersion,
    Minutes,
    Recusal,
    Signature,
)
from kangjiansheng.committee.notices import signing as telling
from kangjiansheng.committee.operations import codes, effects, marks, reviews
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.queries import opinions, reading
from kangjiansheng.committee.queries.floor import out_of, recusals_of
from kangjiansheng.committee.rules import presence, quorum, signing
from kangjiansheng.committee.rules.signing import CONSENTS
from kangjiansheng.core import clock, i18n
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


def sign(
    draft: DraftVersion,
    *,
    actor: Actor,
    meaning: str,
    shown_sha256: str,
    password: str = "",
    code: str = "",
    passkey: Answer | None = None,
    note: str = "",
    shown_objections: Collection[int] | None = None,
) -> Signature:
    """Sign a frozen draft (or ask for changes), with the password, a second factor or a mailed code once more.

    `shown_sha256` is the fingerprint of the text that the signer had before their eyes. It is compared under the
    write lock with what is stored: a draft that was replaced, or altered, is refused. `shown_objections` are the open
    objections that stood beside it: who approves has seen all of them that they may see.
    """
    minutes = locked(draft.minutes)
    open_to = meanings(draft, actor=actor)
    if not open_to:
        raise RuleBroken("committee:not-a-signer")
    if not is_open(draft) or shown_sha256 != draft.sha256 or reviews.recomputed(draft) != draft.sha256:
        raise RuleBroken("committee:draft-replaced")
    db.session.expire(draft, ["signatures", "consents"])
    if any(s.person_id == actor.id for s in draft.signatures):
        raise RuleBroken("committee:already-signed")
    if meaning not in open_to:
        raise RuleBroken("committee:meaning-unknown", "meaning")
    if meaning in signing.NEEDS_WORDS and not note.strip():
        raise RuleBroken("committee:note-missing", "note")
    if shown_objections is not None and meaning in CONSENTS and draft.kind == "draft":
        text = reading.frozen(draft, actor=actor)
        if not opinions.open_ids(text, draft) <= set(shown_objections):
            raise RuleBroken("committee:objections-unseen")
    method = codes.prove(draft, password, code, actor=actor, passkey=passkey)
    if draft.kind == "draft":
        marks.read(draft, actor=actor)
    return _signed(minutes, draft, meaning, note.strip(), method, actor=actor)


def meanings(draft: DraftVersion, *, actor: Actor) -> tuple[str, ...]:
    """What the actor's signature on a draft can mean; nothing for who may not sign it."""
    approves = any(s.person_id == actor.id for s in draft.signers)
    drafted = drafter_of(draft) == actor.id
    reads = approves or drafted or bool(policies.offices(actor, draft.minutes.meeting.committee_id))
    if draft.kind == "amendment" and actor.id in recused_of(draft):
        return ()
    return signing.offered(approves=approves, drafted=drafted, reads=reads)


def recused_of(draft: DraftVersion) -> frozenset[int]:
    """Who is recused from the item of the paragraph that a correction is about."""
    found = draft.amendment
    item = found.paragraph.agenda_item_id if found else None
    return out_of(recusals_of(draft.minutes.meeting).get(item, [])) if item else frozenset()


def excluded_from(draft: DraftVersion, person_id: int) -> list[dict[str, int]]:
    """The items that somebody's signature on a draft does not cover: those that they are recused from."""
    if draft.kind == "amendment":
        return []
    query = (
        select(AgendaItem.id, AgendaItem.position)
        .join(Recusal, Recusal.agenda_item_id == AgendaItem.id)
        .where(AgendaItem.meeting_id == draft.minutes.meeting_id)
        .where(Recusal.person_id == person_id, Recusal.kind.in_(presence.OUT))
        .order_by(AgendaItem.position)
    )
    return [{"item": row.id, "position": row.position} for row in db.session.execute(query)]


def is_open(draft: DraftVersion) -> bool:
    """True while a draft waits for signatures: it is the one under review."""
    if draft.kind == "amendment":
        found = draft.amendment
        return found is not None and found.life == "review"
    return draft.minutes.life == "review" and draft.number == draft.minutes.current_draft


def _signed(
    minutes: Minutes, draft: DraftVersion, meaning: str, note: str, method: str, *, actor: Actor
) -> Signature:
    change = begin(actor=actor)
    person = db.session.get_one(Person, actor.id)
    name = i18n.name_of(person, minutes.language)
    signature = Signature(
        draft_version_id=draft.id,
        person_id=actor.id,
        printed_name=name,
        latin_name=person.name_en if person.name_en not in ("", name) else None,
        capacity=_capacity(draft, meaning, actor=actor),
        meaning=meaning,
        note=note,
        seal=seal_of(minutes, person),
        excluded=excluded_from(draft, actor.id) or None,
        text_sha256=draft.sha256,
        method=method,
        signed_at=clock.now(),
        change_set_id=change.id,
    )
    db.session.add(signature)
    db.session.flush()
    after = {"draft": draft.number, "meaning": meaning, "method": method, "sha256": draft.sha256}
    record(
        "committee:signature:give", minutes, actor=actor, before={"meaning": None}, after=after, change=change
    )
    db.session.expire(draft, ["signatures"])
    if meaning == "request_changes":
        _back_to_draft(minutes, draft, note, actor=actor, change=change)
    elif meaning in CONSENTS:
        approve_if_enough(minutes, draft, actor=actor, change=change)
    return signature


def _capacity(draft: DraftVersion, meaning: str, *, actor: Actor) -> str:
    signer = next((s for s in draft.signers if s.person_id == actor.id), None)
    if signer is not None:
        return signer.capacity
    return "drafter" if meaning == signing.AUTHOR else "reader"


def seal_of(minutes: Minutes, person: Person) -> str:
    """The characters of somebody's seal, in Chinese in every language: 主任之印, 免疫之印."""
    seat = minutes.meeting.seats().get(person.id)
    words = (seat.name_hans if seat else "") or person.name_hans
    return signing.seal(seat.office if seat else "", words)


def consents(draft: DraftVersion) -> set[int]:
    """Who has approved a draft, those among them whose silence was recorded as consent."""
    return {s.person_id for s in draft.signatures if s.meaning in CONSENTS} | set(silent(draft))


def silent(draft: DraftVersion) -> dict[int, Consent]:
    """Consents by default to a draft, by person; who has signed since is not silent."""
    signed = {s.person_id for s in draft.signatures}
    return {c.person_id: c for c in draft.consents if c.kind == "default" and c.person_id not in signed}


def approve_if_enough(minutes: Minutes, draft: DraftVersion, *, actor: Actor, change: ChangeSet) -> None:
    """The minutes stand when the rule has all the approvals that it asks for."""
    if _suffices(draft):
        _approve(minutes, draft, actor=actor, change=change)


def _suffices(draft: DraftVersion) -> bool:
    rule, n = reviews.rule_of(draft)
    who = reviews.signings(draft)
    return quorum.is_approved(rule, n, who, consents(draft), drafter=drafter_of(draft))


def drafter_of(draft: DraftVersion) -> int:
    """Who wrote a draft; of a correction, who proposed it."""
    return draft.amendment.author_id if draft.amendment else draft.minutes.drafter_id


def _back_to_draft(
    minutes: Minutes, draft: DraftVersion, note: str, *, actor: Actor, change: ChangeSet
) -> None:
    """Consents stay in the record and count no more; those who gave them are told."""
    told = {s.person_id for s in draft.signatures if s.meaning != "request_changes"} | {drafter_of(draft)}
    if draft.kind == "amendment":
        amendment = draft.amendment
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
    telling.changes_requested(minutes.meeting, told - recused, note, actor=actor, change=change)
    telling.changes_requested(minutes.meeting, told & recused, "", actor=actor, change=change)


def _approve(minutes: Minutes, draft: DraftVersion, *, actor: Actor, change: ChangeSet) -> None:
    members = {m.person_id for m in minutes.meeting.committee.seats_on(clock.today())}
    if draft.kind == "amendment":
        amendment = draft.amendment
        if amendment is not None:
            amendment.life, amendment.approved_at = "approved", clock.now()
            facts = {"amendment": amendment.number, "sha256": draft.sha256}
            record(
                "committee:amendment:approve", minutes, actor=actor, before={"amendment": None}, after=facts,
                change=change,
            )  # fmt: skip
            told = members - recused_of(draft)
            notices.amendment_approved(minutes.meeting, told, amendment.number, actor=actor, change=change)
        return
    effects.settle(draft, actor=actor)  # before the minutes stand: after that the rows are frozen
    before = minutes.state()
    minutes.life, minutes.approved_at = "approved", clock.now()
    record("committee:minutes:approve", minutes, actor=actor, before=before, change=change)
    notices.approved(minutes.meeting, members, actor=actor, change=change)
