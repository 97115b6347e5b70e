"""Second factors: one's own under 我的账号, and those of others whose telephone is lost."""

import segno
from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import policies, queries, sessions
from kangjiansheng.accounts.forms.factors import (
    EnrolAppForm,
    EnrolPasskeyForm,
    ProvenForm,
    TakeForm,
    answered,
    offered,
    shown,
    site,
)
from kangjiansheng.accounts.models import Account, Passkey
from kangjiansheng.accounts.operations import factors, passkeys
from kangjiansheng.accounts.queries import factors as found
from kangjiansheng.accounts.queries.passkeys import own_passkey, passkeys_of
from kangjiansheng.accounts.rules import factors as facts
from kangjiansheng.accounts.views import account as own
from kangjiansheng.accounts.views import admin
from kangjiansheng.accounts.views.proofs import attempt
from kangjiansheng.core import tickets
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved

BACK = "/account#factors"
ENROL = "authenticator app"  # the purpose of the ticket that carries a secret not yet taken on


@own.bp.route("/account/second/app", methods=["GET", "POST"])
@on(load=queries.own_account, may=policies.own)
def enrol_app(account: Account) -> Response:
    """Take on an authenticator app: scan, type the password again and the first code."""
    form = EnrolAppForm()
    secret = _carried(account, form)
    form.ticket.data = tickets.make(ENROL, [account.id, secret])
    session_id: int = g.session_id

    def act() -> list[str]:
        made = factors.enrol_app(
            account, secret, form.code.data or "", password=form.password.data or "", keep_session=session_id,
            actor=actor(),
        )  # fmt: skip
        sessions.renew()
        return made

    codes = attempt(account.id, form, act)
    if codes is not None:
        return codes_page(codes) if codes else saved(BACK, _("验证器应用已添加"))
    uri = facts.app_address(secret, issuer="Kangjiansheng", name=g.actor.email or str(g.actor.id))
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff", nl=False)
    return page(
        "accounts/enrol_app.html", form.status, form=form, picture=picture, address=uri, secret=facts.grouped(secret), has_password=afresh(account).password_hash is not None,
        there=found.app_of(account.id) is not None,
    )  # fmt: skip


def _carried(account: Account, form: EnrolAppForm) -> str:
    """The secret that the page before has shown, so that nobody has to scan twice; else a new one."""
    owner, secret = tickets.read(ENROL, form.ticket.data, lasts=facts.TICKET_LASTS) or (0, "")
    return str(secret) if request.method == "POST" and owner == account.id else facts.new_app_secret()


def codes_page(codes: list[str]) -> Response:
    """New recovery codes, shown this once."""
    return page("accounts/recovery_codes.html", codes=codes)


@own.bp.route("/account/second/app/removal", methods=["GET", "POST"])
@on(load=queries.own_account, may=policies.own)
def remove_app(account: Account) -> Response:
    """Give the authenticator app up."""
    form, session_id = ProvenForm(), int(g.session_id)

    def act() -> None:
        factors.remove_app(
            account, password=form.password.data or "", shown=shown(form, _purpose(account)), keep_session=session_id, actor=actor()
        )  # fmt: skip
        sessions.renew()

    if attempt(account.id, form, act):
        return saved(BACK, _("验证器应用已移除"))
    return _proven_page(
        afresh(account), form, _("移除验证器应用"), _("移除后登录只问密码，直到您再添加一种验证方式。")
    )


@own.bp.route("/account/second/recovery", methods=["GET", "POST"])
@on(load=queries.own_account, may=policies.own)
def renew_codes(account: Account) -> Response:
    """Ten new recovery codes; the old ones are good no longer."""
    if account.second_since is None:
        abort(404)
    form, session_id = ProvenForm(), int(g.session_id)

    def act() -> list[str]:
        return factors.renew_codes(
            account, password=form.password.data or "", shown=shown(form, _purpose(account)), keep_session=session_id,
            actor=actor(),
        )  # fmt: skip

    codes = attempt(account.id, form, act)
    if codes:
        return codes_page(codes)
    return _proven_page(afresh(account), form, _("生成新的恢复码"), _("旧的恢复码会立即失效。"))


def _proven_page(account: Account, form: ProvenForm, title: str, text: str) -> Response:
    form.password.data = ""
    offer = offered(account, _purpose(account))
    return page(
        "accounts/proven.html",
        form.status,
        form=form,
        title=title,
        text=text,
        offer=offer,
        has_password=account.password_hash is not None,
    )


def _again() -> Account:
    """The account once more, after a refusal has rolled everything back."""
    return queries.own_account(actor=actor()) or abort(404)


def _purpose(account: Account) -> str:
    return f"account {account.id}"


@own.bp.route("/account/second/passkeys", methods=["GET", "POST"])
@on(load=queries.own_account, may=policies.own)
def enrol_passkey(account: Account) -> Response:
    """Take on a passkey of this browser, a telephone or a security key."""
    form, where, session_id = EnrolPasskeyForm(), site(), int(g.session_id)
    purpose = f"add {account.id} {session_id}"
    given = answered(form, purpose)

    def act() -> list[str]:
        if given is None:
            raise RuleBroken("accounts:passkey-wrong")
        made = factors.enrol_passkey(
            account, form.name.data or "", given, password=form.password.data or "", keep_session=session_id,
            actor=actor(),
        )  # fmt: skip
        sessions.renew()
        return made

    codes = attempt(account.id, form, act)
    if codes is not None:
        return codes_page(codes) if codes else saved(BACK, _("通行密钥已添加"))
    account = afresh(account)
    offer = None
    if where is not None:
        known, name = passkeys_of(account.id), name_of(account.person)
        offer = passkeys.to_add(account, known, purpose=purpose, site=where, name=name)
    return page(
        "accounts/enrol_passkey.html",
        form.status,
        form=form,
        offer=offer,
        has_password=account.password_hash is not None,
    )


@own.bp.route("/account/second/passkeys/<int:number>/removal", methods=["GET", "POST"])
@on(load=own_passkey, may=policies.own_session)
def remove_passkey(passkey: Passkey) -> Response:
    """Give a passkey up."""
    form, session_id, account, name = ProvenForm(), int(g.session_id), passkey.account, passkey.name

    def act() -> None:
        factors.remove_passkey(
            passkey, password=form.password.data or "", shown=shown(form, _purpose(account)), keep_session=session_id,
            actor=actor(),
        )  # fmt: skip
        sessions.renew()

    if attempt(account.id, form, act):
        return saved(BACK, _("通行密钥已移除"))
    account = _again()
    text = _("“%(name)s”不能再用来登录和签署。它在设备上的那一半请在设备里删除。", name=name)
    return _proven_page(account, form, _("移除通行密钥"), text)


@admin.bp.route("/admin/people/<code>/second/removal", methods=["GET", "POST"])
@on(load=queries.account_of, may=policies.secure)
def take_away(account: Account) -> Response:
    """Remove all factors of somebody who has lost them; no administrator ever sees one."""
    person, form = account.person, TakeForm()
    code = person.code
    if account.second_since is None:
        abort(404)
    if form.attempt(lambda: factors.take_away(account, form.reason.data or "", actor=actor())):
        return saved(url_for("admin.person", code=code), _("验证方式已移除，登录已全部结束，本人会收到邮件"))
    fresh = afresh(account)
    return page(
        "admin/take_factors.html", form.status, form=form, person=fresh.person, illustrative=fresh.person.illustrative
    )  # fmt: skip
