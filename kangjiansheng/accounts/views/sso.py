"""Single sign-on: to the issuer and back. Nothing changes until the browser sends a form of ours."""

import logging
from dataclasses import asdict
from typing import Any

from flask import abort, current_app, g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import forms, policies, queries
from kangjiansheng.accounts.forms.sso import AgainForm, BackForm
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.operations import factors
from kangjiansheng.accounts.operations import sso as operations
from kangjiansheng.accounts.queries.sso import link_of
from kangjiansheng.accounts.rules.factors import TICKET_LASTS
from kangjiansheng.accounts.views import account as own
from kangjiansheng.accounts.views import admin
from kangjiansheng.accounts.views.proofs import attempt
from kangjiansheng.accounts.views.sign_in import bp, go_on, let_in, sign_in_page
from kangjiansheng.core import oidc, tickets
from kangjiansheng.core.access import actor, on, public
from kangjiansheng.core.config import Issuer
from kangjiansheng.core.db import db
from kangjiansheng.core.pages import page, saved

log = logging.getLogger("kangjiansheng")
KEPT, LINKING = "sso", "sso linking"  # in the browser's cookie, signed
BACK = "/account#sso"


def issuer() -> Issuer:
    """The issuer of this installation; 404 without one."""
    found: Issuer | None = current_app.config["SETTINGS"].issuer
    return found or abort(404)


def _address() -> str:
    return str(current_app.config["SETTINGS"].base_url) + url_for("accounts.sso_back")


@bp.get("/sign-in/sso")
@public
def sso() -> Response:
    """To the issuer. What the browser has to bring back lies in its own cookie."""
    linking = tickets.read(LINKING, session.pop(KEPT, {}).get("linking"), lasts=TICKET_LASTS)
    db.session.rollback()  # nothing is held open while the issuer is asked
    try:
        at, begun = oidc.begin(issuer(), _address())
    except oidc.Down as problem:
        return _refused("accounts:sso-down", 503, str(problem))
    kept = {**asdict(begun), "next": request.args.get("next", ""), "account": linking or 0}
    session[KEPT] = {"kept": tickets.make(KEPT, kept)}
    return redirect(at)


@bp.get("/sign-in/sso/back")
@public
def sso_back() -> Response:
    """Back from the issuer: the page sends itself on as a form, with its token, since a link must change nothing."""
    issuer()
    data = {"code": request.args.get("code", ""), "state": request.args.get("state", "")}
    if request.args.get("error") or not data["code"]:
        return _refused("accounts:sso-refused", 422, request.args.get("error", ""))
    return page("accounts/sso_back.html", form=BackForm(formdata=None, data=data))


@bp.post("/sign-in/sso/finish")
@public
def sso_finish() -> Any:
    """Exchange the code, check what the issuer says, and let its subject in or tie it to who is signed in."""
    form, where = BackForm(), issuer()
    kept = tickets.read(KEPT, session.pop(KEPT, {}).get("kept"), lasts=TICKET_LASTS) or {}
    state = str(kept.get("state", ""))
    if not state or state != form.state.data:
        return _refused("accounts:sso-state", 422, "state")
    db.session.rollback()  # whoever writes does not wait for the issuer
    begun = oidc.Begun(state, kept["nonce"], kept["verifier"])
    try:
        claims = oidc.finish(where, _address(), begun, form.code.data or "")
    except oidc.Down as problem:
        return _refused("accounts:sso-down", 503, str(problem))
    except oidc.Refused as problem:
        return _refused("accounts:sso-refused", 422, str(problem))
    if not tickets.spend(state):
        return _refused("accounts:sso-state", 422, "replayed")
    if kept["account"]:
        return _tie(where, claims, int(kept["account"]))
    found = form.attempt(lambda: operations.account_for(where.url, claims))
    if not found:
        return sign_in_page(_empty(), form.status, form.refusal or "")
    several = "mfa" in oidc.factors_of(claims)
    going = _empty(next=kept["next"])
    return let_in(found, "sso", going) if several else go_on(found, "sso", going)


def _tie(where: Issuer, claims: dict[str, Any], account_id: int) -> Any:
    """Tie the issuer's subject to the account that asked for it, which must still be signed in here."""
    account = queries.own_account(actor=g.actor) if g.get("actor") else None
    if account is None or account.id != account_id:
        return _refused("accounts:sso-state", 422, "another account")
    form = BackForm()
    if form.attempt(lambda: operations.link(account, where.url, str(claims["sub"]), actor=actor())):
        return saved(BACK, _("单点登录已绑定"))
    return sso_page(AgainForm(formdata=None), form.status, form.refusal or "")


def _refused(code: str, status: int, why: str) -> Response:
    db.session.rollback()
    log.warning(
        "single sign-on", extra={"facts": {"id": g.get("request_id"), "problem": f"{code} {why}"[:200]}}
    )
    return sign_in_page(_empty(), status, str(forms.REFUSALS[code]))


def _empty(**data: str) -> forms.SignInForm:
    return forms.SignInForm(formdata=None, data=data)


@bp.get("/sign-in/sso/leave")
@public
def sso_leave() -> Response:
    """End the session at the issuer, too."""
    home = str(current_app.config["SETTINGS"].base_url) + url_for("accounts.sign_in")
    db.session.rollback()
    try:
        return redirect(oidc.leaving(issuer(), home) or home)
    except oidc.Down:
        return redirect(home)


@own.bp.route("/account/sso", methods=["GET", "POST"])
@on(load=queries.own_account, may=policies.own)
def sso_own(account: Account) -> Response:
    """Tie one's account to the issuer: the password once more, then over to the issuer."""
    form, session_id = AgainForm(), int(g.session_id)
    if attempt(account.id, form, lambda: factors.confirm(account, form.password.data or "", session_id)):
        session[KEPT] = {"linking": tickets.make(LINKING, account.id)}
        return page("accounts/sso_go.html", label=issuer().label)
    return sso_page(form, form.status)


def sso_page(form: AgainForm, status: int = 200, refusal: str = "") -> Response:
    """The page on which one's account is tied, or no longer."""
    if refusal:
        form.refusal = refusal
    account, where = queries.own_account(actor=actor()) or abort(404), issuer()
    return page(
        "accounts/sso.html",
        status,
        form=form,
        label=where.label,
        link=link_of(account.id, where.url),
        has_password=account.password_hash is not None,
    )


@own.bp.post("/account/sso/removal")
@on(load=queries.own_account, may=policies.own)
def sso_end(account: Account) -> Response:
    """Take the tie away."""
    form, where, session_id = AgainForm(), issuer(), int(g.session_id)

    def act() -> None:
        operations.unlink_own(
            account, where.url, password=form.password.data or "", session_id=session_id, actor=actor()
        )

    if attempt(account.id, form, act):
        return saved(BACK, _("单点登录已解除"))
    return sso_page(form, form.status)


@admin.bp.post("/admin/people/<code>/sso")
@on(load=queries.account_of, may=policies.secure)
def sso_allow(account: Account) -> Response:
    """Let the next single sign-on with this account's address tie it, once; or no longer."""
    issuer()
    operations.allow(account, not account.sso_by_email, actor=actor())
    return saved(url_for("admin.person", code=account.person.code), _("已保存"))


@admin.bp.post("/admin/people/<code>/sso/removal")
@on(load=queries.account_of, may=policies.secure)
def sso_take(account: Account) -> Response:
    """Take the tie of somebody's account away."""
    operations.unlink(account, issuer().url, actor=actor())
    return saved(url_for("admin.person", code=account.person.code), _("单点登录已解除"))
