"""Signing in and out, one-time links, one's own account."""

from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import forms, operations, passwords, policies, queries, sessions
from kangjiansheng.accounts.models import Account
from kangjiansheng.core import i18n
from kangjiansheng.core.access import actor, on, public, signed_in
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.pages import own_path, page, saved
from kangjiansheng.core.transactions import afterwards

bp = Blueprint("accounts", __name__, template_folder="templates")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """The sign-in page. Unknown address, wrong password and stopped account answer alike."""
    if g.get("actor") and request.method == "GET":
        return redirect(url_for("overview.home"))
    form = forms.SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        refused = _try(form.email.data, form.password.data)
        if refused is None:
            return redirect(own_path(form.next.data), 303)
        return refused
    return _sign_in_page(form, form.status)


def _try(email: str, password: str) -> Response | None:
    account = queries.account_by_email(email)
    address = request.remote_addr or ""
    account_id = account.id if account else None
    if operations.is_throttled(account_id, address):
        return _sign_in_page(forms.SignInForm(), 429, _("尝试次数过多，请 15 分钟后再试，或重设密码。"))
    fits = passwords.fits(password, account.password_hash if account else None)
    if account and fits and not account.disabled_at:
        sessions.enter(account, address=address, device=request.user_agent.string)
        return None
    who = Actor(account.person_id, account.person.name_hans) if account else Actor(0, "")
    afterwards(lambda: operations.count_failure(account_id, address, who))
    return _sign_in_page(forms.SignInForm(), 422, _("邮箱或密码不正确。请检查后再试。"))


def _sign_in_page(form: forms.SignInForm, status: int, refusal: str = "") -> Response:
    if refusal:
        form.refusal = refusal
    form.password.data = ""
    return page(
        "accounts/sign_in.html", status, form=form, demo_accounts=current_app.config["DEMO_ACCOUNTS"]()
    )


@bp.post("/sign-out")
@signed_in
def sign_out() -> Response:
    """End the session at the server."""
    sessions.leave()
    return redirect(url_for("accounts.sign_in"), 303)


@bp.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> Response:
    """Ask for a reset link; the answer is the same whether the address is known or not."""
    form = forms.ForgotForm()
    if form.validate_on_submit():
        account = queries.account_by_email(form.email.data or "")
        if account and not account.disabled_at:
            who = Actor(account.person_id, account.person.name_hans)
            operations.make_link(account, "reset", actor=who, send=True)
        return page("accounts/forgot_sent.html")
    return page("accounts/forgot.html", form.status, form=form)


@bp.route("/link/<secret>", methods=["GET", "POST"])
@public
def use_link(secret: str) -> Response:
    """Set a password through a one-time link and sign in."""
    link = queries.link_by_secret(secret)
    if link is None:
        return page("accounts/link_over.html", 404)
    form = forms.NewPasswordForm()

    def act() -> None:
        operations.use_link(link, form.password.data or "")
        sessions.enter(link.account, address=request.remote_addr or "", device=request.user_agent.string)

    if form.attempt(act):
        return redirect(url_for("overview.home"), 303)
    link = queries.link_by_secret(secret) or abort(404)
    return page("accounts/use_link.html", form.status, form=form, link=link)


@bp.get("/account")
@on(load=queries.own_account, may=policies.own)
def own(account: Account) -> Response:
    """One's own account: open sessions, password, language."""
    return _own_page(account, forms.ChangePasswordForm())


def _own_page(account: Account, form: forms.ChangePasswordForm) -> Response:
    return page(
        "accounts/account.html",
        form.status,
        account=account,
        form=form,
        sessions=queries.sessions_of(account.id),
        session_id=g.session_id,
    )


@bp.post("/account/password")
@on(load=queries.own_account, may=policies.own)
def change_password(account: Account) -> Response:
    """Change the password; all other sessions end."""
    form = forms.ChangePasswordForm()

    def act() -> None:
        operations.change_password(
            account, form.old.data or "", form.password.data or "", keep_session=g.session_id
        )

    if form.attempt(act):
        return saved(url_for(".own"), _("密码已更改，其他设备上的登录已结束"))
    return _own_page(account, form)


@bp.post("/account/sessions/<int:number>/end")
@signed_in
def end_session(number: int) -> Response:
    """End one of one's own sessions."""
    account = queries.own_account(actor=actor()) or abort(404)
    row = next((s for s in queries.sessions_of(account.id) if s.id == number), None) or abort(404)
    operations.end_session(row, actor=actor())
    return saved(url_for(".own"), _("已结束该登录"))


@bp.post("/account/language")
@on(load=queries.own_account, may=policies.own)
def choose_language(account: Account) -> Response:
    """The language of mails and, by cookie, of the pages."""
    wanted = request.form.get("locale", "")
    if wanted not in i18n.LOCALES:
        abort(400)
    operations.set_locale(account.person, wanted, actor=actor())
    response = saved(url_for(".own"), _("语言已更改"))
    response.set_cookie(i18n.COOKIE, wanted, max_age=31536000, samesite="Lax", httponly=True)
    return response
