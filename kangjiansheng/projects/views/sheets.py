"""Sheets of milestones: taken along, sent back, looked at cell by cell, written in one act, taken back."""

from typing import Any

from flask import abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries import names
from kangjiansheng.core import paging
from kangjiansheng.core.access import actor, afresh, on, signed_in
from kangjiansheng.core.bodies import long_texts
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.forms import wants_fragment
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today, page, saved, with_args
from kangjiansheng.core.sheets import download
from kangjiansheng.projects import policies, sheets
from kangjiansheng.projects.forms.fields import label_of
from kangjiansheng.projects.forms.sheets import STATES, ConsentForm, SheetForm, column_word, sentence, source
from kangjiansheng.projects.models import ImportBatch
from kangjiansheng.projects.operations import sheets as operations
from kangjiansheng.projects.queries import owner_rows
from kangjiansheng.projects.queries import sheets as queries
from kangjiansheng.projects.rules.vocabulary import reasons
from kangjiansheng.projects.views import bp
from kangjiansheng.projects.views.spreads import spread_facts

PATH = "/milestones/import/<code>"
WORKING = ("reading", "applying", "undoing")
LIFE: dict[str, Any] = {
    "reading": (_l("正在读取"), "ontrack"),
    "checked": (_l("待确认"), "gate"),
    "refused": (_l("无法读取"), "late"),
    "applying": (_l("正在写入"), "ontrack"),
    "applied": (_l("已导入"), "done"),
    "undoing": (_l("正在撤销"), "ontrack"),
    "undone": (_l("已撤销"), "idle"),
    "discarded": (_l("已放弃"), "idle"),
}
NOTHING: Any = (_l("没有可导入的行"), "idle")
# For the trail.
FIELDS: dict[str, Any] = {
    "state": _l("进展"),
    "file": _l("文件"),
    "pasted": _l("粘贴的行数"),
    "sha256": "SHA-256",
    "milestones": _l("里程碑"),
    "kept": _l("没有撤销"),
}
VALUES = {"state": {key: word for key, (word, _shape) in LIFE.items()}}
OUTCOMES: dict[str, Any] = {
    "applied": (_l("已导入"), "done"),
    "changed-since": (_l("试算之后有人改过，没有导入"), "slip"),
    "refused": (_l("没有导入"), "late"),
    "undone": (_l("已撤销"), "idle"),
    "undo-changed": (_l("导入之后有人改过，没有撤销"), "slip"),
    "undo-refused": (_l("没有撤销"), "late"),
}
VIEWS: tuple[tuple[str, Any], ...] = (
    ("", _l("全部")),
    ("change", _l("有修改")),
    ("new", _l("新里程碑")),
    ("conflict", _l("冲突")),
    ("fault", _l("有错")),
    ("same", _l("提示")),
    ("accepted", _l("已勾选")),
    ("refused", _l("未成功")),
)


@bp.get("/milestones/sheet.<any(csv, xlsx):kind>")
@signed_in
@costly
@of_today
def editable_sheet(kind: str) -> Response:
    """All milestones that the reader sees, or with `owner=me` their own, as a sheet that can be sent back."""
    owner = actor().id if request.args.get("owner") == "me" else None
    return download(kind, "milestones-to-edit", sheets.editable(kind, owner_rows(actor=actor(), owner=owner)))


@bp.route("/milestones/import", methods=["GET", "POST"])
@signed_in
@costly
@long_texts
def import_sheet() -> Response:
    """Choose an edited sheet, or paste rows of it; and what became of the earlier ones."""
    form = SheetForm()
    if request.method == "POST":
        _now()
        batch = form.attempt(lambda: _receive(form))
        if batch is not None:
            return saved(_address(batch), _("已收到，正在读取"))
    found = queries.batches(actor=actor())
    return page(
        "projects/sheets.html",
        form.status,
        illustrative=any(batch.illustrative for batch in found),
        form=form,
        rows=paging.cut(found, request.args.get("page"), size=20),
        standing=_standing,
        source=source,
        page_address=lambda number: with_args(page=number),
    )


def _standing(batch: ImportBatch) -> Any:
    """How far a batch is; a dry run that found nothing to write waits for nobody."""
    if batch.state == "checked" and not any(batch.counts.get(kind) for kind in operations.ACCEPTABLE):
        return NOTHING
    return LIFE[batch.state]


def _receive(form: SheetForm) -> ImportBatch:
    if form.is_pasted:
        return operations.receive_pasted(form.pasted.data or "", actor=actor())
    upload = form.file.data
    with upload.stream:
        return operations.receive(upload.filename or "", upload.read(), actor=actor())


def _now() -> None:
    """Nothing is written on a page of a past day."""
    if g.as_of is not None:
        abort(400, _("这是过去某一天的快照，不能修改。"))


def _address(batch: ImportBatch, endpoint: str = ".import_batch", **more: Any) -> str:
    return url_for(endpoint, code=batch.code, **more)


@bp.get(PATH)
@on(load=queries.batch, may=policies.see)
@of_today
def import_batch(batch: ImportBatch) -> Response:
    """One sheet: on its way, as a dry run cell by cell, or with what became of each row."""
    return _page(batch, ConsentForm(formdata=None))


def _page(batch: ImportBatch, form: ConsentForm) -> Response:
    if batch.state in WORKING:
        return page(
            "projects/sheet_working.html",
            form.status,
            illustrative=batch.illustrative,
            form=form,
            **_working(batch),
        )
    own = policies.own_batch(actor(), batch) and g.as_of is None
    counts = queries.tally(batch, actor=actor())
    which = request.values.get("show", "")
    which = which if which in dict(VIEWS) else ""
    size = counts[which or "all"]
    cut = paging.cut(range(size), request.values.get("page"))
    found = queries.page_of(
        batch, which, actor=actor(), start=(cut.page - 1) * paging.PER_PAGE, size=paging.PER_PAGE
    )
    people = names(
        {
            value
            for row, _m in found
            for change in row.changes
            if change["column"] == "owner"
            for value in (change["before"], change["after"], change["base"])
            if value is not None
        }
    )
    return page(
        "projects/sheet.html",
        form.status,
        illustrative=batch.illustrative,
        batch=batch,
        source=source(batch),
        state=_standing(batch),
        form=form,
        own=own,
        open=own and batch.state == "checked",
        tally=counts,
        which=which,
        views=[
            (word, _address(batch, show=key or None) + "#rows", key == which, counts[key or "all"])
            for key, word in VIEWS
            if not key or counts[key]
        ],
        rows=[_line(row, milestone, people) for row, milestone in found],
        cut=cut,
        faults=[(found, sentence(found)) for found in batch.faults],
        remarks=[(found, sentence(found)) for found in batch.remarks],
        unread=any(found["code"] == "columns-extra" for found in batch.remarks),
        page_address=lambda number: _address(batch, show=which or None, page=number),
    )


def _line(row: Any, milestone: Any, people: Any) -> dict[str, Any]:
    return {
        "row": row,
        "milestone": milestone,
        "changes": [
            {
                **change,
                "label": column_word(change["column"]),
                "old": _shown(change["column"], change["before"], people),
                "new": _shown(change["column"], change["after"], people),
                "then": _shown(change["column"], change["base"], people),
            }
            for change in row.changes
        ],
        "faults": [(found, sentence(found)) for found in row.faults],
        "remarks": [(found, sentence(found)) for found in row.remarks],
        "outcome": OUTCOMES.get(row.outcome),
    }


def _shown(column: str, value: Any, people: Any) -> str:
    if value in (None, ""):
        return ""
    if column == "state":
        return str(STATES[value])
    if column == "reason":
        return label_of(value, reasons())
    if column == "owner":
        person = people.get(value)
        return name_of(person) if person else ""
    return str(value)


def _working(batch: ImportBatch) -> dict[str, Any]:
    task = batch.task
    percent = min(100 * task.progress // task.total, 100) if task.total else 0
    return {
        "batch": batch,
        "source": source(batch),
        "state": _standing(batch),
        "task": task,
        "percent": percent,
        "failed": task.state == "failed",
        "own": policies.own_batch(actor(), batch) and g.as_of is None,
    }


@bp.get(f"{PATH}/progress")
@on(load=queries.batch, may=policies.see)
@of_today
def import_progress(batch: ImportBatch) -> Response:
    """How far the worker is; when it has come to an end the whole page is asked for again."""
    answer = Response(
        render_template("projects/_sheet_progress.html", **_working(batch)), content_type="text/html"
    )
    if batch.state not in WORKING:
        answer.headers["HX-Redirect"] = _address(batch)
    return answer


def _numbers(name: str) -> set[int]:
    return {
        int(text)
        for text in request.form.getlist(name)
        if text.isascii() and text.isdigit() and len(text) < 10
    }


@bp.post(f"{PATH}/rows")
@on(load=queries.batch, may=policies.own_batch)
def accept_rows(batch: ImportBatch) -> Response:
    """Which of the rows that were shown count; or, with `all`, every row of this view or none."""
    _now()
    form = ConsentForm()
    every, which = request.form.get("all"), request.form.get("show", "")

    def act() -> None:
        if every in ("yes", "no"):
            operations.accept_all(batch, which, every == "yes", actor=actor())
        else:
            operations.accept(batch, _numbers("seen"), _numbers("accept"), actor=actor())

    if form.attempt(act) is None:
        return _page(afresh(batch), form)
    if wants_fragment():
        counts = queries.tally(batch, actor=actor())
        return Response(render_template("projects/_sheet_bar.html", form=form, tally=counts, batch=batch))
    return saved(_address(batch, show=which or None, page=request.form.get("page")), _("勾选已保存"))


@bp.post(f"{PATH}/consent")
@on(load=queries.batch, may=policies.own_batch)
@costly
def consent_to_sheet(batch: ImportBatch) -> Response:
    """Write what is accepted: the ticks of this page count as they were sent."""
    _now()
    form = ConsentForm()

    def act() -> None:
        operations.accept(batch, _numbers("seen"), _numbers("accept"), actor=actor())
        operations.consent(
            batch,
            form.reason.data or "",
            why=form.why.data or "",
            authority=form.authority.data or "",
            actor=actor(),
        )

    if form.attempt(act) is None:
        return _page(afresh(batch), form)
    return saved(_address(batch), _("正在写入"))


@bp.get(f"{PATH}/effect")
@on(load=queries.batch, may=policies.own_batch)
@of_today
def sheet_effect(batch: ImportBatch) -> Response | str:
    """What the accepted or the written rows do to milestones that they leave alone: a piece of the batch's page, and
    a page for whoever has no script."""
    facts = spread_facts(operations.effect(batch, actor=actor()), actor())
    if wants_fragment():
        return render_template("projects/_sheet_effect.html", batch=batch, **facts)
    return page(
        "projects/sheet_effect.html",
        illustrative=batch.illustrative,
        batch=batch,
        source=source(batch),
        **facts,
    )


@bp.post(f"{PATH}/discarding")
@on(load=queries.batch, may=policies.own_batch)
def discard_sheet(batch: ImportBatch) -> Response:
    """Leave a dry run at that."""
    _now()
    return _ask(batch, lambda: operations.discard(batch, actor=actor()), _("试算已放弃"))


@bp.post(f"{PATH}/undo")
@on(load=queries.batch, may=policies.own_batch)
def undo_sheet(batch: ImportBatch) -> Response:
    """Take the whole batch back."""
    _now()
    return _ask(batch, lambda: operations.ask_undo(batch, actor=actor()), _("正在撤销"))


@bp.post(f"{PATH}/again")
@on(load=queries.batch, may=policies.own_batch)
@costly
def try_sheet_again(batch: ImportBatch) -> Response:
    """Once more what the worker has given up."""
    _now()
    return _ask(batch, lambda: operations.again(batch, actor=actor()), _("正在重试"))


def _ask(batch: ImportBatch, act: Any, word: str) -> Response:
    form, code = ConsentForm(), batch.code
    if form.attempt(act) is None:
        return _page(queries.batch(actor=actor(), code=code) or abort(404), form)
    return saved(_address(batch), word)
