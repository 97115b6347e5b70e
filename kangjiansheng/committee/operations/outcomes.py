"""Decisions, recommendations and actions: numbered when they are recorded."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from kangjiansheng.committee import notices
from kangjiansheng.committee.models import Action, AgendaItem, Decision, Meeting, Minutes, Motion, Paragraph
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations.committees import next_number
from kangjiansheng.committee.operations.locks import draft_only, open_facts
from kangjiansheng.committee.operations.voted import last_of
from kangjiansheng.committee.queries.floor import in_room, out_of, recusals_of
from kangjiansheng.committee.rules import numbers
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken

VOTES = ("votes_for", "votes_against", "abstentions", "recused")


def record_decision(
    minutes: Minutes,
    *,
    actor: Actor,
    kind: str,
    text: str,
    item: AgendaItem | None = None,
    after: Paragraph | None = None,
    votes: Mapping[str, int | None] | None = None,
) -> Decision:
    """Record a resolution (D) or a recommendation (R) as a paragraph of its own; both share one series."""
    draft_only(minutes)
    if kind not in ("D", "R"):
        raise RuleBroken("committee:kind-unknown", "kind")
    votes = votes or {}
    _check_votes(minutes, votes, item)
    meeting = minutes.meeting
    change = begin(actor=actor)
    after = after or last_of(minutes, item)
    paragraph = writing.add_paragraph(
        minutes, actor=actor, kind="decision", text=text, after=after, item=item, change=change
    )
    if item is None and paragraph.agenda_item_id:
        item = db.session.get(AgendaItem, paragraph.agenda_item_id)
    return number_decision(
        meeting, actor=actor, kind=kind, text=text, item=item, votes=votes, paragraph=paragraph, change=change
    )


def number_decision(
    meeting: Meeting,
    *,
    actor: Actor,
    kind: str,
    text: str,
    item: AgendaItem | None,
    votes: Mapping[str, int | None],
    paragraph: Paragraph | None = None,
    change: ChangeSet | None = None,
) -> Decision:
    """A decision with its number. One without a paragraph is written into the minutes when they are begun."""
    serial = next_number(meeting.committee_id, "D", f"{meeting.year}-{meeting.running_no:02d}")
    decision = Decision(
        number=outcome_number(meeting, kind, serial),
        kind=kind,
        meeting_id=meeting.id,
        agenda_item_id=item.id if item else None,
        paragraph_id=paragraph.id if paragraph else None,
        project_id=item.project_id if item else None,
        text=text,
        recorded_at=clock.now(),
        illustrative=meeting.illustrative,
        **{key: votes.get(key) for key in VOTES},
    )
    db.session.add(decision)
    db.session.flush()
    record("committee:decision:record", decision, actor=actor, before={}, change=change)
    return decision


def decide_in_meeting(item: AgendaItem, *, actor: Actor, kind: str, text: str) -> Decision:
    """Record while the meeting runs what it agreed to without a vote, also before anybody began the minutes."""
    meeting = _running(item)
    minutes = meeting.minutes
    if minutes is not None:
        return record_decision(minutes, actor=actor, kind=kind, text=text, item=item)
    if kind not in ("D", "R"):
        raise RuleBroken("committee:kind-unknown", "kind")
    return number_decision(meeting, actor=actor, kind=kind, text=text, item=item, votes={})


def act_in_meeting(
    item: AgendaItem, *, actor: Actor, text: str, owner_id: int | None, owner_role: str, due_on: date | None
) -> Action:
    """Record while the meeting runs who does what by when, also before anybody began the minutes."""
    return _add_action(
        _running(item),
        actor=actor,
        text=text,
        owner_id=owner_id,
        owner_role=owner_role,
        due_on=due_on,
        item=item,
    )


def _running(item: AgendaItem) -> Meeting:
    meeting = open_facts(item.meeting)
    if meeting.life != "held":
        raise RuleBroken("committee:not-held")
    return meeting


def outcome_number(meeting: Meeting, kind: str, serial: int) -> str:
    """D-2026-06-01, by the pattern of the committee; refused when another committee gave the same number."""
    committee = meeting.committee
    number = numbers.outcome_number(
        committee.outcome_pattern, code=committee.code, kind=kind, year=meeting.year,
        running_no=meeting.running_no, serial=serial,
    )  # fmt: skip
    thing = Action if kind == "A" else Decision
    if db.session.scalar(select(thing.id).where(thing.number == number)):
        raise RuleBroken("committee:number-taken", number=number)
    return number


def _check_votes(minutes: Minutes, votes: Mapping[str, int | None], item: AgendaItem | None) -> None:
    """No more votes than people: in the meeting with those who stepped out, on the item without them."""
    given = [votes.get(key) or 0 for key in VOTES]
    present = writing.standing_of(minutes.meeting).present
    if sum(given) > present:
        raise RuleBroken("committee:votes-too-many", "votes_for", given=sum(given), present=present)
    if item is None:
        return
    cast, there = sum(given[:3]), in_room(minutes.meeting, [item])[item.id].now.standing.present
    if cast > there:
        raise RuleBroken("committee:votes-of-item", "votes_for", given=cast, present=there)


def edit_decision(
    decision: Decision,
    paragraph: Paragraph,
    *,
    actor: Actor,
    seen: int | None,
    text: str,
    votes: Mapping[str, int | None],
) -> None:
    """Change wording or votes while the minutes are a draft; the number stays."""
    draft_only(paragraph.minutes)
    expect(paragraph, seen)
    was_voted = voted_on(decision)
    if was_voted and (
        text != decision.text or any(votes.get(key) != getattr(decision, key) for key in VOTES)
    ):
        raise RuleBroken("committee:decision-voted", "text")
    if not was_voted:
        _check_votes(paragraph.minutes, votes, decision.agenda_item)
    change = begin(actor=actor)
    writing.edit_paragraph(paragraph, actor=actor, seen=seen, text=text, change=change)
    before = decision.state()
    decision.text = text
    for key in VOTES:
        setattr(decision, key, votes.get(key))
    if decision.state() != before:
        record("committee:decision:edit", decision, actor=actor, before=before, change=change)


def voted_on(decision: Decision) -> bool:
    """True for a motion that was carried: what was voted on is not worded anew."""
    return db.session.scalar(select(Motion.id).where(Motion.decision_id == decision.id)) is not None


def remove_decision(decision: Decision, paragraph: Paragraph, *, actor: Actor) -> None:
    """Take a decision out of a draft. Its row stays with the removed paragraph, and its number is not given
    again. A motion that was carried goes only when the vote is annulled."""
    draft_only(paragraph.minutes)
    if voted_on(decision):
        raise RuleBroken("committee:decision-voted")
    change = begin(actor=actor)
    writing.remove_paragraph(paragraph, actor=actor, change=change)
    facts = {"number": decision.number, "removed": True}
    record(
        "committee:decision:remove",
        decision,
        actor=actor,
        before={"removed": False},
        after=facts,
        change=change,
    )


def record_action(
    minutes: Minutes,
    *,
    actor: Actor,
    text: str,
    owner_id: int | None = None,
    owner_role: str = "",
    due_on: date | None = None,
    item: AgendaItem | None = None,
) -> Action:
    """Record who does what by when; the list of actions in the minutes shows it."""
    draft_only(minutes)
    return _add_action(
        minutes.meeting,
        actor=actor,
        text=text,
        owner_id=owner_id,
        owner_role=owner_role,
        due_on=due_on,
        item=item,
    )


def _add_action(
    meeting: Meeting,
    *,
    actor: Actor,
    text: str,
    owner_id: int | None,
    owner_role: str,
    due_on: date | None,
    item: AgendaItem | None,
) -> Action:
    if owner_id is None and not owner_role:
        raise RuleBroken("committee:action-owner", "owner_role")
    refuse_recused(meeting, item.id if item else None, owner_id)
    serial = next_number(meeting.committee_id, "A", f"{meeting.year}-{meeting.running_no:02d}")
    action = Action(
        number=outcome_number(meeting, "A", serial),
        meeting_id=meeting.id,
        agenda_item_id=item.id if item else None,
        project_id=item.project_id if item else None,
        text=text,
        owner_id=owner_id,
        owner_role=owner_role,
        due_on=due_on,
        illustrative=meeting.illustrative,
    )
    db.session.add(action)
    db.session.flush()
    record("committee:action:record", action, actor=actor, before={})
    if owner_id:
        notices.action_assigned(meeting, owner_id, action.number, text, due_on, actor=actor)
    return action


def refuse_recused(meeting: Meeting, item_id: int | None, owner_id: int | None) -> None:
    """Who is recused from an item does not get its actions, nor a notice with their words."""
    if owner_id is None or item_id is None:
        return
    if owner_id in out_of(recusals_of(meeting).get(item_id, ())):
        raise RuleBroken("committee:owner-recused", "owner_id")


def remove_action(action: Action, minutes: Minutes, *, actor: Actor) -> None:
    """Drop an action of a draft; its number is not given again."""
    draft_only(minutes)
    before = action.state()
    action.life = "dropped"
    record("committee:action:remove", action, actor=actor, before=before)


def restore_action(action: Action, minutes: Minutes, *, actor: Actor) -> None:
    """Take back that an action was dropped from a draft."""
    draft_only(minutes)
    if action.life != "dropped":
        return
    before = action.state()
    action.life = "open"
    record("committee:action:restore", action, actor=actor, before=before)


def finish_action(
    action: Action, *, actor: Actor, version: int | None, done_on: date, note: str = "", evidence: str = ""
) -> None:
    """Mark an action as done on a day; possible at any time, the signed minutes stay as they are."""
    expect(action, version)
    if action.life != "open":
        raise RuleBroken("committee:action-closed", number=action.number)
    if done_on > clock.today():
        raise RuleBroken("committee:done-in-future", "done_on")
    before = action.state()
    action.life, action.done_on, action.note = "done", done_on, note
    action.evidence = evidence
    record("committee:action:done", action, actor=actor, before=before)


def reopen_action(action: Action, *, actor: Actor, version: int | None) -> None:
    """Take back that an action is done."""
    expect(action, version)
    before = action.state()
    action.life, action.done_on = "open", None
    record("committee:action:reopen", action, actor=actor, before=before)
