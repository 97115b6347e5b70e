"""The papers of a laboratory: /labs/<code>/papers."""

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.sheets import download
from kangjiansheng.labs import policies, sheets
from kangjiansheng.labs.forms.papers import EndingForm, PaperForm
from kangjiansheng.labs.models import JointLab, LabPaper
from kangjiansheng.labs.operations import papers as operations
from kangjiansheng.labs.policies import papers as keeping
from kangjiansheng.labs.queries.papers import kept_by, lab_inside, lab_inside_as, paper, papers
from kangjiansheng.labs.rules import papers as rules
from kangjiansheng.labs.views.blueprint import as_shown, bp, travelled
from kangjiansheng.labs.views.history import of_all


@bp.get("/labs/<code>/papers")
@on(load=lab_inside, may=policies.see)
def lab_papers(found: JointLab) -> Response:
    """What the laboratory holds, what has lapsed first."""
    rows = papers(found, as_of=travelled())
    labels = {key: label for key, label in rules.FIELDS.items() if key not in ("lab_id", "number")}
    words = {"kind": rules.KINDS, "life": rules.LIVES}
    return page(
        "labs/papers.html",
        illustrative=found.illustrative,
        lab=as_shown(found),
        rows=rows,
        history=of_all(kept, labels, words, lambda entry: (entry.after or entry.before).get("label", ""))
        if (kept := kept_by(found))
        else None,
        papers=rules,
        may_edit=policies.edit_lab(actor(), found) and not travelled() and not found.archived_at,
    )


@bp.get("/labs/<code>/papers.<any(csv, xlsx):kind>")
@on(load=lab_inside_as, may=keeping.take_along)
@costly
def lab_papers_file(pair: tuple[JointLab, str]) -> Response:
    """The same list as a file."""
    lab, kind = pair
    rows = papers(lab, as_of=travelled())
    return download(kind, f"{lab.code}-papers", sheets.papers(kind, rows, as_of=travelled()))


@bp.route("/labs/<code>/papers/new", methods=["GET", "POST"])
@on(load=lab_inside, may=policies.edit_lab)
def new_paper(found: JointLab) -> Response:
    """Write down what the laboratory holds."""
    form = PaperForm().offer(found)
    if form.attempt(lambda: operations.create_paper(found, actor=actor(), **form.facts())):
        return saved(url_for(".lab_papers", code=found.code), _("已登记"))
    return _page(afresh(found), None, form, form.status)


@bp.route("/labs/<code>/papers/<int:number>/edit", methods=["GET", "POST"])
@on(load=paper, may=keeping.edit)
def edit_paper(found: LabPaper) -> Response:
    """Change it, for instance to a later end, or say below that it counts no more."""
    form = PaperForm(obj=found).offer(found.lab)
    if form.attempt(
        lambda: operations.edit_paper(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".lab_papers", code=found.lab.code), _("已保存"))
    again = afresh(found)
    return _page(again.lab, again, form, form.status)


@bp.post("/labs/<code>/papers/<int:number>/ending")
@on(load=paper, may=keeping.edit)
def end_paper(found: LabPaper) -> Response:
    """Say that it counts no more, with a reason."""
    form = EndingForm()
    if form.attempt(
        lambda: operations.end_paper(found, form.reason.data or "", actor=actor(), version=form.version.data)
    ):
        return saved(url_for(".lab_papers", code=found.lab.code), _("有效期已终止"))
    again = afresh(found)
    shown = PaperForm(formdata=None, obj=again).offer(again.lab)
    return _page(again.lab, again, shown, form.status, form)


def _page(
    lab: JointLab,
    found: LabPaper | None,
    form: PaperForm,
    status: int = 200,
    ending: EndingForm | None = None,
) -> Response:
    return page(
        "labs/paper_form.html",
        status,
        form=form,
        lab=lab,
        paper=found,
        ending=(ending or EndingForm(formdata=None, version=found.version)) if found else None,
        illustrative=lab.illustrative,
    )
