"""Before a signature: the password once more, and the second factor. Mistakes are counted per person, on whatever they sign."""

from sqlalchemy import select

from kangjiansheng.accounts import passwords, rules
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.operations import factors
from kangjiansheng.accounts.operations.factors import Shown
from kangjiansheng.core import throttle
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def account_of(*, actor: Actor) -> Account | None:
    """The actor's account, when it is active."""
    query = select(Account).where(Account.person_id == actor.id, Account.disabled_at.is_(None))
    return db.session.scalar(query)


def fits(password: str, *, actor: Actor) -> bool:
    """Whether the password is the actor's."""
    account = account_of(actor=actor)
    return passwords.fits(password, account.password_hash if account else None)


def has_second(*, actor: Actor) -> bool:
    """Whether the actor has a second factor, which is then asked for at every signature."""
    account = account_of(actor=actor)
    return account is not None and account.second_since is not None


def second(shown: Shown, *, actor: Actor) -> str:
    """Check the second factor and use it up; returns what it was, nothing for who has none."""
    account = account_of(actor=actor)
    return factors.prove(account, shown) if account and account.second_since else ""


def is_throttled(person_id: int) -> bool:
    """True when what was typed at signing was wrong too often."""
    return throttle.is_blocked(_key(person_id), most=rules.FAILURES_AT_SIGNING, window=rules.FAILURE_WINDOW)


def count(person_id: int) -> None:
    """What was typed at signing was wrong."""
    throttle.count(_key(person_id), window=rules.FAILURE_WINDOW)


def clear(person_id: int) -> None:
    """It was right."""
    throttle.clear(_key(person_id))


def _key(person_id: int) -> str:
    return f"signature:{person_id}"
