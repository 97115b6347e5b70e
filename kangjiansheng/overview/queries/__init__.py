"""What is read across the floors."""

from kangjiansheng.overview.queries.board import agenda, gates_waiting, slipping, standing, stood
from kangjiansheng.overview.queries.findable import FINDABLE
from kangjiansheng.overview.queries.home import my_labs

__all__ = ["FINDABLE", "agenda", "gates_waiting", "my_labs", "slipping", "standing", "stood"]
