"""One's own account: open sessions, password, language."""

from typing import Any

from flask import Blueprint, current_app, g, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import forms, operations, policies, queries, rules, sessions
from kangjiansheng.accounts.models import Account, SignedInSession
from kangjiansheng.accounts.operations import feeds, keys, reminders
from kangjiansheng.accounts.queries import factors as found_factors
from kangjiansheng.accounts.queries import tokens
from kangjiansheng.accounts.queries.privacy import acceptances
from kangjiansheng.accounts.queries.sso import link_of
from kangjiansheng.accounts.rules.factors import METHODS
from kangjiansheng.accounts.views.proofs import attempt
from kangjiansheng.core import i18n
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.pages import page, saved

bp = Blueprint("account", __name__)


@bp.get("/account")
@on(load=queries.own_account, may=policies.own)
def own(account: Account) -> Response:
    """Who I am here, where I am signed in, my password and my language."""
    return account_page(account)


def account_page(account: Account, status: int = 200, **came_back: Any) -> Response:
    """The page of one's own account; `came_back` are the forms that have something to say."""
    issuer = current_app.config["SETTINGS"].issuer
    setting = queries.setting_of(account.person_id)
    shown: dict[str, Any] = {
        "form": forms.ChangePasswordForm(formdata=None),
        "language": forms.LanguageForm(formdata=None, locale=account.person.locale),
        "reminders": forms.RemindersForm(formdata=None, obj=setting),
        **came_back,
    }
    return page(
        "accounts/account.html",
        status,
        illustrative=account.person.illustrative,
        account=account,
        roles=actor().roles,
        **shown,
        acceptances=acceptances(account.person_id),
        has_keys=keys.held(account),
        feed=queries.feed_of(account.person_id),
        tokens=tokens.tokens_of(account.person_id),
        scope_names=rules.SCOPE_NAMES,
        factors=found_factors.of(account),
        issuer=issuer,
        sso=link_of(account.id, issuer.url) if issuer else None,
        methods=METHODS,
        sessions=queries.sessions_of(account.id),
        session_id=g.session_id,
        device_word=device_word,
    )


def device_word(agent: str) -> str:
    """What a browser calls itself, in two words."""
    browsers = (("MicroMessenger", _("微信")), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
                ("Safari", "Safari"))  # fmt: skip
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"),
               ("Windows", "Windows"), ("Linux", "Linux"))  # fmt: skip
    found = [next((word for sign, word in kinds if sign in agent), "") for kinds in (browsers, systems)]
    return " ".join(filter(None, found)) or _("未知设备")


@bp.post("/account/password")
@on(load=queries.own_account, may=policies.own)
def change_password(account: Account) -> Response:
    """Change the password; all other sessions end."""
    form = forms.ChangePasswordForm()
    keep: int = g.session_id

    def act() -> None:
        operations.change_password(
            account,
            form.old.data or "",
            form.password.data or "",
            keep_session=keep,
            end_keys=form.end_keys.data,
        )
        sessions.renew()

    if attempt(account.id, form, act):
        return saved(url_for(".own"), _("密码已更改，其他设备上的登录已结束"))
    return account_page(account, form.status, form=form)


@bp.post("/account/sessions/<int:number>/end")
@on(load=queries.own_session, may=policies.own_session)
def end_session(session: SignedInSession) -> Response:
    """End one of one's own sessions at the server."""
    operations.end_session(session, actor=actor())
    return saved(url_for(".own"), _("已结束该登录"))


@bp.post("/account/sessions/end")
@on(load=queries.own_account, may=policies.own)
def end_others(account: Account) -> Response:
    """End all of one's own sessions but this one."""
    for session in queries.sessions_of(account.id):
        if session.id != g.session_id:
            operations.end_session(session, actor=actor())
    sessions.renew()
    return saved(url_for(".own"), _("其他设备上的登录已全部结束"))


@bp.post("/account/reminders")
@on(load=queries.own_account, may=policies.own)
def set_reminders(account: Account) -> Response:
    """What one is reminded of, when, and by which way."""
    form = forms.RemindersForm()
    names = ("kinds", "days_before", "hour", "quiet_from", "quiet_to", "channel", "version")

    def act() -> None:
        wanted = {name: form[name].data for name in names}
        reminders.set_reminders(account.person, actor=actor(), **wanted)

    if form.attempt(act):
        return saved(url_for(".own") + "#reminders", _("提醒设置已保存"))
    return account_page(afresh(account), form.status, reminders=form)


@bp.post("/account/calendar")
@on(load=queries.own_account, may=policies.own)
def make_feed(account: Account) -> Response:
    """A new calendar address, shown this once."""
    replaced = queries.feed_of(account.person_id) is not None
    path = feeds.make_feed(account.person, actor=actor())
    return page(
        "accounts/feed.html",
        illustrative=account.person.illustrative,
        address=current_app.config["SETTINGS"].base_url + path,
        replaced=replaced,
    )


@bp.post("/account/calendar/end")
@on(load=queries.own_account, may=policies.own)
def end_feed(account: Account) -> Response:
    """Switch the calendar address off."""
    feeds.end_feed(account.person, actor=actor())
    return saved(url_for(".own") + "#calendar", _("日历订阅已关闭"))


@bp.post("/account/language")
@on(load=queries.own_account, may=policies.own)
def choose_language(account: Account) -> Response:
    """The language of mails and, by cookie, of the pages."""
    form = forms.LanguageForm()
    if not form.attempt(lambda: operations.set_locale(account.person, form.locale.data, actor=actor())):
        return account_page(account, form.status, language=form)
    i18n.speak_now(form.locale.data)
    response = saved(url_for(".own"), _("语言已更改"))
    i18n.keep(response, form.locale.data, secure=current_app.config["SETTINGS"].secure)
    return response
