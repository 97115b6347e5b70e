"""Pages of institutions: /partners."""

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import paging
from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.sheets import download
from kangjiansheng.labs import forms, operations, panels, policies, queries, rules, sheets
from kangjiansheng.labs.models import Institution
from kangjiansheng.labs.views import history
from kangjiansheng.labs.views.blueprint import as_shown, asked, bp, page_address, travelled


@bp.get("/partners")
@signed_in
def institutions() -> Response:
    """All institutions, filtered by what the address says."""
    wanted = asked(queries.InstitutionFilter)
    rows = queries.institutions(wanted, actor=actor(), as_of=travelled())
    return page(
        "labs/institutions.html",
        illustrative=any(row.illustrative for row in rows),
        wanted=wanted,
        rows=paging.cut(rows, request.args.get("page")),
        page_address=page_address,
        may_create=policies.create(actor()) and not travelled(),
    )


@bp.get("/partners.<any(csv, xlsx):kind>")
@signed_in
@costly
def institutions_file(kind: str) -> Response:
    """The same list as a file."""
    rows = queries.institutions(asked(queries.InstitutionFilter), actor=actor(), as_of=travelled())
    return download(kind, "partners", sheets.institutions(kind, rows, as_of=travelled()))


@bp.route("/partners/new", methods=["GET", "POST"])
@on(may=policies.create)
def new_institution() -> Response:
    """Register an institution."""
    form = forms.InstitutionForm()
    made = form.attempt(
        lambda: operations.create_institution(actor=actor(), code=form.code.data or "", **form.facts())
    )
    if made:
        return saved(url_for(".institution", code=made.code), _("机构已登记"))
    return page("labs/institution_form.html", form.status, form=form, institution=None)


@bp.get("/partners/<code>")
@on(load=queries.institution, may=policies.see)
def institution(found: Institution) -> Response:
    """One institution: names, sectors, agreements, laboratories, people, history."""
    shown, day = as_shown(found), travelled()
    agreements = queries.agreements_of(found, actor=actor(), as_of=day)
    labs = queries.labs_of(found, actor=actor(), as_of=day)
    inside = queries.sees_inside(actor(), found)
    illustrative = any(
        [found.illustrative, *(a.illustrative for a, _c in agreements), *(b.illustrative for b, _r in labs)]
    )
    higher = panels.of(panels.institution, found, actor(), day)
    return page(
        "labs/institution.html",
        illustrative=illustrative or higher.illustrative,
        institution=shown,
        agreements=agreements,
        labs=labs,
        inside=inside,
        higher=higher,
        may_edit=policies.manage(actor(), found) and not day,
        form=forms.VersionForm(obj=found),
        history=history.panel(found) if inside else None,
    )


@bp.route("/partners/<code>/edit", methods=["GET", "POST"])
@on(load=queries.institution, may=policies.manage)
def edit_institution(found: Institution) -> Response:
    """Change an institution."""
    form = forms.InstitutionForm(obj=found)
    del form.code
    if form.attempt(
        lambda: operations.edit_institution(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".institution", code=found.code), _("已保存"))
    return page(
        "labs/institution_form.html",
        form.status,
        illustrative=found.illustrative,
        form=form,
        institution=found,
    )


@bp.post("/partners/<code>/archive")
@on(load=queries.institution, may=policies.manage)
def archive_institution(found: Institution) -> Response:
    """Put an institution away. What rests on it answers 422 and says so."""
    operations.archive(found, actor=actor(), version=forms.VersionForm().version.data)
    back = url_for(".restore_institution", code=found.code)
    return saved(url_for(".institution", code=found.code), _("机构已归档"), undo=back)


@bp.post("/partners/<code>/restore")
@on(load=queries.institution, may=policies.manage)
def restore_institution(found: Institution) -> Response:
    """Take an institution out of the archive."""
    operations.restore(found, actor=actor())
    return saved(url_for(".institution", code=found.code), _("机构已恢复"))


@bp.route("/partners/<code>/people", methods=["GET", "POST"])
@on(load=queries.institution, may=policies.manage)
def institution_people(found: Institution) -> Response:
    """Who belongs to an institution, and since when."""
    form = forms.JoinForm(obj=found).offer(rules.INSTITUTION_ROLES)
    if form.attempt(lambda: operations.join(found, actor=actor(), **form.facts())):
        return saved(url_for(".institution_people", code=found.code), _("成员已登记"))
    return page(
        "labs/people.html",
        form.status,
        leaving={},
        illustrative=found.illustrative,
        form=form,
        group=found,
        roles=rules.INSTITUTION_ROLES,
        back=url_for(".institution", code=found.code),
        end=lambda number: url_for(".end_institution_member", code=found.code, number=number),
    )


@bp.post("/partners/<code>/people/<int:number>/end")
@on(load=queries.institution_member, may=policies.manage_member)
def end_institution_member(member: queries.Membership) -> Response:
    """End a membership of an institution."""
    form = forms.LeaveForm()
    operations.leave(member.group, member.id, actor=actor(), version=form.version.data, valid_to=form.day())
    return saved(url_for(".institution_people", code=member.group.code), _("成员身份已结束"))
