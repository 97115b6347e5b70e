"""What a party takes along in one archive: how long it is kept, its states, the words of the trail for it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

KEPT = timedelta(days=7)
FORMAT = "kangjiansheng-party-archive-1"
ASKED, READY = "asked", "ready"
CURRENT = (ASKED, READY)  # of an institution there is one

ACTS = {
    "overview:archive:ask": _l("申请本方数据包"),
    "overview:archive:make": _l("生成本方数据包"),
    "overview:archive:take": _l("下载本方数据包"),
    "overview:archive:end": _l("撤回本方数据包"),
    "overview:archive:expire": _l("本方数据包到期删除"),
}
THINGS = {"party_archive": _l("本方数据包")}
LIVES: Mapping[str, Any] = {
    ASKED: _l("已申请"),
    READY: _l("可以下载"),
    "failed": _l("没有做成"),
    "replaced": _l("已由新的数据包取代"),
    "ended": _l("已撤回"),
    "expired": _l("已过期"),
}
FIELDS: Mapping[str, Any] = {
    "institution": _l("机构"),
    "life": _l("进展"),
    "size": _l("大小"),
    "sha256": "SHA-256",
    "made_at": _l("数据截至"),
    "expires_at": _l("保留到"),
}
VALUES: Mapping[str, Any] = {"life": LIVES}
