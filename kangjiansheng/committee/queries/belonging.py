"""What the trail counts to a meeting: its agenda, who was there, what was voted, the minutes and what follows of them."""

from kangjiansheng.committee import models as m
from kangjiansheng.core.belonging import by

PARTS = {
    "meeting": by(
        m.AgendaItem.meeting_id, m.Minutes.meeting_id, m.MinutesImport.meeting_id, m.Motion.meeting_id,
        m.Decision.meeting_id, m.Action.meeting_id, m.MeetingPack.meeting_id, m.Interest.meeting_id,
        m.Declaration.meeting_id, m.Presence.meeting_id, m.Mandate.meeting_id,
    ),
    "agenda_item": by(
        m.Interest.agenda_item_id, m.DecisionEffect.agenda_item_id, m.Recusal.agenda_item_id
    ),
    "minutes": by(m.Paragraph.minutes_id, m.DraftVersion.minutes_id),
    "paragraph": by(
        m.Comment.paragraph_id, m.Suggestion.paragraph_id, m.Consent.paragraph_id,
        m.ParagraphTranslation.paragraph_id,
    ),
    "draft_version": by(m.Signature.draft_version_id, m.Signer.draft_version_id),
    "motion": by(m.Ballot.motion_id, m.Dissent.motion_id),
    "decision": by(m.CompanyDecision.decision_id, m.DecisionDissent.decision_id, m.DecisionEffect.decision_id),
}  # fmt: skip
