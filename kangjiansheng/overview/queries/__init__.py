"""What is read across the floors."""

from kangjiansheng.overview.queries.board import agenda, gates_waiting
from kangjiansheng.overview.queries.findable import FINDABLE
from kangjiansheng.overview.queries.home import my_labs
from kangjiansheng.overview.queries.seen import seen

__all__ = ["FINDABLE", "agenda", "gates_waiting", "my_labs", "seen"]
