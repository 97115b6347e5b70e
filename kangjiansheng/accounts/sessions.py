"""From the cookie to the actor: Flask-Login over sessions that lie at the server."""

from datetime import timedelta
from typing import Any

from flask import Flask, Request, abort, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from itsdangerous import BadSignature
from werkzeug.wrappers import Response

from kangjiansheng.accounts import operations, queries, rules
from kangjiansheng.accounts.models import Account, Person, SignedInSession
from kangjiansheng.accounts.operations import tokens
from kangjiansheng.accounts.queries.policy import must_enrol, policy
from kangjiansheng.accounts.queries.privacy import number_in_force
from kangjiansheng.accounts.queries.tokens import token_by_secret
from kangjiansheng.core import access, clock, i18n
from kangjiansheng.core.db import db
from kangjiansheng.core.forms import wants_fragment
from kangjiansheng.core.transactions import SAFE_METHODS, afterwards

# What is open to whoever still has to add a second factor.
ENROLMENT = frozenset(
    {"account.must_enrol", "account.enrol_app", "account.enrol_passkey", "accounts.sign_out"}
)
SEEN_EVERY = timedelta(minutes=5)


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login holds: the session's key and what was asked for with it."""

    def __init__(self, key: str, standing: queries.Standing) -> None:
        self.key, self.standing = key, standing

    def get_id(self) -> str:
        """The key of the session, which the signed cookie carries."""
        return self.key


class Cookies(SecureCookieSessionInterface):
    """The signed cookie that carries the key of a session. It is taken whatever time it was signed at: how long a session
    lasts is decided at the server. Else a node whose clock is a moment behind, or a clock set back, would end it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds when its signature is ours; else nothing."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        try:
            return self.session_class(serializer.loads(request.cookies.get(self.get_cookie_name(app), "")))
        except BadSignature:
            return self.session_class()


def init_app(app: Flask) -> None:
    """Load the actor before each request that is no static file."""
    settings = app.config["SETTINGS"]
    app.config.update(
        SESSION_COOKIE_NAME="__Host-kjs" if settings.secure else "kjs",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=rules.SESSION_TOTAL,
        SESSION_REFRESH_EACH_REQUEST=False,  # no session outlives the cookie that it began with
        REMEMBER_COOKIE_DURATION=timedelta(0),
    )
    app.session_interface = Cookies()
    manager = LoginManager(app)
    manager.user_loader(_load)
    manager.session_protection = None  # sessions end at the server; an address may change on a phone
    app.before_request(_set_actor)
    app.before_request(_lead_to_notice)
    app.before_request(_lead_to_enrolment)


def _load(key: str) -> SignedIn | None:
    found = queries.open_session(key)
    return SignedIn(key, found) if found else None


def _set_actor() -> None:
    if request.path.startswith("/api/") and "Authorization" in request.headers:
        _by_token()
        return
    user: Any = current_user
    if not user.is_authenticated:
        g.actor = None
        if request.path.startswith("/api/") and request.method not in SAFE_METHODS:
            abort(401)  # before the form token is asked for: a program has none
        return
    standing: queries.Standing = user.standing
    g.actor, g.my_names, g.session_id = standing.actor, standing.names, standing.id
    view = current_app.view_functions.get(request.endpoint or "")
    attended = not getattr(view, "unattended", False)
    if attended and clock.now() - standing.last_seen_at > SEEN_EVERY:
        row_id = standing.id
        afterwards(lambda: _touch(row_id))


def _lead_to_notice() -> Response | None:
    """Who has not accepted the notice on personal data that holds is led to it before anything else. Who has accepted an
    earlier version is asked with the next page: what they have typed meanwhile is saved."""
    user: Any = current_user
    if not g.get("actor") or not user.is_authenticated:
        return None
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "access", "public") == "public" or access.opens_first(view):
        return None
    accepted = user.standing.accepted
    if accepted == user.standing.notice:
        return None
    if request.path.startswith("/api/"):
        abort(403, _("请先在网页上登录并阅读个人信息告知，程序才能继续。"))
    if accepted is not None and (request.method not in SAFE_METHODS or wants_fragment()):
        return None
    if request.method not in SAFE_METHODS:
        abort(403, _("请先阅读个人信息告知。"))
    return redirect(url_for("account.notice", next=request.full_path.rstrip("?")))


def _lead_to_enrolment() -> Response | None:
    """Of whom a second factor is required, and who has none, is led to add one before anything else."""
    user: Any = current_user
    if request.endpoint in ENROLMENT or not g.get("actor") or not user.is_authenticated:
        return None
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "access", "public") == "public" or access.opens_first(view):
        return None
    said: queries.Standing = user.standing
    if not must_enrol(said.second_since, said.second_for, said.second_from, actor=g.actor):
        return None
    if request.path.startswith("/api/") or request.method not in SAFE_METHODS:
        abort(403)
    return redirect(url_for("account.must_enrol"))


def _lacks_second(account: Account) -> bool:
    rule = policy()
    return must_enrol(account.second_since, rule.second_for, rule.second_from, actor=g.actor)


def _names(person: Person) -> dict[str, str]:
    return {"hans": person.name_hans, "hant": person.name_hant, "en": person.name_en}


def _by_token() -> None:
    """A program acts for whoever made its token, within the token's scopes. No cookie counts beside it."""
    g.actor = None
    kind, _blank, secret = request.headers["Authorization"].partition(" ")
    found = token_by_secret(secret.strip()) if kind.lower() == "bearer" else None
    address = (request.remote_addr or "")[:40]
    if found is None:
        if tokens.is_throttled(address):
            abort(429)
        afterwards(lambda: tokens.count_miss(address))
        g.wrong_token = True
        abort(401)
    g.token, scopes = found, found.scopes
    g.allows = lambda part, writes: rules.allows(scopes, part, writes=writes)
    g.actor = tokens.actor_of(found)
    g.by_program = True
    account = found.person.account
    if account is not None and account.notice_number != number_in_force():
        abort(403, _("请先在网页上登录并阅读个人信息告知，程序才能继续。"))
    if account is not None and _lacks_second(account):
        abort(403, _("请先在网页上登录并设置第二步验证，程序才能继续。"))
    g.my_names = _names(found.person)
    if not request.accept_languages and request.args.get("lang") not in i18n.LOCALES:
        i18n.speak_now(found.person.locale)
    if (found.used_on, found.used_from) != (clock.today(), address):
        number = found.id
        afterwards(lambda: tokens.note_use(number, address))


def _touch(row_id: int) -> None:
    row = db.session.get(SignedInSession, row_id)
    if row:
        row.last_seen_at = clock.now()


def enter(account: Account, *, address: str, device: str, method: str = "password") -> None:
    """Begin a new session and give the browser its cookie; whatever it held before is dropped. `method` is how the
    person showed who they are."""
    leave()
    session.clear()
    key = operations.begin_session(account, address=address, device=device, method=method)
    found = queries.open_session(key)
    if found is None:
        raise LookupError("a session that was just begun must be found")
    session.permanent = True
    login_user(SignedIn(key, found))


def renew() -> None:
    """Go on under a new key: when the ways to sign in change, or all other sessions are ended, whoever holds a copy of
    this session's cookie is out as well."""
    session["_user_id"] = operations.renew_key(int(g.session_id))


def leave() -> str:
    """End the present session at the server and in the browser; returns how it was begun."""
    user: Any = current_user
    method = ""
    if user.is_authenticated:
        method = user.standing.method
        row = db.session.get_one(SignedInSession, user.standing.id)
        operations.end_session(row, actor=user.standing.actor)
        logout_user()
    session.clear()
    return method
