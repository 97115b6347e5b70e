"""Votes that were taken: the ballots that count, and what is signed of a motion."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from kangjiansheng.committee.models import (
    AgendaItem,
    Ballot,
    CommitteeMember,
    Decision,
    Dissent,
    Meeting,
    Motion,
)
from kangjiansheng.core.db import db


def by_decision(meeting: Meeting) -> dict[int, dict[str, Any]]:
    """What is signed of each motion of a meeting that became a decision, by the decision's key."""
    return {m.decision_id: frozen(m) for m in motions_of(meeting) if m.decision_id}


def motions_of(meeting: Meeting) -> list[Motion]:
    """All motions of a meeting that count, with their ballots and dissent."""
    query = (
        select(Motion)
        .where(Motion.meeting_id == meeting.id, Motion.annulled_at.is_(None))
        .options(selectinload(Motion.ballots), selectinload(Motion.dissents), joinedload(Motion.item))
        .order_by(Motion.id)
    )
    return list(db.session.scalars(query))


def seat_name(member: CommitteeMember) -> str:
    """What a seat is called in records: the office with its field, else the field."""
    office = {"chair": "主任委员", "deputy": "副主任委员", "secretary": "秘书"}.get(member.office)
    field = str(member.name_hans or member.person.name_hans)
    return f"{office}（{field}）" if office else field


def seat_names(meeting: Meeting) -> dict[int, str]:
    """The seats of a committee in the words of records, by person."""
    return {person_id: seat_name(seat) for person_id, seat in meeting.seats().items()}


def last_ballots(motion: Motion) -> dict[int, Ballot]:
    """The ballot of each member that counts while nothing else speaks against it: the last one."""
    return {ballot.person_id: ballot for ballot in motion.ballots}


def standing_dissents(motion: Motion) -> list[Dissent]:
    """What members want recorded: of each the last text, unless it was taken back."""
    found = {row.person_id: row for row in motion.dissents}
    return [row for row in found.values() if row.text]


def frozen(motion: Motion) -> dict[str, Any]:
    """The result of a motion as it was when it was closed, and what is signed of it."""
    names = seat_names(motion.meeting)
    told: dict[str, Any] = {
        "method": motion.method,
        "way": motion.way,
        "opened_at": motion.opened_at.isoformat(),
        "closed_at": motion.closed_at.isoformat() if motion.closed_at else None,
        "quorum": {"members": motion.members, "needed": motion.quorum_needed, "present": motion.present},
    }
    if motion.method == "name":
        told["ballots"] = [
            {"seat": names.get(b.person_id, ""), "choice": b.choice}
            | ({"deputy": names.get(b.deputy_id, "")} if b.deputy_id else {})
            for b in counted_ballots(motion)
        ]
    dissents = [{"seat": names.get(d.person_id, ""), "text": d.text} for d in standing_dissents(motion)]
    told |= {"dissents": dissents} if dissents else {}
    return {"result": motion.result, "needed": motion.needed, "base": motion.base, "motion": told}


def counted_ballots(motion: Motion) -> list[Ballot]:
    """The ballots of a closed motion that were counted, in the order of the seats."""
    order = {person_id: held.seat for person_id, held in motion.meeting.seats().items()}
    among = set(motion.counted or [])
    found = [b for b in last_ballots(motion).values() if b.person_id in among]
    return sorted(found, key=lambda b: (order.get(b.person_id, 0), b.id))


def unwritten(meeting: Meeting, item: AgendaItem, voted: list[Motion]) -> list[Decision]:
    """What was decided on an item while the meeting ran, without a vote, before the minutes were begun."""
    of_votes = [m.decision_id for m in voted if m.decision_id]
    query = select(Decision).where(
        Decision.meeting_id == meeting.id,
        Decision.agenda_item_id == item.id,
        Decision.paragraph_id.is_(None),
        Decision.id.not_in(of_votes),
        Decision.id.not_in(
            select(Motion.decision_id).where(Motion.annulled_at.is_not(None), Motion.decision_id.is_not(None))
        ),
    )
    return list(db.session.scalars(query.order_by(Decision.id)))
