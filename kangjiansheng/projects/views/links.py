"""The form of one milestone, opened by a link of a reminder without signing in. It leads nowhere else."""

from collections.abc import Callable

from flask import Response as FlaskResponse
from flask import abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kangjiansheng.core import by_link, once
from kangjiansheng.core.access import public
from kangjiansheng.core.pages import page
from kangjiansheng.core.text import whole
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.milestones import MilestoneForm, quick_days
from kangjiansheng.projects.operations import milestones as operations
from kangjiansheng.projects.queries import links
from kangjiansheng.projects.queries.links import Answering
from kangjiansheng.projects.views import bp
from kangjiansheng.projects.views.answering import say
from kangjiansheng.projects.views.milestones import said_word
from kangjiansheng.projects.views.spreads import preview_of
from kangjiansheng.projects.views.then import row_of

NAME = "answer"


def _opened(secret: str, view: Callable[[Answering], Response]) -> Response:
    """Let the view answer for what the secret opens; a link that is over says so."""

    def find() -> Answering | None:
        found = links.answering(secret)
        return found if found is not None and policies.update(found.actor, found.milestone) else None

    return by_link.opened(
        NAME, find, view, speaks=lambda found: found.person.locale,
        over=lambda: page("projects/answer_over.html", 404),
    )  # fmt: skip


@bp.get("/answer/<secret>")
@public
def answer(secret: str) -> Response:
    """The three answers about one milestone; after a save, what was said and the way to take it back."""
    return _opened(secret, lambda found: _form(secret, found, _empty(found)))


def _empty(found: Answering) -> MilestoneForm:
    return MilestoneForm(formdata=None, milestone=found.milestone, version=found.milestone.version)


@bp.post("/answer/<secret>")
@public
def save_answer(secret: str) -> Response:
    """Save one of the three answers, by the version that the form has seen."""
    return _opened(secret, lambda found: _save(secret, found))


def _save(secret: str, found: Answering) -> Response:
    form = MilestoneForm(milestone=found.milestone)
    if request.form.get("look"):  # without a script: what would it do?
        form.validate()
        return _form(secret, found, form)
    by_link.sent(NAME, found.link_id)
    if again := _sent_before(found):
        return again
    written = form.attempt(lambda: say(found.milestone, form, who=found.actor))
    if written is None:
        return _opened(secret, lambda anew: _form(secret, anew, form))
    return redirect(url_for(".answer", secret=secret, said=written.id), 303)


def _sent_before(found: Answering) -> Response | None:
    g.actor = found.actor
    try:
        return once.sent_before()
    finally:
        g.actor = None


def _form(secret: str, found: Answering, form: MilestoneForm) -> Response:
    thing = found.milestone
    project, row = row_of(thing, found.actor)
    form.milestone = thing
    said = links.said_by_link(found, request.args.get("said", 0, type=whole))
    return page(
        "projects/answer.html",
        form.status,
        illustrative=project.illustrative,
        p=project,
        m=row,
        form=form,
        quick=quick_days(thing),
        **preview_of(form, found.actor),
        confirms=policies.confirm(found.actor, thing),
        said=said_word(said, len(queries.moved_along(said))) if said else "",
        undo=url_for(".undo_answer", secret=secret, entry_id=said.id) if said else "",
        here=url_for(".answer", secret=secret),
        effect_address=url_for(".effect_of_answer", secret=secret),
    )


@bp.get("/answer/<secret>/effect")
@public
def effect_of_answer(secret: str) -> Response:
    """What saving the form as it stands would do to the later milestones: a piece for the form."""
    return _opened(secret, _effect)


def _effect(found: Answering) -> Response:
    form = MilestoneForm(request.args, milestone=found.milestone)
    confirms = policies.confirm(found.actor, found.milestone)
    shown = preview_of(form, found.actor)
    return FlaskResponse(
        render_template("projects/_effect.html", form=form, m=found.milestone, confirms=confirms, **shown)
    )


@bp.post("/answer/<secret>/undo/<int:entry_id>")
@public
def undo_answer(secret: str, entry_id: int) -> Response:
    """Take back what was said by the link."""

    def undo(found: Answering) -> Response:
        entry = links.said_by_link(found, entry_id) or abort(404)
        operations.undo(entry, actor=found.actor)
        return redirect(url_for(".answer", secret=secret, undone=1), 303)

    return _opened(secret, undo)
