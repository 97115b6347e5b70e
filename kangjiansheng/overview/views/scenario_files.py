"""What a scenario would do, to take along."""

from flask import abort
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import of_today
from kangjiansheng.overview import policies
from kangjiansheng.overview.models.scenario import Scenario
from kangjiansheng.overview.queries import scenarios as reading
from kangjiansheng.overview.queries.scenario_value import worth
from kangjiansheng.overview.views import exports, scenario_tables
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.overview.views.scenarios import PATH


@bp.get(f"{PATH}/<int:number>/<any(changes, board, value, chances):name>.<any(csv, xlsx):file>")
@on(load=reading.scenario_file, may=policies.sees_scenario_file)
@of_today
@costly
def scenario_file(wanted: tuple[Scenario, str, str]) -> Response:
    """One of its tables as CSV or XLSX."""
    found, name, file = wanted
    seen = reading.consequences(found, actor=actor())
    titles = scenario_tables.titles(seen)
    if name not in titles:
        abort(404)
    reckoned = worth(found, seen, actor=actor())
    made = scenario_tables.table(name, seen, reckoned)
    about = scenario_tables.about(found, seen, reckoned)
    return exports.download(f"scenario-{found.id}-{name}", file, titles[name], made, about)
