"""What webhooks tell of meetings, minutes, answers to advice and actions. Who sees them says the address itself: its
loader leaves out what a recused member must not know."""

from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.rules.webhooks import Place, Told
from kangjiansheng.committee.models import Action, CompanyDecision, Decision, Meeting, Minutes
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def _at(path: str, query: Any, key: Any) -> Any:
    """`query` gives the word of the address, and whether the thing is illustrative."""

    def place(actor: Actor, thing_id: int) -> Place | None:
        row = db.session.execute(query.where(key == thing_id)).first()
        return Place(path.format(row[0]), row[1]) if row and row[0] else None

    return place


_MINUTES = select(Meeting.code, Meeting.illustrative).join(Minutes, Minutes.meeting_id == Meeting.id)
_ANSWER = select(Decision.number, Decision.illustrative).join(
    CompanyDecision, CompanyDecision.decision_id == Decision.id
)

EVENTS = (
    Told(
        "committee:meeting", "meeting", ("publish", "edit", "cancel", "reinstate"),
        _at("/meetings/{}", select(Meeting.code, Meeting.illustrative), Meeting.id),
    ),
    Told(
        "committee:minutes", "minutes", ("approve", "record"),
        _at("/meetings/{}/minutes", _MINUTES, Minutes.id), (("committee:amendment:approve", "amend"),),
    ),
    Told(
        "committee:advice", "company_decision", ("answer",),
        _at("/decisions/{}", _ANSWER, CompanyDecision.id),
    ),
    Told(
        "committee:action", "action", ("record", "edit", "done", "reopen", "remove", "restore"),
        _at("/actions/{}", select(Action.number, Action.illustrative), Action.id),
    ),
)  # fmt: skip
