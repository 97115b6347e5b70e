"""The minutes of a meeting as JSON: what the reader may see of the text, with fingerprint and signatures."""

from typing import Any

from kangjiansheng.committee.models import DraftVersion, Meeting, Minutes
from kangjiansheng.committee.queries import exports, reading
from kangjiansheng.committee.rules import canon
from kangjiansheng.core.access import actor


def _paragraphs(text: reading.Reading) -> list[dict[str, Any]]:
    """The paragraphs of a reader; what is withheld is one mark for each gap, without numbers or their count."""
    found: list[dict[str, Any]] = []
    for p in text.paragraphs:
        if not p.withheld:
            row = {"id": p.public_id, "no": p.no, "kind": p.kind, "text": p.text, "decision": p.decision}
            found.append(row)
        elif not found or "withheld" not in found[-1]:
            found.append({"withheld": True})
    return found


def shown(meeting: Meeting) -> dict[str, Any] | None:
    """The minutes with fingerprint and signatures; what the reader may not see is only marked as such.

    When nothing is withheld, `canonical` is the text that was signed; docs/minutes-format.md says how `sha256`
    comes out of it. `/meetings/<code>/minutes.json` is the export that can be verified with parts withheld.
    """
    minutes = meeting.minutes
    if minutes is None:
        return None
    drafts = reading.drafts(minutes)
    return as_draft(minutes, next((d for d in drafts if d.number == minutes.current_draft), None))


def as_draft(minutes: Minutes, draft: DraftVersion | None) -> dict[str, Any]:
    """The same as one draft has it, or as it is being written (None)."""
    who, meeting = actor(), minutes.meeting
    text = reading.frozen(draft, actor=who) if draft else reading.working(minutes, actor=who)
    answer: dict[str, Any] = {
        "meeting": meeting.code,
        "life": minutes.life,
        "illustrative": minutes.illustrative,
        "draft": draft.number if draft else None,
        "sha256": draft.sha256 if draft else None,
        "whole": text.is_whole,
        "paragraphs": _paragraphs(text),
    }
    if draft:
        answer["signatures"] = [
            {
                "name": s.printed_name,
                "capacity": s.capacity,
                "meaning": s.meaning,
                "method": s.method,
                "signed_at": s.signed_at.isoformat(),
                "text_sha256": s.text_sha256,
            }
            for s in draft.signatures
        ]
        answer["consents_by_default"] = [
            {
                "name": c.printed_name,
                "answer_by": c.answer_by.isoformat(),
                "recorded_at": c.given_at.isoformat(),
            }
            for c in exports.by_default(draft, None)
            if c.answer_by
        ]
        if text.is_whole:
            shown = [{"id": p.public_id, "no": p.no, "kind": p.kind, "text": p.text} for p in text.paragraphs]
            answer["canonical"] = canon.document(draft.header, shown)
    return answer
