"""What a page that can be signed shows: who has signed, what this reader's signature can mean, what it asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import current_app, request

from kangjiansheng.accounts.forms.factors import offered
from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.operations import proving
from kangjiansheng.accounts.operations.passkeys import Offer
from kangjiansheng.committee import forms
from kangjiansheng.committee.models import CommitteeMember, Consent, DraftVersion, Signature
from kangjiansheng.committee.operations import codes, signatures
from kangjiansheng.committee.queries.reading import Reading
from kangjiansheng.committee.rules import told
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


@dataclass
class Step:
    """One person in the progress of a draft: asked to sign it, or one who signed without being asked."""

    person: Person
    capacity: str
    member: CommitteeMember | None
    signature: Signature | None
    is_me: bool
    note: str = ""  # as far as this reader may know it: a note may speak of what is withheld
    excluded: list[str] = field(default_factory=list)  # what the signature does not cover, likewise
    silent: Consent | None = None  # their silence was recorded as consent


def progress(draft: DraftVersion, me: int, *, whole: bool, text: Reading | None = None) -> list[Step]:
    """Who was to sign, and what they said; the chair first, then by seat; then who wrote the text and who read it. The
    notes of others, and what their signatures leave out, are for readers from whom nothing is withheld (`whole`).
    With the `text` on the page, what is left out is named by its section there."""
    meeting = draft.minutes.meeting
    seats = meeting.seats()
    given = {s.person_id: s for s in draft.signatures}
    asked = {signer.person_id: (signer.person, signer.capacity) for signer in draft.signers}
    asked |= {s.person_id: (s.person, s.capacity) for s in draft.signatures if s.person_id not in asked}
    steps, silent = [], signatures.silent(draft)
    for key, (person, capacity) in asked.items():
        signature = given.get(key)
        open_to_me = signature is not None and (whole or key == me)
        note = signature.note if signature and open_to_me else ""
        excluded = _left_out(signature.excluded or [], text) if signature and open_to_me else []
        steps.append(
            Step(person, capacity, seats.get(key), signature, key == me, note, excluded, silent.get(key))
        )
    order = ("chair", "member", "drafter", "reader")
    return sorted(steps, key=lambda s: (order.index(s.capacity), s.member.seat if s.member else 999))


def _left_out(excluded: Sequence[Mapping[str, int]], text: Reading | None) -> list[str]:
    """What a signature does not cover: sections of the text, where it is at hand and has them, else items of the agenda.
    The two are counted apart: before the first item stands what is general."""
    sections = {p.item_id: p for p in reversed(text.paragraphs) if p.kind == "heading"} if text else {}
    named = [(sections.get(one["item"]), one["position"]) for one in excluded]
    return [told.section(p.no, p.text) if p else told.on_agenda(position) for p, position in named]


@dataclass
class Asked:
    """The form with which this reader may sign: what their signature can mean, leaves out, and asks for."""

    approves: bool
    proofs: tuple[str, ...]
    seal: str
    excluded: list[str]
    code_sent: bool
    offer: Offer | None  # of a passkey, which stands for the code
    mails_leave: bool
    address: str


def purpose(draft: DraftVersion, *, actor: Actor) -> str:
    """What a passkey is shown for: this text and no other, by this person."""
    return f"sign {draft.sha256} {actor.id}"


def asked(
    draft: DraftVersion, form: forms.SignForm, *, actor: Actor, text: Reading | None = None
) -> Asked | None:
    """None for who may not sign, or has signed. Fits the form's choices to the reader."""
    options = signatures.meanings(draft, actor=actor)
    if not options or any(s.person_id == actor.id for s in draft.signatures):
        return None
    form.meaning.choices = [(key, word) for key, word in forms.MEANINGS if key in options]
    if not form.is_submitted():
        form.sha256.data = draft.sha256
        wanted = request.args.get("meaning", "")
        form.meaning.data = wanted if wanted in options else options[0] if len(options) == 1 else None
    person = db.session.get_one(Person, actor.id)
    proofs = codes.asked(draft, actor=actor)
    account = proving.account_of(actor=actor) if "second" in proofs else None
    alone = "password" not in proofs
    return Asked(
        approves="approve" in options,
        proofs=proofs,
        seal=signatures.seal_of(draft.minutes, person),
        excluded=_left_out(signatures.excluded_from(draft, actor.id), text),
        code_sent="code" in proofs and codes.waiting(draft, actor=actor) is not None,
        offer=offered(account, purpose(draft, actor=actor), alone=alone) if account else None,
        mails_leave=bool(current_app.config["SETTINGS"].smtp_url),
        address=person.email or "",
    )
