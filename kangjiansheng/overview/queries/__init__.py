"""What is read across the floors."""

from kangjiansheng.overview.queries.board import agenda, gates_waiting, slipping, standing, stood
from kangjiansheng.overview.queries.home import my_labs
from kangjiansheng.overview.queries.search import GROUPS, Hit, search

__all__ = ["GROUPS", "Hit", "agenda", "gates_waiting", "my_labs", "search", "slipping", "standing", "stood"]
