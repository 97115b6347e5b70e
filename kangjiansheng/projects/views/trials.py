"""Records of trial registries in the browser: upload, dry run, consent, and what each version states."""

from collections.abc import Sequence
from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.digests import sha256
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import explain
from kangjiansheng.core.pages import page, saved
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms import trials as words
from kangjiansheng.projects.forms.trials import FILE, LARGEST_PACKED, TrialConsentForm, TrialForm
from kangjiansheng.projects.forms.uploads import pack
from kangjiansheng.projects.models import Project, RegistryRecord
from kangjiansheng.projects.operations import trials as operations
from kangjiansheng.projects.policies.codes import series
from kangjiansheng.projects.queries import choices
from kangjiansheng.projects.queries.trials import (
    Look,
    Rights,
    bytes_of,
    look,
    opens_file,
    record,
    versions_of,
    with_file,
)
from kangjiansheng.projects.rules.registry import address
from kangjiansheng.projects.rules.trials import LARGEST
from kangjiansheng.projects.rules.trials.compare import beside, changes
from kangjiansheng.projects.views import bp
from kangjiansheng.projects.views.then import project_row

TYPES = {"ctgov": "application/json", "ctis": "application/json", "chictr": "application/xml"}


@bp.route("/import/trial", methods=["GET", "POST"])
@on(may=policies.import_trial)
@costly
def import_trial() -> Response:
    """Choose a file of a registry; sending it shows what an import would do, and writes nothing."""
    return _upload(None)


@bp.post("/import/trial/consent")
@on(may=policies.import_trial)
@costly
def consent_to_trial() -> Response:
    """Write what the dry run showed, all of it or nothing."""
    return _consent(None)


@bp.route("/projects/<code>/records/import", methods=["GET", "POST"])
@on(load=queries.project, may=policies.edit)
@costly
def import_record(thing: Project) -> Response:
    """The same for one project: the records of the file go to it."""
    return _upload(thing)


@bp.post("/projects/<code>/records/consent")
@on(load=queries.project, may=policies.edit)
@costly
def consent_to_record(thing: Project) -> Response:
    """Write what the dry run showed into this project."""
    return _consent(thing)


def _form() -> TrialForm:
    needs_lab = not actor().has("executive", "system")
    return TrialForm(lab_rows=choices.for_form()["lab_rows"], needs_lab=needs_lab)


def _upload(only: Project | None) -> Response:
    form = _form()
    if not form.validate_on_submit():
        return _upload_page(form, only, form.status)
    data = form.record.data.read(LARGEST + 1)
    return _look(data, form.record.data.filename or "", form.lab.data or "", only, form, {})


def _upload_page(form: TrialForm, only: Project | None, status: int) -> Response:
    here = url_for(".import_record", code=only.code) if only else url_for(".import_trial")
    return page(
        "projects/trial_import.html",
        status,
        form=form,
        thing=only,
        here=here,
        may_create=policies.create(actor()) and only is None,
        illustrative=bool(only and only.illustrative),
    )


def _look(
    data: bytes, name: str, lab: str, only: Project | None, form: TrialForm, chosen: dict[int, str]
) -> Response:
    """The dry run, or the form again with what is wrong with the file."""
    try:
        found = _found(data, name, lab, only, chosen)
        packed = pack({FILE: data})
        if len(packed) > LARGEST_PACKED:
            raise RuleBroken("projects:trial-too-large-here", "file")
    except RuleBroken as problem:
        form.record.errors = [*form.record.errors, explain(problem)]
        return _upload_page(form, only, 422)
    return _dry_run(found, packed, lab, only)


def _found(data: bytes, name: str, lab: str, only: Project | None, chosen: dict[int, str]) -> Look:
    rights = Rights(policies.create(actor()), policies.editable(actor()), series(actor(), lab))
    return look(data, name, actor=actor(), rights=rights, only=only, chosen=chosen)


def _dry_run(
    found: Look, packed: str, lab: str, only: Project | None, *, status: int = 200, again: bool = False
) -> Response:
    here = url_for(".consent_to_record", code=only.code) if only else url_for(".consent_to_trial")
    back = url_for(".import_record", code=only.code) if only else url_for(".import_trial")
    return page(
        "projects/trial_dry_run.html",
        status,
        found=found,
        thing=only,
        here=here,
        back=back,
        packed=packed,
        seen=_mark(found, lab),
        lab=lab,
        again=again,
        tally=words.counts(found),
        words=words,
        kept=operations.first_facts,
        illustrative=any(step.project and step.project.illustrative for step in found.steps),
    )


def _consent(only: Project | None) -> Response:
    form = TrialConsentForm()
    files = form.files()
    if not files:
        again = _form()
        again.refusal = _("没有收到完整的文件，请重新选择。")
        return _upload_page(again, only, 422)
    data, lab = files[FILE], form.lab.data or ""
    name = (request.form.get("name") or "")[:200]
    chosen = {
        int(key.removeprefix("target-")): value
        for key, value in request.form.items()
        if key.startswith("target-") and key.removeprefix("target-").isdecimal() and len(key) < 14
    }
    try:
        found = _found(data, name, lab, only, chosen)
    except RuleBroken as problem:
        again = _form()
        again.refusal = explain(problem)
        return _upload_page(again, only, 422)
    packed = form.files_packed.data or ""
    if found.refused or request.form.get("again"):
        return _dry_run(found, packed, lab, only, status=422 if found.refused else 200)
    if _mark(found, lab) != form.seen.data:
        return _dry_run(found, packed, lab, only, status=409, again=True)
    return _write(found, data, lab, only, packed)


def _write(found: Look, data: bytes, lab: str, only: Project | None, packed: str) -> Response:
    try:
        change = operations.apply(found, data, actor=actor(), lead_lab=lab)
    except RuleBroken as problem:  # of a laboratory that is gone by now
        again = _form()
        again.refusal = explain(problem)
        return _upload_page(again, only, 422)
    codes = list(dict.fromkeys(step.code for step in found.steps if step.writes))
    home = only.code if only else codes[0] if len(codes) == 1 else ""
    target = url_for(".project", code=home) if home else url_for(".projects")
    if change is None:
        return saved(target, _("文件与系统一致，没有写入"))
    return saved(target, _("登记记录已导入"))


def _mark(found: Look, lab: str) -> str:
    """A mark of everything that the import would do, so that nobody consents to something else."""
    return sha256(
        [
            found.reading.sha256,
            lab,
            [
                [
                    step.kind,
                    step.code,
                    step.before.id if step.before else 0,
                    [number.normal for number in step.numbers],
                    sorted(step.parties.items()),
                ]
                for step in found.steps
            ],
        ]
    )


@bp.get("/projects/<code>/records/<int:number>")
@on(load=record, may=policies.see)
def registry_record(thing: RegistryRecord) -> Response:
    """One version of a record: what it states, beside our dates, and what was not understood."""
    project = thing.project
    versions = versions_of(thing, as_of=g.as_of)
    if thing not in versions:
        abort(404)
    row = project_row(project)
    before = next((one for one in reversed(versions) if one.id < thing.id), None)
    return page(
        "projects/trial_record.html",
        record=thing,
        thing=project,
        p=row,
        versions=versions,
        public=address(thing.register, thing.number),
        beside=beside(thing.facts, row.pathway, row.milestones),
        changes=changes(before.facts, thing.facts) if before else [],
        before=before,
        words=words,
        opens_file=opens_file(thing, actor=actor()),
        may_edit=g.as_of is None and policies.edit(actor(), project) and project.archived_at is None,
        today_=clock.today(),
        illustrative=project.illustrative,
    )


@bp.get("/projects/<code>/records/<int:number>/file")
@on(load=with_file, may=policies.see)
def registry_file(thing: RegistryRecord) -> Response:
    """The file from which a record was read, byte for byte."""
    answer = Response(bytes_of(thing.source), content_type=TYPES[thing.format])
    kind = TYPES[thing.format].rpartition("/")[2]
    safe = "".join(c if c.isascii() and (c.isalnum() or c == "-") else "-" for c in thing.number)[:60]
    answer.headers["Content-Disposition"] = f'attachment; filename="{safe}.{kind}"'
    return answer


def panel(row: queries.ProjectRow, numbers: Sequence[Any]) -> list[dict[str, Any]]:
    """What the page of a project shows of its records: each with its dates beside ours.

    Asks nothing for a project without a registry number: no record can hang on it.
    """
    if not numbers:
        return []
    return [
        {
            "record": one,
            "public": address(one.register, one.number),
            "beside": beside(one.facts, row.pathway, row.milestones),
        }
        for one in queries.trials.records(row.id, as_of=g.as_of)
    ]
