"""The words of mails about accounts."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.accounts.notices import factors, webhooks


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


def _address_changed(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("您的工作邮箱已更改"),
        _(
            "%(name)s：\n\n管理员刚刚更改了您登录用的工作邮箱，以后的邮件不再发到这里。如果您不知情，请立即联系管理员。",
            name=facts["name"],
        ),
    )


def _copy_failed(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("备份没有完成"),
        _(
            "今天的备份没有完成：%(problem)s\n\n一小时后会再试。在此之前请检查备份文件夹和磁盘空间。",
            problem=facts["problem"],
        ),
    )


def _trail_cut(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("审计记录与上次备份对不上"),
        _(
            "上次备份旁边记下的末条审计记录，现在的审计记录里没有：%(problem)s\n\n"
            "如果此间恢复过较早的备份，这是预料之中的；否则有人删去了末尾的记录，请保留全部备份并查明。",
            problem=facts["problem"],
        ),
    )


def _drill_failed(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("恢复演练没有通过"),
        _("这份备份不能完整恢复：%(problem)s\n\n请立即另做一份备份并再次演练。", problem=facts["problem"]),
    )


WORDS = {
    "accounts:copy-failed": _copy_failed,
    "accounts:trail-cut": _trail_cut,
    "accounts:drill-failed": _drill_failed,
    "accounts:invitation": _invitation,
    "accounts:reset": _reset,
    "accounts:password-changed": _password_changed,
    "accounts:address-changed": _address_changed,
    **factors.WORDS,
    **webhooks.WORDS,
}
