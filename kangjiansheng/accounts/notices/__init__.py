"""The words of mails about accounts."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.accounts.notices import factors


def _invitation(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("邀请您使用康健生"),
        _("%(name)s：\n\n您已获邀使用康健生。请在 7 天内打开下面的一次性链接设置密码。", name=facts["name"]),
    )


def _reset(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("重设康健生密码"),
        _(
            "%(name)s：\n\n有人请求为您的账号重设密码。链接 1 小时内有效，只能使用一次。"
            "如果不是您本人操作，请忽略这封邮件，密码不会改变。",
            name=facts["name"],
        ),
    )


def _password_changed(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("您的密码已更改"),
        _("%(name)s：\n\n您的密码刚刚更改，其他设备上的登录已全部结束。", name=facts["name"]),
    )


WORDS = {
    "accounts:invitation": _invitation,
    "accounts:reset": _reset,
    "accounts:password-changed": _password_changed,
    **factors.WORDS,
}
