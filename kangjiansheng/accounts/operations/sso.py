"""Single sign-on: an account is tied to one subject of the issuer, by its owner or by an administrator's leave."""

from collections.abc import Mapping
from typing import Any

from kangjiansheng.accounts import queries as accounts
from kangjiansheng.accounts.models import Account, SsoLink
from kangjiansheng.accounts.operations import factors, rights
from kangjiansheng.accounts.queries import sso as queries
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


def link(account: Account, issuer: str, subject: str, *, actor: Actor) -> SsoLink:
    """Tie an account to a subject. What is tied already stays with whom it is."""
    there = queries.by_subject(issuer, subject)
    if there is not None and there.account_id != account.id:
        raise RuleBroken("accounts:sso-taken")
    if queries.link_of(account.id, issuer) is not None:
        raise RuleBroken("accounts:sso-there")
    made = SsoLink(account_id=account.id, issuer=issuer, subject=subject, made_at=clock.now())
    db.session.add(made)
    account.sso_by_email = False
    db.session.flush()
    change = record(
        "accounts:sso:link",
        account,
        actor=actor,
        before={"issuer": None, "subject": None},
        after=made.state(),
    )
    factors.tell(account, "accounts:factor-added", change, factor="sso")
    return made


def unlink(account: Account, issuer: str, *, actor: Actor) -> None:
    """Take the tie away. Somebody without a password would have no way in and is refused."""
    found = queries.link_of(account.id, issuer)
    if found is None:
        raise RuleBroken("accounts:sso-none")
    if account.password_hash is None and account.person_id == actor.id:
        raise RuleBroken("accounts:sso-last")
    before = found.state()
    db.session.delete(found)
    db.session.flush()
    change = record(
        "accounts:sso:unlink", account, actor=actor, before=before, after={"issuer": None, "subject": None}
    )
    factors.tell(account, "accounts:factor-removed", change, factor="sso")


def unlink_own(account: Account, issuer: str, *, password: str, session_id: int, actor: Actor) -> None:
    """The owner takes the tie away, with the password."""
    factors.confirm(account, password, session_id)
    unlink(account, issuer, actor=actor)


def allow(account: Account, wanted: bool, *, actor: Actor) -> None:
    """An administrator lets the next single sign-on with the account's own, verified address tie it, once."""
    if account.sso_by_email == wanted:
        return
    rights.check_ways(actor=actor)
    before = {"sso_by_email": account.sso_by_email}
    account.sso_by_email = wanted
    record("accounts:sso:allow", account, actor=actor, before=before, after={"sso_by_email": wanted})


def account_for(issuer: str, claims: Mapping[str, Any]) -> Account:
    """Whose account opens for what the issuer says. An unknown subject opens the account of its verified address only
    where an administrator has given leave; nobody becomes an account by signing in."""
    subject = str(claims["sub"])
    found = queries.by_subject(issuer, subject)
    if found is None:
        email = claims.get("email")
        known = (
            accounts.account_by_email(str(email)) if email and claims.get("email_verified") is True else None
        )
        if known is None or known.disabled_at or not known.sso_by_email:
            raise RuleBroken("accounts:sso-unknown")
        found = link(known, issuer, subject, actor=Actor(known.person_id, known.person.name_hans))
    if found.account.disabled_at:
        raise RuleBroken("accounts:sso-unknown")
    found.used_at = clock.now()
    account: Account = found.account
    return account
