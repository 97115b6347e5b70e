"""Pages of agreements: /agreements."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries import names
from kangjiansheng.core import clock, file_levels, paging
from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.sheets import download
from kangjiansheng.labs import forms, operations, panels, policies, queries, rules, sheets
from kangjiansheng.labs.forms.documents import DocumentForm, offer_level
from kangjiansheng.labs.models import Agreement
from kangjiansheng.labs.queries.documents import level_of, shelf_of
from kangjiansheng.labs.queries.obligations import obligations_on
from kangjiansheng.labs.rules import obligations as lives
from kangjiansheng.labs.views import history
from kangjiansheng.labs.views.blueprint import as_shown, asked, bp, page_address, travelled


@bp.get("/agreements")
@signed_in
def agreements() -> Response:
    """The agreements that the reader may see, filtered by what the address says."""
    wanted = asked(queries.AgreementFilter)
    rows = queries.agreements(wanted, actor=actor(), as_of=travelled())
    return page(
        "labs/agreements.html",
        illustrative=any(row.illustrative for row in rows),
        wanted=wanted,
        rows=paging.cut(rows, request.args.get("page")),
        parties=forms.party_choices(),
        page_address=page_address,
        may_create=policies.create(actor()) and not travelled(),
    )


@bp.get("/agreements.<any(csv, xlsx):kind>")
@signed_in
@costly
def agreements_file(kind: str) -> Response:
    """The same list as a file."""
    rows = queries.agreements(asked(queries.AgreementFilter), actor=actor(), as_of=travelled())
    return download(kind, "agreements", sheets.agreements(kind, rows, as_of=travelled()))


@bp.route("/agreements/new", methods=["GET", "POST"])
@on(may=policies.create)
def new_agreement() -> Response:
    """Register an agreement."""
    form = forms.AgreementForm()
    made = form.attempt(
        lambda: operations.create_agreement(actor=actor(), code=form.code.data or "", **form.facts())
    )
    if made:
        return saved(url_for(".agreement", code=made.code), _("协议已登记"))
    return page("labs/agreement_form.html", form.status, form=form, agreement=None)


@bp.get("/agreements/<code>")
@on(load=queries.agreement, may=policies.see)
def agreement(found: Agreement) -> Response:
    """One agreement: parties, dates, what is stated and what is not, what hangs on it, history."""
    return show(found)


def show(found: Agreement, status: int = 200, *, document_form: DocumentForm | None = None) -> Response:
    """The page of an agreement; `document_form` is one that was refused."""
    shown, day = as_shown(found), travelled()
    labs, under = (
        queries.labs_on(found, actor=actor(), as_of=day),
        queries.agreements_under(found, actor=actor(), as_of=day),
    )
    owed = obligations_on(found, actor=actor(), as_of=day)
    illustrative = any(
        [found.illustrative, *(r.illustrative for r in labs), *(r.illustrative for r in under)]
    )
    inside = queries.sees_inside(actor(), found)
    files = queries.documents(found, day, actor=actor()) if inside else []
    may_bring = policies.bring(actor(), found) and day is None and not found.archived_at
    higher = panels.of(panels.agreement, found, actor(), day)
    return page(
        "labs/agreement.html",
        status,
        illustrative=illustrative or higher.illustrative,
        agreement=shown,
        parent=queries.agreement_codes(actor=actor()).get(shown.parent.id) if shown.parent else None,
        under=under,
        labs=labs,
        by_clause=_by_clause(shown, {one.id: one.number for one in found.clauses}, owed),
        day=day or clock.today(),
        lives=lives,
        reasons=rules.year_reasons(found.code) if shown.year_inferred else [],
        renewal=rules.renewal_note(shown.expires_on, day or clock.today(), shown.renewal_months),
        term=rules.term(shown.effective_on or shown.signed_on, shown.expires_on, day or clock.today()),
        higher=higher,
        may_edit=policies.manage(actor(), found) and not day,
        may_list_accesses=policies.list_accesses(actor(), found) and not day,
        form=forms.VersionForm(formdata=None, version=found.version),
        inside=inside,
        files=files,
        people=names({file.by_id for file in files}),
        document_form=document_form or offer_level(DocumentForm(formdata=None), found),
        may_bring=may_bring,
        room=shelf_of(found).room(actor=actor()) if may_bring else None,
        mine=policies.withdrawable(actor(), files) if may_bring else set(),
        file_levels=file_levels.choices(level_of(found), rules.LEVELS),
        history=history.panel(found, unseen=queries.unseen(found, actor=actor())) if inside else None,
    )


def _by_clause(
    agreement: Agreement, numbers: dict[int, str], owed: list[queries.ObligationRow]
) -> list[tuple[Any, list[Any]]]:
    """The clauses with the obligations that rest on each; None for those that name no clause. `numbers` are those of
    today's clauses, by id."""
    rows: list[tuple[Any, list[Any]]] = [
        (clause, [row for row in owed if numbers.get(row.clause_id or 0) == clause.number])
        for clause in agreement.clauses
    ]
    others = [row for row in owed if not any(row in some for _clause, some in rows)]
    return [*rows, (None, others)] if others else rows


@bp.route("/agreements/<code>/edit", methods=["GET", "POST"])
@on(load=queries.agreement, may=policies.manage)
def edit_agreement(found: Agreement) -> Response:
    """Change an agreement."""
    form = forms.AgreementForm(obj=found)
    del form.code
    if form.attempt(
        lambda: operations.edit_agreement(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".agreement", code=found.code), _("已保存"))
    return page(
        "labs/agreement_form.html", form.status, illustrative=found.illustrative, form=form, agreement=found
    )


@bp.post("/agreements/<code>/archive")
@on(load=queries.agreement, may=policies.manage)
def archive_agreement(found: Agreement) -> Response:
    """Put an agreement away. What rests on it answers 422 and says so."""
    operations.archive(found, actor=actor(), version=forms.VersionForm().version.data)
    back = url_for(".restore_agreement", code=found.code)
    return saved(url_for(".agreement", code=found.code), _("协议已归档"), undo=back)


@bp.post("/agreements/<code>/restore")
@on(load=queries.agreement, may=policies.manage)
def restore_agreement(found: Agreement) -> Response:
    """Take an agreement out of the archive."""
    operations.restore(found, actor=actor())
    return saved(url_for(".agreement", code=found.code), _("协议已恢复"))
