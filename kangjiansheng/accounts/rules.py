"""What is true of accounts: passwords, sessions, links, roles, and the catalogue of acts."""

import hashlib
import secrets
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

ROLES = ("admin", "executive", "auditor")
SESSION_IDLE = timedelta(hours=12)
SESSION_TOTAL = timedelta(days=14)
LINK_LIFE = {"invitation": timedelta(days=7), "reset": timedelta(hours=1)}
PASSWORD_MIN, PASSWORD_MAX = 12, 128
FAILURES_PER_ACCOUNT, FAILURES_PER_ADDRESS = 8, 60
FAILURE_WINDOW = timedelta(minutes=15)
# Words that make a long password as guessable as a short one.
_COMMON = ("password", "12345678", "qwertyui", "11111111", "abcdefgh", "iloveyou", "kangjiansheng")

ACTS = {
    "accounts:person:create": _l("登记人员"),
    "accounts:person:edit": _l("修改人员资料"),
    "accounts:person:erase": _l("清除联系方式"),
    "accounts:account:create": _l("开通账号"),
    "accounts:account:disable": _l("停用账号"),
    "accounts:account:enable": _l("恢复账号"),
    "accounts:account:link": _l("生成一次性链接"),
    "accounts:account:password": _l("设置密码"),
    "accounts:session:begin": _l("登录"),
    "accounts:session:end": _l("退出登录"),
    "accounts:session:fail": _l("登录失败"),
    "accounts:role:grant": _l("授予系统角色"),
    "accounts:role:revoke": _l("撤回系统角色"),
}


def check_password(password: str, *, email: str = "") -> None:
    """Refuse a password that is too short, too long or common (ASVS 6.2.1, 6.2.4)."""
    if len(password) < PASSWORD_MIN:
        raise RuleBroken("accounts:password-short", "password", least=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise RuleBroken("accounts:password-long", "password", most=PASSWORD_MAX)
    low = password.casefold()
    stripped = low
    for word in (*_COMMON, *(part for part in email.casefold().split("@")[:1] if len(part) > 3)):
        stripped = stripped.replace(word, "")
    if len(stripped) < 5 or len(set(low)) < 5:
        raise RuleBroken("accounts:password-common", "password")


def check_role(role: str) -> None:
    """Refuse a role that is not in the catalogue."""
    if role not in ROLES:
        raise RuleBroken("accounts:role-unknown", "role", role=role)


def new_secret() -> tuple[str, str]:
    """A secret of 256 random bits for a cookie or link, and the SHA-256 under which it is stored."""
    secret = secrets.token_urlsafe(32)
    return secret, secret_digest(secret)


def secret_digest(secret: str) -> str:
    """The SHA-256 under which a secret is stored and found."""
    return hashlib.sha256(secret.encode()).hexdigest()


def session_is_over(created: datetime, last_seen: datetime, now: datetime) -> bool:
    """True when a session was idle too long or lasted too long."""
    return now - last_seen > SESSION_IDLE or now - created > SESSION_TOTAL
