"""What reviewers say to the paragraphs of a draft: consent, or an objection that the secretary answers."""

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import (
    Consent,
    DraftParagraph,
    DraftVersion,
    Minutes,
    Paragraph,
    ParagraphRevision,
)
from kangjiansheng.committee.notices import reviewing as notices
from kangjiansheng.committee.operations.comments import drafter_told, in_review, printed_no
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.queries import opinions
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


def answer(
    paragraph: Paragraph, *, actor: Actor, kind: str, note: str = "", draft: int | None = None
) -> Consent:
    """Agree to a paragraph of the draft under review, object to it in words, or withdraw what one said.

    `draft` is the number of the draft that the reader saw: what was said to another one counts for no other.
    """
    minutes = in_review(paragraph)
    current = _current(minutes)
    if draft is not None and draft != current.number:
        raise RuleBroken("committee:draft-replaced")
    if kind not in opinions.SAID or not _holds(current, paragraph):
        raise RuleBroken("committee:kind-unknown")
    if kind == "object" and not note.strip():
        raise RuleBroken("committee:objection-words", "note")
    said = _keep(current, paragraph.id, kind, note.strip(), actor=actor, public_id=paragraph.public_id)
    if kind == "object":
        notices.objected(minutes.meeting, drafter_told(paragraph), printed_no(paragraph), actor=actor)
    return said


def settle(objection: Consent, *, actor: Actor, note: str) -> Consent:
    """Say what was done about an objection; it stays to be read with the answer."""
    minutes = locked(objection.draft.minutes)
    _agreed, standing = opinions.standing(opinions.rows_of(objection.draft))
    if not any(one.said.id == objection.id and one.is_open for one in standing):
        raise RuleBroken("committee:objection-settled")
    paragraph = db.session.get_one(Paragraph, objection.paragraph_id)
    said = _keep(
        objection.draft, paragraph.id, "settle", note, actor=actor, public_id=paragraph.public_id,
        settles=objection.id,
    )  # fmt: skip
    notices.objection_answered(minutes.meeting, objection.person_id, printed_no(paragraph), actor=actor)
    return said


def _current(minutes: Minutes) -> DraftVersion:
    return next(d for d in minutes.drafts if d.kind == "draft" and d.number == minutes.current_draft)


def _holds(draft: DraftVersion, paragraph: Paragraph) -> bool:
    query = (
        select(DraftParagraph.id)
        .join(ParagraphRevision, ParagraphRevision.id == DraftParagraph.paragraph_revision_id)
        .where(DraftParagraph.draft_version_id == draft.id, ParagraphRevision.paragraph_id == paragraph.id)
    )
    return db.session.scalar(query.limit(1)) is not None


def _keep(
    draft: DraftVersion,
    paragraph_id: int,
    kind: str,
    note: str,
    *,
    actor: Actor,
    public_id: str,
    settles: int | None = None,
) -> Consent:
    change = begin(actor=actor)
    said = Consent(
        draft_version_id=draft.id,
        paragraph_id=paragraph_id,
        person_id=actor.id,
        kind=kind,
        note=note,
        settles_id=settles,
        printed_name=db.session.get_one(Person, actor.id).name_hans,
        given_at=clock.now(),
        change_set_id=change.id,
    )
    db.session.add(said)
    db.session.flush()
    db.session.expire(draft, ["consents"])
    after = {"draft": draft.number, "paragraph": public_id, "kind": kind, "note": note}
    record(f"committee:consent:{kind}", said, actor=actor, before={}, after=after, change=change)
    return said
