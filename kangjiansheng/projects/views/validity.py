"""What a project holds for a while: the panel on its page, and the forms."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.pages import page, saved
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms import validity as words
from kangjiansheng.projects.forms.validity import EndingForm, ValidityForm
from kangjiansheng.projects.models import Project, Validity
from kangjiansheng.projects.operations import validity as operations
from kangjiansheng.projects.queries.validity import Held, ValidityRow, validity
from kangjiansheng.projects.rules import validity as rules
from kangjiansheng.projects.views import bp


def _form(thing: Project, held: Validity | None = None) -> ValidityForm:
    rows = thing.plan.milestones if thing.plan else ()
    offered: dict[str, Any] = {"milestone_rows": [row for row in rows if row.kind == "milestone"]}
    return ValidityForm(obj=held, **offered)


def _home(thing: Project) -> str:
    return url_for(".project", code=thing.code, _anchor="validity")


@bp.route("/projects/<code>/validity/new", methods=["GET", "POST"])
@on(load=queries.project, may=policies.raise_risk)
def new_validity(thing: Project) -> Response:
    """Write down what the project holds for a while."""
    form = _form(thing)
    if request.method == "GET":
        form.kind.data, form.milestone.data = "ethics", request.args.get("milestone", "")
    if form.attempt(lambda: operations.create_validity(thing, actor=actor(), **form.facts())):
        return saved(_home(thing), _("已登记"))
    return _page(afresh(thing), None, form, form.status)


def _page(
    thing: Project,
    held: Validity | None,
    form: ValidityForm,
    status: int = 200,
    ending: EndingForm | None = None,
) -> Response:
    return page(
        "projects/validity_form.html",
        status,
        form=form,
        thing=thing,
        held=held,
        home=_home(thing),
        ending=(ending or EndingForm(formdata=None, version=held.version)) if held else None,
        illustrative=thing.illustrative,
    )


@bp.route("/projects/<code>/validity/<int:number>/edit", methods=["GET", "POST"])
@on(load=validity, may=policies.change_validity)
def edit_validity(thing: Validity) -> Response:
    """Change it, for instance to a later end, or say below that it counts no more."""
    form = _form(thing.project, thing)
    done = form.attempt(
        lambda: operations.edit_validity(thing, actor=actor(), version=form.version.data, **form.facts())
    )
    if done:
        return saved(_home(done.project), _("有效期已保存"))
    again = afresh(thing)
    return _page(again.project, again, form, form.status)


@bp.post("/projects/<code>/validity/<int:number>/ending")
@on(load=validity, may=policies.change_validity)
def end_validity(thing: Validity) -> Response:
    """Say that it counts no more, with a reason."""
    form = EndingForm()
    done = form.attempt(
        lambda: operations.end(thing, form.reason.data or "", actor=actor(), version=form.version.data)
    )
    if done:
        return saved(_home(done.project), _("有效期已终止"))
    again = afresh(thing)
    shown = ValidityForm(formdata=None, obj=again, milestone_rows=again.project.plan.milestones)  # type: ignore[union-attr]
    return _page(again.project, again, shown, form.status, form)


def panel(rows: Sequence[ValidityRow], found: Sequence[Held]) -> dict[str, Any]:
    """What the page of a project shows: what counts, what needs somebody first, and what has been ended."""
    return {
        "rows": found,
        "ended": [row for row in rows if row.life == rules.ENDED],
        "finding": words.finding(found),
        "words": words,
    }
