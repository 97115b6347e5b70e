"""Comments on paragraphs while a draft is under review."""

from sqlalchemy import select

from kangjiansheng.committee import notices
from kangjiansheng.committee.models import Comment, Minutes, Paragraph
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.operations.minutes import standing_paragraphs
from kangjiansheng.committee.rules import numbers
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


def comment(paragraph: Paragraph, *, actor: Actor, text: str, parent: Comment | None = None) -> Comment:
    """Write a comment on a paragraph, or an answer below one."""
    minutes = locked(paragraph.minutes)
    if minutes.life != "review":
        raise RuleBroken("committee:not-in-review")
    root = parent.parent_id or parent.id if parent else None
    remark = Comment(
        paragraph_id=paragraph.id,
        revision_no=paragraph.revision_no,
        parent_id=root,
        author_id=actor.id,
        text=text,
        created_at=clock.now(),
        illustrative=minutes.illustrative,
    )
    db.session.add(remark)
    db.session.flush()
    after = {"paragraph": paragraph.public_id, "text": text}
    record("committee:comment:add", remark, actor=actor, before={}, after=after)
    thread = db.session.scalars(
        select(Comment.author_id).where((Comment.id == root) | (Comment.parent_id == root))
    )
    number = _printed_no(minutes, paragraph)
    notices.commented(minutes.meeting, {minutes.drafter_id, *thread}, number, actor=actor)
    return remark


def _printed_no(minutes: Minutes, paragraph: Paragraph) -> str:
    order = standing_paragraphs(minutes)
    printed = numbers.printed(p.kind for p in order)
    return next((no for p, no in zip(order, printed, strict=True) if p.id == paragraph.id), "")


def resolve(remark: Comment, *, actor: Actor) -> None:
    """Close a thread; it stays to be read."""
    if remark.resolved_at is not None:
        return
    remark.resolved_at, remark.resolved_by_id = clock.now(), actor.id
    record(
        "committee:comment:resolve", remark, actor=actor, before={"resolved": False}, after={"resolved": True}
    )
