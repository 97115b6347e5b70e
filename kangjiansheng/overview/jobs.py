"""What the worker does for the overview: packs by mail."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.db import db
from kangjiansheng.core.jobs import Job
from kangjiansheng.core.queue import Handler, Report
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview.operations import deliveries
from kangjiansheng.overview.queries.deliveries import waiting
from kangjiansheng.overview.views.pack import sending


def send_pack(asked: Mapping[str, Any], _report: Report) -> None:
    """Make and queue the mail of an occasion. A pack is read and its file made without a lock: nobody's save waits."""
    found = waiting(asked["delivery"], date.fromisoformat(asked["occasion"]))
    if found is None:
        return
    asking = sending.asked_for(found)
    facts, file = sending.made(found, asking)
    db.session.rollback()
    with writing():
        deliveries.send(found, facts, address=asking.path, compare=asking.compare, file=file)


ROUNDS = (Job("packs", timedelta(minutes=1), deliveries.ask),)
HANDLERS: dict[str, Handler] = {deliveries.SEND: send_pack}
WORDS = {"packs": _l("定期材料"), deliveries.SEND: _l("发送定期材料")}
