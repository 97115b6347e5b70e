"""Motions: opened, voted on, closed; carried ones become numbered decisions. Dissent is recorded on request."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem, Ballot, Dissent, Meeting, Motion, Paragraph
from kangjiansheng.committee.notices import motions as notices
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations import outcomes, voted
from kangjiansheng.committee.operations.locks import open_facts, open_room
from kangjiansheng.committee.operations.tallying import end, given, locked, recused_from, result_of
from kangjiansheng.committee.queries import floor
from kangjiansheng.committee.rules import ballots
from kangjiansheng.committee.rules.votes import Tally
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken

SOONEST = timedelta(hours=1)  # what a circulation leaves its members at least


def open_motion(item: AgendaItem, *, actor: Actor, kind: str, text: str, method: str) -> Motion:
    """Put a text to the vote in the meeting, now."""
    meeting = _votable(item, kind, method)
    if meeting.life != "held" or meeting.held_on != clock.today():
        raise RuleBroken("committee:vote-not-now")
    db.session.execute(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update())
    running = select(Motion.id).where(
        Motion.meeting_id == meeting.id, Motion.way == "meeting", Motion.closed_at.is_(None)
    )
    if db.session.scalar(running.limit(1)):
        raise RuleBroken("committee:vote-runs")
    out = floor.out_of(floor.recusals_of(meeting).get(item.id, []))
    room, now = floor.room_of(meeting), clock.now()
    if not ballots.in_meeting(
        floor.charter_of(meeting.committee), room, out, (), now, now
    ).counted.standing.is_met:
        raise RuleBroken("committee:vote-without-quorum")
    motion = _opened(item, actor=actor, kind=kind, text=text, method=method)
    if method == "name":
        notices.vote_opened(motion, room.voting(out, now), actor=actor)
    return motion


def circulate(
    item: AgendaItem, *, actor: Actor, kind: str, text: str, papers: str, due_at: datetime
) -> Motion:
    """Put a text to the vote by circulation, before the meeting on whose agenda its item stands. Who may vote is
    fixed now, after recusals."""
    meeting = _votable(item, kind, "name")
    if meeting.life != "planned" or meeting.held_on < clock.today():
        raise RuleBroken("committee:circulation-late")
    if due_at < clock.now() + SOONEST:
        raise RuleBroken("committee:circulation-due", "due_day")
    if clock.day_of(due_at) > meeting.held_on or (meeting.starts_at and due_at > meeting.starts_at):
        raise RuleBroken("committee:circulation-after", "due_day", day=meeting.held_on.isoformat())
    voters = floor.voters_of(meeting, clock.today())
    eligible = voters - floor.out_of(floor.recusals_of(meeting).get(item.id, []))
    if not eligible:
        raise RuleBroken("committee:circulation-nobody")
    motion = _opened(
        item, actor=actor, kind=kind, text=text, method="name", papers=papers, way="circulation",
        due_at=due_at, voters=sorted(voters), eligible=sorted(eligible),
    )  # fmt: skip
    notices.circulated(motion, eligible, actor=actor)
    return motion


def _votable(item: AgendaItem, kind: str, method: str) -> Meeting:
    meeting = open_facts(item.meeting)
    if kind not in ballots.KINDS:
        raise RuleBroken("committee:kind-unknown", "kind")
    if method not in ballots.METHODS:
        raise RuleBroken("committee:kind-unknown", "method")
    return meeting


def _opened(item: AgendaItem, *, actor: Actor, **fields: Any) -> Motion:
    motion = Motion(
        meeting_id=item.meeting_id, agenda_item_id=item.id, opened_at=clock.now(), opened_by_id=actor.id,
        illustrative=item.meeting.illustrative, **fields,
    )  # fmt: skip
    db.session.add(motion)
    db.session.flush()
    record("committee:motion:open", motion, actor=actor, before={})
    return motion


def cast(motion: Motion, *, actor: Actor, person_id: int, choice: str) -> Ballot:
    """Take the ballot of a member: entered by the member, by the member's deputy, or for them by who keeps the
    committee, who then is named. The last answer of a circulation closes it."""
    # The minutes first, as whoever closes a vote: two at once wait for each other, and none for ever.
    open_room(motion.meeting)
    locked(motion)
    now = clock.now()
    if motion.closed_at is not None or (motion.due_at is not None and now >= motion.due_at):
        raise RuleBroken("committee:vote-closed")
    if motion.method != "name":
        raise RuleBroken("committee:vote-by-hands")
    if choice not in ballots.CHOICES:
        raise RuleBroken("committee:choice-unknown", "choice")
    deputy = _deputy(motion, person_id, now)
    change = begin(actor=actor)
    ballot = Ballot(
        motion_id=motion.id, person_id=person_id, choice=choice, deputy_id=deputy, entered_by_id=actor.id,
        recorded_at=now, change_set_id=change.id,
    )  # fmt: skip
    db.session.add(ballot)
    db.session.flush()
    facts = {"person": person_id, "choice": choice, "deputy": deputy}
    record("committee:ballot:cast", ballot, actor=actor, before={}, after=facts, change=change)
    db.session.expire(motion, ["ballots"])
    if motion.way == "circulation" and set(motion.eligible or []) - recused_from(motion) <= {
        person for person, _choice in given(motion)
    }:
        close(motion, actor=actor)
    return ballot


def _deputy(motion: Motion, person_id: int, now: datetime) -> int | None:
    """Refuse the ballot of whoever does not take part; tell the deputy of a member who is away."""
    out = recused_from(motion)
    if motion.way == "circulation":
        why = "committee:vote-recused" if person_id in out else "committee:vote-no-seat"
        if person_id in out or person_id not in (motion.eligible or []):
            raise RuleBroken(why)
        return None
    room = floor.room_of(motion.meeting)
    refused = ballots.refusal(room, out, person_id, now)
    if refused:
        raise RuleBroken(refused)
    return room.represented(out, now).get(person_id)


def close(motion: Motion, *, actor: Actor, counts: Tally | None = None) -> Motion:
    """End a vote and freeze what came out. A motion that is carried becomes a decision with a number at once.

    `counts` are the hands of a vote by number; a circulation that has passed its deadline ends at it.
    """
    open_room(motion.meeting)
    locked(motion)
    if motion.closed_at is not None:
        raise RuleBroken("committee:vote-closed")
    now = clock.now()
    if motion.due_at is not None:
        now = min(now, motion.due_at)
    votes: Tally | Iterable[tuple[int, str]] = given(motion)
    if motion.method == "count":
        if counts is None:
            raise RuleBroken("committee:votes-missing", "votes_for")
        votes = counts
    result = result_of(motion, votes, now)
    cast_ = result.outcome.tally
    total, there = cast_.votes_for + cast_.votes_against + cast_.abstentions, len(result.taking_part)
    if total > there:
        raise RuleBroken("committee:votes-of-vote", "votes_for", given=total, present=there)
    end(motion, result, now, actor=actor)
    if motion.result == "passed":
        _decide(motion, actor=actor)
    minutes = motion.meeting.minutes
    if minutes is not None and minutes.life == "draft":
        voted.tell(minutes, actor=actor)
    if motion.way == "circulation":
        notices.circulation_closed(motion, set(motion.eligible or []) - recused_from(motion), actor=actor)
    return motion


def _decide(motion: Motion, *, actor: Actor) -> None:
    """The motion as a numbered decision. Its paragraph is written when the minutes are."""
    votes = {key: getattr(motion, key) for key in outcomes.VOTES}
    decision = outcomes.number_decision(
        motion.meeting, actor=actor, kind=motion.kind, text=motion.text, item=motion.item, votes=votes
    )
    motion.decision_id = decision.id
    db.session.flush()


def annul(motion: Motion, *, actor: Actor, reason: str) -> None:
    """A vote that was taken wrongly does not count: its ballots stay on record, its decision goes, its number is
    not given again. What signed minutes tell cannot be annulled."""
    meeting = open_facts(motion.meeting)
    locked(motion)
    if motion.annulled_at is not None:
        raise RuleBroken("committee:vote-closed")
    if not reason.strip():
        raise RuleBroken("committee:annul-reason", "reason")
    if motion.closed_at is None:
        now = clock.now()
        end(motion, result_of(motion, given(motion), now), now, actor=actor)
    before = motion.state()
    motion.annulled_at, motion.annulled_for = clock.now(), reason
    change = record("committee:motion:annul", motion, actor=actor, before=before)
    told = [motion.paragraph_id, motion.decision.paragraph_id if motion.decision else None]
    for key in told:
        paragraph = db.session.get(Paragraph, key) if key else None
        if paragraph is not None and paragraph.removed_at is None and meeting.minutes is not None:
            writing.remove_paragraph(paragraph, actor=actor, change=change)


def dissent(motion: Motion, *, actor: Actor, text: str) -> Dissent:
    """A member has their own words recorded beside the result; only on their own request, and until review opens."""
    open_facts(motion.meeting)
    locked(motion)
    if motion.closed_at is None:
        raise RuleBroken("committee:dissent-early")
    if motion.annulled_at is not None:
        raise RuleBroken("committee:vote-annulled")
    if actor.id not in (motion.counted or []):
        raise RuleBroken("committee:dissent-of-voters")
    change = begin(actor=actor)
    row = Dissent(
        motion_id=motion.id, person_id=actor.id, text=text, recorded_at=clock.now(), change_set_id=change.id
    )
    db.session.add(row)
    db.session.flush()
    act = "committee:dissent:record" if text else "committee:dissent:withdraw"
    record(act, row, actor=actor, before={}, after={"person": actor.id, "text": text}, change=change)
    return row
