"""Dissent beside decisions that were not put to the vote as motions."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import Decision, DecisionDissent, Meeting
from kangjiansheng.committee.queries import floor
from kangjiansheng.committee.queries.taken import seat_names
from kangjiansheng.core.db import db


def dissents_of(decision: Decision) -> list[DecisionDissent]:
    """What stands beside a decision that was no motion: of each member the last text, unless it was taken back."""
    query = select(DecisionDissent).where(DecisionDissent.decision_id == decision.id)
    rows = db.session.scalars(
        query.options(joinedload(DecisionDissent.entered_by)).order_by(DecisionDissent.id)
    )
    found = {row.person_id: row for row in rows}
    return [row for row in found.values() if row.text]


def beside(meeting: Meeting, decisions: Iterable[Decision]) -> dict[int, dict[str, Any]]:
    """What is signed of these, by the decision's key, in the order in which the members asked. One statement."""
    keys = [d.id for d in decisions]
    query = select(DecisionDissent).where(DecisionDissent.decision_id.in_(keys)).order_by(DecisionDissent.id)
    last: dict[int, dict[int, str]] = {}
    for row in db.session.scalars(query) if keys else ():
        last.setdefault(row.decision_id, {})[row.person_id] = row.text
    names = seat_names(meeting) if last else {}
    found = {
        key: [{"seat": names.get(person, ""), "text": text} for person, text in said.items() if text]
        for key, said in last.items()
    }
    return {key: {"dissents": told} for key, told in found.items() if told}


def may_dissent(decision: Decision) -> set[int]:
    """Whose dissent may stand beside a decision: members with a vote who were there, and not recused from its item."""
    meeting, item = decision.meeting, decision.agenda_item_id
    out = floor.out_of(floor.recusals_of(meeting).get(item, [])) if item else frozenset[int]()
    return floor.room_of(meeting).voting(out, None)
