"""What waits for one person in the committees: the next meeting, texts to write and to sign, actions of their own.

A fixed number of statements for all of it, however much waits: home asks for it on every visit.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.committee.models import (
    Action,
    CommitteeMember,
    DraftVersion,
    Meeting,
    Minutes,
    Motion,
    Signature,
)
from kangjiansheng.committee.queries import answers, motions, raised
from kangjiansheng.committee.queries.visible import memberships, put_to_members, put_to_sign, sees_action
from kangjiansheng.committee.rules.meetings import HIDDEN
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


@dataclass
class Duties:
    """`writing` are meetings whose attendance or minutes are not done, the ones sent back first; `drafts` and
    `amendments` wait for this person's signature, `votes` for their ballot."""

    coming: Meeting | None
    writing: list[Meeting]
    drafts: list[DraftVersion]
    amendments: list[DraftVersion]
    actions: list[Action]
    votes: list[Motion]
    advice: int  # of the committees, for which this person owes the company's answer
    raised: list[tuple[Meeting, int]]  # suggestions and objections that wait for this secretary, by meeting

    @property
    def count(self) -> int:
        """How many things are to be done, but for the drafts: these have a place of their own."""
        mine = len(self.writing) + len(self.amendments) + len(self.actions) + len(self.votes)
        return mine + bool(self.advice) + len(self.raised)

    @property
    def illustrative(self) -> bool:
        """Whether anything that is named here is."""
        shown: list[Any] = [
            *filter(None, [self.coming]),
            *self.writing,
            *(one.minutes.meeting for one in (*self.drafts, *self.amendments)),
            *(one.meeting for one in self.votes),
            *(one for one, _count in self.raised),
            *self.actions,
        ]
        return any(one.illustrative for one in shown)


def duties(*, actor: Actor) -> Duties:
    """What waits for the actor today."""
    today = clock.today()
    meetings = _meetings(actor)
    coming = [m for m, *_ in meetings if m.life == "planned" and m.held_on >= today]
    writing = [
        m for m, writes, _ in meetings if writes and _in_work(m) and (m.life == "held" or m.held_on <= today)
    ]
    drafts = _to_sign(actor)
    return Duties(
        coming=coming[0] if coming else None,
        writing=sorted(writing, key=lambda m: step(m) != "returned"),
        drafts=[d for d in drafts if d.kind == "draft"],
        amendments=[d for d in drafts if d.kind == "amendment"],
        actions=_actions(actor),
        votes=motions.waiting(actor=actor),
        advice=answers.waiting(actor=actor),
        raised=[(m, count) for m, _, count in meetings if count],
    )


def step(meeting: Meeting) -> str:
    """What is to be done with a meeting: returned, drafting, start or attend."""
    if meeting.minutes is not None:
        return "returned" if meeting.minutes.current_draft else "drafting"
    return "start" if meeting.life == "held" else "attend"


def _in_work(meeting: Meeting) -> bool:
    """True until the minutes are submitted."""
    return meeting.minutes is None or meeting.minutes.life == "draft"


def _meetings(actor: Actor) -> list[tuple[Meeting, bool, int]]:
    """The meetings of the actor's committees that are planned or not written up, and those in which reviewers wait
    for an answer; whether the actor writes, and how many answers wait: minutes are the secretary's to write."""
    today = clock.today()
    secretary = select(CommitteeMember.committee_id).where(
        CommitteeMember.person_id == actor.id,
        CommitteeMember.office == "secretary",
        holds_on(CommitteeMember, today),
    )
    unwritten = and_(Meeting.held_on <= today, or_(Minutes.id.is_(None), Minutes.life == "draft"))
    asked = raised.counts(actor=actor)
    query = (
        select(Meeting, Meeting.committee_id.in_(secretary), func.coalesce(asked.c.count, 0))
        .outerjoin(Minutes, Minutes.meeting_id == Meeting.id)
        .outerjoin(asked, asked.c.id == Meeting.id)
        .where(
            Meeting.committee_id.in_(memberships(actor)),
            Meeting.source == "",
            Meeting.withdrawn_at.is_(None),
            Meeting.life.not_in(("cancelled", *HIDDEN)),
            or_(and_(Meeting.life == "planned", Meeting.held_on >= today), unwritten, asked.c.count > 0),
        )
        .options(joinedload(Meeting.minutes), joinedload(Meeting.committee))
        .order_by(Meeting.held_on)
    )
    return [(row[0], bool(row[1]), row[2]) for row in db.session.execute(query)]


def _to_sign(actor: Actor) -> list[DraftVersion]:
    """Drafts and amendments under review that wait for this person's signature."""
    signed = select(Signature.draft_version_id).where(Signature.person_id == actor.id)
    query = (
        select(DraftVersion)
        .where(DraftVersion.id.in_(select(put_to_sign(actor).c.id)), DraftVersion.id.not_in(signed))
        .options(joinedload(DraftVersion.minutes).joinedload(Minutes.meeting))
        .order_by(DraftVersion.frozen_at)
    )
    return list(db.session.scalars(query))


def _actions(actor: Actor) -> list[Action]:
    query = (
        select(Action)
        .join(Action.meeting)
        .where(sees_action(actor), Action.owner_id == actor.id, Action.life == "open", put_to_members())
        .order_by(Action.due_on.is_(None), Action.due_on, Action.number)
    )
    return list(db.session.scalars(query))
