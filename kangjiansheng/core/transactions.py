"""The one place where anything is committed: requests, commands and jobs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from kangjiansheng.core import audit, search
from kangjiansheng.core.changes import ONCE
from kangjiansheng.core.db import db, disk_failed, undo
from kangjiansheng.core.errors import OutcomeUnknown
from kangjiansheng.core.logs import log

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def commit() -> None:
    """Bring the search up to what changed, give the audit entries their place in the chain, then commit. The only
    commit there is."""
    search.keep(db.session())
    audit.seal(db.session())
    try:
        db.session.commit()
    except DBAPIError as problem:
        if problem.connection_invalidated or disk_failed(problem):
            raise OutcomeUnknown from problem
        raise


@contextmanager
def writing() -> Iterator[None]:
    """One transaction of a command or a job: commits at the end, rolls back on any exception."""
    undo()
    db.session.info["writing"] = True
    try:
        yield
        commit()
    except BaseException:
        undo()
        raise
    finally:
        db.session.info["writing"] = False


@contextmanager
def apart() -> Iterator[None]:
    """A short transaction of its own within a request, before the request has changed anything: it stays whatever
    becomes of the request. What was loaded is let go."""
    was = db.session.info.get("writing", False)
    try:
        with writing():
            yield
    finally:
        db.session.info["writing"] = was


def afterwards(act: Callable[[], object]) -> None:
    """Let `act` run in a short transaction of its own after this request's has ended.

    For what must survive a refusal (failed sign-in, refused access) and for the traces that a GET leaves. What it returns
    that refuses (an HTTPException) is answered in place of what was to be.
    """
    g.setdefault("afterwards", []).append(act)


def init_app(app: Flask) -> None:
    """Begin each request with the right lock and end it with one commit or one rollback."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_drop)


def _begin() -> None:
    db.session.info["writing"] = request.method not in SAFE_METHODS


def _end(response: Response) -> Response:
    if request.method not in SAFE_METHODS and response.status_code < 400:
        response = _committed(response)
    else:
        undo()
    db.session.info.pop(ONCE, None)
    for act in g.pop("afterwards", []):
        try:
            refused = _afterwards(act, must=400 <= response.status_code < 500)
        except (OperationalError, OutcomeUnknown) as problem:
            return _answered(problem)
        if isinstance(refused, HTTPException):
            response = _answered(refused)
    return response


def _committed(response: Response) -> Response:
    """The answer, once what it says is kept; else what the failure of the commit has to say. Flask lets handlers of
    errors answer for views alone."""
    try:
        commit()
    except Exception as problem:
        return _answered(problem)
    return response


def _answered(problem: Exception) -> Response:
    undo()
    return current_app.make_response(current_app.handle_user_exception(problem))


def _afterwards(act: Callable[[], object], *, must: bool) -> object:
    """A refusal is not answered before it was counted (`must`); a trace that a database under load does not take is
    lost rather than the answer to what was saved."""
    try:
        with writing():
            return act()
    except (OperationalError, OutcomeUnknown) as problem:
        if must:
            raise
        log.error("a trace was lost", extra={"facts": {"problem": str(problem)[:300]}})
    return None


def _drop(_problem: BaseException | None) -> None:
    undo()
