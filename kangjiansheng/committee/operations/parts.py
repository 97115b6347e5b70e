"""Paragraphs cut in two, joined and put elsewhere. Each keeps the id under which comments and drafts know it.

The first part of what is cut keeps its id; the other is new and says where it came from. What is joined to the
paragraph before it leaves the text, says where it went, and its comments go along.
"""

from sqlalchemy import select

from kangjiansheng.committee.models import Comment, Motion, Paragraph, Suggestion
from kangjiansheng.committee.operations.locks import draft_only
from kangjiansheng.committee.operations.minutes import (
    new_paragraph,
    renumber,
    revise,
    standing_paragraphs,
)
from kangjiansheng.committee.rules import anchors
from kangjiansheng.committee.rules import paragraphs as rules
from kangjiansheng.core import clock, markdown
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken


def split(paragraph: Paragraph, *, actor: Actor, seen: int | None, at: int) -> Paragraph:
    """Cut a paragraph before its character `at`; returns the new one, which follows it. Only text is cut: a heading
    names an item, and the words of a decision belong together."""
    _open(paragraph, seen)
    old = paragraph.text
    parts = rules.cut(old, at)
    if parts is None:
        raise RuleBroken("committee:cut-outside", "at")
    first, second = parts
    change = begin(actor=actor)
    made = new_paragraph(
        paragraph.minutes, "text", second, 0, paragraph.agenda_item_id, actor=actor, change=change
    )
    made.from_id = paragraph.id
    revise(paragraph, paragraph.revision_no + 1, first, actor=actor, change=change)
    order = [p for p in standing_paragraphs(paragraph.minutes) if p.id != made.id]
    order.insert(order.index(paragraph) + 1, made)
    renumber(order)
    _along(_about(paragraph, first, second), paragraph, made)
    record(
        "committee:paragraph:split", paragraph, actor=actor, before={"text": old},
        after={"text": first, "into": made.public_id}, change=change,
    )  # fmt: skip
    record(
        "committee:paragraph:add", made, actor=actor, before={},
        after={"kind": "text", "text": second, "from": paragraph.public_id}, change=change,
    )  # fmt: skip
    return made


def join(paragraph: Paragraph, *, actor: Actor, seen: int | None) -> Paragraph:
    """Join a paragraph to the one before it, which is returned. Both are of the same item, and so have the same
    readers."""
    _open(paragraph, seen)
    order = standing_paragraphs(paragraph.minutes)
    at = order.index(paragraph)
    before = order[at - 1] if at else None
    ends = [(one.kind, one.agenda_item_id) for one in (before, paragraph) if one is not None]
    if before is None or not rules.can_join(*ends):
        raise RuleBroken("committee:not-joinable")
    change = begin(actor=actor)
    old, text = before.text, rules.joined(before.text, paragraph.text)
    revise(before, before.revision_no + 1, text, actor=actor, change=change)
    paragraph.removed_at, paragraph.merged_into_id = clock.now(), before.id
    remarks = db.session.scalars(select(Comment).where(Comment.paragraph_id == paragraph.id))
    _along(list(remarks), paragraph, before)
    renumber([p for p in order if p.id != paragraph.id])
    record(
        "committee:paragraph:edit", before, actor=actor, before={"text": old}, after={"text": text},
        change=change,
    )  # fmt: skip
    record(
        "committee:paragraph:join", paragraph, actor=actor, before={"text": paragraph.text},
        after={"text": None, "into": before.public_id}, change=change,
    )  # fmt: skip
    return before


def _about(paragraph: Paragraph, first: str, second: str) -> list[Comment]:
    """The comments, with their answers, whose words went with the second part and do not stand in the first."""
    remarks = list(db.session.scalars(select(Comment).where(Comment.paragraph_id == paragraph.id)))
    stays, goes = markdown.shown(first), markdown.shown(second)
    moved = {
        r.id
        for r in remarks
        if r.quote and not anchors.places(r.quote, stays) and anchors.places(r.quote, goes)
    }
    return [r for r in remarks if r.id in moved or r.parent_id in moved]


def _along(remarks: list[Comment], here: Paragraph, there: Paragraph) -> None:
    """Hang comments on another paragraph, beside the words there that they quote."""
    text = markdown.shown(there.text)
    for remark in remarks:
        remark.paragraph_id, remark.revision_no = there.id, there.revision_no
        if remark.quote:
            place = anchors.nearest(remark.quote, remark.quote_at or 0, text)
            remark.quote_at = place[0] if place else remark.quote_at
    db.session.flush()
    for one in (here, there):
        db.session.expire(one, ["comments"])


def put(paragraph: Paragraph, after: Paragraph | None, *, actor: Actor) -> None:
    """Put a paragraph after another one, or at the beginning. It stays part of its item, with the same readers."""
    draft_only(paragraph.minutes)
    db.session.refresh(paragraph)
    order = standing_paragraphs(paragraph.minutes)
    if paragraph not in order or (after is not None and after not in order):
        raise RuleBroken("committee:paragraph-gone")
    was = order.index(paragraph)
    rest = [p for p in order if p.id != paragraph.id]
    to = rest.index(after) + 1 if after is not None and after.id != paragraph.id else 0
    if after is paragraph or to == was:
        return
    rest.insert(to, paragraph)
    renumber(rest)
    record(
        "committee:paragraph:move", paragraph, actor=actor, before={"position": was + 1},
        after={"position": to + 1},
    )  # fmt: skip


def _open(paragraph: Paragraph, seen: int | None) -> None:
    draft_only(paragraph.minutes)
    db.session.refresh(paragraph)
    if paragraph.removed_at is not None:
        raise RuleBroken("committee:paragraph-gone")
    of_vote = select(Motion.id).where(Motion.paragraph_id == paragraph.id).limit(1)
    if paragraph.kind != "text" or db.session.scalar(of_vote) is not None:
        raise RuleBroken("committee:not-text")
    expect(paragraph, seen)
    waiting = select(Suggestion.id).where(Suggestion.paragraph_id == paragraph.id, Suggestion.life == "open")
    if db.session.scalar(waiting.limit(1)) is not None:
        raise RuleBroken("committee:suggestions-open")
