"""Before a signature or a token: the password once more, the second factor, or a sign-in of just now. Mistakes are counted
per person, on whatever they sign."""

from dataclasses import dataclass

from sqlalchemy import select

from kangjiansheng.accounts import passwords, rules
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.operations import factors, guesses
from kangjiansheng.accounts.operations.factors import NOTHING, Shown
from kangjiansheng.accounts.rules.factors import proofs
from kangjiansheng.core import throttle
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.throttle import TooOften

SECOND_WRONG = ("accounts:second-wrong", "accounts:recovery-wrong")
MISTAKES = ("accounts:password-wrong", *SECOND_WRONG)  # what is counted


@dataclass(frozen=True)
class Given:
    """What somebody gave to show who they are; a program has no session."""

    password: str = ""
    shown: Shown = NOTHING
    session_id: int | None = None


def account_of(*, actor: Actor) -> Account | None:
    """The actor's account, when it is active."""
    query = select(Account).where(Account.person_id == actor.id, Account.disabled_at.is_(None))
    return db.session.scalar(query)


def fits(password: str, *, actor: Actor) -> bool:
    """Whether the password is the actor's; also no, when too much was wrong meanwhile."""
    account = account_of(actor=actor)
    right = passwords.fits(password, account.password_hash if account else None)
    return right and not failed_meanwhile(actor.id)


def asked(account: Account | None) -> tuple[str, ...]:
    """What somebody with this account has to give: see `proofs`."""
    return proofs(
        has_password=account is not None and account.password_hash is not None,
        has_factor=account is not None and account.second_since is not None,
    )


def prove(given: Given, *, actor: Actor) -> str:
    """Check what was given, and use it up; returns the method as it is written on a signature."""
    account = account_of(actor=actor)
    needed = asked(account)
    if account is None:
        raise RuleBroken("accounts:session-old")
    ways = []
    if "password" in needed:
        if not given.password:
            raise RuleBroken("accounts:password-needed", "password")
        if not fits(given.password, actor=actor):
            raise RuleBroken("accounts:password-wrong", "password")
        ways.append("password")
    if "session" in needed:
        ways.append(factors.fresh(account, given.session_id))
    if "second" in needed:
        ways.append(second(given.shown, actor=actor, alone="password" not in needed))
    clear(actor.id)
    return "+".join(ways)


def second(shown: Shown, *, actor: Actor, alone: bool) -> str:
    """Check the second factor and use it up; returns what it was, nothing for who has none."""
    account = account_of(actor=actor)
    if account is None or account.second_since is None:
        return ""
    way = factors.prove(account, shown, alone=alone)
    if shown.passkey is None and failed_meanwhile(actor.id):
        raise RuleBroken("accounts:second-wrong", "code")
    return way


def is_throttled(person_id: int) -> bool:
    """True when what was typed at signing was wrong too often."""
    return throttle.is_blocked(_key(person_id), most=rules.FAILURES_AT_SIGNING, window=rules.FAILURE_WINDOW)


def failed_meanwhile(person_id: int) -> bool:
    """What was typed is right, but too much was wrong by now: it is treated as wrong."""
    most, window = rules.FAILURES_AT_SIGNING, rules.FAILURE_WINDOW
    return throttle.failed_meanwhile(_key(person_id), most=most, window=window)


def count(person_id: int) -> TooOften | None:
    """What was typed at signing was wrong; returns the answer when it is one too many."""
    failures = throttle.count(_key(person_id), window=rules.FAILURE_WINDOW)
    return throttle.told(failures, most=rules.FAILURES_AT_SIGNING, window=rules.FAILURE_WINDOW)


def count_failure(person_id: int, *, address: str) -> TooOften | None:
    """What was typed before a token, a webhook or a disposal was wrong: count it, and leave an entry."""
    too_often = count(person_id)
    account = db.session.scalar(select(Account).where(Account.person_id == person_id))
    if account is not None:
        guesses.note(account, address)
    return too_often


def clear(person_id: int) -> None:
    """It was right."""
    throttle.clear(_key(person_id))


def _key(person_id: int) -> str:
    return f"signature:{person_id}"
