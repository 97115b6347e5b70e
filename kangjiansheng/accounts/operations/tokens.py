"""Tokens of programs: made after their owner has shown once more who it is, used, revoked."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from kangjiansheng.accounts import queries, rules
from kangjiansheng.accounts.models import Account, ApiToken, Person
from kangjiansheng.accounts.operations import proving
from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.accounts.queries import tokens
from kangjiansheng.core import clock, throttle
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.proxies import origin


def make_token(
    person: Person, *, actor: Actor, name: str, scopes: Sequence[str], expires_on: date, given: Given
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown this once."""
    rules.check_token(scopes, expires_on, clock.today())
    if len(tokens.tokens_of(person.id)) >= rules.TOKENS_MOST:
        raise RuleBroken("accounts:token-many", most=rules.TOKENS_MOST)
    proving.prove(given, actor=actor)
    secret = rules.TOKEN_PREFIX + rules.new_secret()[0]
    token = ApiToken(
        person_id=person.id,
        name=name,
        start=secret[: rules.TOKEN_START],
        secret_sha256=rules.secret_digest(secret),
        scopes=list(scopes),
        made_at=clock.now(),
        expires_on=expires_on,
    )
    db.session.add(token)
    db.session.flush()
    record("accounts:token:make", token, actor=actor, before={}, after=token.facts())
    return token, secret


def revoke_token(token: ApiToken, *, actor: Actor) -> None:
    """The next request with it is refused."""
    token.revoked_at = clock.now()
    record("accounts:token:revoke", token, actor=actor, before={"revoked": False}, after={"revoked": True})


def revoke_all(account: Account, *, actor: Actor) -> None:
    """The tokens of an account end with it."""
    held = select(ApiToken).where(ApiToken.person_id == account.person_id, ApiToken.revoked_at.is_(None))
    for token in db.session.scalars(held):
        revoke_token(token, actor=actor)


def actor_of(token: ApiToken) -> Actor:
    """The person for whom a program acts by this token."""
    found = queries.actor_of(token.person)
    return Actor(found.id, found.label, found.roles, found.email, source="api", via=token.name)


def note_use(number: int, address: str) -> None:
    """Keep on which day, and from where, a token was last used."""
    token = db.session.get(ApiToken, number)
    if token:
        token.used_on, token.used_from = clock.today(), address


def _misses(address: str) -> str:
    return f"token:address:{origin(address)}"


def is_throttled(address: str) -> bool:
    """True when too many wrong tokens came from an address within the window."""
    return throttle.is_blocked(_misses(address), most=rules.WRONG_TOKENS, window=rules.FAILURE_WINDOW)


def count_miss(address: str) -> None:
    """A token from this address was none, or holds no longer."""
    throttle.count(_misses(address), window=rules.FAILURE_WINDOW)
