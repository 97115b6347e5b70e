"""What reviewers raised on minutes in work, and nobody has answered: open suggestions and objections."""

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select, union_all
from sqlalchemy.orm import aliased

from kangjiansheng.committee.models import (
    AgendaItem,
    CommitteeMember,
    Consent,
    DraftVersion,
    Meeting,
    Minutes,
    Paragraph,
    Suggestion,
)
from kangjiansheng.committee.queries.opinions import SAID
from kangjiansheng.committee.queries.visible import memberships, reads_item
from kangjiansheng.core.changes import Actor


def counts(*, actor: Actor) -> Subquery:
    """How much waits (`count`) in the meetings (`id`) whose minutes the actor writes as secretary: of the items that
    the actor may read, and of no other. It is joined to a statement that home makes anyway."""
    written = memberships(actor).where(CommitteeMember.office == "secretary")
    mine = and_(
        Minutes.life.in_(("draft", "review")),
        Meeting.committee_id.in_(written),
        or_(Paragraph.agenda_item_id.is_(None), reads_item(actor)),
    )
    texts = (
        select(Meeting.id)
        .join(Minutes, Minutes.meeting_id == Meeting.id)
        .join(Paragraph, Paragraph.minutes_id == Minutes.id)
        .outerjoin(AgendaItem, AgendaItem.id == Paragraph.agenda_item_id)
        .where(mine)
    )
    suggested = texts.join(Suggestion, Suggestion.paragraph_id == Paragraph.id).where(
        Suggestion.life == "open", Paragraph.removed_at.is_(None)
    )
    objected = (
        texts.join(Consent, Consent.paragraph_id == Paragraph.id)
        .join(DraftVersion, DraftVersion.id == Consent.draft_version_id)
        .where(DraftVersion.number == Minutes.current_draft, _stands())
    )
    each = union_all(suggested, objected).subquery()
    return select(each.c.id, func.count().label("count")).group_by(each.c.id).subquery()


def _stands() -> ColumnElement[bool]:
    """The condition on an objection: it is the last word of who raised it to this paragraph, and not settled."""
    later, settled = aliased(Consent), aliased(Consent)
    same = (
        select(later.id)
        .where(
            later.draft_version_id == Consent.draft_version_id,
            later.paragraph_id == Consent.paragraph_id,
            later.person_id == Consent.person_id,
            later.kind.in_(SAID),
            later.id > Consent.id,
        )
        .correlate(Consent)
    )
    answer = (
        select(settled.id)
        .where(settled.kind == "settle", settled.settles_id == Consent.id)
        .correlate(Consent)
    )
    return and_(Consent.kind == "object", ~same.exists(), ~answer.exists())
