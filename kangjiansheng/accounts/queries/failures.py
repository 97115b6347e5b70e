"""Reading failed sign-ins off the trail, and what is slowed down off the counts of failures."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.rules import factors
from kangjiansheng.accounts.rules.failures import MOST, Failure, Lock
from kangjiansheng.core import clock, throttle
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db

_SECOND = "accounts:factor:fail"


def failures(days: int) -> list[Failure]:
    """What failed in the last days, newest first; no more than rules.failures.MOST."""
    query = (
        select(AuditEntry.thing_id, AuditEntry.after, AuditEntry.recorded_at, AuditEntry.act)
        .where(
            AuditEntry.act.in_(("accounts:session:fail", _SECOND)),
            AuditEntry.recorded_at > clock.now() - timedelta(days=days),
        )
        .order_by(AuditEntry.seq.desc())
        .limit(MOST)
    )
    return [
        Failure(account, str(after.get("from") or ""), at, act == _SECOND)
        for account, after, at, act in db.session.execute(query)
    ]


def locks() -> list[Lock]:
    """What is slowed down now, the last to end first."""
    rows = throttle.counted(window=rules.FAILURE_WINDOW)
    owners = _owners() if rows else {}
    found = [lock for row in rows if (lock := _lock(row, owners))]
    return sorted(found, key=lambda lock: lock.until, reverse=True)


def lock(*, actor: Actor, number: int) -> Lock | None:
    """One of them, for who decides on rights: nobody else learns that it is there."""
    found = locks() if actor.has("security") else []
    return next((one for one in found if one.id == number), None)


def _owners() -> dict[str, int]:
    """The account behind what each key names: an address's digest, an account, a person."""
    query = select(Account).options(joinedload(Account.person))
    found = {}
    for account in db.session.scalars(query):
        if account.person.email:
            found[rules.failure_key(account.person.email, "")] = account.id
        found[f"second:{account.id}"] = found[f"password:{account.id}"] = account.id
        found[f"signature:{account.person_id}"] = account.id
    return found


def _lock(row: throttle.Throttle, owners: dict[str, int]) -> Lock | None:
    kind, most = _kind(row.key)
    if not kind or row.failures < most:
        return None
    owned, address = row.key, ""
    if kind == "account":
        owned, address = row.key[: len(rules.failure_key("", ""))], row.key[len(rules.failure_key("", "")) :]
    elif kind == "address":
        address = row.key.removeprefix("sign-in:address:")
    until = row.since + rules.FAILURE_WINDOW
    return Lock(row.id, kind, owners.get(owned, 0), address, row.failures, until)


def _kind(key: str) -> tuple[str, int]:
    kinds = {
        "sign-in:account:": ("account", rules.FAILURES_PER_ACCOUNT),
        "sign-in:address:": ("address", rules.FAILURES_PER_ADDRESS),
        "second:": ("second", factors.FAILURES),
        "password:": ("again", rules.FAILURES_AT_SIGNING),
        "signature:": ("signing", rules.FAILURES_AT_SIGNING),
    }
    return next((found for start, found in kinds.items() if key.startswith(start)), ("", 0))


def accounts(ids: Collection[int]) -> dict[int, Account]:
    """Accounts by key, with their people."""
    query = select(Account).where(Account.id.in_(ids)).options(joinedload(Account.person))
    return {account.id: account for account in db.session.scalars(query)}
