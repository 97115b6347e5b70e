"""Signing in and out, and one-time links."""

import time
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.accounts import forms, operations, passwords, queries, rules, sessions
from kangjiansheng.accounts.forms.factors import (
    PasskeySignInForm,
    SecondStepForm,
    answered,
    offered,
    shown,
    site,
)
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.operations import factors, failures, keys, passkeys
from kangjiansheng.accounts.queries import factors as found
from kangjiansheng.accounts.queries.sso import must_use
from kangjiansheng.accounts.rules.factors import TICKET_LASTS
from kangjiansheng.accounts.views.proofs import attempt
from kangjiansheng.core import resuming, tickets
from kangjiansheng.core.access import first, public, signed_in
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.text import own_path
from kangjiansheng.core.throttle import TooOften
from kangjiansheng.core.transactions import afterwards

BY_PASSKEY = "sign in"  # what a passkey is shown for
SECOND = "second step"  # the purpose of the ticket between the two steps
bp = Blueprint("accounts", __name__, template_folder="../templates")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """The sign-in page. Unknown address and wrong password answer alike; who knows the password of a stopped account is
    told that it is stopped."""
    if g.get("actor") and request.method == "GET":
        return redirect(url_for("overview.home"))
    form = forms.SignInForm(next=request.args.get("next", ""))
    if not form.validate_on_submit():
        return sign_in_page(form, form.status)
    email, password, address = form.email.data or "", form.password.data or "", request.remote_addr or ""
    if failures.is_throttled(email, address):
        answer = sign_in_page(form, 429, _("尝试次数过多，请 15 分钟后再试，或重设密码。"))
        answer.headers["Retry-After"] = str(int(rules.FAILURE_WINDOW.total_seconds()))
        return answer
    account = queries.account_by_email(email)
    fits = passwords.fits(password, account.password_hash if account else None)
    fits = fits and not failures.meanwhile(email, address)
    if account and fits and not account.disabled_at:
        return go_on(account, "password", form)
    afterwards(lambda: _count(email, address))
    if account and fits:
        return sign_in_page(form, 422, _("此账号已停用，不能登录。请联系管理员。"))
    return sign_in_page(form, 422, _("邮箱或密码不正确。请检查后再试。"))


def go_on(account: Account, method: str, form: Any) -> Any:
    """The first step was right: let in whoever has no second factor, ask the others for it. `form` carries where to
    go, and what was typed before the last session ended."""
    if not method.startswith("sso") and _elsewhere(account):
        return sign_in_page(form, 422, _("按规定，请用单点登录。"))
    if account.second_since is None:
        return let_in(account, method, form)
    ticket = tickets.make(SECOND, [account.id, method, str(account.password_changed_at)])
    data = {"ticket": ticket, "next": form.next.data or "", "resume": form.resume.data or ""}
    return _second_page(SecondStepForm(formdata=None, data=data), account)


def _elsewhere(account: Account) -> bool:
    issuer = current_app.config["SETTINGS"].issuer
    return must_use(account, issuer.url if issuer else None)


def let_in(account: Account, method: str, form: Any) -> Any:
    """Begin the session, and go to where the person wanted to be."""
    sessions.enter(
        account, address=request.remote_addr or "", device=request.user_agent.string, method=method
    )
    kept = resuming.read(form.resume.data or "")
    if kept:
        g.pop("csrf_token", None)  # that of the sign-in page went with the session before
        return page("accounts/resume.html", kept=kept)
    going = own_path(form.next.data)
    if method.endswith("+recovery"):
        left = found.of(account).recovery
        words = ngettext("用了一个恢复码，还有 %(num)d 个可用", "用了一个恢复码，还有 %(num)d 个可用", left)
        return saved(going, words if left else _("最后一个恢复码已经用了，请在“我的账号”里重新生成"))
    return redirect(going, 303)


@bp.post("/sign-in/second")
@public
def second_step() -> Any:
    """The second step: a code, once, in any spelling. Wrong ones are counted wherever they come from."""
    form = SecondStepForm()
    account_id, method, changed = tickets.read(SECOND, form.ticket.data, lasts=TICKET_LASTS) or (0, "", "")
    account = queries.account_by_id(account_id)
    if account is None or account.disabled_at or str(account.password_changed_at) != changed:
        again = forms.SignInForm(formdata=None, data={"next": form.next.data, "resume": form.resume.data})
        return sign_in_page(again, 422, _("离输入密码已经太久，请重新登录。"))
    given = shown(form, _purpose(account))
    if factors.is_throttled(account_id) and not given.passkey:
        return _second_page(form, account, 429, _("验证码错误次数过多，请 15 分钟后再试。"))
    proven = attempt(account_id, form, lambda: factors.prove(account, given))
    if proven:
        return let_in(account, f"{method}+{proven}", form)
    form.where_typed()
    return _second_page(form, queries.account_by_id(account_id), form.status)


def _purpose(account: Account) -> str:
    return f"second step {account.id}"


@bp.post("/sign-in/passkey")
@public
def by_passkey() -> Any:
    """Sign in with a passkey whose authenticator has verified its owner: no password, no second step."""
    form = PasskeySignInForm()
    given = answered(form, BY_PASSKEY)
    again = forms.SignInForm(formdata=None, data={"next": form.next.data, "resume": form.resume.data})
    if given is None:
        return sign_in_page(again, 422, _("通行密钥没有通过核验，请再试一次。"))

    def act() -> Account:
        account = passkeys.use(given, account=None).account
        if account.disabled_at:
            raise RuleBroken("accounts:passkey-unknown")
        return account

    account = attempt(None, form, act)
    if account and _elsewhere(account):
        return sign_in_page(again, 422, _("按规定，请用单点登录。"))
    if account:
        return let_in(account, "passkey", form)
    return sign_in_page(again, form.status, form.refusal or "")


def _second_page(
    form: SecondStepForm, account: Account | None, status: int = 200, refusal: str = ""
) -> Response:
    if refusal:
        form.refusal = refusal
    offer = offered(account, _purpose(account)) if account else None
    answer = page("accounts/second_step.html", status, form=form, offer=offer)
    if status == 429:
        answer.headers["Retry-After"] = str(int(rules.FAILURE_WINDOW.total_seconds()))
    return answer


def _count(email: str, address: str) -> TooOften | None:
    account = queries.account_by_email(email)
    who = Actor(account.person_id, account.person.name_hans) if account else Actor(0, "")
    return failures.count_failure(account, email, address=address, actor=who)


def sign_in_page(form: forms.SignInForm, status: int, refusal: str = "") -> Response:
    """The sign-in page, also when something was refused."""
    if refusal:
        form.refusal = refusal
    where = site()
    return page(
        "accounts/sign_in.html",
        status,
        form=form,
        demo_accounts=current_app.config["DEMO_ACCOUNTS"](),
        offer=passkeys.to_show((), purpose=BY_PASSKEY, site=where) if where else None,
        issuer=current_app.config["SETTINGS"].issuer,
        left=request.args.get("left") == "sso",
        ended=None if form.refusal or g.get("actor") else queries.ended_session(session.get("_user_id", "")),
    )


@bp.post("/sign-out")
@signed_in
@first
def sign_out() -> Response:
    """End the session at the server."""
    by_issuer = sessions.leave().startswith("sso")
    return redirect(url_for("accounts.sign_in", left="sso" if by_issuer else None), 303)


@bp.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> Response:
    """Ask for a reset link; text, status and time are the same whether the address is known or not."""
    began = time.monotonic()
    form = forms.ForgotForm()
    if not form.validate_on_submit():
        return page("accounts/forgot.html", form.status, form=form)
    email = form.email.data or ""
    account = queries.account_by_email(email)
    if not operations.ask_reset(account, email, address=request.remote_addr or ""):
        abort(429)
    ready = began + rules.RESET_ANSWER_SECONDS
    afterwards(
        lambda: time.sleep(max(0.0, ready - time.monotonic()))
    )  # after the commit, which takes longer with a mail
    return page("accounts/forgot_sent.html", has_mail=bool(current_app.config["SETTINGS"].smtp_url))


@bp.route("/link/<secret>", methods=["GET", "POST"])
@public
def use_link(secret: str) -> Response:
    """Set a password through a one-time link and sign in."""
    link = queries.link_by_secret(secret, lock=request.method == "POST")
    if link is None:
        return page("accounts/link_over.html", 404)
    form = forms.NewPasswordForm()
    found = link
    if form.attempt(
        lambda: operations.use_link(found, form.password.data or "", end_keys=form.end_keys.data)
    ):
        return go_on(found.account, "password", forms.SignInForm(formdata=None))
    again = queries.link_by_secret(secret)
    has_keys = again is not None and keys.held(again.account)
    return page("accounts/use_link.html", form.status, form=form, link=again, has_keys=has_keys)
