"""The pathways and the versions of their templates: reading, comparing, drafting, publishing."""

from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from kangjiansheng.core import audit, trail
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today, page, saved
from kangjiansheng.core.text import whole
from kangjiansheng.projects import policies
from kangjiansheng.projects.forms.fields import word
from kangjiansheng.projects.forms.projects import VersionForm
from kangjiansheng.projects.forms.templates import (
    CONFIDENCE,
    KINDS,
    MEANINGS,
    BeginForm,
    PublishForm,
    StepForm,
    in_plan_order,
)
from kangjiansheng.projects.models import TemplateVersion
from kangjiansheng.projects.operations import templates as operations
from kangjiansheng.projects.queries import templates as queries
from kangjiansheng.projects.queries.templates import Pathway
from kangjiansheng.projects.rules.templates import differences
from kangjiansheng.projects.rules.vocabulary import TemplateCriterion, TemplateMilestone
from kangjiansheng.projects.views import bp
from kangjiansheng.projects.views.template_words import STEP, lasting, of_gates, origin

STATES = {
    "draft": ("gate", _l("草稿")),
    "published": ("ontrack", _l("使用中")),
    "retired": ("pause", _l("已被取代")),
}


@bp.get("/templates")
@on(may=policies.lists)
@of_today
def templates() -> Response:
    """The pathways with their versions."""
    return page("projects/templates.html", pathways=queries.pathways(actor=actor()), states=STATES)


@bp.get("/templates/<code>")
@on(load=queries.pathway, may=policies.see)
@of_today
def template(thing: Pathway) -> Response:
    """The version of a pathway that new plans are made from."""
    return _shown(thing, thing.published or thing.versions[0])


@bp.get("/templates/<code>/<int:number>")
@on(load=queries.version, may=policies.see)
@of_today
def template_version(thing: TemplateVersion) -> Response:
    """One version, whatever has become of it; beside another when the address names one."""
    return _shown(_pathway(thing), thing)


def _pathway(thing: TemplateVersion) -> Pathway:
    return queries.pathway(actor=actor(), code=thing.code) or abort(404)


def _shown(
    thing: Pathway,
    version: TemplateVersion,
    status: int = 200,
    begin_form: BeginForm | None = None,
    publish_form: PublishForm | None = None,
    refused: VersionForm | None = None,
) -> Response:
    asked = request.args.get("against", type=whole)
    against = thing.version(asked) if asked and asked != version.number else None
    shown = queries.of(version)
    free = g.as_of is None and policies.write_templates(actor())
    return page(
        "projects/template.html",
        status,
        thing=thing,
        v=version,
        steps=shown.milestones,
        words=_words,
        meanings=MEANINGS,
        states=STATES,
        against=against,
        changes=_changes(against, version) if against else [],
        may_write=free,
        may_create=g.as_of is None and version.status == "published" and policies.create(actor()),
        begin_form=begin_form or BeginForm(formdata=None),
        publish_form=publish_form or PublishForm(formdata=None, version=version.version),
        refused=refused,
        gates=of_gates(shown.milestones),
        history=trail.described(audit.history("template_version", version.id, 20))
        if version.status == "draft" or free
        else [],
    )


def _words(step: TemplateMilestone) -> dict[str, Any]:
    """What a step says, in the reader's language."""
    return {key: _field(step, key) for key in STEP}


def _field(step: TemplateMilestone, key: str) -> str:
    if key == "name":
        return word(step.name)
    if key == "predecessors":
        return _("、").join(step.predecessors)
    if key == "duration":
        return lasting(step.duration_min, step.duration_max, step.duration_unit)
    if key in ("gate", "optional"):
        return _("是") if getattr(step, key) else _("否")
    if key == "meaning":
        return str(MEANINGS[step.meaning])
    if key == "criteria":
        return _("；").join(word(one.name) for one in step.criteria)
    if key == "evidence":
        return _("；").join(word(name) for name in step.evidence)
    if key == "decider":
        return word(step.decider)
    kind, confidence = step.basis.get("kind"), step.basis.get("confidence")
    return _("，").join(
        str(part) for part in (KINDS.get(kind or ""), CONFIDENCE.get(confidence or "")) if part
    )


def _changes(before: TemplateVersion, after: TemplateVersion) -> list[dict[str, Any]]:
    found = []
    for one in differences(queries.of(before).milestones, queries.of(after).milestones):
        step = one.after or one.before
        assert step is not None
        lines = []
        if one.before and one.after:
            for key in one.fields:
                if key == "criteria":
                    lines += _criteria_lines(one.before, one.after)
                    continue
                was, now = _field(one.before, key), _field(one.after, key)
                if key == "basis" and was == now:
                    was, now = one.before.basis.get("text", ""), one.after.basis.get("text", "")
                lines.append((STEP[key], was, now))
        found.append(
            {
                "code": one.code,
                "name": word(step.name),
                "what": "joined" if not one.before else "left" if not one.after else "changed",
                "lines": lines,
            }
        )
    return found


def _criteria_lines(before: TemplateMilestone, after: TemplateMilestone) -> list[tuple[Any, str, str]]:
    """Each criterion that joined, left or rests on something else; else that their order is another."""
    was, now = ({one.name.hans: one for one in step.criteria} for step in (before, after))
    pairs = [(was.get(key), now.get(key)) for key in dict.fromkeys((*now, *was))]
    lines = [
        (STEP["criteria"], _criterion_line(old), _criterion_line(new)) for old, new in pairs if old != new
    ]
    return lines or [(STEP["criteria"], _field(before, "criteria"), _field(after, "criteria"))]


def _criterion_line(item: TemplateCriterion | None) -> str:
    if item is None:
        return ""
    more = _("、").join(item.kinds), origin(item.kind, item.confidence, word(item.source))
    return _("；").join(part for part in (word(item.name), *more) if part)


@bp.post("/templates/<code>/<int:number>/draft")
@on(load=queries.version, may=policies.write_templates)
def begin_template(thing: TemplateVersion) -> Response:
    """Begin a new version as a copy of one."""
    form = BeginForm()
    made = form.attempt(lambda: operations.begin(thing, actor=actor(), reason=form.reason.data or ""))
    if made:
        return saved(address(made), _("草稿已建立，可以修改步骤"))
    found = again()
    return _shown(_pathway(found), found, form.status, begin_form=form)


@bp.post("/templates/<code>/<int:number>/publication")
@on(load=queries.version, may=policies.write_templates)
def publish_template(thing: TemplateVersion) -> Response:
    """Let new plans be made from a draft."""
    form = PublishForm()
    done = form.attempt(
        lambda: operations.publish(thing, actor=actor(), version=form.version.data, note=form.note.data or "")
    )
    if done:
        return saved(address(thing), _("新版本已发布，以后的计划按它建立"))
    found = again()
    return _shown(_pathway(found), found, form.status, publish_form=form)


@bp.post("/templates/<code>/<int:number>/end")
@on(load=queries.version, may=policies.write_templates)
def give_up_template(thing: TemplateVersion) -> Response:
    """Give a draft up."""
    form = VersionForm()
    if form.attempt(lambda: operations.give_up(thing, actor=actor(), version=form.version.data)):
        return saved(url_for(".template", code=thing.code), _("草稿已放弃"))
    found = again()
    return _shown(_pathway(found), found, form.status, refused=form)


@bp.route("/templates/<code>/<int:number>/steps/new", methods=["GET", "POST"])
@on(load=queries.version, may=policies.write_templates)
def new_template_step(thing: TemplateVersion) -> Response:
    """Let a step join a draft."""
    return _step_page(thing, None)


@bp.route("/templates/<code>/<int:number>/steps/<milestone_code>", methods=["GET", "POST"])
@on(load=queries.step, may=policies.write_step)
def edit_template_step(pair: tuple[TemplateVersion, str]) -> Response:
    """Change a step of a draft."""
    return _step_page(*pair)


def _step_page(thing: TemplateVersion, code: str | None) -> Response:
    shown = queries.of(thing)
    step = shown.milestone(code) if code else None
    if request.method == "POST":
        form = StepForm()
    elif step:
        form = StepForm.of(step, thing.version)
    else:
        form = StepForm(formdata=None, unit="month", kind="memory", confidence="low", version=thing.version)
    form.changes = code
    codes = [item.code for item in shown.milestones]
    form.offer([(i.code, f"{i.code} {word(i.name)}") for i in shown.milestones if i.code != code])
    done = form.attempt(
        lambda: operations.put_step(
            thing,
            in_plan_order(form.step(), codes),
            actor=actor(),
            version=form.version.data,
            replacing=code,
        )
    )
    if done:
        return saved(f"{address(thing)}#{form.code.data}", _("步骤已保存"))
    thing = again()
    return page(
        "projects/template_step.html",
        form.status,
        v=thing,
        name=name_of(thing.names),
        code=code,
        form=form,
        frozen=thing.status != "draft",
    )


@bp.post("/templates/<code>/<int:number>/steps/<milestone_code>/<any(up,down,remove):act>")
@on(load=queries.step_for, may=policies.write_step)
def change_template_step(found: tuple[TemplateVersion, str, str]) -> Response:
    """Move a step of a draft by a place, or take it out."""
    thing, code, act = found
    form = VersionForm()

    def operation() -> None:
        if act == "remove":
            operations.remove_step(thing, code, actor=actor(), version=form.version.data)
        else:
            operations.shift_step(thing, code, up=act == "up", actor=actor(), version=form.version.data)

    if form.attempt(operation):
        said = _("步骤已移出草稿") if act == "remove" else _("步骤已移动")
        return saved(address(thing) + ("#steps" if act == "remove" else f"#{code}"), said)
    return refused(form)


def refused(form: VersionForm) -> Response:
    """The version once more, with what stood against an act on one of its parts."""
    found = again()
    return _shown(_pathway(found), found, form.status, refused=form)


def address(thing: TemplateVersion) -> str:
    """Where a version stands."""
    return url_for(".template_version", code=thing.code, number=thing.number)


def again() -> TemplateVersion:
    """The version once more, after a refusal has rolled everything back."""
    args = request.view_args or {}
    return queries.version(actor=actor(), code=args["code"], number=args["number"]) or abort(404)
