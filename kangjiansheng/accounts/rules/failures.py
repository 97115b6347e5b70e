"""Sign-ins that failed, and who is slowed down because of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

ACTS = {"accounts:lock:release": _l("解除登录限制")}
FIELDS = {"lock": _l("限制"), "failures": _l("失败次数")}
# What is slowed down: guesses at an account from one address, all guesses from an address, the second step of an account,
# the password that is asked for once more, and passwords and codes at signing.
LOCKS: dict[str, Any] = {
    "account": _l("此账号从此地址登录"),
    "address": _l("此地址的全部登录"),
    "second": _l("此账号的第二步验证"),
    "again": _l("此账号再次输入密码"),
    "signing": _l("此人签署时的验证"),
}
VALUES = {"lock": LOCKS}
DAYS = (1, 7, 30)
MOST = 5000  # entries of the trail that are counted, the newest


@dataclass(frozen=True, slots=True)
class Failure:
    """One entry of the trail: an account (0: nobody's), where from, when, and whether the password was right."""

    account_id: int
    address: str
    at: datetime
    second: bool


@dataclass(frozen=True, slots=True)
class Lock:
    """Something that is slowed down until an instant."""

    id: int
    kind: str  # of LOCKS
    account_id: int  # 0: of no account, or of an address that nobody has
    address: str
    failures: int
    until: datetime


@dataclass(slots=True)
class Heap:
    """Failures that belong together."""

    account_id: int
    address: str
    count: int = 0
    second: int = 0
    others: int = 0  # different addresses of an account, or accounts of an address
    first: datetime | None = None
    last: datetime | None = None


def heaped(failures: Iterable[Failure], by: str) -> list[Heap]:
    """Failures (newest first) by account or by address, the most first."""
    found: dict[Any, Heap] = {}
    others: dict[Any, set[Any]] = {}
    for one in failures:
        by_account = by == "account"
        key, other = (one.account_id, one.address) if by_account else (one.address, one.account_id)
        heap = found.setdefault(
            key, Heap(one.account_id if by_account else 0, "" if by_account else one.address)
        )
        others.setdefault(key, set()).add(other)
        heap.count, heap.second, heap.first = heap.count + 1, heap.second + one.second, one.at
        heap.last = heap.last or one.at
        heap.others = len(others[key])
    return sorted(found.values(), key=lambda heap: (-heap.count, heap.account_id, heap.address))
