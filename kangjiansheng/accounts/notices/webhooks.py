"""The words for webhooks that were switched off."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _


def _stopped(facts: Mapping[str, Any]) -> tuple[str, str]:
    why = {
        "failing": _("对方已连续几天没有接收，所以自动停用。"),
        "gone": _("对方回答说这个网址已经停用（410），所以自动停用。"),
        "administrator": _("安全管理员停用了它。"),
    }[facts["why"]]
    return (
        _("事件推送“%(name)s”已停用", name=facts["name"]),
        _(
            "%(why)s没有发出的不再推送；修好后可以重新启用，并补发错过的。接收方：%(host)s",
            why=why,
            host=facts["host"],
        ),
    )


WORDS = {"accounts:webhook-stopped": _stopped}
