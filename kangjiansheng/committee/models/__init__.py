"""Committees, meetings, minutes by paragraph, signatures, decisions and actions."""

from kangjiansheng.committee.models.committees import Committee, CommitteeMember, NumberSeries
from kangjiansheng.committee.models.drafts import (
    Amendment,
    DraftParagraph,
    DraftVersion,
    Signature,
    SignatureCode,
    Signer,
)
from kangjiansheng.committee.models.interests import Declaration, Interest
from kangjiansheng.committee.models.meetings import (
    ITEM_STATE,
    AgendaItem,
    Attendance,
    Meeting,
    Presence,
    Recusal,
)
from kangjiansheng.committee.models.minutes import Comment, Minutes, Paragraph, ParagraphRevision
from kangjiansheng.committee.models.outcomes import Action, Decision

__all__ = [
    "ITEM_STATE",
    "Action",
    "AgendaItem",
    "Amendment",
    "Attendance",
    "Comment",
    "Committee",
    "CommitteeMember",
    "Decision",
    "Declaration",
    "DraftParagraph",
    "DraftVersion",
    "Interest",
    "Meeting",
    "Minutes",
    "NumberSeries",
    "Paragraph",
    "ParagraphRevision",
    "Presence",
    "Recusal",
    "Signature",
    "SignatureCode",
    "Signer",
]
