"""Evidence of an action as a file: read by who sees the action, kept by who closes it."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms.evidence import FILE_LEVELS
from kangjiansheng.committee.models import Action
from kangjiansheng.committee.operations import evidence as operations
from kangjiansheng.committee.queries import evidence as reading
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.queries.visible import level_of
from kangjiansheng.committee.views.base import bp
from kangjiansheng.committee.views.outcomes import action_page, brought
from kangjiansheng.core import files
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.file_levels import LevelForm, offer
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.pages import saved

ONE = "/actions/<number>/evidence/<int:file>"


@bp.get(ONE)
@on(load=reading.of_action, may=policies.see)
def evidence(pair: tuple[Action, FileRef]) -> Response:
    """The file."""
    return files.answer(pair[1])


@bp.post("/actions/<number>/evidence")
@on(load=loaders.action, may=policies.close_action)
def add_evidence(action: Action) -> Any:
    """One more file of an action that is done."""
    form, number = forms.EvidenceForm(), action.number
    offer(form.level, level_of(action.meeting), FILE_LEVELS)

    def act() -> FileRef:
        file = brought(form.files.data)
        if file is None:
            raise RuleBroken("committee:evidence-one", "files")
        return operations.attach(action, *file, actor=actor(), level=form.level.data)

    if form.attempt(act):
        return saved(url_for(".action", number=number), _("证据已附上"))
    return action_page(afresh(action), evidence_form=form)


@bp.post(f"{ONE}/level")
@on(load=reading.of_action, may=policies.close_evidence)
def level_evidence(pair: tuple[Action, FileRef]) -> Response:
    """Say for whom a file is."""
    form, (action, ref) = LevelForm(), pair
    operations.set_level(action, ref, form.level.data or "", form.was.data or "", actor=actor())
    return saved(url_for(".action", number=action.number), _("文件的保密级别已修改"))


@bp.post(f"{ONE}/withdrawal")
@on(load=reading.of_action, may=policies.close_evidence)
def withdraw_evidence(pair: tuple[Action, FileRef]) -> Response:
    """Take a file back."""
    action, ref = pair
    operations.withdraw(action, ref, actor=actor())
    return saved(url_for(".action", number=action.number), _("证据已撤回"))
