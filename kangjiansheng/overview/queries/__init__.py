"""What is read across the floors."""

from kangjiansheng.overview.queries.board import agenda, gates_waiting
from kangjiansheng.overview.queries.findable import FINDABLE
from kangjiansheng.overview.queries.home import own
from kangjiansheng.overview.queries.seen import seen

__all__ = ["FINDABLE", "agenda", "gates_waiting", "own", "seen"]
