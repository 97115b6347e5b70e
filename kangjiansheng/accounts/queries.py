"""Reading people, accounts and sessions."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import SYSTEM, Account, OneTimeLink, Person, SignedInSession, SystemRole
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def holds_on(row: Any, day: date) -> ColumnElement[bool]:
    """The condition that a membership (valid_from, valid_to) holds on a day."""
    return (row.valid_from <= day) & (or_(row.valid_to.is_(None), row.valid_to >= day))


def actor_of(person: Person) -> Actor:
    """The person as an actor, with the roles that hold today."""
    today = clock.today()
    roles = {r.role for r in person.roles if r.valid_from <= today and (r.valid_to is None or r.valid_to >= today)}
    return Actor(person.id, person.name_hans, frozenset(roles), person.email or "")


def system_actor() -> Actor:
    """The person `system`, as whom commands and jobs act."""
    person = db.session.scalar(select(Person).where(Person.code == SYSTEM))
    if person is None:
        raise LookupError("the person 'system' is missing: run `kangjiansheng db upgrade`")
    return Actor(person.id, person.name_hans, frozenset({"system"}))


def actor_by_email(email: str) -> Actor | None:
    """The person with this address as an actor, when the account is active."""
    account = account_by_email(email)
    return actor_of(account.person) if account and not account.disabled_at else None


def account_by_email(email: str) -> Account | None:
    """The account under an e-mail address, upper or lower case alike."""
    query = (
        select(Account)
        .join(Account.person)
        .where(func.lower(Person.email) == email.strip().lower())
        .options(joinedload(Account.person).selectinload(Person.roles))
    )
    return db.session.scalar(query)


def session_by_key(key: str) -> SignedInSession | None:
    """The open session under a cookie's key, with account, person and roles; two statements."""
    query = (
        select(SignedInSession)
        .where(SignedInSession.key_sha256 == rules.secret_digest(key), SignedInSession.ended_at.is_(None))
        .options(
            joinedload(SignedInSession.account).joinedload(Account.person).selectinload(Person.roles),
        )
    )
    found = db.session.scalar(query)
    if found is None or found.account.disabled_at:
        return None
    over = rules.session_is_over(found.created_at, found.last_seen_at, clock.now())
    return None if over else found


def sessions_of(account_id: int) -> list[SignedInSession]:
    """The open sessions of an account, newest first."""
    query = select(SignedInSession).where(
        SignedInSession.account_id == account_id, SignedInSession.ended_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(SignedInSession.last_seen_at.desc())))


def link_by_secret(secret: str) -> OneTimeLink | None:
    """The unused, unexpired link under a secret."""
    query = (
        select(OneTimeLink)
        .where(OneTimeLink.secret_sha256 == rules.secret_digest(secret), OneTimeLink.used_at.is_(None))
        .options(joinedload(OneTimeLink.account).joinedload(Account.person))
    )
    found = db.session.scalar(query)
    return found if found and found.expires_at > clock.now() and not found.account.disabled_at else None


def own_account(*, actor: Actor) -> Account | None:
    """The actor's own account."""
    return db.session.scalar(
        select(Account).where(Account.person_id == actor.id).options(joinedload(Account.person))
    )


def people(*, search: str = "") -> list[Person]:
    """People, for administrators: with accounts and roles; `search` finds names and addresses."""
    query = select(Person).where(Person.code != SYSTEM).options(joinedload(Person.account), selectinload(Person.roles))
    if search:
        like = f"%{search.replace('%', '').replace('_', '')}%"
        query = query.where(
            or_(Person.name_hans.ilike(like), Person.name_en.ilike(like), Person.email.ilike(like))
        )
    return list(db.session.scalars(query.order_by(Person.code)).unique())


def person(*, actor: Actor, code: str) -> Person | None:
    """A person by code, for administrators."""
    query = (
        select(Person)
        .where(Person.code == code, Person.code != SYSTEM)
        .options(joinedload(Person.account), selectinload(Person.roles))
    )
    return db.session.scalar(query)


def names(ids: set[int]) -> dict[int, Person]:
    """People by id, for labels."""
    return {p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def has_admin() -> bool:
    """True once somebody administers the installation."""
    return db.session.scalar(select(SystemRole.id).where(SystemRole.role == "admin").limit(1)) is not None
