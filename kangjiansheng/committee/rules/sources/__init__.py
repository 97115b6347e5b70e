"""What a file of minutes tells: its lines, each in one piece, and what was recognised in them."""

from kangjiansheng.committee.rules.sources.found import (
    Attendee,
    Found,
    Item,
    Outcome,
    Piece,
    lost,
)
from kangjiansheng.committee.rules.sources.outcomes import action_of, decision_of
from kangjiansheng.committee.rules.sources.recognise import recognise

__all__ = [
    "Attendee",
    "Found",
    "Item",
    "Outcome",
    "Piece",
    "action_of",
    "decision_of",
    "lost",
    "recognise",
]
