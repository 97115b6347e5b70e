"""The calendar of one person, as calendar programs subscribe to it: by a secret address, without signing in."""

import hashlib
from urllib.parse import urlsplit

from flask import Response as FlaskResponse
from flask import abort, current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import queries as accounts
from kangjiansheng.accounts import rules
from kangjiansheng.core import ical, throttle
from kangjiansheng.core.access import public
from kangjiansheng.core.i18n import name_of, speaking
from kangjiansheng.core.proxies import origin
from kangjiansheng.core.transactions import afterwards
from kangjiansheng.overview.queries.calendar import Dated, calendar_of
from kangjiansheng.overview.views.blueprint import bp


@bp.get("/calendar/<secret>.ics")
@public
def calendar(secret: str) -> Response:
    """What has a date and is mine, by the rights of this moment; 304 for a program that has them already."""
    misses = f"calendar:address:{origin(request.remote_addr or '')}"
    if throttle.is_blocked(misses, most=rules.FAILURES_PER_ADDRESS, window=rules.FAILURE_WINDOW):
        abort(429)
    person = accounts.person_by_feed(secret)
    if person is None:
        afterwards(lambda: throttle.count(misses, window=rules.FAILURE_WINDOW))
        abort(404)
    base = current_app.config["SETTINGS"].base_url
    with speaking(person.locale):
        events = [_event(one, base) for one in calendar_of(actor=accounts.actor_of(person))]
        body = ical.calendar(_("康健生"), events)
    answer = FlaskResponse(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="kangjiansheng.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(hashlib.sha256(body).hexdigest())
    return answer.make_conditional(request)


def _event(one: Dated, base: str) -> ical.Event:
    title = f"{one.code} {name_of(one.names)}"
    if one.kind == "answer":
        title = _("答复服务请求：%(name)s", name=title)
    if one.kind in ("paper", "agreement"):
        title = _("%(name)s 到期", name=title)
    if one.kind == "lease":
        title = _("%(name)s 租约到期", name=title)
    if one.state == "done":
        title = _("%(name)s（已完成）", name=title)
    if one.illustrative:
        title = _("%(name)s（示例数据）", name=title)
    return ical.Event(
        uid=f"{one.kind}-{one.id}@{urlsplit(base).hostname}",
        day=one.day,
        summary=title,
        sequence=one.version,
        modified=one.modified,
        description=name_of(one.context) if one.context else "",
        url=base + one.path,
        categories=(_("示例数据"),) if one.illustrative else (),
        cancelled=one.state == "cancelled",
        starts=one.starts,
        ends=one.ends,
        place=one.place,
    )
