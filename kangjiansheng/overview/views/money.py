"""The money of one project: what was entered, what it is worth in expectation, and what that rests on."""

from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.pages import page, saved
from kangjiansheng.overview import policies
from kangjiansheng.overview.forms.value import ValueForm, filled
from kangjiansheng.overview.operations import value as operations
from kangjiansheng.overview.queries import rates as rate_queries
from kangjiansheng.overview.queries import value as queries
from kangjiansheng.overview.rules import chances, economics
from kangjiansheng.overview.rules.rates import RateSet
from kangjiansheng.overview.views import value_charts, value_tables, value_trail, words
from kangjiansheng.overview.views import value_words as said
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.projects.models import Project


@bp.get("/projects/<code>/value")
@on(load=queries.project_money, may=policies.sees_money)
def project_value(thing: Project) -> Response:
    """The expected net present value of a project on any day, with any set of rates."""
    project = next((p for p in queries.standings(actor=actor(), as_of=g.as_of) if p.id == thing.id), None)
    if project is None:
        abort(404)
    sets = rate_queries.sets(g.as_of)
    rates = sets.get(request.args.get("rates") or "") or sets[rate_queries.usual(g.as_of)]
    found = queries.entered([project], actor=actor(), as_of=g.as_of)
    step = chances.step_of(project)
    row = queries.value_of(thing.id)
    return page(
        "overview/project_value.html",
        project=project,
        thing=thing,
        illustrative=thing.illustrative or any(one.state["illustrative"] for one in found),
        entered=found[0] if found else None,
        step=step,
        rates=rates,
        sets=[one for one in sets.values() if not one.retired or one.code == rates.code],
        worth=_worth(found[0], step, rates) if found and step else None,
        may_enter=g.as_of is None and policies.enters_money(actor(), thing),
        history=value_trail.told("project_value", row.id, value_trail.MONEY) if row else [],
        shown=value_trail.shown,
        labels=value_trail.MONEY,
        said=said,
        words=words,
    )


def _worth(one: queries.Entered, step: str, rates: RateSet) -> dict[str, Any]:
    day = g.as_of or clock.today()
    figures = economics.figures_of(one.state)
    total = economics.enpv(figures, step, rates, day)
    swings = economics.tornado([economics.Valued(step, figures)], rates, day)
    return {
        "total": total,
        "swings": swings,
        "table": value_tables.assumptions(swings, value_tables.money_cell),
        "figure": value_charts.tornado(swings, total, said.money) if swings else None,
        "lines": {
            "columns": [
                (_("年份"), "d"),
                (_("阶段"), ""),
                (_("金额（百万元）"), "n"),
                (_("走到这一步的概率"), "n"),
                (_("折到当年"), "n"),
            ],
            "rows": [
                [
                    line.year,
                    said.step(line.step),
                    said.money(line.amount),
                    said.percent(line.chance),
                    said.money(line.worth),
                ]
                for line in economics.lines(figures, step, rates, day)
            ],
        },
    }


@bp.route("/projects/<code>/value/edit", methods=["GET", "POST"])
@on(load=queries.project_money, may=policies.enters_money)
def edit_project_value(thing: Project) -> Response:
    """Enter or change the figures of a project."""
    row = queries.value_of(thing.id)
    start = filled(row.state() if row else None) | {"version": row.version if row else 0}
    form = ValueForm() if request.method == "POST" else ValueForm(formdata=None, data=start)
    done = form.attempt(
        lambda: operations.enter(thing, actor=actor(), version=form.version.data, **form.facts())
    )
    if done:
        return saved(url_for(".project_value", code=thing.code), _("经济数字已保存"))
    again = afresh(thing)
    return page(
        "overview/project_value_form.html",
        form.status,
        form=form,
        thing=again,
        first=queries.value_of(again.id) is None,
        steps=economics.COST_STEPS,
        illustrative=again.illustrative,
        said=said,
    )
