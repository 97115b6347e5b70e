"""What is read of committees, and who sees which rows."""

from kangjiansheng.committee.queries.duties import Duties, duties, step
from kangjiansheng.committee.queries.overviews import (
    actions,
    decisions,
    meetings,
)
from kangjiansheng.committee.queries.visible import (
    sees_item,
    sees_meeting,
    visible_actions,
    visible_decisions,
    visible_items,
    visible_meetings,
)

__all__ = [
    "Duties",
    "actions",
    "decisions",
    "duties",
    "meetings",
    "sees_item",
    "sees_meeting",
    "step",
    "visible_actions",
    "visible_decisions",
    "visible_items",
    "visible_meetings",
]
