"""JSON under /api/v1, over the same doors as the pages."""

from typing import Any

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.queries import exports, loaders, overviews, reading
from kangjiansheng.committee.rules import canon
from kangjiansheng.core.access import actor, on, signed_in

bp = Blueprint("committee_api", __name__, url_prefix="/api/v1")


@bp.get("/meetings")
@signed_in
def meetings() -> Response:
    """The meetings that the reader may see."""
    found = overviews.meetings(actor=actor())
    return jsonify({"meetings": [_meeting(m) for m in found]})


def _meeting(meeting: Meeting) -> dict[str, Any]:
    return {
        "code": meeting.code,
        "committee": meeting.committee.code,
        "running_no": meeting.running_no if meeting.running_no > 0 else None,
        "name": {"hans": meeting.name_hans, "hant": meeting.name_hant, "en": meeting.name_en},
        "held_on": meeting.held_on.isoformat(),
        "year_inferred": meeting.year_inferred,
        "life": meeting.life,
        "minutes": meeting.minutes.life if meeting.minutes else None,
        "source": meeting.source or None,
        "illustrative": meeting.illustrative,
    }


@bp.get("/meetings/<code>")
@on(load=loaders.meeting, may=policies.see)
def meeting(meeting: Meeting) -> Response:
    """One meeting with the items, decisions and actions that the reader may see."""
    who = actor()
    agenda = overviews.agenda(meeting, actor=who)
    items = [
        {
            "position": number,
            "kind": item.kind,
            "name": {"hans": item.name_hans, "hant": item.name_hant, "en": item.name_en},
            "minutes_planned": item.minutes_planned,
            "text": item.text,
            "project": item.project.code
            if item.project_id in agenda.open_projects and item.project
            else None,
            "gate": item.gate.code if item.project_id in agenda.open_projects and item.gate else None,
        }
        for number, item in enumerate(agenda.items, 1)
    ]
    decisions = [
        {"number": d.number, "kind": d.kind, "text": d.text, "votes_for": d.votes_for,
         "votes_against": d.votes_against, "abstentions": d.abstentions, "recused": d.recused}
        for d in overviews.decisions(actor=who, meeting_id=meeting.id)
    ]  # fmt: skip
    return jsonify(
        _meeting(meeting) | {"agenda": items, "items_withheld": agenda.hidden > 0, "decisions": decisions}
    )


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


@bp.get("/meetings/<code>/minutes")
@on(load=loaders.meeting, may=policies.read_minutes)
def minutes(meeting: Meeting) -> tuple[Response, int] | Response:
    """The minutes with fingerprint and signatures; what the reader may not see is only marked as such.

    When nothing is withheld, `canonical` is the text that was signed; docs/minutes-format.md says how `sha256`
    comes out of it. `/meetings/<code>/minutes.json` is the export that can be verified with parts withheld.
    """
    minutes, who = meeting.minutes, actor()
    if minutes is None:
        return jsonify({"status": 404, "title": "Not Found"}), 404
    drafts = reading.drafts(minutes)
    draft = next((d for d in drafts if d.number == minutes.current_draft), None)
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
    return jsonify(answer)
