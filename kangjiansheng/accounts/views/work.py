"""What the worker does, and who is signed in where."""

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import operations, policies, queries
from kangjiansheng.accounts.models import SignedInSession
from kangjiansheng.accounts.operations import work as running
from kangjiansheng.accounts.queries import work as reading
from kangjiansheng.accounts.views.account import METHODS, device_word
from kangjiansheng.core import jobs
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.paging import cut
from kangjiansheng.core.queue import Task

bp = Blueprint("work", __name__)


def _states() -> dict[str, tuple[str, str]]:
    return {
        "waiting": ("idle", _("等待")),
        "running": ("idle", _("进行中")),
        "failed": ("late", _("已放弃")),
        "done": ("done", _("已完成")),
    }


@bp.get("/admin/work")
@on(may=policies.administer)
def all_work() -> Response:
    """The rounds that the clock starts, and what somebody has asked for."""
    state = request.args.get("state", "")
    state = state if state in _states() else ""
    rounds = reading.rounds()
    return page(
        "admin/work.html",
        rounds=rounds,
        away=reading.is_worker_away(rounds),
        words=jobs.word_of,
        tasks=cut(reading.tasks(state), request.args.get("page")),
        state=state,
        states=_states(),
        counts_by_state=reading.task_counts(),
        page_url=lambda number: with_args(page=number),
    )


@bp.post("/admin/work/<int:number>/again")
@on(load=reading.task, may=policies.administer)
@costly
def again(task: Task) -> Response:
    """Begin a task again that was given up."""
    running.begin_again(task, actor=actor())
    return saved(url_for(".all_work"), _("已重新排队"))


@bp.get("/admin/sessions")
@on(may=policies.secure)
def sessions() -> Response:
    """Who is signed in, on which device, since when."""
    return page(
        "admin/sessions.html",
        illustrative=queries.has_illustrative(),
        sessions=cut(reading.open_sessions(), request.args.get("page")),
        session_id=g.session_id,
        device_word=device_word,
        methods=METHODS,
        page_url=lambda number: with_args(page=number),
    )


@bp.post("/admin/sessions/<int:number>/end")
@on(load=reading.open_session, may=policies.secure)
def end_session(session: SignedInSession) -> Response:
    """End one session at once."""
    operations.end_session(session, actor=actor())
    return saved(url_for(".sessions"), _("登录已结束"))
