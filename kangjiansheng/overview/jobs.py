"""What the worker does for the overview: packs by mail, archives of parties, bytes of what was disposed of."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.jobs import Job
from kangjiansheng.core.queue import Handler, Report
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview.operations import archives, deliveries, retention
from kangjiansheng.overview.queries.deliveries import waiting
from kangjiansheng.overview.views.archives import making
from kangjiansheng.overview.views.pack import sending


def send_pack(asked: Mapping[str, Any], _report: Report) -> None:
    """Make and queue the mail of an occasion. A pack is read and its file made without a lock: nobody's save waits."""
    found = waiting(asked["delivery"], date.fromisoformat(asked["occasion"]))
    if found is None:
        return
    asking = sending.asked_for(found)
    facts, file = sending.made(found, asking)
    with writing():
        deliveries.send(found, facts, address=asking.path, compare=asking.compare, file=file)


ROUNDS = (
    Job("packs", timedelta(minutes=1), deliveries.ask),
    Job("archives", timedelta(hours=1), archives.look_after),
    Job("disposals", timedelta(minutes=10), retention.empty),
)
HANDLERS: dict[str, Handler] = {deliveries.SEND: send_pack, archives.MAKE: making.make}
WORDS = {
    "packs": _l("定期材料"),
    deliveries.SEND: _l("发送定期材料"),
    "archives": _l("本方数据包到期删除"),
    archives.MAKE: _l("生成本方数据包"),
    "disposals": _l("清除已销毁文件的内容"),
}
