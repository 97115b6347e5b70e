"""What the gates of a pathway ask for, as its version shows it and as a draft is written."""

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, on
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved
from kangjiansheng.projects import policies
from kangjiansheng.projects.forms.fields import word
from kangjiansheng.projects.forms.projects import VersionForm
from kangjiansheng.projects.forms.templates import StepCriterionForm
from kangjiansheng.projects.models import TemplateVersion
from kangjiansheng.projects.operations import templates as operations
from kangjiansheng.projects.queries import templates as queries
from kangjiansheng.projects.rules.criteria import kinds_of
from kangjiansheng.projects.views import bp, templates

STEP = "/templates/<code>/<int:number>/steps/<milestone_code>/criteria"


@bp.route(f"{STEP}/new", methods=["GET", "POST"])
@on(load=queries.step, may=policies.write_step)
def new_template_criterion(pair: tuple[TemplateVersion, str]) -> Response:
    """Let a gate of a draft ask for one more thing."""
    return _criterion_page(*pair, None)


@bp.route(f"{STEP}/<int:place>", methods=["GET", "POST"])
@on(load=queries.criterion, may=policies.write_step)
def edit_template_criterion(found: tuple[TemplateVersion, str, int]) -> Response:
    """Change what a gate of a draft asks for."""
    return _criterion_page(*found)


def _criterion_page(thing: TemplateVersion, code: str, place: int | None) -> Response:
    steps = queries.of(thing).milestones
    step = next(one for one in steps if one.code == code)
    if not step.gate:
        abort(404)
    if request.method == "POST":
        form = StepCriterionForm()
    elif place:
        form = StepCriterionForm.of(step.criteria[place - 1], thing.version)
    else:
        form = StepCriterionForm(formdata=None, kind="memory", confidence="low", version=thing.version)
    form.changes = (code, place)
    form.kinds.choices = [
        (kind, f"{kind.rpartition(':')[0]} {word(name)}".strip())
        for kind, name in kinds_of(steps, step).items()
    ]
    done = form.attempt(
        lambda: operations.put_criterion(
            thing, code, form.criterion(), actor=actor(), version=form.version.data, place=place
        )
    )
    if done:
        return saved(f"{templates.address(thing)}#gate-{code}", _("标准已保存"))
    thing = templates.again()
    return page(
        "projects/template_criterion.html",
        form.status,
        v=thing,
        name=name_of(thing.names),
        step=step.code,
        step_name=word(step.name),
        place=place,
        form=form,
        frozen=thing.status != "draft",
    )


@bp.post(f"{STEP}/<int:place>/<any(up,down,remove):act>")
@on(load=queries.criterion_for, may=policies.write_step)
def change_template_criterion(found: tuple[TemplateVersion, str, int, str]) -> Response:
    """Move a criterion of a draft by a place, or take it out."""
    thing, code, place, act = found
    form = VersionForm()

    def operation() -> None:
        if act == "remove":
            operations.remove_criterion(thing, code, place, actor=actor(), version=form.version.data)
        else:
            operations.shift_criterion(
                thing, code, place, up=act == "up", actor=actor(), version=form.version.data
            )

    if form.attempt(operation):
        return saved(
            f"{templates.address(thing)}#gate-{code}", _("标准已删去") if act == "remove" else _("标准已移动")
        )
    return templates.refused(form)
