"""Addresses of the ground floor: health, language, notices."""

from flask import Blueprint, Response, abort, current_app, redirect, request
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as Answer

from kangjiansheng.core import i18n, outbox, schema
from kangjiansheng.core.access import actor, public, signed_in
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.pages import own_path, page, saved

bp = Blueprint("core", __name__, template_folder="templates")


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
    if request.remote_addr not in ("127.0.0.1", "::1"):
        abort(404)
    waiting = db.session.scalar(select(func.count()).where(Outbox.state == "waiting")) or 0
    failed = db.session.scalar(select(func.count()).where(Outbox.state == "failed")) or 0
    head = db.session.scalar(select(func.max(AuditEntry.seq))) or 0
    lines = [
        "# TYPE kangjiansheng_outbox_waiting gauge",
        f"kangjiansheng_outbox_waiting {waiting}",
        "# TYPE kangjiansheng_outbox_failed gauge",
        f"kangjiansheng_outbox_failed {failed}",
        "# TYPE kangjiansheng_audit_head counter",
        f"kangjiansheng_audit_head {head}",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


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
    query = select(Notification).where(Notification.person_id == actor().id).order_by(Notification.id.desc())
    rows = list(db.session.scalars(query.limit(100)))
    notices = [(row, *outbox.words_of(row.template, row.facts)) for row in rows]
    return page("notifications.html", notices=notices)


@bp.post("/notifications/read")
@signed_in
def read_notifications() -> Answer:
    """Mark all as read."""
    outbox.mark_read(actor().id)
    return saved("/notifications", _("已全部标为已读"))


from kangjiansheng.core import access_pages, saved_view_pages  # noqa: E402, F401
