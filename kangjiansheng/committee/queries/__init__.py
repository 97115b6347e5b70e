"""What is read of committees, and who sees which rows."""

from kangjiansheng.committee.queries.overviews import (
    actions,
    awaiting_signature,
    decisions,
    meetings,
    next_meeting,
)
from kangjiansheng.committee.queries.visible import (
    visible_actions,
    visible_decisions,
    visible_items,
    visible_meetings,
)

__all__ = [
    "actions",
    "awaiting_signature",
    "decisions",
    "meetings",
    "next_meeting",
    "visible_actions",
    "visible_decisions",
    "visible_items",
    "visible_meetings",
]
