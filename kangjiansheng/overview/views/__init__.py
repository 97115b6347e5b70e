"""Pages of the overview: home, the board, the charts, the value of the pipeline, their definitions, search."""

from kangjiansheng.overview.views import (  # noqa: F401
    calendar,
    chart_page,
    dashboard,
    definitions,
    exports,
    forecast,
    home,
    metrics,
    milestone_forecast,
    money,
    rates,
    retention,
    scenario_files,
    scenarios,
    search,
    table,
    value,
    wall,
)
from kangjiansheng.overview.views.archives import pages as party_archives  # noqa: F401
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.overview.views.pack import deliveries, pages  # noqa: F401

blueprints = (bp,)
