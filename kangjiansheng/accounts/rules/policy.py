"""For whom a second factor is required: each choice takes in those before it."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

REQUIRED_FOR = ("nobody", "admins", "signers", "everyone")
REQUIRED_NAMES: dict[str, Any] = {
    "nobody": _l("不要求"),
    "admins": _l("系统管理员"),
    "signers": _l("系统管理员和签署人（各委员会现任成员）"),
    "everyone": _l("所有人"),
}
ACTS = {"accounts:policy:edit": _l("修改登录规定")}
THINGS = {"sign_in_policy": _l("登录规定")}
FIELDS = {"second_for": _l("谁必须有第二步验证"), "second_from": _l("从哪天起")}
VALUES = {"second_for": REQUIRED_NAMES}


def check(second_for: str, second_from: date | None) -> None:
    """Refuse a choice that is none, and a requirement without a day."""
    if second_for not in REQUIRED_FOR:
        raise RuleBroken("accounts:policy-unknown", "second_for")
    if second_for != "nobody" and second_from is None:
        raise RuleBroken("accounts:policy-day", "second_from")


def concerns(second_for: str, *, is_admin: bool, signs: bool) -> bool:
    """Whether somebody is among those for whom a second factor is required."""
    return {
        "nobody": False,
        "admins": is_admin,
        "signers": is_admin or signs,
        "everyone": True,
    }[second_for]
