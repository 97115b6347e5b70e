"""A draft is taken back from review by those who write it, to take in what its readers have said."""

from kangjiansheng.committee.models import Minutes
from kangjiansheng.committee.notices import reviewing as notices
from kangjiansheng.committee.operations import signatures
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.queries.floor import out_of, recusals_of
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.errors import RuleBroken


def recall(minutes: Minutes, *, actor: Actor, note: str) -> None:
    """Back to a draft: what was signed and said stays in the record and counts no more; those who were asked to sign
    are told. Why is told to those who may read all of it."""
    locked(minutes)
    if minutes.life != "review":
        raise RuleBroken("committee:not-in-review-now")
    draft = next(d for d in minutes.drafts if d.kind == "draft" and d.number == minutes.current_draft)
    change = begin(actor=actor, note=note)
    before = minutes.state()
    minutes.life, minutes.review_due_on = "draft", None
    record("committee:minutes:recall", minutes, actor=actor, before=before, change=change)
    told = {s.person_id for s in draft.signers} | {s.person_id for s in draft.signatures}
    told.add(signatures.drafter_of(draft))
    recused = {person for rows in recusals_of(minutes.meeting).values() for person in out_of(rows)}
    notices.recalled(minutes.meeting, told - recused, note, actor=actor)
    notices.recalled(minutes.meeting, told & recused, "", actor=actor)
