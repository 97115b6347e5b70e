"""A verifier of exported minutes, written from docs/minutes-format.md alone, with the standard library alone."""

import hashlib
import json


def h(value):
    if not isinstance(value, str):
        value = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(value.encode()).hexdigest()


def signed(draft, text, trail, stands):
    """The fingerprint, the signatures over it, and the approvals that it needs."""
    assert text["signed"] is None or h(text["signed"]) == draft["sha256"], "fingerprint"
    rows = [one["row"] for one in draft["signatures"]]
    assert len(rows) == len({row["person_id"] for row in rows}), "somebody signed twice"
    for one in draft["signatures"] + draft.get("consents", []):
        row = one["row"]
        assert row.get("text_sha256", draft["sha256"]) == draft["sha256"], "signature over another text"
        assert row.get("signed_at", row.get("told_at")) >= draft["frozen_at"], "signed before it was frozen"
        if "withheld" not in one:
            assert h(row) == one["digest"], "signature changed"
            mine = [e["rows"] for e in trail if e["entry"]["change_set_id"] == row["change_set_id"]]
            assert one["digest"] in {x.rpartition(":")[2] for y in mine for x in y}, "not in the trail"
    given = [row["capacity"] for row in rows if row["meaning"] in ("approve", "approve_with_reservation")]
    given, rule = given + ["silent" for _ in draft.get("consents", [])], draft["rule"]
    needed = rule["required"] + rule["members"] * (rule["name"] == "chair_and_n")
    assert not stands or ("chair" in given and len(given) >= needed), "approvals missing"


def verify(export):
    """Raise AssertionError that names what is wrong; return quietly when the file is whole."""
    assert export["format"] == "kangjiansheng-minutes-export-1", "format"
    draft, text, trail, blocks = export["draft"], export["text"], export["trail"], export["text"]["blocks"]
    signed(draft, text, trail, stands := export["state"] == "approved")
    assert all(b is None or h(b) == x for b, x in zip(blocks, text["signed"]["blocks"], strict=True)), "block"
    assert export["whole"] == (None not in blocks), "whole"
    wording = {p["id"]: p["text"] for block in blocks if block for p in block["paragraphs"]}
    revisions = {r["id"]: r["sha256"] for r in export["revisions"]}
    assert revisions == {k: h(v) for k, v in wording.items()}, "text"
    known, acts = {None}, [(e["entry"]["act"], e["entry"]["after"]) for e in trail]
    for one in sorted(export["amendments"], key=lambda a: a["approved_at"] or "9"):
        signed(one["draft"], one["text"], trail, one["state"] == "approved")
        at, head = one["approved_at"], one["text"]["signed"]["header"]
        assert at is None or at >= max(s["row"]["signed_at"] for s in one["draft"]["signatures"]), "when"
        assert (head["of_sha256"], head["amendment"]) == (draft["sha256"], one["number"]), "another text"
        assert head["old"] == wording[head["paragraph"]], "old wording"
        assert head["after_sha256"] in known or not export["whole"], "a correction is missing"
        wording[head["paragraph"]] = head["new"]
        known.add(one["draft"]["sha256"])
    approved = {after["sha256"] for act, after in acts if act == "committee:amendment:approve"}
    assert approved <= known, "a correction is missing"
    for before, one in zip([None, *trail], trail, strict=False):
        entry = one["entry"]
        assert h(entry) == one["hash"] and h("\n".join(one["rows"])) == entry["rows_digest"], "entry"
        if before and entry["seq"] == before["entry"]["seq"] + 1:
            assert entry["prev_hash"] == before["hash"], "chain"
    said = dict(acts).get("committee:minutes:approve", {"approved_at": ""}).get("approved_at")
    assert not stands or said == export["approved_at"], "approval unrecorded, or at another time"
