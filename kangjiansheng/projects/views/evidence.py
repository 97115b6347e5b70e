"""The evidence of a milestone: bringing files, reading them, judging and withdrawing them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, g
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import names
from kangjiansheng.core import audit, file_levels, files, history, trail
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.file_levels import LevelForm
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.evidence import (
    FILE_LEVELS,
    EvidenceForm,
    JudgeForm,
    VersionForm,
    WithdrawForm,
)
from kangjiansheng.projects.models import Evidence, Milestone
from kangjiansheng.projects.operations import evidence as operations
from kangjiansheng.projects.queries import evidence as reading
from kangjiansheng.projects.views import bp, milestones, standing, words
from kangjiansheng.projects.views.then import row_of

PATH = f"{milestones.PATH}/evidence"
ONE = f"{PATH}/<int:number>"


def address(piece: Evidence, endpoint: str = ".evidence", **more: Any) -> str:
    """The address of a piece's page, or of an act on it."""
    return milestones.address(piece.milestone, endpoint, number=piece.number, **more)


@bp.post(PATH)
@on(load=queries.milestone, may=policies.update)
def add_evidence(thing: Milestone) -> Response:
    """Bring files to a milestone."""
    form = EvidenceForm(within=thing.plan.owner.confidentiality, wanted=standing.wanted(thing.id))
    made = form.attempt(
        lambda: operations.add(
            thing,
            form.files.brought,
            actor=actor(),
            kind=form.kind.data,
            note=form.note.data or "",
            level=form.level.data,
        )
    )
    if made is None:
        return milestones.show(afresh(thing), form.status, evidence_form=form)
    text = ngettext("已上传 %(num)d 份证据", "已上传 %(num)d 份证据", len(made))
    room = reading.shelf_of(thing.plan).room(actor=actor())
    if room.nearly_full:
        text += _("；") + room.said
    return saved(f"{milestones.address(thing)}#evidence", text)


@bp.get(ONE)
@on(load=reading.evidence, may=policies.see)
def evidence(piece: Evidence) -> Response:
    """One piece: its versions, what was said of it, and what may be done with it."""
    return _page(piece)


def _page(piece: Evidence, status: int = 200, **forms: Any) -> Response:
    shown = reading.piece_of(piece, actor=actor(), as_of=g.as_of)
    if shown is None:
        abort(404)
    owner = piece.milestone.plan.owner
    free = g.as_of is None and owner.archived_at is None and not shown.withdrawn
    may_replace = free and policies.replace_evidence(actor(), piece)
    judges = free and policies.judge(actor(), piece)
    found = reading.versions(piece.id, g.as_of)
    wanted = reading.expected_in(piece.milestone.plan, [piece.milestone])[piece.milestone_id]
    label = next((one for one in wanted if one.kind == shown.kind), None)
    acts = audit.history(reading.THING, piece.id, until=g.as_of)
    people = names(shown.people | {v.by_id for v in found} | {act.actor_id for act in acts})
    return page(
        "projects/evidence.html",
        status,
        illustrative=owner.illustrative,
        plan=piece.milestone.plan,
        project=owner,
        milestone=row_of(piece.milestone)[1],
        piece=shown,
        kind=name_of(label.name) if label else _("其他材料"),
        versions=found,
        people={key: name_of(person) for key, person in people.items()},
        may_open=policies.open_file(actor(), (piece, found[0])),
        may_replace=may_replace,
        room=reading.shelf_of(piece.milestone.plan).room(actor=actor()) if may_replace else None,
        may_judge=judges and shown.by_id != actor().id,
        own=judges and shown.by_id == actor().id,
        may_withdraw=free and policies.withdraw(actor(), piece),
        levels=FILE_LEVELS,
        level_choices=file_levels.choices(owner.confidentiality, FILE_LEVELS),
        history=_history(acts, people),
        **{
            "version_form": VersionForm(formdata=None, version=piece.version),
            "judge_form": JudgeForm(formdata=None, version=piece.version),
            "withdraw_form": WithdrawForm(formdata=None, version=piece.version),
            **forms,
        },
    )


def _history(acts: Sequence[AuditEntry], people: Mapping[int, Person]) -> list[dict[str, Any]]:
    return history.entries(
        acts,
        labels={
            key: words.EVIDENCE[key]
            for key in ("name", "version_no", "verdict", "verdict_note", "withdrawn_note", "level")
        },
        show=lambda key, value: trail.value_words(reading.THING, key, value),
        people=people,
    )


@bp.post(f"{ONE}/versions")
@on(load=reading.evidence, may=policies.replace_evidence)
def replace_evidence(piece: Evidence) -> Response:
    """Bring a newer version."""
    form = VersionForm()
    done = form.attempt(
        lambda: operations.replace(
            piece, form.files.brought, actor=actor(), version=form.version.data, note=form.note.data or ""
        )
    )
    if done is None:
        return _page(afresh(piece), form.status, version_form=form)
    return saved(address(piece), _("新版本已上传，等待审核"))


@bp.post(f"{ONE}/verdict")
@on(load=reading.evidence, may=policies.judge)
def judge_evidence(piece: Evidence) -> Response:
    """Accept it, or say why not."""
    form = JudgeForm()
    done = form.attempt(
        lambda: operations.judge(
            piece,
            form.verdict.data or "",
            actor=actor(),
            version=form.version.data,
            note=form.note.data or "",
        )
    )
    if done is None:
        return _page(afresh(piece), form.status, judge_form=form)
    return saved(address(piece), _("审核结论已记录"))


@bp.post(f"{ONE}/level")
@on(load=reading.evidence, may=policies.set_level)
def level_evidence(piece: Evidence) -> Response:
    """Say for whom it is."""
    form = LevelForm()
    operations.set_level(piece, form.level.data or "", form.was.data or "", actor=actor())
    return saved(address(piece), _("文件的保密级别已修改"))


@bp.post(f"{ONE}/withdrawal")
@on(load=reading.evidence, may=policies.withdraw)
def withdraw_evidence(piece: Evidence) -> Response:
    """Take it out of what counts; its files stay in the record."""
    form = WithdrawForm()
    done = form.attempt(
        lambda: operations.withdraw(
            piece, actor=actor(), version=form.version.data, note=form.note.data or ""
        )
    )
    if done is None:
        return _page(afresh(piece), form.status, withdraw_form=form)
    return saved(f"{milestones.address(piece.milestone)}#evidence", _("证据已撤回"))


@bp.get(f"{ONE}/files/<int:version>")
@on(load=reading.evidence_file, may=policies.open_file)
def evidence_file(pair: tuple[Evidence, FileRef]) -> Response:
    """One version's file."""
    return files.answer(pair[1])
