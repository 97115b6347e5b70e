"""Results of research: /results, one of them with where it goes, and the forms."""

from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries import names
from kangjiansheng.core import audit, clock, history, paging
from kangjiansheng.core.access import actor, afresh, on, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.sheets import download
from kangjiansheng.projects import policies, sheets
from kangjiansheng.projects.forms import results as words
from kangjiansheng.projects.forms.filters import asked
from kangjiansheng.projects.forms.results import ResultForm
from kangjiansheng.projects.models import Result
from kangjiansheng.projects.operations import results as operations
from kangjiansheng.projects.policies import results as allowed
from kangjiansheng.projects.queries.results import (
    ResultFilter,
    ResultRow,
    offered,
    result,
    result_for,
    results,
    row_of_result,
)
from kangjiansheng.projects.views import bp


def _shown() -> tuple[ResultFilter, list[ResultRow], list[ResultRow]]:
    wanted = asked(ResultFilter)
    rows = results(actor=actor(), as_of=g.as_of)
    return wanted, rows, [row for row in rows if wanted.keeps(row)]


@bp.get("/results")
@signed_in
def list_results() -> Response:
    """The results that the reader sees, those without a destination first."""
    wanted, rows, kept = _shown()
    parties = {row.institution.code: name_of(row.institution) for row in rows}
    return page(
        "projects/results.html",
        rows=paging.cut(kept, request.args.get("page")),
        total=len(rows),
        wanted=wanted,
        finding=words.finding([row for row in rows if not row.archived]),
        parties=sorted(parties.items(), key=lambda pair: pair[1]),
        words=words,
        page_address=lambda number: with_args(page=number if number > 1 else None),
        may_create=g.as_of is None and allowed.register(actor()),
        illustrative=any(row.illustrative for row in rows),
    )


@bp.get("/results.<any(csv, xlsx):kind>")
@signed_in
@costly
def results_file(kind: str) -> Response:
    """The same list as a file."""
    return download(kind, "results", sheets.results(kind, _shown()[2], as_of=g.as_of))


@bp.route("/results/new", methods=["GET", "POST"])
@on(may=allowed.register)
def new_result() -> Response:
    """Register a result."""
    known: dict[str, Any] = offered(actor=actor())
    form = ResultForm(**known)
    if request.method == "GET":
        form.kind.data, form.confidentiality.data = "patent", "parties"
        form.disclosed_on.data = clock.today()
    made = form.attempt(lambda: operations.create_result(actor=actor(), **form.facts()))
    if made:
        return saved(url_for(".result_page", code=made.code), _("成果已登记"))
    return page("projects/result_form.html", form.status, form=form, result=None)


@bp.get("/results/<code>")
@on(load=result, may=policies.see)
def result_page(thing: Result) -> Response:
    """One result: what it is, where it goes, its history."""
    row = row_of_result(thing, actor=actor(), as_of=g.as_of)
    if row is None:
        abort(404, _("这一天 %(code)s 还没有登记。") % {"code": thing.code})
    return page(
        "projects/result.html",
        row=row,
        version=thing.version,
        words=words,
        may_edit=g.as_of is None and allowed.change(actor(), thing),
        history=_history(thing),
        illustrative=row.illustrative,
    )


_EDITS = ("projects:result:edit", "projects:result:undo")


def _history(thing: Result) -> list[dict[str, Any]]:
    """Who changed what. Destinations are named only where the reader may see them."""
    found = audit.history("result", thing.id, 100, until=g.as_of)
    known = offered(actor=actor())
    projects = {row.id: row.code for row in known["project_rows"]}
    companies = {row.id: row.code for row in known["company_rows"]}
    parties = {thing.institution_id: name_of(thing.institution)} | {
        row.id: name_of(row) for row in known["parties"]
    }

    def shown(key: str, value: Any) -> str:
        if key == "companies":
            return _("、").join(companies[one] for one in value or () if one in companies)
        if key in ("project_id", "institution_id"):
            return (projects if key == "project_id" else parties).get(value, "")
        return words.shown(key, value)

    people = names({entry.actor_id for entry in found})
    told = history.entries(found, labels=words.FIELDS, show=shown, people=people)
    # An edit of nothing but a destination that the reader does not see would tell that there is one.
    return [
        line for entry, line in zip(found, told, strict=True) if line["changes"] or entry.act not in _EDITS
    ]


@bp.route("/results/<code>/edit", methods=["GET", "POST"])
@on(load=result, may=allowed.change)
def edit_result(thing: Result) -> Response:
    """Change what is written of a result, or where it goes."""
    form, was = ResultForm(obj=thing, **offered(actor=actor())), thing.version
    done = form.attempt(
        lambda: operations.edit_result(thing, actor=actor(), version=form.version.data, **form.facts())
    )
    if done:
        return saved(
            url_for(".result_page", code=done.code),
            _("成果已保存"),
            undo=url_for(".undo_result", code=done.code) if done.version != was else None,
        )
    again = afresh(thing)
    return page(
        "projects/result_form.html", form.status, form=form, result=again, illustrative=again.illustrative
    )


@bp.post("/results/<code>/undo")
@on(load=result, may=allowed.change)
def undo_result(thing: Result) -> Response:
    """Take back the own last edit."""
    operations.undo_edit(thing, actor=actor(), version=None)
    return saved(url_for(".result_page", code=thing.code), _("修改已撤销"))


@bp.post("/results/<code>/<any(archive, restore):act>")
@on(load=result_for, may=allowed.change_so)
def keep_result(pair: tuple[Result, str]) -> Response:
    """Put a result away, or take it out again."""
    thing, act = pair
    address = url_for(".result_page", code=thing.code)
    if act == "restore":
        operations.restore_result(thing, actor=actor())
        return saved(address, _("成果已恢复"))
    operations.archive_result(thing, actor=actor())
    return saved(address, _("成果已归档"), undo=url_for(".keep_result", code=thing.code, act="restore"))
