"""The import of a portfolio in the browser: upload, dry run row by row, consent, one transaction."""

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.digests import sha256
from kangjiansheng.core.pages import page, saved
from kangjiansheng.projects import policies
from kangjiansheng.projects.forms.imports import sentence
from kangjiansheng.projects.forms.uploads import ConsentForm, PortfolioForm, pack
from kangjiansheng.projects.operations import imports
from kangjiansheng.projects.queries.imports import Comparison, compare
from kangjiansheng.projects.queries.templates import published
from kangjiansheng.projects.views import bp


@bp.route("/import/portfolio", methods=["GET", "POST"])
@on(may=policies.import_portfolio)
@costly
def import_portfolio() -> Response:
    """Choose the files; sending them shows what an import would do, and writes nothing."""
    form = PortfolioForm()
    if not form.validate_on_submit():
        return page("projects/import.html", form.status, form=form)
    files = form.files()
    return _dry_run(files, compare(files))


def _dry_run(files: dict[str, bytes], found: Comparison, *, again: bool = False) -> Response:
    return page(
        "projects/import_dry_run.html",
        409 if again else 422 if found.errors else 200,
        illustrative=any(project.illustrative for project in found.plan.projects),
        found=found,
        tally=found.counts(),
        criteria=_criteria(found),
        sentence=sentence,
        packed=pack(files),
        seen=_mark(found),
        again=again,
    )


def _criteria(found: Comparison) -> int:
    """With how many criteria of their pathways' templates the gates of new milestones begin."""
    pathways, known = {p.code: p.pathway for p in found.plan.projects}, published()
    steps = [known[pathways[m.project_code]].milestone(m.code) for m in found.milestones]
    return sum(len(step.criteria) for step in steps if step is not None)


@bp.post("/import/portfolio/consent")
@on(may=policies.import_portfolio)
@costly
def consent_to_import() -> Response:
    """Write what the dry run showed, all of it or nothing. When it would do something else by now, show that."""
    form = ConsentForm()
    files = form.files()
    if files is None:
        form = PortfolioForm(formdata=None)
        form.refusal = _("没有收到完整的文件，请重新选择。")
        return page("projects/import.html", 422, form=form)
    found = compare(files)
    if found.errors or _mark(found) != form.seen.data:
        return _dry_run(files, found, again=not found.errors)
    change = imports.apply(found, actor=actor())
    if change is None:
        return saved(url_for(".import_portfolio"), _("文件与系统一致，没有写入"))
    return saved(url_for("overview.home"), _("已导入项目组合"))


def _mark(found: Comparison) -> str:
    """A mark of everything that the import would do, so that nobody consents to something else."""
    return sha256(
        [
            found.counts(),
            found.institutions,
            [lab.code for lab in found.labs],
            [project.code for project in found.projects],
            [changed.project.code for changed in found.changed_projects],
            [f"{m.planned.project_code} {m.planned.code}" for m in found.changed_milestones],
        ]
    )
