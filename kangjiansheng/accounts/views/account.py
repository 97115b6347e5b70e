"""One's own account: open sessions, password, language."""

from flask import Blueprint, current_app, g, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import forms, operations, policies, queries
from kangjiansheng.accounts.models import Account, SignedInSession
from kangjiansheng.core import i18n
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.pages import page, saved

bp = Blueprint("account", __name__)


@bp.get("/account")
@on(load=queries.own_account, may=policies.own)
def own(account: Account) -> Response:
    """Who I am here, where I am signed in, my password and my language."""
    return _page(account, forms.ChangePasswordForm(), forms.LanguageForm(locale=account.person.locale))


def _page(account: Account, form: forms.ChangePasswordForm, language: forms.LanguageForm) -> Response:
    return page(
        "accounts/account.html",
        max(form.status, language.status) if not form.errors else 422,
        illustrative=account.person.illustrative,
        account=account,
        roles=actor().roles,
        form=form,
        language=language,
        sessions=queries.sessions_of(account.id),
        session_id=g.session_id,
        device_word=_device,
    )


def _device(agent: str) -> str:
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
        operations.change_password(account, form.old.data or "", form.password.data or "", keep_session=keep)

    if form.attempt(act):
        return saved(url_for(".own"), _("密码已更改，其他设备上的登录已结束"))
    return _page(account, form, forms.LanguageForm(formdata=None, locale=account.person.locale))


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
    return saved(url_for(".own"), _("其他设备上的登录已全部结束"))


@bp.post("/account/language")
@on(load=queries.own_account, may=policies.own)
def choose_language(account: Account) -> Response:
    """The language of mails and, by cookie, of the pages."""
    form = forms.LanguageForm()
    if not form.attempt(lambda: operations.set_locale(account.person, form.locale.data, actor=actor())):
        return _page(account, forms.ChangePasswordForm(formdata=None), form)
    i18n.speak_now(form.locale.data)
    response = saved(url_for(".own"), _("语言已更改"))
    i18n.keep(response, form.locale.data, secure=current_app.config["SETTINGS"].secure)
    return response
