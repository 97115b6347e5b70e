"""Lists of decisions and actions."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms.answers import VERDICTS
from kangjiansheng.committee.forms.evidence import FILE_LEVELS
from kangjiansheng.committee.models import Action
from kangjiansheng.committee.operations import evidence, outcomes
from kangjiansheng.committee.queries import answers, loaders, overviews
from kangjiansheng.committee.queries import evidence as reading
from kangjiansheng.committee.queries.follow_up import followed
from kangjiansheng.committee.queries.visible import level_of
from kangjiansheng.committee.rules.answers import WAITING
from kangjiansheng.committee.views.base import bp, page, until_day
from kangjiansheng.core import clock, file_levels, files
from kangjiansheng.core.access import actor, afresh, on, signed_in
from kangjiansheng.core.pages import of_today, saved, with_args


@bp.get("/decisions")
@signed_in
def decisions() -> Response:
    """Resolutions and recommendations that the reader may see, with what the company said of them."""
    kind, answer, until = request.args.get("kind", ""), request.args.get("answer", ""), until_day()
    kind = kind if kind in ("D", "R") else ""
    answer = answer if answer in (WAITING, *VERDICTS) else ""
    listed = overviews.decisions(actor=actor(), kind=kind, answer=answer, until=until)
    shown = listed.page(request.args.get("page"))
    found = shown.items
    return page(
        "decisions.html",
        decisions=found,
        shown=shown,
        page_address=lambda number: with_args(page=number),
        kind=kind,
        answer=answer,
        answer_links=[
            (word, url_for(".decisions", kind=kind or None, answer=key), answer == key, None)
            for key, word in VERDICTS.items()
        ],
        answers=answers.answers(found, until=until),
        open_projects=overviews.open_projects(found, actor=actor()),
        illustrative=shown.illustrative,
    )


@bp.get("/actions")
@signed_in
@of_today
def actions() -> Response:
    """Actions that the reader may see: open, all, or their own."""
    show = request.args.get("show", "open")
    listed = overviews.actions(actor=actor(), life="open" if show != "all" else "", mine=show == "mine")
    shown = listed.page(request.args.get("page"))
    found, follow_ups = shown.items, followed(actor=actor())
    return page(
        "actions.html",
        actions=found,
        shown=shown,
        page_address=lambda number: with_args(page=number),
        show=show if show in ("open", "all", "mine") else "open",
        today=clock.today(),
        open_projects=overviews.open_projects(found, actor=actor()),
        may_close=_closable(found),
        files=reading.files_of(found, actor=actor()),
        by_committee=follow_ups.by_committee,
        by_institution=follow_ups.by_institution if actor().reads_all else [],
        illustrative=shown.illustrative,
    )


def _closable(found: Sequence[Action]) -> set[int]:
    """The open ones that the reader may mark as done."""
    kept = policies.kept_committees(actor())
    mine = actor().id
    return {
        a.id for a in found if a.life == "open" and (a.owner_id == mine or a.meeting.committee_id in kept)
    }


@bp.route("/actions/<number>", methods=["GET", "POST"])
@on(load=loaders.action, may=policies.close_action)
def action(action: Action) -> Any:
    """Mark an action as done."""
    number, form = action.number, forms.DoneForm(obj=action)
    file_levels.offer(form.level, level_of(action.meeting), FILE_LEVELS)
    if not form.is_submitted() and form.done_on.data is None:
        form.done_on.data = clock.today()

    def act() -> None:
        file = brought(form.files.data)
        if file is not None:
            files.check(*file)
        outcomes.finish_action(
            action,
            actor=actor(),
            version=form.seen,
            done_on=form.done_on.data or clock.today(),
            note=form.note.data or "",
            evidence=form.evidence.data or "",
        )
        if file is not None:
            evidence.attach(action, *file, actor=actor(), level=form.level.data)

    if form.attempt(act):
        return saved(
            url_for(".actions"),
            _("已完成 %(number)s", number=number),
            undo=url_for(".reopen_action", number=number),
        )
    return action_page(afresh(action), form=form)


def brought(file: Any) -> tuple[str, bytes] | None:
    """Name and bytes of what was chosen; None when nothing was."""
    return (file.filename, file.read()) if getattr(file, "filename", "") else None


def action_page(
    action: Action, *, form: forms.DoneForm | None = None, evidence_form: forms.EvidenceForm | None = None
) -> Response:
    """The page of an action, with what came of a form."""
    form, evidence_form = (
        form or forms.DoneForm(formdata=None, obj=action),
        evidence_form or forms.EvidenceForm(formdata=None),
    )
    for one in (form, evidence_form):
        file_levels.offer(one.level, level_of(action.meeting), FILE_LEVELS)
    return page(
        "action.html",
        next((one.status for one in (form, evidence_form) if one.status != 200), 200),
        action=action,
        form=form,
        evidence_form=evidence_form,
        levels=FILE_LEVELS,
        level_choices=file_levels.choices(level_of(action.meeting), FILE_LEVELS),
        files=reading.files_of([action], actor=actor()),
        illustrative=action.illustrative,
    )


@bp.post("/actions/<number>/reopening")
@on(load=loaders.action, may=policies.close_action)
def reopen_action(action: Action) -> Response:
    """Take back that an action is done."""
    outcomes.reopen_action(action, actor=actor(), version=None)
    return saved(url_for(".actions"), _("已重新打开 %(number)s", number=action.number))
