"""What people type about agendas, and the sentences for what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

REFUSALS: dict[str, Any] = {
    "committee:not-published": _l("会议还是草稿，请先发布。"),
    "committee:published-already": _l("会议已不是草稿，无需再次发布。"),
    "committee:discarded": _l("这份草稿已放弃，不能再改。"),
}
