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
from kangjiansheng.overview.views import exports, scenario_slides, scenario_tables
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.overview.views.pack import files
from kangjiansheng.overview.views.scenarios import PATH, WHOLE


@bp.get(
    f"{PATH}/<int:number>/<any(changes, board, value, chances, slides):name>.<any(csv, xlsx, pptx, pdf):file>"
)
@on(load=reading.scenario_file, may=policies.sees_scenario_file)
@of_today
@costly
def scenario_file(wanted: tuple[Scenario, str, str]) -> Response:
    """One of its tables as CSV or XLSX, or all of it as slides or PDF."""
    found, name, file = wanted
    seen = reading.consequences(found, actor=actor())
    titles = scenario_tables.titles(seen)
    whole = name == "slides"
    if not titles or whole != (file in WHOLE) or (not whole and name not in titles):
        abort(404)
    reckoned = worth(found, seen, actor=actor())
    if whole:
        said = scenario_slides.outline(found, seen, reckoned)
        return files.download(file, said, f"kangjiansheng-scenario-{found.id}.{file}")
    made = scenario_tables.table(name, seen, reckoned)
    about = scenario_tables.about(found, seen, reckoned)
    return exports.download(f"scenario-{found.id}-{name}", file, titles[name], made, about)
