"""Somebody who is slowed down after too many failures is let try again at once."""

from kangjiansheng.accounts.operations import NoAccount
from kangjiansheng.accounts.queries import account_by_id
from kangjiansheng.accounts.rules.failures import Lock
from kangjiansheng.core import throttle
from kangjiansheng.core.changes import Actor, begin, record


def release(lock: Lock, *, actor: Actor) -> None:
    """Forget the failures behind a lock."""
    throttle.clear_row(lock.id)
    thing = account_by_id(lock.account_id) or NoAccount()
    record(
        "accounts:lock:release", thing, actor=actor, before={"failures": lock.failures},
        after={"failures": 0, "lock": lock.kind, "from": lock.address}, change=begin(actor=actor),
    )  # fmt: skip
