"""Registering and changing projects, their people and their registry numbers."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.pages import of_today, page, saved
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.fields import word
from kangjiansheng.projects.forms.projects import ClaimForm, MemberForm, NumberForm, ProjectForm, VersionForm
from kangjiansheng.projects.forms.starting import StartingForm
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.operations import claims, people, projects
from kangjiansheng.projects.queries import choices
from kangjiansheng.projects.queries.handing import holders
from kangjiansheng.projects.queries.templates import published
from kangjiansheng.projects.rules.templates import GMP
from kangjiansheng.projects.views import bp, numbers, words
from kangjiansheng.projects.views.projects import context
from kangjiansheng.projects.views.template_words import lasting


def _again() -> Project:
    """The project once more, after a refusal has rolled everything back."""
    code = str((request.view_args or {})["code"])
    return queries.project(actor=actor(), code=code) or abort(404)


@bp.route("/projects/new", methods=["GET", "POST"])
@on(may=policies.create)
def new_project() -> Response:
    """Register a project."""
    known: dict[str, Any] = choices.for_form()
    form = ProjectForm(templates=published(), **known)
    led = policies.labs_led(actor())
    if led is not None:
        form.limit_leading_to(led)
    if request.method == "GET":
        form.stage.data, form.claimed.data, form.confidentiality.data = "DISCOVERY", "ACTIVE", "parties"
        form.typical.data = True
        form.code.data = choices.next_code(led or ())
        if request.args.get("pathway") in form.templates:
            form.pathway.data = request.args["pathway"]
    if request.form.get("preview"):
        return _previewed(form)
    made = form.attempt(
        lambda: projects.create_project(
            actor=actor(),
            code=form.code.data or "",
            pathway=form.pathway.data or "",
            start=form.start.data,
            typical=bool(form.typical.data),
            past_ok=bool(form.past_ok.data),
            optional=form.taken_in(),
            **form.facts(),
        )
    )
    if made:
        return saved(url_for(".project", code=made.code), _("项目已建立"))
    return page("projects/form.html", form.status, form=form, thing=None, preview=None)


def _previewed(form: ProjectForm) -> Response:
    """The form once more with the plan that it would make; nothing is saved, and other fields may still be empty."""
    preview = previewed(form, form.unaccepted())
    return page("projects/form.html", 200 if preview else 422, form=form, thing=None, preview=preview)


def previewed(form: StartingForm, lab: JointLab | None = None) -> dict[str, Any] | None:
    """The plan that a form would make, in words; None when it cannot be said yet. `lab`: the laboratory that is to lead
    and is not accepted, named where the plan holds GMP preparation."""
    found = form.preview()
    if found is None:
        return None
    rows, past = found
    lines = [
        (
            one,
            word(one.item.name),
            lasting(one.item.duration_min, one.item.duration_max, one.item.duration_unit),
            [word(c.name) for c in one.item.criteria],
        )
        for one in rows
    ]
    gmp = [one.item.code for one in rows if one.item.meaning == GMP]
    return {"rows": lines, "past": past, "gmp": gmp, "unaccepted": lab if gmp else None}


@bp.route("/projects/<code>/edit", methods=["GET", "POST"])
@on(load=queries.project, may=policies.edit)
def edit_project(thing: Project) -> Response:
    """Change the facts of a project."""
    form = ProjectForm.of(thing, **choices.for_form())
    del form.code, form.pathway, form.start, form.typical, form.past_ok, form.optional
    done = form.attempt(
        lambda: projects.edit_project(thing, actor=actor(), version=form.version.data, **form.facts())
    )
    if done:
        return saved(url_for(".project", code=done.code), _("项目资料已保存"))
    return page(
        "projects/form.html",
        form.status,
        form=form,
        thing=afresh(thing),
        preview=None,
        illustrative=thing.illustrative,
    )


@bp.post("/projects/<code>/<any(archive,restore):act>")
@on(load=queries.project_for, may=policies.manage)
def archive_project(pair: tuple[Project, str]) -> Response:
    """Put a project into the archive, or take it back."""
    thing, act = pair
    form = VersionForm()
    operation = projects.archive if act == "archive" else projects.restore
    if form.attempt(lambda: operation(thing, actor=actor(), version=form.version.data)):
        return saved(url_for(".project", code=thing.code), _("已归档") if act == "archive" else _("已恢复"))
    return _people_page(_again(), form.status, refused=form)


@bp.get("/projects/<code>/people")
@on(load=queries.project, may=policies.edit)
@of_today
def people_of_project(thing: Project) -> Response:
    """Team and registry numbers, with the forms to change them."""
    return _people_page(thing)


def _people_page(thing: Project, status: int = 200, **forms: Any) -> Response:
    member = MemberForm(formdata=None, version=thing.version)
    member.person_id.choices = choices.for_team(thing)
    shown = {
        "member_form": member,
        "number_form": NumberForm(formdata=None, version=thing.version),
        "refused": None,
        **forms,
    }
    return page(
        "projects/people.html",
        status,
        thing=thing,
        team=[one for one in queries.team(thing.id)],
        roles=words.ROLES,
        busy=holders(thing.id) if policies.plan(actor(), thing) and not thing.archived_at else {},
        numbers=numbers.shown(thing),
        illustrative=thing.illustrative,
        **shown,
    )


@bp.post("/projects/<code>/members")
@on(load=queries.project, may=policies.edit)
def add_member(thing: Project) -> Response:
    """Take somebody into the team."""
    form = MemberForm()
    form.person_id.choices = choices.for_team(thing)
    done = form.attempt(
        lambda: people.add_member(
            thing,
            form.person_id.data,
            form.role.data or "",
            actor=actor(),
            version=form.version.data,
            valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
        )
    )
    if done:
        return saved(url_for(".people_of_project", code=thing.code), _("成员已加入"))
    return _people_page(afresh(thing), form.status, member_form=form)


@bp.post("/projects/<code>/members/<int:number>/end")
@on(load=queries.project_with, may=policies.edit_part)
def end_member(pair: tuple[Project, int]) -> Response:
    """End a membership."""
    thing, number = pair
    form = VersionForm()
    if form.attempt(lambda: people.end_member(thing, number, actor=actor(), version=form.version.data)):
        return saved(url_for(".people_of_project", code=thing.code), _("成员已移出"))
    return _people_page(_again(), form.status, refused=form)


@bp.post("/projects/<code>/numbers")
@on(load=queries.project, may=policies.edit)
def add_number(thing: Project) -> Response:
    """Note a registry number."""
    form = NumberForm()
    done = form.attempt(
        lambda: projects.register_number(
            thing, form.register.data or "", form.number.data or "", actor=actor(), version=form.version.data
        )
    )
    if done:
        doubt = numbers.problem(done.register, done.typed)
        said = _("登记号已保存。%(doubt)s", doubt=doubt) if doubt else _("登记号已保存")
        return saved(url_for(".people_of_project", code=thing.code), said)
    return _people_page(afresh(thing), form.status, number_form=form)


@bp.post("/projects/<code>/numbers/<int:number>/remove")
@on(load=queries.project_with, may=policies.edit_part)
def remove_number(pair: tuple[Project, int]) -> Response:
    """Take a registry number back."""
    thing, number = pair
    form = VersionForm()
    if form.attempt(lambda: projects.remove_number(thing, number, actor=actor(), version=form.version.data)):
        return saved(url_for(".people_of_project", code=thing.code), _("登记号已删除"))
    return _people_page(_again(), form.status, refused=form)


@bp.post("/projects/<code>/claim")
@on(load=queries.project, may=policies.plan)
def claim_status(thing: Project) -> Response:
    """Say how the project stands in the lead's own judgement, with a reason and a last day."""
    form = ClaimForm()
    done = form.attempt(
        lambda: claims.claim(
            thing,
            form.judged.data or "",
            reason=form.reason.data or "",
            until=form.until.data,  # type: ignore[arg-type]
            actor=actor(),
            version=form.version.data,
        )
    )
    if done:
        return saved(url_for(".project", code=thing.code), _("判断已记录，到期自动失效"))
    return page("projects/project.html", form.status, **context(afresh(thing), claim_form=form))


@bp.post("/projects/<code>/claim/withdrawal")
@on(load=queries.project, may=policies.plan)
def withdraw_claim(thing: Project) -> Response:
    """Take the judgement back."""
    form = VersionForm()
    if form.attempt(lambda: claims.withdraw(thing, actor=actor(), version=form.version.data)):
        return saved(url_for(".project", code=thing.code), _("判断已收回"))
    return page("projects/project.html", form.status, **context(afresh(thing)))
