"""Pages of joint laboratories: /labs."""

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock, paging
from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.sheets import download
from kangjiansheng.labs import forms, operations, panels, policies, queries, rules, sheets
from kangjiansheng.labs.models import Agreement, JointLab
from kangjiansheng.labs.queries.papers import papers
from kangjiansheng.labs.queries.past import terms_as_they_stood
from kangjiansheng.labs.queries.single import agreement_of
from kangjiansheng.labs.rules import papers as paper_words
from kangjiansheng.labs.views import history, resources
from kangjiansheng.labs.views.blueprint import as_shown, asked, bp, page_address, travelled

FOUR = 4  # tiles in a strip


@bp.get("/labs")
@signed_in
def labs() -> Response:
    """All laboratories with their open part, filtered by what the address says."""
    wanted = asked(queries.LabFilter)
    rows = queries.labs(wanted, actor=actor(), as_of=travelled())
    return page(
        "labs/labs.html",
        illustrative=any(row.illustrative for row in rows),
        wanted=wanted,
        rows=paging.cut(rows, request.args.get("page")),
        parties=forms.party_choices(),
        page_address=page_address,
        may_create=policies.create(actor()) and not travelled(),
    )


@bp.get("/labs.<any(csv, xlsx):kind>")
@signed_in
@costly
def labs_file(kind: str) -> Response:
    """The same list as a file."""
    rows = queries.labs(asked(queries.LabFilter), actor=actor(), as_of=travelled())
    return download(kind, "labs", sheets.labs(kind, rows, as_of=travelled()))


@bp.route("/labs/new", methods=["GET", "POST"])
@on(may=policies.create)
def new_lab() -> Response:
    """Register a laboratory."""
    form = forms.LabForm()
    if request.method == "GET":
        form.start.data = clock.today()
    made = form.attempt(
        lambda: operations.create_lab(actor=actor(), code=form.code.data or "", **form.facts())
    )
    if made:
        return saved(url_for(".lab", code=made.code), _("联合实验室已登记，建设里程碑已建立"))
    return page("labs/lab_form.html", form.status, form=form, lab=None)


@bp.get("/labs/<code>")
@on(load=queries.lab, may=policies.see)
def lab(found: JointLab) -> Response:
    """One laboratory: its open part for everybody, its inside for those who belong to it."""
    shown, day = as_shown(found), travelled()
    inside = queries.sees_inside(actor(), found)
    agreement = _agreement(shown) if inside else None
    higher = panels.of(panels.lab, found, actor(), day)
    shared = resources.of_lab(found)
    ends = agreement.expires_on if agreement else None
    begins = (agreement.effective_on or agreement.signed_on) if agreement else None
    return page(
        "labs/lab.html",
        illustrative=found.illustrative or higher.illustrative or bool(shared and shared["illustrative"]),
        lab=shown,
        inside=inside,
        agreement=agreement,
        term=rules.term(begins, ends, day or clock.today()),
        renewal=rules.renewal_note(
            ends, day or clock.today(), agreement.renewal_months if agreement else rules.RENEWAL_MONTHS
        ),
        people=queries.people_by_home(shown, day or clock.today()) if inside else [],
        papers=papers(found, as_of=day) if inside else [],
        paper_words=paper_words,
        higher=higher,
        shared=shared,
        kpis=[*higher.kpis[: FOUR - 1], shared["kpi"]] if shared else higher.kpis,
        may_edit=policies.edit_lab(actor(), found) and not day,
        may_manage=policies.manage(actor(), found) and not day,
        may_list_accesses=policies.list_accesses(actor(), found) and not day,
        form=forms.VersionForm(obj=found),
        history=history.panel(found) if inside else None,
    )


def _agreement(lab: JointLab) -> Agreement | None:
    """The agreement of a laboratory as its reader may see it, with the terms of the day."""
    found, day = agreement_of(lab, actor=actor()), travelled()
    return terms_as_they_stood(found, day) if found and day else found


@bp.route("/labs/<code>/edit", methods=["GET", "POST"])
@on(load=queries.lab, may=policies.edit_lab)
def edit_lab(found: JointLab) -> Response:
    """Change a laboratory."""
    form = forms.LabForm(obj=found)
    del form.code, form.start
    if form.attempt(
        lambda: operations.edit_lab(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".lab", code=found.code), _("已保存"))
    return page("labs/lab_form.html", form.status, illustrative=found.illustrative, form=form, lab=found)


@bp.route("/labs/<code>/life", methods=["GET", "POST"])
@on(load=queries.lab, may=policies.edit_lab)
def step_lab(found: JointLab) -> Response:
    """Take a laboratory one step further in its life."""
    form = forms.StepForm(obj=found).offer(found.life)
    if form.attempt(
        lambda: operations.step_lab(
            found,
            form.life.data,
            actor=actor(),
            version=form.version.data,
            accepted_on=form.accepted_on.data,
        )
    ):
        return saved(url_for(".lab", code=found.code), _("状态已变更"))
    return page("labs/step_form.html", form.status, illustrative=found.illustrative, form=form, lab=found)


@bp.route("/labs/<code>/partners/<partner>", methods=["GET", "POST"])
@on(load=queries.lab_partner, may=policies.edit_partner)
def contribution(row: queries.Partnership) -> Response:
    """What one partner brings in."""
    form = forms.ContributionForm(obj=row)
    if form.attempt(
        lambda: operations.describe_contribution(
            row.lab, row.institution, form.contribution.data or "", actor=actor(), version=form.version.data
        )
    ):
        return saved(url_for(".lab", code=row.lab.code), _("已保存"))
    return page(
        "labs/contribution_form.html", form.status, illustrative=row.lab.illustrative, form=form, row=row
    )


@bp.post("/labs/<code>/archive")
@on(load=queries.lab, may=policies.manage)
def archive_lab(found: JointLab) -> Response:
    """Put a laboratory away. One at work, or one with projects, answers 422 and says so."""
    operations.archive(found, actor=actor(), version=forms.VersionForm().version.data)
    back = url_for(".restore_lab", code=found.code)
    return saved(url_for(".lab", code=found.code), _("联合实验室已归档"), undo=back)


@bp.post("/labs/<code>/restore")
@on(load=queries.lab, may=policies.manage)
def restore_lab(found: JointLab) -> Response:
    """Take a laboratory out of the archive."""
    operations.restore(found, actor=actor())
    return saved(url_for(".lab", code=found.code), _("联合实验室已恢复"))


@bp.route("/labs/<code>/people", methods=["GET", "POST"])
@on(load=queries.lab, may=policies.edit_lab)
def lab_people(found: JointLab) -> Response:
    """Who belongs to a laboratory, and since when."""
    form = forms.JoinForm(obj=found).offer(rules.LAB_ROLES)
    if form.attempt(lambda: operations.join(found, actor=actor(), **form.facts())):
        return saved(url_for(".lab_people", code=found.code), _("成员已登记"))
    return page(
        "labs/people.html",
        form.status,
        leaving={key: way for ways in panels.leaving for key, way in ways(found).items()},
        illustrative=found.illustrative,
        form=form,
        group=found,
        roles=rules.LAB_ROLES,
        back=url_for(".lab", code=found.code),
        end=lambda number: url_for(".end_lab_member", code=found.code, number=number),
    )


@bp.post("/labs/<code>/people/<int:number>/end")
@on(load=queries.lab_member, may=policies.edit_lab_member)
def end_lab_member(member: queries.Membership) -> Response:
    """End a membership of a laboratory."""
    form = forms.LeaveForm()
    operations.leave(member.group, member.id, actor=actor(), version=form.version.data, valid_to=form.day())
    return saved(url_for(".lab_people", code=member.group.code), _("成员身份已结束"))
