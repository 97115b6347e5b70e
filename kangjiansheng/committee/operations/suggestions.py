"""Suggested wordings: gathered while a draft is under review, taken into the next one or refused with a reason."""

from kangjiansheng.committee.models import Decision, Paragraph, Suggestion
from kangjiansheng.committee.notices import reviewing as notices
from kangjiansheng.committee.operations import outcomes
from kangjiansheng.committee.operations.comments import drafter_told, in_review, printed_no
from kangjiansheng.committee.operations.locks import draft_only, locked
from kangjiansheng.committee.operations.minutes import edit_paragraph
from kangjiansheng.committee.queries import loaders, opinions
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


def suggest(
    paragraph: Paragraph, *, actor: Actor, text: str, note: str = "", seen: int | None = None
) -> Suggestion:
    """Propose another wording for a paragraph; `seen` is the number of the wording that the form showed."""
    minutes = in_review(paragraph)
    number = seen or paragraph.revision_no
    base = opinions.wordings([(paragraph.id, number)]).get((paragraph.id, number))
    if base is None or text == base:
        raise RuleBroken("committee:suggestion-same", "text")
    made = Suggestion(
        paragraph_id=paragraph.id,
        revision_no=number,
        author_id=actor.id,
        text=text,
        note=note,
        created_at=clock.now(),
        illustrative=minutes.illustrative,
    )
    db.session.add(made)
    db.session.flush()
    after = {"paragraph": paragraph.public_id, "text": text, "note": note}
    record("committee:suggestion:make", made, actor=actor, before={}, after=after)
    notices.suggested(minutes.meeting, drafter_told(paragraph), printed_no(paragraph), actor=actor)
    return made


def take(suggestion: Suggestion, *, actor: Actor, text: str = "") -> Suggestion:
    """Make the suggested wording the paragraph's: its author is who suggested it, the change is of who took it.

    Where the text has moved on elsewhere in the paragraph, both changes count. Where they meet, nobody can say what
    was meant: then `text` is what the writer made of both, and the wording is the writer's.
    """
    minutes = draft_only(suggestion.paragraph.minutes)
    _open(suggestion)
    paragraph = suggestion.paragraph
    db.session.refresh(paragraph)
    if paragraph.removed_at is not None:
        raise RuleBroken("committee:paragraph-gone")
    found = opinions.proposed(suggestion)
    wording = text or found.merged
    if wording is None:
        raise RuleBroken("committee:suggestion-outdated", "text")
    decision = loaders.decision_of(paragraph)
    if decision is not None and outcomes.voted_on(decision):
        raise RuleBroken("committee:decision-voted", "text")
    change = begin(actor=actor)
    author = suggestion.author_id if wording == found.merged else None
    edit_paragraph(paragraph, actor=actor, seen=None, text=wording, change=change, author_id=author)
    if decision is not None:
        _reword(decision, wording, actor=actor, change=change)
    _answer(suggestion, "taken", actor=actor)
    suggestion.taken_revision_no = paragraph.revision_no
    record(
        "committee:suggestion:take", suggestion, actor=actor, before={"text": found.now},
        after={"text": wording, "paragraph": paragraph.public_id}, change=change,
    )  # fmt: skip
    notices.suggestion_answered(minutes.meeting, suggestion, printed_no(paragraph), actor=actor)
    return suggestion


def _reword(decision: Decision, text: str, *, actor: Actor, change: ChangeSet) -> None:
    before = decision.state()
    decision.text = text
    record("committee:decision:edit", decision, actor=actor, before=before, change=change)


def refuse(suggestion: Suggestion, *, actor: Actor, reason: str) -> None:
    """Leave a suggestion out, and say why."""
    minutes = locked(suggestion.paragraph.minutes)
    _open(suggestion)
    _answer(suggestion, "refused", actor=actor)
    suggestion.reason = reason
    record("committee:suggestion:refuse", suggestion, actor=actor, before={}, after={"reason": reason})
    notices.suggestion_answered(minutes.meeting, suggestion, printed_no(suggestion.paragraph), actor=actor)


def withdraw(suggestion: Suggestion, *, actor: Actor) -> None:
    """Take back a suggestion of one's own that nobody has answered."""
    locked(suggestion.paragraph.minutes)
    _open(suggestion)
    _answer(suggestion, "withdrawn", actor=actor)
    record(
        "committee:suggestion:withdraw", suggestion, actor=actor, before={"text": suggestion.text},
        after={"text": None},
    )  # fmt: skip


def _open(suggestion: Suggestion) -> None:
    db.session.refresh(suggestion)
    if suggestion.life != "open":
        raise RuleBroken("committee:suggestion-answered")


def _answer(suggestion: Suggestion, life: str, *, actor: Actor) -> None:
    suggestion.life, suggestion.answered_at, suggestion.answered_by_id = life, clock.now(), actor.id
