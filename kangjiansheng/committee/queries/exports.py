"""Minutes as a file for one reader: what docs/minutes-format.md describes, and the source of every other document.

What the reader may not see is left out here, before anything is rendered; in its place stands nothing, or the hash by
which the rest can still be checked.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select

from kangjiansheng.committee.models import Amendment, Consent, DraftVersion, Minutes, Signature
from kangjiansheng.committee.queries import reading
from kangjiansheng.committee.queries.images import stored
from kangjiansheng.committee.rules import canon
from kangjiansheng.committee.rules.images import named
from kangjiansheng.core import changes
from kangjiansheng.core.audit import AuditEntry, entry_facts, row_lines
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import Named, db
from kangjiansheng.core.digests import plain, sha256

FORMAT = "kangjiansheng-minutes-export-1"
SEALED = (
    "committee:signature:give",
    "committee:consent:default",
    "committee:minutes:approve",
    "committee:amendment:approve",
)


@dataclass(frozen=True)
class Asked:
    """What an export is made of: the draft (None for a text that nobody froze), the head above it, its state."""

    minutes: Minutes
    draft: DraftVersion | None
    head: Mapping[str, Any]
    state: str  # approved, review, returned, draft, record
    waiting: bool  # corrections under review, too
    address: str
    at: datetime
    until: datetime | None = None
    side: str = ""  # the language that is wanted beside the text


def export(asked: Asked, *, actor: Actor) -> dict[str, Any]:
    """The minutes as this actor may read them, as plain JSON."""
    draft = asked.draft
    text = reading.frozen(draft, actor=actor) if draft else reading.working(asked.minutes, actor=actor)
    found: dict[str, Any] = {
        "format": FORMAT,
        "made_at": asked.at,
        "address": asked.address,
        "meeting": asked.minutes.meeting.code,
        "names": {
            "meeting": _names(asked.minutes.meeting),
            "committee": _names(asked.minutes.meeting.committee),
        },
        "state": asked.state,
        "approved_at": asked.minutes.approved_at if asked.state == "approved" else None,
        "illustrative": asked.minutes.illustrative,
        "language": asked.minutes.language,
        "year_inferred": asked.minutes.meeting.year_inferred,
        "whole": text.is_whole,
    }
    pictures = _pictures(asked.minutes, [p.text for p in text.paragraphs if not p.withheld])
    if draft is None:
        found |= {"images": pictures} if pictures else {}
        found |= _beside(text, asked)
        return plain(found | {"text": _unsigned(asked.head, text, actor=actor, minutes=asked.minutes)})
    given_to = _signatures(draft, asked, actor=actor, text=text)
    found["draft"] = _draft(draft) | {"signatures": given_to}
    silent = by_default(draft, asked.until)
    if silent:
        mapper = inspect(Consent)
        found["draft"]["consents"] = [{"row": _columns(mapper, c), "digest": c.digest} for c in silent]
    found["text"] = _text(draft, text, actor=actor)
    found["revisions"] = [
        {"id": p.public_id, "number": p.revision_no, "sha256": sha256(p.text)}
        for p in text.paragraphs
        if not p.withheld
    ]
    corrections = reading.attach_amendments(text, asked.minutes, waiting=asked.waiting, until=asked.until)
    shown = [one for one in corrections if asked.state == "approved"]
    found["amendments"] = [_amendment(one, asked, actor=actor, text=text) for one in shown]
    found |= _beside(text, asked)
    if pictures:
        found["images"] = pictures
    signed = [draft, *(one.draft for one in shown if one.draft)]
    acts = [s.change_set_id for d in signed for s in given(d, asked.until)]
    found["trail"] = _trail([*acts, *(c.change_set_id for c in silent)])
    return plain(found)  # type: ignore[no-any-return]


def _beside(text: reading.Reading, asked: Asked) -> dict[str, Any]:
    """The translations of what this reader may see; nothing where there is none. Nobody signed them."""
    if not asked.side:
        return {}
    reading.attach_translations(text, asked.side, until=asked.until)
    told = [
        {
            "id": p.public_id,
            "of": p.translation.revision_no,
            "outdated": p.outdated,
            "text": p.translation.text,
        }
        for p in text.paragraphs
        if p.translation is not None
    ]
    return {"translations": {"language": asked.side, "paragraphs": told}} if told else {}


def _pictures(minutes: Minutes, texts: Sequence[str]) -> dict[str, str]:
    """The pictures of what this reader may see, by digest, in Base64: so the file shows what was signed."""
    digests = [one for text in texts for one in named(text)]
    kept = stored(minutes, digests) if digests else {}
    return {digest: b64encode(data).decode() for digest, data in sorted(kept.items())}


def _names(thing: Named) -> dict[str, str]:
    return {"hans": thing.name_hans, "hant": thing.name_hant, "en": thing.name_en}


def _draft(draft: DraftVersion) -> dict[str, Any]:
    rule, _, n = draft.rule.partition(":")
    return {
        "number": draft.number,
        "frozen_at": draft.frozen_at,
        "sha256": draft.sha256,
        "rule": {"name": rule, "members": int(n or 0), "required": sum(s.required for s in draft.signers)},
    }


def _rows(text: reading.Reading) -> list[dict[str, Any]]:
    return [{"id": p.public_id, "no": p.no, "kind": p.kind, "text": p.text} for p in text.paragraphs]


def _text(draft: DraftVersion, text: reading.Reading, *, actor: Actor) -> dict[str, Any]:
    """What is signed, and each block opened when this reader may see it."""
    if not canon.is_in_blocks(draft.header):
        return _text_1(draft, text, actor=actor)
    whole = canon.document(draft.header, reading.frozen_rows(draft))
    seen = reading.items_of(draft.minutes, actor=actor).read
    hidden = {p.public_id for p in text.paragraphs if p.withheld}
    items = [block["item"] for block in draft.header["blocks"]] + [None] * len(whole["blocks"])
    opened = [
        None if _is_hidden(block, item, seen, hidden) else block
        for block, item in zip(whole["blocks"], items, strict=False)
    ]
    closed = [block for block, shown in zip(whole["blocks"], opened, strict=True) if shown is None]
    told = {"withheld": [_headings(block["paragraphs"]) for block in closed]} if closed else {}
    return {"signed": canon.signed(whole), "blocks": opened, **told}


def _headings(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The printed numbers of the sections that begin among paragraphs: all that a reader knows of a closed part."""
    return [row["no"] for row in rows if row["kind"] == "heading"]


def _is_hidden(block: Mapping[str, Any], item: int | None, seen: set[int], hidden: set[str]) -> bool:
    return (item is not None and item not in seen) or any(p["id"] in hidden for p in block["paragraphs"])


def _text_1(draft: DraftVersion, text: reading.Reading, *, actor: Actor) -> dict[str, Any]:
    """A text in the first format: with a part withheld, its fingerprint cannot be computed from the file."""
    if text.is_whole:
        return {"signed": canon.document(draft.header, _rows(text))}
    return {"signed": None, **_unsigned(draft.header, text, actor=actor, minutes=draft.minutes)}


def _unsigned(
    head: Mapping[str, Any], text: reading.Reading, *, actor: Actor, minutes: Minutes
) -> dict[str, Any]:
    """Header and runs of paragraphs, one empty place for each gap, in the shape of blocks without salt."""
    seen = reading.items_of(minutes, actor=actor).read
    open_actions = [a for a in head.get("actions", []) if a["item"] is None or a["item"] in seen]
    blocks: list[dict[str, Any] | None] = []
    closed: list[list[str]] = []
    for p, row in zip(text.paragraphs, _rows(text), strict=True):
        if p.withheld:
            if not blocks or blocks[-1] is not None:
                blocks.append(None)
                closed.append([])
            closed[-1] += _headings([row])
            continue
        if not blocks or blocks[-1] is None:
            blocks.append({"item": None, "paragraphs": [], "actions": []})
        decision = p.decision and {
            key: p.decision[key] for key in (*canon.VOTES, "motion", "dissents") if key in p.decision
        }  # a decision of a draft has more fields than are signed
        blocks[-1]["paragraphs"].append(row | ({"decision": decision} if decision else {}))  # type: ignore[index]
    first = next((block for block in blocks if block is not None), None)
    if first is not None:
        first["actions"] = [{key: a[key] for key in canon.ACTION} for a in open_actions]
    header = {key: value for key, value in head.items() if key not in canon.OF_ITEMS}
    return {"header": header, "blocks": blocks, **({"withheld": closed} if closed else {})}


def given(draft: DraftVersion, until: datetime | None) -> list[Signature]:
    """The signatures of a draft, up to the end of the day that is asked for."""
    return [s for s in draft.signatures if until is None or s.signed_at <= until]


def by_default(draft: DraftVersion, until: datetime | None) -> list[Consent]:
    """Whose silence was recorded as consent and who has not signed since, up to the end of the day asked for."""
    signed = {s.person_id for s in given(draft, until)}
    return [
        c
        for c in draft.consents
        if c.kind == "default" and c.person_id not in signed and (until is None or c.given_at <= until)
    ]


def _columns(mapper: Any, row: Any) -> dict[str, Any]:
    return {key: value for key, value in changes.row_values(mapper, row).items() if value is not None}


def _signatures(
    draft: DraftVersion, asked: Asked, *, actor: Actor, text: reading.Reading
) -> list[dict[str, Any]]:
    """Each with the columns that its digest is over; a note may speak of what is withheld, and goes with it, and so do
    the items that a signature does not cover, unless the reader gave it herself."""
    mapper = inspect(Signature)
    found = []
    for row in given(draft, asked.until):
        values = _columns(mapper, row)
        is_open = text.is_whole or row.person_id == actor.id
        hidden = [] if is_open else [key for key in ("note", "excluded") if values.get(key)]
        if hidden:
            found.append({"row": values | dict.fromkeys(hidden), "withheld": hidden})
        else:
            found.append({"row": values, "digest": row.digest, **_left_out(values, text)})
    return found


def _left_out(values: Mapping[str, Any], text: reading.Reading) -> dict[str, Any]:
    """Beside the items that a signature does not cover, the sections of the text that they are: the heading of each, and
    of one that is withheld its printed number."""
    if not values.get("excluded"):
        return {}
    begin = {p.item_id: p for p in reversed(text.paragraphs) if p.kind == "heading" and p.item_id}
    sections = [begin.get(one["item"]) for one in values["excluded"]]
    told: dict[str, Any] = {"sections": [p.public_id if p and not p.withheld else None for p in sections]}
    closed = [p.no if p and p.withheld else None for p in sections]
    return told | ({"withheld_sections": closed} if any(closed) else {})


def _amendment(one: Amendment, asked: Asked, *, actor: Actor, text: reading.Reading) -> dict[str, Any]:
    draft = one.draft
    assert draft is not None
    signed = {"signed": canon.signed(canon.document(draft.header, []))}
    return {
        "number": one.number,
        "state": one.life,
        "approved_at": one.approved_at,
        "draft": _draft(draft) | {"signatures": _signatures(draft, asked, actor=actor, text=text)},
        "text": signed,
    }


def _trail(change_sets: Sequence[int]) -> list[dict[str, Any]]:
    """The entries of the audit trail that cover the signatures, with the rows that each covers."""
    query = select(AuditEntry).where(AuditEntry.change_set_id.in_(change_sets), AuditEntry.act.in_(SEALED))
    rows: dict[int, list[str]] = {}
    found = []
    for entry in db.session.scalars(query.order_by(AuditEntry.seq)):
        if entry.change_set_id not in rows:
            rows[entry.change_set_id] = row_lines(db.session(), entry.change_set_id)
        found.append({"entry": entry_facts(entry), "hash": entry.hash, "rows": rows[entry.change_set_id]})
    return found
