"""What the trail calls the things of this floor: SAC-2026-07 and not a key."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee.models import (
    AgendaItem,
    AgendaTemplate,
    BacklogItem,
    Ballot,
    Comment,
    Committee,
    Consent,
    Decision,
    DecisionDissent,
    Declaration,
    Dissent,
    DraftVersion,
    Interest,
    Mandate,
    Meeting,
    MeetingSeries,
    Minutes,
    MinutesImport,
    Motion,
    Paragraph,
    Presence,
    Suggestion,
)
from kangjiansheng.core.db import db
from kangjiansheng.labs.queries.naming import Namer, by_code


def _by_meeting(kind: Any, *way: Any) -> Namer:
    def codes(keys: set[int]) -> Mapping[int, str]:
        query = select(kind.id, Meeting.code).select_from(kind)
        for step in way:
            query = query.join(step)
        return {row[0]: row[1] for row in db.session.execute(query.where(kind.id.in_(keys)))}

    return codes


def _by_committee(kind: Any) -> Namer:
    def codes(keys: set[int]) -> Mapping[int, str]:
        query = select(kind.id, Committee.code).join(Committee, Committee.id == kind.committee_id)
        return {row[0]: row[1] for row in db.session.execute(query.where(kind.id.in_(keys)))}

    return codes


CODES: dict[str, Namer] = {
    "committee": by_code(Committee),
    "meeting": _by_meeting(Meeting),
    "agenda_item": _by_meeting(AgendaItem, AgendaItem.meeting),
    "presence": _by_meeting(Presence, Presence.meeting),
    "agenda_template": _by_committee(AgendaTemplate),
    "meeting_series": _by_committee(MeetingSeries),
    "backlog_item": _by_committee(BacklogItem),
    "interest": _by_committee(Interest),
    "declaration": _by_committee(Declaration),
    "motion": _by_meeting(Motion, Motion.meeting),
    "ballot": _by_meeting(Ballot, Ballot.motion, Motion.meeting),
    "decision_dissent": _by_meeting(DecisionDissent, DecisionDissent.decision, Decision.meeting),
    "dissent": _by_meeting(Dissent, Dissent.motion, Motion.meeting),
    "mandate": _by_meeting(Mandate, Mandate.meeting),
    "minutes_import": _by_committee(MinutesImport),
    "minutes": _by_meeting(Minutes, Minutes.meeting),
    "paragraph": _by_meeting(Paragraph, Paragraph.minutes, Minutes.meeting),
    "comment": _by_meeting(Comment, Comment.paragraph, Paragraph.minutes, Minutes.meeting),
    "suggestion": _by_meeting(Suggestion, Suggestion.paragraph, Paragraph.minutes, Minutes.meeting),
    "consent": _by_meeting(Consent, Consent.draft, DraftVersion.minutes, Minutes.meeting),
}
