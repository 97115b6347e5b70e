"""Addresses of the ground floor: health, language, notices."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, request
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as Answer

from kangjiansheng.core import bell, clock, i18n, measures, outbox, proxies, schema
from kangjiansheng.core.access import actor, public, signed_in
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.jobs import Round
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.queue import Task
from kangjiansheng.core.text import own_path

bp = Blueprint("core", __name__, template_folder="templates")


def states() -> dict[str, tuple[str, float]]:
    """What waits, what failed and how far the trail is: name of the state → its help and its value."""
    now = clock.now()

    def count(of: Any, *where: Any) -> int:
        return db.session.scalar(select(func.count()).select_from(of).where(*where)) or 0

    oldest = db.session.scalar(select(func.min(Outbox.due_at)).where(Outbox.state == "waiting"))
    last = db.session.scalar(select(func.max(Round.done_at)))
    return {
        "outbox_waiting": ("Mails that wait for delivery.", count(Outbox, Outbox.state == "waiting")),
        "outbox_failed": ("Mails that were given up.", count(Outbox, Outbox.state == "failed")),
        "outbox_late_seconds": (
            "How long the mail that is due since longest has waited.",
            _since(oldest, now),
        ),
        "tasks_waiting": ("Tasks that wait for the worker.", count(Task, Task.state == "waiting")),
        "tasks_failed": ("Tasks that were given up.", count(Task, Task.state == "failed")),
        "worker_last_round_seconds": ("Since the worker has last done a round.", _since(last, now)),
        "audit_head": (
            "Number of the last entry of the trail.",
            db.session.scalar(select(func.max(AuditEntry.seq))) or 0,
        ),
    }


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@bp.get("/readyz")
@public
def readyz() -> Response:
    """The database answers and stands at the level this version needs; 503 otherwise."""
    try:
        level = schema.level(db.engine)
    except Exception:
        level = None
    ready = level == schema.head()
    return Response(
        "ready\n" if ready else "not ready\n", 200 if ready else 503, content_type="text/plain; charset=utf-8"
    )


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text, to callers on this machine only: counts without names."""
    if not proxies.is_of_this_machine():
        abort(404)
    text = measures.exposition(states())
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


@bp.get("/language/<wanted>")
@public
def language(wanted: str) -> Answer:
    """Keep a language in a cookie and go back to the page."""
    if wanted not in i18n.LOCALES:
        abort(404)
    response = redirect(own_path(request.args.get("back")), 303)
    i18n.keep(response, wanted, secure=current_app.config["SETTINGS"].secure)
    return response


@bp.get("/notifications")
@signed_in
def notifications() -> Answer:
    """What happened that concerns me, newest first."""
    return page("notifications.html", notices=bell.shown(actor=actor()))


@bp.post("/notifications/read")
@signed_in
def read_notifications() -> Answer:
    """Mark all as read."""
    outbox.mark_read(actor().id)
    return saved("/notifications", _("已全部标为已读"))


from kangjiansheng.core import access_pages, saved_view_pages  # noqa: E402, F401
