"""Is an exported file of minutes whole? Asked of the file alone, as anybody could; docs/minutes-format.md says how.

A finding is a code with facts; `documents.findings` has the words. Faults are what was changed, removed or put in;
notes are what this file alone cannot tell.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kangjiansheng.committee.rules import canon, images
from kangjiansheng.committee.rules.signing import CONSENTS
from kangjiansheng.core.digests import sha256

EXPORT = "kangjiansheng-minutes-export-1"
CODE = re.compile(r"[\w.-]{1,60}")
MOST = 2**31
DAY_ENDS = "T16:00:00.000000Z"  # of a day in Shanghai, in UTC
STATES = ("approved", "review", "returned", "draft", "record")


@dataclass(frozen=True)
class Finding:
    """One thing that was found: its code, whether it is a fault, and what it is about."""

    code: str
    fault: bool = True
    facts: Mapping[str, Any] = field(default_factory=dict)


def fault(code: str, **facts: Any) -> Finding:
    """Something was changed, removed or put in."""
    return Finding(code, True, facts)


def note(code: str, **facts: Any) -> Finding:
    """Something that the file cannot show, or that has happened since."""
    return Finding(code, False, facts)


def check(export: Any) -> list[Finding]:
    """Everything that is wrong with an export, and what it cannot show; without a fault it is whole."""
    if not isinstance(export, dict) or export.get("format") != EXPORT or export.get("state") not in STATES:
        return [fault("not-an-export")]
    try:
        if datetime.fromisoformat(export["made_at"]).tzinfo is None or not CODE.fullmatch(export["meeting"]):
            return [fault("misshapen")]
        return list(_findings(export))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError):
        return [fault("misshapen")]


def _findings(export: Mapping[str, Any]) -> Iterator[Finding]:
    if "translations" in export:
        yield note("translations")
    if "draft" not in export:
        # A text that nobody froze has neither fingerprint nor signature: such a file cannot be of signed minutes.
        yield fault("unsigned-approved") if export["state"] not in ("draft", "record") else note("unsigned")
        return
    draft, text = export["draft"], export["text"]
    yield from _text(export, draft["sha256"], text)
    yield from _revisions(export)
    yield from _images(export)
    headings = [p["id"] for p in paragraphs(export) if p is not None and p["kind"] == "heading"]
    yield from _signatures(draft, export["trail"], headings)
    yield from _consents(draft, export["trail"])
    yield from _approval(export["state"] == "approved", draft)
    yield from _amendments(export)
    yield from _trail(export["trail"])
    yield from _approved_in_trail(export)


def _text(export: Mapping[str, Any], digest: str, text: Mapping[str, Any]) -> Iterator[Finding]:
    signed = text["signed"]
    if signed is None:
        yield note("format-1-withheld")
        return
    if sha256(signed) != digest:
        yield fault("text-changed")
    header = signed["header"]
    if header["meeting"] != export["meeting"]:
        yield fault("other-meeting", meeting=header["meeting"])
    if signed["format"] == canon.FORMAT_1:
        return
    if signed["format"] != canon.FORMAT_2 or len(signed["blocks"]) != len(text["blocks"]):
        yield fault("blocks-differ")
        return
    for number, (block, hashed) in enumerate(zip(text["blocks"], signed["blocks"], strict=True), 1):
        if block is not None and sha256(block) != hashed:
            yield fault("block-changed", number=number, title=block["item"] or "")
    gaps = sum(1 for block in text["blocks"] if block is None)
    if gaps:
        yield note("withheld")
    if bool(gaps) == bool(export["whole"]):
        yield fault("whole-misstated")


def paragraphs(export: Mapping[str, Any]) -> Iterator[Mapping[str, Any] | None]:
    """The paragraphs of an export in their order; None for each gap."""
    text = export["text"]
    if "blocks" not in text:
        yield from text["signed"]["paragraphs"]
        return
    gap = False
    for block in text["blocks"]:
        if block is None:
            if not gap:
                yield None
        else:
            yield from block["paragraphs"]
        gap = block is None


def _revisions(export: Mapping[str, Any]) -> Iterator[Finding]:
    """Each paragraph that is shown, against the SHA-256 of its wording."""
    digests = {row["id"]: row["sha256"] for row in export["revisions"]}
    for p in paragraphs(export):
        if p is not None and digests.get(p["id"]) != sha256(p["text"]):
            yield fault("paragraph-changed", no=p["no"])


def _images(export: Mapping[str, Any]) -> Iterator[Finding]:
    """Each picture that the text names by its digest."""
    kept = images.brought(export)
    for p in paragraphs(export):
        for digest in images.named(p["text"]) if p is not None else []:
            if digest not in kept:
                yield fault("image-changed", no=p["no"] if p else "")


def _signatures(
    draft: Mapping[str, Any], trail: Sequence[Mapping[str, Any]], headings: Collection[str] = ()
) -> Iterator[Finding]:
    """Each signature: over this text, unaltered, once for each person, and covered by an entry of the trail."""
    sealed = {entry["entry"]["change_set_id"]: entry["rows"] for entry in trail}
    people = [one["row"]["person_id"] for one in draft["signatures"]]
    for one in draft["signatures"]:
        row, name = one["row"], one["row"]["printed_name"]
        if row["text_sha256"] != draft["sha256"]:
            yield fault("signature-elsewhere", name=name)
        if row["signed_at"] < draft["frozen_at"]:
            yield fault("signature-early", name=name)
        if people.count(row["person_id"]) > 1:
            yield fault("signature-twice", name=name)
        if "withheld" in one:
            yield note("note-withheld", name=name)
            continue
        if sha256(row) != one["digest"]:
            yield fault("signature-changed", name=name)
        if not _fit(one, headings):
            yield fault("sections-misstated", name=name)
        rows = sealed.get(row["change_set_id"], [])
        if not any(line.startswith("signature:") and line.endswith(f":{one['digest']}") for line in rows):
            yield fault("signature-uncovered", name=name)


def _fit(signature: Mapping[str, Any], headings: Collection[str]) -> bool:
    """Whether the sections that stand beside the items left out are different ones of this text, one for each item."""
    if "sections" not in signature:
        return True
    sections, items = signature["sections"], signature["row"].get("excluded") or []
    named = [key for key in sections if key is not None]
    return len(sections) == len(items) and len(set(named)) == len(named) and set(named) <= set(headings)


def _consents(draft: Mapping[str, Any], trail: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Silence recorded as consent: unaltered, covered by an entry of the trail, when the day that was named was over,
    once for each person, and of nobody who signed."""
    sealed = {entry["entry"]["change_set_id"]: entry["rows"] for entry in trail}
    known = [one["row"]["person_id"] for one in draft["signatures"]]
    for one in draft.get("consents", []):
        row, name = one["row"], one["row"]["printed_name"]
        if row["person_id"] in known or row["kind"] != "default":
            yield fault("consent-twice", name=name)
        known.append(row["person_id"])
        if sha256(row) != one["digest"]:
            yield fault("consent-changed", name=name)
        if not row["told_at"] < row["given_at"] or row["given_at"] < row["answer_by"] + DAY_ENDS:
            yield fault("consent-early", name=name)
        rows = sealed.get(row["change_set_id"], [])
        if not any(line.startswith("consent:") and line.endswith(f":{one['digest']}") for line in rows):
            yield fault("consent-uncovered", name=name)


def _approval(stands: bool, draft: Mapping[str, Any]) -> Iterator[Finding]:
    """What is said to stand must have the approvals that its rule asks for."""
    given = [one["row"]["capacity"] for one in draft["signatures"] if one["row"]["meaning"] in CONSENTS]
    given += ["silent"] * len(draft.get("consents", []))
    rule = draft["rule"]
    if not stands:
        return
    if "chair" not in given:
        yield fault("chair-missing")
    needed = rule["required"] + (rule["members"] if rule["name"] == "chair_and_n" else 0)
    if len(given) < max(needed, 1):
        yield fault("approvals-missing", given=len(given), needed=needed)


def _amendments(export: Mapping[str, Any]) -> Iterator[Finding]:
    original, trail = export["draft"]["sha256"], export["trail"]
    texts = {p["id"]: p["text"] for p in paragraphs(export) if p is not None}
    known, numbers = set[str](), list[int]()
    for one in sorted(export["amendments"], key=lambda a: (a["approved_at"] or "9999", a["number"])):
        number, signed = one["number"], one["text"]["signed"]
        header = signed["header"]
        numbers.append(number)
        if sha256(signed) != one["draft"]["sha256"]:
            yield fault("amendment-changed", number=number)
        if header["amendment"] != number or numbers.count(number) > 1:
            yield fault("amendment-number", number=number)
        if header["of_sha256"] != original or header["meeting"] != export["meeting"]:
            yield fault("amendment-elsewhere", number=number)
        if texts.get(header["paragraph"]) != header["old"]:
            yield fault("amendment-old", number=number)
        yield from _follows(header, known, whole=bool(export["whole"]), number=number)
        known.add(one["draft"]["sha256"])
        yield from _signatures(one["draft"], trail)
        yield from _approval(one["state"] == "approved", one["draft"])
        if one["state"] == "approved":
            texts[header["paragraph"]] = header["new"]


def _follows(header: Mapping[str, Any], known: set[str], *, whole: bool, number: int) -> Iterator[Finding]:
    """Each correction names the one that was approved before it."""
    before = header.get("after_sha256")
    if before is not None and before not in known:
        yield fault("amendment-gap", number=number) if whole else note("amendment-gap", number=number)


def _trail(trail: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Entries of the audit trail: their own hashes, the rows that they cover, and the link where two are neighbours."""
    last: Mapping[str, Any] | None = None
    for one in trail:
        entry, seq = one["entry"], one["entry"]["seq"]
        if not isinstance(seq, int) or not 0 < seq < MOST:
            raise ValueError(seq)
        if sha256(entry) != one["hash"]:
            yield fault("entry-changed", seq=seq)
        if sha256("\n".join(one["rows"])) != entry["rows_digest"]:
            yield fault("entry-rows", seq=seq)
        if last is not None:
            neighbours = seq == last["entry"]["seq"] + 1
            if seq <= last["entry"]["seq"] or (neighbours and entry["prev_hash"] != last["hash"]):
                yield fault("entry-order", seq=seq)
        last = one


def _approved_in_trail(export: Mapping[str, Any]) -> Iterator[Finding]:
    """What is said to stand was recorded as standing."""
    acts = [(one["entry"]["act"], one["entry"]["after"]) for one in export["trail"]]
    if export["state"] == "approved" and not any(act == "committee:minutes:approve" for act, _ in acts):
        yield fault("approval-unrecorded")
    yield from _times(export, [after for act, after in acts if act == "committee:minutes:approve"])
    approved = {after["sha256"]: after for act, after in acts if act == "committee:amendment:approve"}
    there = {one["draft"]["sha256"]: one for one in export["amendments"] if one["state"] == "approved"}
    for digest in there.keys() - approved.keys():
        yield fault("amendment-unrecorded", number=there[digest]["number"])
    for digest in approved.keys() - there.keys():
        yield fault("amendment-absent", number=approved[digest]["amendment"])


def _times(export: Mapping[str, Any], approvals: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """When it came to stand is what the trail says; a correction not before its signatures, and none that waits."""
    said, stands = export["approved_at"], export["state"] == "approved"
    known = [after["approved_at"] for after in approvals if "approved_at" in after]
    if (stands and known and said not in known) or (said is not None and not stands):
        yield fault("approval-time")
    for one in export["amendments"]:
        given = [signature["row"]["signed_at"] for signature in one["draft"]["signatures"]]
        at = one["approved_at"]
        if (at is not None) != (one["state"] == "approved") or (at is not None and at < max(given)):
            yield fault("amendment-time", number=one["number"])
