"""When milestones will come, how sure that is, and whether such forecasts held before."""

from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.pages import page
from kangjiansheng.core.text import whole
from kangjiansheng.overview.charts import forecast as figures
from kangjiansheng.overview.queries.foretold import Foretold, foretold
from kangjiansheng.overview.rules import periods
from kangjiansheng.overview.rules.forecast.runs import SEED
from kangjiansheng.overview.views import exports, narrowed
from kangjiansheng.overview.views import forecast_tables as tables
from kangjiansheng.overview.views import words_forecast as words
from kangjiansheng.overview.views.blueprint import bp

_LARGEST = 10**9


def _table(found: Foretold, name: str, listed: int | None = None) -> tables.Table:
    """One of the tables that can be taken along."""
    if name == "forecast":
        return tables.forecast(found.forecast, found.named, listed)
    return tables.record(found.record) if name == "record" else tables.history(found.forecast.chances)


def find(*, actor: Actor) -> Foretold:
    """The forecast that the address asks for, of all projects or of some."""
    seed = request.args.get("seed", default=SEED, type=whole)
    if not 0 <= seed <= _LARGEST:
        abort(400, _("seed 请写 0 到 %(most)d 之间的整数。", most=_LARGEST))
    return foretold(actor=actor, as_of=g.as_of, seed=seed, wanted=narrowed.asked())


@bp.get("/overview/forecast")
@signed_in
def forecast() -> Response:
    """The forecast of the year ahead."""
    found = find(actor=actor())
    shown = figures.shown(found.forecast.expected)
    named, day = found.named, found.forecast.day
    return page(
        "overview/forecast.html",
        illustrative=found.illustrative,
        found=found.forecast,
        record=found.record,
        shown=shown,
        figure=figures.forecast(shown, day, words.in_figure(named, day)) if shown else None,
        finding=words.finding(found.forecast, named),
        tables={name: _table(found, name, tables.LISTED) for name, _text in words.exports()},
        quarters=tables.quarters(found.record),
        words=words,
        has_projects=found.has_projects,
        day=day,
        kept=[(key, value) for key, value in request.args.items(multi=True) if key != "as_of"],
        founded=periods.FOUNDED,
        keep=narrowed.keep,
        narrowing=narrowed.bar(found.every, narrowed.asked(), found.wanted),
        export=_export_href,
    )


@bp.get("/overview/forecast/<name>.<any(csv, xlsx):kind>")
@signed_in
@costly
def forecast_file(name: str, kind: str) -> Response:
    """One of the forecast's tables, as CSV or XLSX."""
    titles = dict(words.exports())
    if name not in titles:
        abort(404)
    found = find(actor=actor())
    return exports.download(name, kind, titles[name], _table(found, name), _about(found, name))


def _about(found: Foretold, name: str) -> list[tuple[str, str]]:
    wanted = narrowed.asked()
    whole_one = wanted.asked and name == "history"
    return [
        *([(_("筛选"), words.of_all())] if whole_one else narrowed.marks(found.every, wanted)),
        *exports.marks(found.forecast.day, illustrative=found.illustrative),
        (_("一半把握（P50）"), _("推演中至少一半不晚于这一天")),
        (_("八成把握（P80）"), _("推演中至少八成不晚于这一天")),
        (_("推算方法"), words.method()),
        (_("重复推算"), words.repeated(found.forecast)),
        (_("预测的记分"), words.verdict(found.record)),
    ]


def _export_href(name: str, kind: str) -> str:
    asked: dict[str, Any] = narrowed.kept_args("as_of", "seed")
    return url_for("overview.forecast_file", name=name, kind=kind, **asked)
