"""Every refusal and every fault answers with a page that helps, in the reader's language; JSON for the API."""

import errno
import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response

from kangjiansheng.core import i18n, once, pages, resuming
from kangjiansheng.core.db import collided, db, disk_failed, only_reads, undo
from kangjiansheng.core.errors import LEAVE, OutcomeUnknown, RuleBroken, Stale
from kangjiansheng.core.rest import problems
from kangjiansheng.core.text import own_path
from kangjiansheng.core.transactions import SAFE_METHODS

# Pages on which what was typed stands once more, to be sent again.
KEEPING = ("spent", "full", "disk", "unknown", "reading", "collided")
CODES = (400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 422, 428, 429, 431, 500, 503)
NO_DISK = (errno.EIO, errno.EROFS)
LARGEST_KEY = 2**31 - 1  # keys are 32-bit integers on PostgreSQL
log = logging.getLogger("kangjiansheng")


class Key(IntegerConverter):
    """A number in an address that fits a key of the database; a larger one is a page that is not there."""

    def __init__(self, map: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST_KEY, **kwargs})


def init_app(app: Flask) -> None:
    """Answer each kind of refusal and fault. Call it before any route is registered."""
    app.url_map.converters["int"] = Key
    app.before_request(_check_text)
    for code in CODES:
        app.register_error_handler(code, _http)
    app.register_error_handler(CSRFError, _no_token)
    app.register_error_handler(RuleBroken, _refused)
    for conflict in (Stale, StaleDataError, IntegrityError):
        app.register_error_handler(conflict, _conflict)
    for unreadable in (DataError, OverflowError):
        app.register_error_handler(unreadable, _unreadable)
    for busy in (OperationalError, PoolTimeout, OutcomeUnknown):
        app.register_error_handler(busy, _busy)
    app.register_error_handler(OSError, _no_disk)


def _check_text() -> None:
    """A NUL byte is in no address of ours, and PostgreSQL cannot even compare with it."""
    if "\0" in request.path or any("\0" in value for _key, value in request.args.items(multi=True)):
        abort(400)


def answer(code: int, detail: str = "", *, word: str = "", ahead: str = "", page: str = "") -> Response:
    """The error page of a code, or its problem under /api/. Nothing of the failed act stays. `word` is the stable word
    of a broken rule, `ahead` where to look instead of a day that has not come; `page` another page than that of the
    code."""
    undo()
    if request.path.startswith("/api/"):
        return problems.problem(code, detail=detail, code=word)
    g.setdefault("request_id", "")
    g.failing = True
    resume = resuming.keep() if code == 401 else ""
    return make_response(
        render_template(
            "errors/error.html",
            code=code,
            detail=detail,
            resume=resume,
            kept=_kept(page),
            again_url=_again_url(),
            plain_url=_plain_url(),
            ahead=ahead,
            words=page,
        ),
        code,
    )


def _kept(page: str) -> resuming.Kept | None:
    kept = resuming.kept() if page in KEEPING else None
    # Of what may have been saved the same form counts once; without its files it would be another.
    return kept if kept and kept.written and not (kept.files and page == "unknown") else None


def _again_url() -> str:
    """Where to try it again: the same page, or that of the form."""
    if request.method in SAFE_METHODS:
        return own_path(request.full_path.rstrip("?"))
    came_from = urlsplit(request.referrer or "")
    return own_path(came_from.path) if came_from.netloc == request.host else "/"


def _plain_url() -> str:
    """The same page without the arguments that could not be read; empty where there are none."""
    return own_path(request.path) if request.args and request.method in SAFE_METHODS else ""


def _http(refused: HTTPException) -> Response:
    code = refused.code or 500
    own_words = refused.description if refused.description != type(refused).description else ""
    ahead = pages.forecasts[0]() if isinstance(refused, pages.NotYet) and pages.forecasts else ""
    response = answer(code, own_words or "", ahead=ahead, page=getattr(refused, "page", ""))
    if code == 405:
        response.headers["Allow"] = ", ".join(getattr(refused, "valid_methods", None) or [])
    if code == 401 and request.path.startswith("/api/"):
        response.headers["WWW-Authenticate"] = (
            'Bearer realm="kangjiansheng"' + ', error="invalid_token"' * g.get("wrong_token", False)
        )
    if code == 403 and (scope := g.get("beyond_scope")):
        response.headers["WWW-Authenticate"] = (
            f'Bearer realm="kangjiansheng", error="insufficient_scope", scope="{scope}"'
        )
    if code in (429, 503):
        response.headers["Retry-After"] = str(getattr(refused, "retry_after", None) or 30)
    return response


def _no_token(_problem: CSRFError) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if not g.get("actor") and getattr(view, "access", "public") != "public":
        return answer(401)  # the session has ended, and the token with it
    return answer(400, _("表单的校验码不对或已失效，没有任何内容被改动。"))


def _refused(problem: RuleBroken) -> Response:
    return answer(422, i18n.explain(problem), word=problem.code)


def _conflict(problem: Exception) -> Response:
    if isinstance(problem, IntegrityError) and "change_set_idempotency_key" in str(problem.orig):
        return once.again()  # the same form came twice in the same instant
    if not isinstance(problem, Stale):  # two writers in the same instant: rare, and worth a look
        log.warning(
            "conflict", extra={"facts": {"id": g.get("request_id"), "problem": type(problem).__name__}}
        )
    stale = isinstance(problem, Stale | StaleDataError) and request.path.startswith("/api/")
    return answer(412 if stale else 409)


def _unreadable(_problem: Exception) -> Response:
    return answer(400)


def _is_full(problem: Exception) -> bool:
    """Whether a disk has no room left, in the words of the system or of either engine."""
    cause = getattr(problem, "orig", problem)
    words = "database or disk is full" in str(cause) or getattr(cause, "sqlstate", None) == "53100"
    return words or getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT)


def _no_disk(problem: OSError) -> Response:
    """A file that could not be stored: no room, a disk that does not take it, or one that has become read-only."""
    if not _is_full(problem) and problem.errno not in NO_DISK:
        raise problem
    return _busy(problem)


def _busy(problem: Exception) -> Response:
    log.error("database", extra={"facts": {"id": g.get("request_id"), "problem": str(problem)[:300]}})
    undo()
    db.session.info["writing"] = (
        False  # the page only reads: it must not wait for the lock that was not to be had
    )
    code, title, page, said = 503, "Service Unavailable", "", ""
    if _is_full(problem):
        code, title, page = 507, "Insufficient Storage", "full"
    elif isinstance(problem, OSError):
        page, said = "disk", _("磁盘没有确认写入，这次没有保存，没有任何内容被改动。请告知管理员检查磁盘。")
    elif isinstance(problem, OutcomeUnknown):
        page = "unknown"
    elif collided(problem):
        page, said = "collided", _("有人在同一时刻保存，这次没有保存，没有任何内容被改动。请原样再发一次。")
    elif only_reads(problem):
        page = "reading"
        said = _("数据库现在只能读取，这次没有保存，没有任何内容被改动。请告知管理员；可以继续阅读。")
    try:
        response = answer(code, said if request.path.startswith("/api/") else "", page=page)
    except (OperationalError, PoolTimeout):  # not even who asks can be read
        response = make_response(f"{code} {title}", code)
    response.headers["Retry-After"] = "30"
    leave = current_app.extensions.get(LEAVE)
    if leave and (disk_failed(problem) or disk_failed(problem.__cause__)):
        response.call_on_close(leave)
    return response
