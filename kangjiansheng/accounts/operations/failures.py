"""Sign-ins that failed are counted; who is slowed down after too many is let try again at once."""

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.queries import account_by_id
from kangjiansheng.accounts.rules.failures import Lock
from kangjiansheng.core import throttle
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.proxies import origin
from kangjiansheng.core.throttle import TooOften


def release(lock: Lock, *, actor: Actor) -> None:
    """Forget the failures behind a lock."""
    throttle.clear_row(lock.id)
    thing = account_by_id(lock.account_id) or NoAccount()
    record(
        "accounts:lock:release", thing, actor=actor, before={"failures": lock.failures},
        after={"failures": 0, "lock": lock.kind, "from": lock.address}, change=begin(actor=actor),
    )  # fmt: skip


def count_failure(account: Account | None, email: str, *, address: str, actor: Actor) -> TooOften | None:
    """A sign-in failed: count it for the address typed and the one it came from, and leave an audit entry.

    An unknown address leaves an entry as well, without what was typed: it may be a password.
    """
    failures = {
        key: throttle.count(key, window=rules.FAILURE_WINDOW) for key, _most in _counts(email, address)
    }
    thing = account or NoAccount()
    record("accounts:session:fail", thing, actor=actor, before={}, after={"from": address},
           change=begin(actor=actor))  # fmt: skip
    answers = (
        throttle.told(failures[key], most=most, window=rules.FAILURE_WINDOW)
        for key, most in _counts(email, address)
    )
    return next(filter(None, answers), None)


class NoAccount:
    """The thing of a failed sign-in under an address that nobody has."""

    __tablename__ = "account"
    id = 0


def is_throttled(email: str, address: str) -> bool:
    """True when this address failed too often within the window, with this account or with any."""
    return any(
        throttle.is_blocked(key, most=most, window=rules.FAILURE_WINDOW)
        for key, most in _counts(email, address)
    )


def meanwhile(email: str, address: str) -> bool:
    """The password is right, but too many were wrong by now: it is treated as one of them."""
    return any(
        throttle.failed_meanwhile(key, most=most, window=rules.FAILURE_WINDOW)
        for key, most in _counts(email, address)
    )


def _counts(email: str, address: str) -> tuple[tuple[str, int], ...]:
    """What failures of a sign-in are counted under, each with how many there may be."""
    return (
        (f"sign-in:address:{origin(address)}", rules.FAILURES_PER_ADDRESS),
        (rules.failure_key(email, address), rules.FAILURES_PER_ACCOUNT),
    )
