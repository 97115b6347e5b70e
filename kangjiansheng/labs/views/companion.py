"""Pages of the companion service: requests and contacts of a company, coverage of the stages, and its rule."""

from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, afresh, on, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.sheets import download
from kangjiansheng.labs.forms import residents as forms
from kangjiansheng.labs.forms.people import VersionForm
from kangjiansheng.labs.models import Company, ServiceContact, ServiceRequest
from kangjiansheng.labs.operations import companion as operations
from kangjiansheng.labs.policies import residents as policies
from kangjiansheng.labs.queries import companion as queries
from kangjiansheng.labs.queries import residents as companies
from kangjiansheng.labs.rules import companion as rules
from kangjiansheng.labs.sheets import residents as sheets
from kangjiansheng.labs.views.blueprint import bp, travelled
from kangjiansheng.labs.views.residents import form_page, panel, sections


def _home(company: Company) -> str:
    return url_for(".company", code=company.code, _anchor="timeline")


@bp.get("/residents/coverage")
@on(may=policies.read_park)
def coverage() -> Response:
    """Which stage lacks which service, and which residents were left alone."""
    day = travelled()
    rows = companies.companies(actor=actor(), as_of=day)
    care = queries.care([row.id for row in rows], as_of=day)
    return page(
        "labs/residents/coverage.html",
        illustrative=any(row.illustrative for row in rows),
        table=queries.coverage(rows, care),
        care=care,
        alone=sorted(filter(care.alone, rows), key=care.quiet, reverse=True),
        late=[one for row in rows for one in care.overdue(row)],
        sections=sections("coverage", True),
    )


@bp.get("/residents/requests.<any(csv, xlsx):kind>")
@signed_in
@costly
def requests_file(kind: str) -> Response:
    """What the companies asked for of which the reader sees all, and what she is named to answer, as a file."""
    rows = queries.requests_seen(actor=actor(), as_of=travelled())
    return download(kind, "requests", sheets.requests(kind, rows, as_of=travelled()))


@bp.route("/residents/rule", methods=["GET", "POST"])
@on(may=policies.set_rule)
def park_rule() -> Response:
    """After how many days without a contact somebody is reminded."""
    form = forms.QuietForm(obj=queries.park_rule())
    if form.quiet_days.data is None and not form.is_submitted():
        form.quiet_days.data = rules.QUIET_DAYS
    version = form.version.data
    if form.attempt(lambda: operations.set_quiet_days(form.quiet_days.data, actor=actor(), version=version)):
        return saved(url_for(".park_rule"), _("已保存"))
    sub = _("入驻企业超过这么多天没有服务触点，就提示它的陪伴人。")
    return form_page(form, _("陪伴规则"), back=url_for(".residents"), sub=sub)


@bp.route("/residents/<code>/requests/new", methods=["GET", "POST"])
@on(load=companies.inside_company, may=policies.ask)
def new_request(found: Company) -> Response:
    """Ask for a service: the park says who answers and by when, a company what it needs."""
    form, code = _request_form(None, policies.accompany(actor(), found)), found.code
    made = form.attempt(lambda: operations.create_request(found, actor=actor(), **form.facts()))
    if made:
        return saved(url_for(".service_request", code=code, number=made.number), _("服务请求已提出"))
    company = afresh(found)
    return form_page(form, _("提出服务请求"), company=company)


def _request_form(asked: ServiceRequest | None, promises: bool) -> forms.RequestForm:
    form = forms.RequestForm(obj=asked)
    return form if promises else form.only_words()


@bp.get("/residents/<code>/requests/<int:number>")
@on(load=queries.request, may=policies.see)
def service_request(found: ServiceRequest) -> Response:
    """One request: what is asked, what was promised, the answer, how content the company is, who was there for it."""
    return _request_page(found, None, None)


def _request_page(
    found: ServiceRequest, answer: forms.AnswerForm | None, rating: forms.RatingForm | None
) -> Response:
    day = travelled()
    rows: list[ServiceRequest] = companies.stood([found], day)
    shown = rows[0] if rows else abort(404)
    status = next((form.status for form in (answer, rating) if form), 200)
    inside = companies.sees_company(actor(), found.company)
    contacts = queries.contacts_of([found.company_id], as_of=day) if inside else []
    moves = not day and found.company.archived_at is None
    return page(
        "labs/residents/request.html",
        status,
        illustrative=found.company.illustrative,
        asked=shown,
        company=found.company,
        day=queries.care([], as_of=day).day,
        contacts=[row for row in contacts if row.request_id == found.id],
        answer=answer or forms.AnswerForm(formdata=None, version=found.version),
        rating=rating or forms.RatingForm(formdata=None, version=found.version),
        may_answer=policies.answer(actor(), found) and moves,
        may_change=policies.change_request(actor(), found) and moves,
        form=VersionForm(formdata=None, obj=found),
        inside=inside,
        history=panel(found),
    )


@bp.route("/residents/<code>/requests/<int:number>/edit", methods=["GET", "POST"])
@on(load=queries.request, may=policies.change_request)
def edit_request(found: ServiceRequest) -> Response:
    """Change what is asked, or who answers and by when."""
    form = _request_form(found, policies.accompany(actor(), found.company))
    code, number = found.company.code, found.number
    if form.attempt(
        lambda: operations.edit_request(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".service_request", code=code, number=number), _("已保存"))
    again = afresh(found)
    back = url_for(".service_request", code=code, number=number)
    return form_page(form, _("修改服务请求"), company=again.company, back=back)


@bp.post("/residents/<code>/requests/<int:number>/answer")
@on(load=queries.request, may=policies.answer)
def answer_request(found: ServiceRequest) -> Response:
    """Answer, and say what came of it."""
    form, code, number = forms.AnswerForm(), found.company.code, found.number
    if form.attempt(
        lambda: operations.answer_request(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".service_request", code=code, number=number), _("已答复"))
    return _request_page(afresh(found), form, None)


@bp.post("/residents/<code>/requests/<int:number>/rate")
@on(load=queries.request, may=policies.rate)
def rate_request(found: ServiceRequest) -> Response:
    """Say how content one is."""
    form, code, number = forms.RatingForm(), found.company.code, found.number
    if form.attempt(
        lambda: operations.rate_request(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".service_request", code=code, number=number), _("感谢评价"))
    return _request_page(afresh(found), None, form)


@bp.post("/residents/<code>/requests/<int:number>/withdraw")
@on(load=queries.request, may=policies.change_request)
def withdraw_request(found: ServiceRequest) -> Response:
    """Take a request back."""
    operations.withdraw_request(found, actor=actor(), version=VersionForm().version.data)
    where: dict[str, Any] = {"code": found.company.code, "number": found.number}
    return saved(
        url_for(".service_request", **where), _("服务请求已撤回"), undo=url_for(".reopen_request", **where)
    )


@bp.post("/residents/<code>/requests/<int:number>/reopen")
@on(load=queries.request, may=policies.change_request)
def reopen_request(found: ServiceRequest) -> Response:
    """Let a request wait again."""
    operations.reopen_request(found, actor=actor())
    return saved(
        url_for(".service_request", code=found.company.code, number=found.number), _("服务请求已重新打开")
    )


@bp.route("/residents/<code>/contacts/new", methods=["GET", "POST"])
@on(load=companies.inside_company, may=policies.accompany)
def new_contact(found: Company) -> Response:
    """Write down that somebody was with the company."""
    form, code = forms.ContactForm().offer(queries.requests_of([found.id])), found.code
    made = form.attempt(lambda: operations.log_contact(found, actor=actor(), **form.facts()))
    if made:
        back = url_for(".withdraw_contact", code=code, number=made.number)
        return saved(_home(found), _("触点已记录"), undo=back)
    company = afresh(found)
    return form_page(form, _("记录服务触点"), company=company)


@bp.route("/residents/<code>/contacts/<int:number>/edit", methods=["GET", "POST"])
@on(load=queries.contact, may=policies.change_contact)
def edit_contact(found: ServiceContact) -> Response:
    """Put right what was written down."""
    form = forms.ContactForm(obj=found, request_number=found.request.number if found.request else 0)
    form, code = form.offer(queries.requests_of([found.company_id])), found.company.code
    if form.attempt(
        lambda: operations.edit_contact(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(_home(found.company), _("已保存"))
    company = companies.inside_company(actor=actor(), code=code) or abort(404)
    return form_page(form, _("修改服务触点"), company=company)


@bp.post("/residents/<code>/contacts/<int:number>/withdraw")
@on(load=queries.contact, may=policies.change_contact)
def withdraw_contact(found: ServiceContact) -> Response:
    """Take back a contact that was written down by mistake."""
    operations.withdraw_contact(found, actor=actor(), version=None)
    back = url_for(".restore_contact", code=found.company.code, number=found.number)
    return saved(_home(found.company), _("触点已撤下"), undo=back)


@bp.post("/residents/<code>/contacts/<int:number>/restore")
@on(load=queries.contact, may=policies.change_contact)
def restore_contact(found: ServiceContact) -> Response:
    """Let a contact count again."""
    operations.restore_contact(found, actor=actor())
    return saved(_home(found.company), _("触点已恢复"))
