"""The annual review of a laboratory: its year from the ledgers, as a page, to print and as a workbook, and its outcome."""

from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.sheets import XLSX, Sheet, download, workbook
from kangjiansheng.labs import policies as keeping
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs import rules as lab_rules
from kangjiansheng.labs.models import JointLab
from kangjiansheng.labs.queries.papers import lab_inside
from kangjiansheng.labs.rules import papers as paper_words
from kangjiansheng.labs.rules import reviews as rules
from kangjiansheng.projects.forms.lab_reviews import ReviewForm
from kangjiansheng.projects.notices import DECISIONS
from kangjiansheng.projects.operations import lab_reviews as operations
from kangjiansheng.projects.queries import lab_reviews as queries
from kangjiansheng.projects.views import bp


def _asked_year() -> int:
    """The year that the address names, else the one that runs on the day of the page."""
    newest = (g.as_of or clock.today()).year
    named = request.args.get("year", str(newest))
    if not (named.isascii() and named.isdigit() and queries.FIRST_YEAR <= int(named) <= newest):
        abort(404, _("没有这一年的评估。"))
    return int(named)


@bp.get("/labs/<code>/review")
@on(load=lab_inside, may=keeping.see)
def lab_review(lab: JointLab) -> Response:
    """The year of a laboratory."""
    return _page(lab)


def _page(lab: JointLab, form: ReviewForm | None = None, status: int = 200) -> Response:
    year = _asked_year()
    shown = labs.as_it_stood(lab, g.as_of) or abort(
        404, _("这一天 %(code)s 还没有登记。") % {"code": lab.code}
    )
    found = queries.year_of(lab, year, actor=actor(), as_of=g.as_of)
    reviews = queries.decided(lab, as_of=g.as_of)
    decides = keeping.manage(actor(), lab) and g.as_of is None and not lab.archived_at
    decides = decides and lab.life in rules.AT_WORK
    if decides and form is None:
        seen = next((one.version for one in reviews if one.year == year), 1)
        form = ReviewForm(formdata=None, version=seen).offer(queries.gates_of(lab))
    return page(
        "projects/lab_review.html",
        status,
        illustrative=lab.illustrative or any(line.row.illustrative for line in found.lines),
        lab=shown,
        y=found,
        years=range((g.as_of or clock.today()).year, queries.FIRST_YEAR - 1, -1),
        reviews=list(reviews),
        decided={one.id: rows for one, rows in reviews.items()},
        outcomes=rules.OUTCOMES,
        decisions=DECISIONS,
        papers=paper_words,
        lab_rules=lab_rules,
        form=form if decides else None,
        unsettled=(found.unsettled or queries.unsettled(lab, actor=actor())) if decides else None,
    )


@bp.post("/labs/<code>/review")
@on(load=labs.lab, may=keeping.manage)
def record_lab_review(lab: JointLab) -> Response:
    """Record what was decided after the review."""
    form, year, code = ReviewForm().offer(queries.gates_of(lab)), _asked_year(), lab.code
    made = form.attempt(
        lambda: operations.review(
            lab,
            actor=actor(),
            version=form.version.data,
            year=year,
            outcome=form.outcome.data or "",
            reason=form.reason.data or "",
            expires_on=form.expires_on.data,
            left_open=queries.unsettled(lab, actor=actor()).count,
            settled=bool(form.settled.data),
            **form.facts(),
        )
    )
    if made:
        return saved(url_for(".lab_review", code=code, year=year), _("评估结论已记录"))
    return _page(lab_inside(actor=actor(), code=code) or abort(404), form, form.status)


@bp.get("/labs/<code>/review.xlsx")
@on(load=lab_inside, may=keeping.see)
@costly
def lab_review_file(lab: JointLab) -> Response:
    """The same year as a workbook: figures, projects, gates, papers."""
    found = queries.year_of(lab, _asked_year(), actor=actor(), as_of=g.as_of)
    illustrative = lab.illustrative or any(line.row.illustrative for line in found.lines)
    notes = [
        (_("年度评估"), f"{lab.code} {name_of(lab)} {found.year}"),
        (_("截至"), found.last.isoformat()),
        (_("示例数据"), _("是") if illustrative else _("否")),
    ]
    made = workbook(_sheets(found), notes=notes, at=clock.now())
    return download(XLSX, f"{lab.code}-review-{found.year}", made)


def _sheets(y: queries.Year) -> list[Sheet]:
    heads = [_("应完成"), _("按期完成"), _("完成"), _("中位偏差（天）"), _("可核对的预测"), _("兑现的预测")]

    def told(f: Any) -> list[Any]:
        return [f.due, f.kept, f.reached, f.median_slip, f.judged, f.held]

    rows = [[line.row.code, name_of(line.row), *told(line.figures)] for line in y.lines]
    gates = [
        [one.project, one.code, name_of(one), str(DECISIONS[one.verdict]), one.decided_on] for one in y.gates
    ]
    held = [
        [row.label, str(paper_words.KINDS[row.kind]), row.valid_to, str(paper_words.STATES[row.standing])]
        for row in y.papers
    ]
    people = [[_("人员"), y.people], [_("新加入"), y.joined], [_("离开"), y.left]]
    people += [[_("协议义务，应履行"), y.obligations], [_("协议义务，已履行"), y.fulfilled]]
    people += [[name_of(row), percent] for row, percent in y.rooms]
    return [
        Sheet(_("里程碑"), [_("编号"), _("名称"), *heads], [*rows, ["", _("合计"), *told(y.whole)]]),
        Sheet(_("阶段门"), [_("项目"), _("编号"), _("名称"), _("结论"), _("日期")], gates),
        Sheet(_("证照、规程与资质"), [_("文号或名称"), _("类别"), _("有效期末日"), _("状态")], held),
        Sheet(_("人员与资源"), [_("名称"), _("数值")], people),
    ]
