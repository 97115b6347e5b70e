"""The words of mails about second factors."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.accounts.rules.factors import FACTOR_NAMES


def _added(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("您的账号添加了验证方式"),
        _(
            "%(name)s：\n\n您的账号刚刚添加或更新了“%(factor)s”。如果不是您本人操作，请立即更改密码并联系管理员。",
            name=facts["name"],
            factor=FACTOR_NAMES[facts["factor"]],
        ),
    )


def _removed(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("您的账号移除了验证方式"),
        _(
            "%(name)s：\n\n您的账号刚刚移除了“%(factor)s”。如果不是您本人操作，请立即更改密码并联系管理员。",
            name=facts["name"],
            factor=FACTOR_NAMES[facts["factor"]],
        ),
    )


def _taken(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("管理员移除了您的验证方式"),
        _(
            "%(name)s：\n\n管理员移除了您账号的全部第二步验证方式，您的登录已全部结束。原因：%(reason)s\n\n"
            "请重新登录并重新添加。如果您没有提出过这个请求，请立即联系管理员。",
            name=facts["name"],
            reason=facts["reason"],
        ),
    )


def _guessed(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("有人多次输错您的验证码"),
        _(
            "%(name)s：\n\n有人用正确的密码登录或操作您的账号，但多次输错第二步的验证码，15 分钟内不能再试。"
            "如果不是您本人，说明您的密码已经泄露，请立即更改密码。",
            name=facts["name"],
        ),
    )


def _recovery_used(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("您的一个恢复码已用掉"),
        ngettext(
            "%(name)s：\n\n刚刚用掉了您的一个恢复码，还剩 %(num)d 个。快用完时，请在“我的账号”里重新生成。如果不是您本人，请立即更改密码并联系管理员。",
            "%(name)s：\n\n刚刚用掉了您的一个恢复码，还剩 %(num)d 个。快用完时，请在“我的账号”里重新生成。如果不是您本人，请立即更改密码并联系管理员。",
            facts["left"],
            name=facts["name"],
        ),
    )


def _required(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("请添加第二步验证"),
        _(
            "%(name)s：\n\n从 %(day)s 起，您登录须有第二步验证。请在“我的账号”里添加验证器应用或通行密钥；"
            "到那天还没有的，登录后先要添加。",
            name=facts["name"],
            day=facts["day"],
        ),
    )


WORDS = {
    "accounts:factor-added": _added,
    "accounts:factor-removed": _removed,
    "accounts:factors-taken": _taken,
    "accounts:factor-guessed": _guessed,
    "accounts:factor-required": _required,
    "accounts:recovery-used": _recovery_used,
}
