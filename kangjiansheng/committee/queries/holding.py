"""An exported file of minutes against what this installation holds, as far as the reader may see it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee.models import DraftVersion, Minutes
from kangjiansheng.committee.queries import reading
from kangjiansheng.committee.rules import canon
from kangjiansheng.committee.rules.verification import Finding, fault, note
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import plain


def compared(
    export: Mapping[str, Any], minutes: Minutes, versions: Sequence[DraftVersion], *, actor: Actor
) -> list[Finding]:
    """What differs; `versions` are the drafts that are open to the reader, newest first. The file itself is whole."""
    said = export["draft"]
    draft = next((d for d in versions if d.number == said["number"]), None)
    if draft is None:
        return [note("here-unknown")]
    if draft.sha256 != said["sha256"]:
        return [fault("here-differs", number=draft.number)]
    made = datetime.fromisoformat(export["made_at"])
    return [
        *_text(draft, versions),
        *_state(export, minutes, draft, made),
        *_signatures(said["signatures"], draft, made),
        *_consents(said.get("consents", []), draft),
        *_amendments(export, minutes, draft, made, actor=actor),
        *_entries(export["trail"]),
    ]


def _text(draft: DraftVersion, versions: Sequence[DraftVersion]) -> Iterator[Finding]:
    if canon.fingerprint(draft.header, reading.frozen_rows(draft)) != draft.sha256:
        yield fault("here-broken")
    if draft.number < versions[0].number:
        yield note("here-newer")


def _state(
    export: Mapping[str, Any], minutes: Minutes, draft: DraftVersion, made: datetime
) -> Iterator[Finding]:
    stands = minutes.life == "approved" and draft.number == minutes.current_draft
    if export["state"] == "approved" and not stands:
        yield fault("here-not-approved")
    if export["state"] != "approved" and stands:
        early = minutes.approved_at is not None and minutes.approved_at <= made
        yield fault("state-misstated") if early else note("here-approved")
    if export["state"] == "approved" and stands and export["approved_at"] != plain(minutes.approved_at):
        yield fault("approval-time")


def _signatures(said: Sequence[Mapping[str, Any]], draft: DraftVersion, made: datetime) -> Iterator[Finding]:
    """By digest, and where that is withheld by person."""
    here = {s.digest: s for s in draft.signatures}
    people = {s.person_id for s in draft.signatures}
    for one in said:
        known = one["row"]["person_id"] in people if "withheld" in one else one["digest"] in here
        if not known:
            yield fault("here-no-signature", name=one["row"]["printed_name"])
    there = {one["row"]["person_id"] for one in said}
    for signature in draft.signatures:
        if signature.person_id not in there:
            name = signature.printed_name
            left = signature.signed_at <= made
            yield fault("here-more-signatures", name=name) if left else note("here-signed", name=name)


def _consents(said: Sequence[Mapping[str, Any]], draft: DraftVersion) -> Iterator[Finding]:
    here = {c.digest for c in draft.consents}
    for one in said:
        if one["digest"] not in here:
            yield fault("here-no-consent", name=one["row"]["printed_name"])


def _amendments(
    export: Mapping[str, Any], minutes: Minutes, draft: DraftVersion, made: datetime, *, actor: Actor
) -> Iterator[Finding]:
    text = reading.frozen(draft, actor=actor)
    stand = draft.number == minutes.current_draft and minutes.life == "approved"
    seen = reading.attach_amendments(text, minutes, waiting=True) if stand else []
    here = {one.number: one for one in seen if one.draft}
    said = {one["number"]: one for one in export["amendments"]}
    for number, one in said.items():
        mine = here.get(number)
        if mine is None or mine.draft is None or mine.draft.sha256 != one["draft"]["sha256"]:
            if export["whole"] and text.is_whole:
                yield fault("here-no-amendment", number=number)
            continue
        yield from _signatures(one["draft"]["signatures"], mine.draft, made)
        if one["approved_at"] is not None and one["approved_at"] != plain(mine.approved_at):
            yield fault("amendment-time", number=number)
    for number, mine in here.items():
        if number not in said and mine.approved_at is not None and text.is_whole and export["whole"]:
            early = mine.approved_at <= made
            yield (
                fault("here-more-amendments", number=number) if early else note("here-amended", number=number)
            )


def _entries(trail: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    seqs = {one["entry"]["seq"]: one["hash"] for one in trail}
    rows = select(AuditEntry.seq, AuditEntry.hash).where(AuditEntry.seq.in_(list(seqs)))
    here = {row.seq: row.hash for row in db.session.execute(rows)}
    for seq, digest in seqs.items():
        if here.get(seq) != digest:
            yield fault("here-no-entry", seq=seq)
