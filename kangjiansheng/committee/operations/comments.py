"""Comments on paragraphs, or on words in them, while a draft is under review."""

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Comment, Minutes, Paragraph, ParagraphRevision
from kangjiansheng.committee.notices import reviewing as notices
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.operations.minutes import standing_paragraphs
from kangjiansheng.committee.queries.floor import recusals_of
from kangjiansheng.committee.queries.opinions import Speakers, kept_out
from kangjiansheng.committee.rules import acts, anchors, mentions, numbers
from kangjiansheng.core import clock, markdown
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken

# What offices are called after an @, in the language in which minutes are written.
OFFICES = {"chair": "主任委员", "deputy": "副主任委员", "secretary": "秘书"}


def comment(
    paragraph: Paragraph,
    *,
    actor: Actor,
    text: str,
    parent: Comment | None = None,
    quote: str = "",
    quote_at: int | None = None,
    seen: int | None = None,
) -> Comment:
    """Write a comment on a paragraph, or an answer below one.

    `quote` are the words that it is about, `quote_at` where they begin in the wording `seen` that the reader had
    before them; who cannot say where, means the first place.
    """
    minutes = in_review(paragraph)
    root = parent.parent_id or parent.id if parent else None
    number, at = _anchor(paragraph, quote, quote_at, seen) if quote and root is None else (None, None)
    speakers = Speakers(minutes.meeting, OFFICES)
    known = speakers.names(paragraph.agenda_item_id)
    remark = Comment(
        paragraph_id=paragraph.id,
        revision_no=number or paragraph.revision_no,
        parent_id=root,
        author_id=actor.id,
        text=text,
        quote=quote if number else "",
        quote_at=at,
        mentions=_spoken(text, known),
        created_at=clock.now(),
        illustrative=minutes.illustrative,
    )
    db.session.add(remark)
    db.session.flush()
    after = {"paragraph": paragraph.public_id, "text": text} | ({"quote": quote} if number else {})
    change = record("committee:comment:add", remark, actor=actor, before={}, after=after)
    spoken = set(remark.mentions.values())
    _tell_spoken(remark, minutes, spoken, actor=actor, change=change)
    query = select(Comment.author_id).where((Comment.id == root) | (Comment.parent_id == root))
    told = {minutes.drafter_id, *db.session.scalars(query)} - spoken
    told -= speakers.away(paragraph.agenda_item_id)
    notices.commented(minutes.meeting, told, printed_no(paragraph), actor=actor)
    return remark


def in_review(paragraph: Paragraph) -> Minutes:
    """The minutes of a paragraph, locked; refused unless a draft of them is under review."""
    minutes = locked(paragraph.minutes)
    if minutes.life != "review":
        raise RuleBroken("committee:not-in-review")
    return minutes


def _anchor(paragraph: Paragraph, quote: str, at: int | None, seen: int | None) -> tuple[int, int]:
    """The number of the wording, and where the words begin in it; refused when they do not stand there."""
    query = select(ParagraphRevision).where(
        ParagraphRevision.paragraph_id == paragraph.id,
        ParagraphRevision.number == (seen or paragraph.revision_no),
    )
    wording = db.session.scalar(query)
    place = anchors.nearest(quote, at or 0, markdown.shown(wording.text)) if wording else None
    if wording is None or place is None:
        raise RuleBroken("committee:quote-missing", "quote")
    return wording.number, place[0]


def _spoken(text: str, known: dict[str, int]) -> dict[str, int]:
    return {text[start + 1 : end]: person for start, end, person in mentions.found(text, known)}


def _tell_spoken(
    remark: Comment, minutes: Minutes, spoken: set[int], *, actor: Actor, change: ChangeSet
) -> None:
    people = db.session.scalars(select(Person).where(Person.id.in_(spoken)))
    paragraph = db.session.get_one(Paragraph, remark.paragraph_id)
    notices.mentioned(
        minutes.meeting, {p.id: p for p in people}, printed_no(paragraph), actor=actor, change=change
    )


def printed_no(paragraph: Paragraph) -> str:
    """The number of a paragraph as it is printed; empty for one that was taken out."""
    order = standing_paragraphs(paragraph.minutes)
    printed = numbers.printed(p.kind for p in order)
    return next((no for p, no in zip(order, printed, strict=True) if p.id == paragraph.id), "")


def drafter_told(paragraph: Paragraph) -> set[int]:
    """Who wrote the text, when they may read of the paragraph's item."""
    meeting = paragraph.minutes.meeting
    rows = recusals_of(meeting).get(paragraph.agenda_item_id or 0, [])
    return {paragraph.minutes.drafter_id} - kept_out(rows, meeting)


def edit(remark: Comment, *, actor: Actor, text: str) -> None:
    """Change what one wrote a moment ago; who is spoken to only now is told."""
    minutes = _still_own(remark)
    if text == remark.text:
        return
    known = Speakers(minutes.meeting, OFFICES).names(remark.paragraph.agenda_item_id)
    before, spoken = {"text": remark.text}, set(remark.mentions.values())
    remark.text, remark.mentions, remark.edited_at = text, _spoken(text, known), clock.now()
    change = record("committee:comment:edit", remark, actor=actor, before=before, after={"text": text})
    _tell_spoken(remark, minutes, set(remark.mentions.values()) - spoken, actor=actor, change=change)


def withdraw(remark: Comment, *, actor: Actor) -> None:
    """Take back what one wrote a moment ago; the trail keeps it."""
    _still_own(remark)
    remark.withdrawn_at = clock.now()
    record(
        "committee:comment:withdraw", remark, actor=actor, before={"text": remark.text}, after={"text": None}
    )


def _still_own(remark: Comment) -> Minutes:
    """Refused after a quarter of an hour, and when somebody has answered."""
    minutes = in_review(remark.paragraph)
    answered = db.session.scalar(
        select(Comment.id).where(Comment.parent_id == remark.id, Comment.withdrawn_at.is_(None)).limit(1)
    )
    if answered or remark.withdrawn_at or clock.now() - remark.created_at > acts.CHANGE_WITHIN:
        raise RuleBroken("committee:comment-settled")
    return minutes


def resolve(remark: Comment, *, actor: Actor) -> None:
    """Close a thread; it stays to be read."""
    if remark.resolved_at is not None:
        return
    remark.resolved_at, remark.resolved_by_id = clock.now(), actor.id
    record(
        "committee:comment:resolve", remark, actor=actor, before={"resolved": False}, after={"resolved": True}
    )


def reopen(remark: Comment, *, actor: Actor) -> None:
    """Open a thread again that was closed."""
    if remark.resolved_at is None:
        return
    remark.resolved_at = remark.resolved_by_id = None
    record(
        "committee:comment:reopen", remark, actor=actor, before={"resolved": True}, after={"resolved": False}
    )
