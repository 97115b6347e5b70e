"""The second factor: one-time codes of an authenticator app (RFC 6238), recovery codes, and how proofs are called."""

import base64
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from flask_babel import lazy_gettext as _l

STEP_SECONDS, DIGITS, DRIFT = 30, 6, 1  # what every authenticator app takes without being told
SECRET_BYTES = 20  # RFC 4226: as long as the output of its HMAC
RECOVERY_CODES, RECOVERY_LENGTH = 10, 12  # 12 of 31 characters are 59 bits
TICKET_LASTS = timedelta(minutes=10)  # between the password and the second step
FAILURES = 5  # of the second step within the window of failures, wherever they come from
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that reads like something else

# How somebody showed who they are: at signing in, and as it is kept on a signature.
METHODS: dict[str, Any] = {
    "password": _l("登录密码"),
    "code": _l("邮件验证码"),
    "password+code": _l("登录密码和邮件验证码"),
    "password+totp": _l("登录密码和验证器动态码"),
    "password+recovery": _l("登录密码和恢复码"),
    "password+passkey": _l("登录密码和通行密钥"),
    "totp": _l("验证器动态码"),
    "recovery": _l("恢复码"),
    "passkey": _l("通行密钥"),
    "sso": _l("单点登录"),
    "sso+totp": _l("单点登录和验证器动态码"),
    "sso+recovery": _l("单点登录和恢复码"),
    "sso+passkey": _l("单点登录和通行密钥"),
}
FACTOR_NAMES: dict[str, Any] = {
    "totp": _l("验证器应用"),
    "passkey": _l("通行密钥"),
    "recovery": _l("恢复码"),
    "sso": _l("单点登录"),
    "all": _l("全部验证方式"),
}
ACTS = {
    "accounts:factor:add": _l("添加验证方式"),
    "accounts:factor:remove": _l("移除验证方式"),
    "accounts:factor:take": _l("移除他人的验证方式"),
    "accounts:factor:recovery": _l("生成恢复码"),
    "accounts:factor:fail": _l("第二步验证失败"),
    "accounts:factor:doubt": _l("通行密钥的计数器倒退"),
}
FIELDS = {"passkey": _l("通行密钥"), "factor": _l("验证方式"), "method": _l("身份核验"), "reason": _l("原因")}
VALUES = {"factor": FACTOR_NAMES, "method": METHODS}


def proofs(*, has_password: bool, has_factor: bool) -> tuple[str, ...]:
    """What is asked before a signature or a token: the password of whoever has one here, and the second factor of
    whoever has one. Who has neither signs in elsewhere: that must have been just now."""
    asked = (*(("password",) if has_password else ()), *(("second",) if has_factor else ()))
    return asked or ("session",)


def new_app_secret() -> str:
    """160 random bits as the base32 that authenticator apps read."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def app_address(secret: str, *, issuer: str, name: str) -> str:
    """The address in the QR code from which an authenticator app takes the secret."""
    about = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(name)}?{about}"


def step_of(instant: datetime) -> int:
    """The number of the half-minute."""
    return int(instant.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """The code of a half-minute: HOTP (RFC 4226) with SHA-1 over its number."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 15
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def spelled(typed: str) -> str:
    """A code as it is compared: full-width and other digits as ASCII, capitals, without blanks and hyphens."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain if c.isalnum())


def fitting_step(secret: str, typed: str, instant: datetime, *, after: int) -> int | None:
    """The half-minute whose code was typed: the present one, the one before or the next; None when it is wrong, or
    not later than the one that was used last (`after`). Spelling makes no other code of it."""
    now, wanted = step_of(instant), spelled(typed).encode()
    fitting = [
        step
        for step in range(now - DRIFT, now + DRIFT + 1)
        if hmac.compare_digest(code_of(secret, step).encode(), wanted)
    ]
    return next((step for step in fitting if step > after), None)


def new_recovery_code() -> str:
    """A recovery code as it is shown: three groups of four."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(RECOVERY_LENGTH))
    return "-".join(text[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4))


def looks_like_recovery(typed: str) -> bool:
    """True for what has the length of a recovery code rather than that of an app's code."""
    return len(spelled(typed)) == RECOVERY_LENGTH


def grouped(secret: str) -> str:
    """A secret in groups of four, to be typed into an app by hand."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
