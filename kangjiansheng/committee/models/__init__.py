"""Committees, meetings, minutes by paragraph, signatures, motions, decisions and actions."""

from kangjiansheng.committee.models.agenda import RECUSAL, BacklogItem, Dismissal, Paper
from kangjiansheng.committee.models.answers import CompanyDecision
from kangjiansheng.committee.models.committees import Committee, CommitteeMember, NumberSeries
from kangjiansheng.committee.models.drafts import (
    Amendment,
    DraftParagraph,
    DraftVersion,
    Signature,
    SignatureCode,
    Signer,
)
from kangjiansheng.committee.models.effects import DecisionEffect
from kangjiansheng.committee.models.imports import MinutesImport
from kangjiansheng.committee.models.interests import Declaration, Interest
from kangjiansheng.committee.models.invitations import InvitationLink
from kangjiansheng.committee.models.meetings import (
    ITEM_STATE,
    AgendaItem,
    Attendance,
    Meeting,
    Presence,
    Recusal,
)
from kangjiansheng.committee.models.minutes import Comment, Minutes, Paragraph, ParagraphRevision
from kangjiansheng.committee.models.motions import Ballot, Dissent, Mandate, Motion
from kangjiansheng.committee.models.outcomes import Action, Decision, DecisionDissent
from kangjiansheng.committee.models.packs import MeetingPack, PackItem
from kangjiansheng.committee.models.reviewing import Consent, ReadingMark, ReviewReminder, Suggestion
from kangjiansheng.committee.models.series import TEMPLATE_ITEM, AgendaTemplate, MeetingSeries
from kangjiansheng.committee.models.translations import ParagraphTranslation

__all__ = [
    "ITEM_STATE",
    "RECUSAL",
    "TEMPLATE_ITEM",
    "Action",
    "AgendaItem",
    "AgendaTemplate",
    "Amendment",
    "Attendance",
    "BacklogItem",
    "Ballot",
    "Comment",
    "Committee",
    "CommitteeMember",
    "CompanyDecision",
    "Consent",
    "Decision",
    "DecisionDissent",
    "DecisionEffect",
    "Declaration",
    "Dismissal",
    "Dissent",
    "DraftParagraph",
    "DraftVersion",
    "Interest",
    "InvitationLink",
    "Mandate",
    "Meeting",
    "MeetingPack",
    "MeetingSeries",
    "Minutes",
    "MinutesImport",
    "Motion",
    "NumberSeries",
    "PackItem",
    "Paper",
    "Paragraph",
    "ParagraphRevision",
    "ParagraphTranslation",
    "Presence",
    "ReadingMark",
    "Recusal",
    "ReviewReminder",
    "Signature",
    "SignatureCode",
    "Signer",
    "Suggestion",
]
