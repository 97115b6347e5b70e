"""Tokens by which programs act: one's own under the own account, all of them for administrators."""

from datetime import timedelta

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import forms, policies, queries, rules
from kangjiansheng.accounts.forms.factors import given
from kangjiansheng.accounts.models import Account, ApiToken
from kangjiansheng.accounts.operations import proving, tokens
from kangjiansheng.accounts.queries import tokens as token_queries
from kangjiansheng.accounts.queries import webhooks
from kangjiansheng.accounts.rules import webhooks as webhook_rules
from kangjiansheng.accounts.views import account as own
from kangjiansheng.accounts.views import admin
from kangjiansheng.accounts.views.proofs import noted, signing
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.pages import page, saved

USUAL = timedelta(days=90)


@own.bp.route("/account/tokens/new", methods=["GET", "POST"])
@on(load=queries.own_account, may=policies.own)
def new_token(account: Account) -> Response:
    """Make a token; its owner shows once more who it is, and the secret is shown once."""
    who = actor().id
    if proving.is_throttled(who):
        abort(429, _("密码错误次数过多，请 15 分钟后再试。"))
    purpose = f"token {account.id}"
    form, person = forms.TokenForm(expires_on=clock.today() + USUAL), account.person
    form.ask(proving.asked(account), account, purpose)

    def act() -> tuple[ApiToken, str]:
        return tokens.make_token(
            person,
            actor=actor(),
            name=form.name.data or "",
            scopes=form.scopes,
            expires_on=form.expires_on.data or clock.today(),
            given=given(form, purpose),
        )

    made = signing(form, act, noted(who))
    if made:
        token, secret = made
        return page("accounts/token.html", token=token, secret=secret, scopes=rules.SCOPE_NAMES)
    return page("accounts/new_token.html", form.status, form=form, parts=rules.PARTS)


@own.bp.post("/account/tokens/<int:number>/revocation")
@on(load=token_queries.own_token, may=policies.own_token)
def revoke_token(token: ApiToken) -> Response:
    """End one of one's own tokens at once."""
    tokens.revoke_token(token, actor=actor())
    return saved(url_for("account.own") + "#tokens", _("令牌已撤回"))


@admin.bp.get("/admin/tokens")
@on(may=policies.secure)
def all_tokens() -> Response:
    """All tokens, whose they are, what they may do and when they were used last."""
    return page(
        "admin/tokens.html",
        tokens=token_queries.all_tokens(),
        scopes=rules.SCOPE_NAMES,
        today=clock.today(),
        webhooks=webhooks.all_webhooks(),
        kinds=webhook_rules.told(),
    )


@admin.bp.post("/admin/tokens/<int:number>/revocation")
@on(load=token_queries.token, may=policies.secure)
def revoke_any_token(token: ApiToken) -> Response:
    """End somebody's token at once."""
    tokens.revoke_token(token, actor=actor())
    return saved(url_for("admin.all_tokens"), _("令牌已撤回"))
