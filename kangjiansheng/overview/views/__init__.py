"""Pages of the overview: home, the board, its definitions, search."""

from kangjiansheng.overview.views import calendar, dashboard, definitions, exports, home, openapi, search  # noqa: F401
from kangjiansheng.overview.views.blueprint import bp

blueprints = (bp,)
