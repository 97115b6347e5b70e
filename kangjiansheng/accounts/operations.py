"""What changes in accounts: people, roles, links, passwords, sessions."""

from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from kangjiansheng.accounts import passwords, rules
from kangjiansheng.accounts.models import Account, OneTimeLink, Person, SignedInSession, SystemRole
from kangjiansheng.core import clock, outbox, throttle
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken


def create_person(
    *, actor: Actor, code: str, name_hans: str, email: str | None = None, account: bool = True, **fields: Any
) -> Person:
    """Register a person; with `account` also one to sign in with, which has no password yet."""
    email = (email or "").strip() or None
    _check_free(code, email)
    person = Person(code=code, name_hans=name_hans, email=email, **fields)
    db.session.add(person)
    db.session.flush()
    change = record("accounts:person:create", person, actor=actor, before={})
    if account:
        person.account = Account(person_id=person.id)
        db.session.flush()
        record("accounts:account:create", person.account, actor=actor, before={}, change=change)
    return person


def _check_free(code: str | None, email: str | None, besides: int = 0) -> None:
    if code and db.session.scalar(select(Person.id).where(Person.code == code, Person.id != besides)):
        raise RuleBroken("accounts:code-taken", "code", code=code)
    same = func.lower(Person.email) == (email or "").lower()
    if email and db.session.scalar(select(Person.id).where(same, Person.id != besides)):
        raise RuleBroken("accounts:email-taken", "email", email=email)


def edit_person(person: Person, *, actor: Actor, version: int | None, **fields: Any) -> Person:
    """Change names, title, address or language of a person."""
    expect(person, version)
    before = person.state()
    fields["email"] = (fields.get("email") or "").strip() or None
    _check_free(None, fields["email"], besides=person.id)
    for key, value in fields.items():
        setattr(person, key, value)
    record("accounts:person:edit", person, actor=actor, before=before)
    return person


def set_locale(person: Person, locale: str, *, actor: Actor) -> None:
    """Remember the language in which the person wants mails."""
    before = person.state()
    person.locale = locale
    record("accounts:person:edit", person, actor=actor, before=before)


def grant_role(person: Person, role: str, *, actor: Actor, valid_from: date | None = None) -> SystemRole:
    """Give a system role from a day on (today when none is named)."""
    rules.check_role(role)
    today = clock.today()
    if any(r.role == role and (r.valid_to is None or r.valid_to >= today) for r in person.roles):
        raise RuleBroken("accounts:role-held", "role", role=role)
    row = SystemRole(role=role, valid_from=valid_from or today)
    person.roles.append(row)
    db.session.flush()
    record("accounts:role:grant", person, actor=actor, before={"role": None}, after={"role": role})
    return row


def revoke_role(person: Person, role: str, *, actor: Actor) -> None:
    """End a system role as of yesterday: it no longer holds at the next request."""
    if role == "admin" and person.id == actor.id:
        raise RuleBroken("accounts:role-own", "role")
    for row in person.roles:
        if row.role == role and (row.valid_to is None or row.valid_to >= clock.today()):
            row.valid_to = date.fromordinal(clock.today().toordinal() - 1)
            record("accounts:role:revoke", person, actor=actor, before={"role": role}, after={"role": None})


def make_link(account: Account, purpose: str, *, actor: Actor, send: bool) -> str:
    """A one-time link for an invitation or a reset; returns its path. Older links of the account end."""
    now = clock.now()
    db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.account_id == account.id, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
    )
    secret, digest = rules.new_secret()
    link = OneTimeLink(
        purpose=purpose, secret_sha256=digest, account_id=account.id, expires_at=now + rules.LINK_LIFE[purpose]
    )
    db.session.add(link)
    db.session.flush()
    change = record(
        "accounts:account:link", account, actor=actor, before={"purpose": None}, after={"purpose": purpose}
    )
    path = f"/link/{secret}"
    if send and account.person.email:
        facts = {"name": account.person.name_hans}
        outbox.mail(
            account.person.email,
            f"accounts:{purpose}",
            facts,
            change=change,
            locale=account.person.locale,
            address=path,
        )
    return path


def use_link(link: OneTimeLink, password: str) -> None:
    """Set the password through a one-time link; the link is used up, all sessions of the account end."""
    rules.check_password(password, email=link.account.person.email or "")
    link.used_at = clock.now()
    _set_password(link.account, password)


def change_password(account: Account, old: str, new: str, *, keep_session: int | None) -> None:
    """Change one's own password; all other sessions end."""
    if not passwords.fits(old, account.password_hash):
        raise RuleBroken("accounts:password-wrong", "old")
    rules.check_password(new, email=account.person.email or "")
    _set_password(account, new, keep_session=keep_session)


def _set_password(account: Account, password: str, *, keep_session: int | None = None) -> None:
    person = account.person
    actor = Actor(person.id, person.name_hans)
    before = account.state()
    account.password_hash = passwords.make(password)
    account.password_changed_at = clock.now()
    change = record("accounts:account:password", account, actor=actor, before=before)
    end_sessions(account, besides=keep_session)
    if person.email and before["password_changed_at"]:
        facts = {"name": person.name_hans}
        outbox.mail(person.email, "accounts:password-changed", facts, change=change, locale=person.locale)


def disable(account: Account, *, actor: Actor) -> None:
    """Stop an account at once: its sessions end with it."""
    if account.person_id == actor.id:
        raise RuleBroken("accounts:disable-own")
    before = account.state()
    account.disabled_at = clock.now()
    record("accounts:account:disable", account, actor=actor, before=before)
    end_sessions(account)


def enable(account: Account, *, actor: Actor) -> None:
    """Let a stopped account sign in again."""
    before = account.state()
    account.disabled_at = None
    record("accounts:account:enable", account, actor=actor, before=before)


def begin_session(account: Account, *, address: str, device: str) -> str:
    """Open a session after the password was right; returns the key for the cookie."""
    key, digest = rules.new_secret()
    now = clock.now()
    session = SignedInSession(
        key_sha256=digest, account_id=account.id, created_at=now, last_seen_at=now, address=address[:40],
        device=device[:400],
    )  # fmt: skip
    db.session.add(session)
    db.session.flush()
    person = account.person
    record(
        "accounts:session:begin", session, actor=Actor(person.id, person.name_hans), before={},
        after={"address": session.address},
    )  # fmt: skip
    throttle.clear(account_key(account.id, address))
    return key


def end_session(session: SignedInSession, *, actor: Actor) -> None:
    """End one session at the server."""
    session.ended_at = clock.now()
    record("accounts:session:end", session, actor=actor, before={"ended": False}, after={"ended": True})


def end_sessions(account: Account, *, besides: int | None = None) -> None:
    """End all sessions of an account but the one named."""
    query = update(SignedInSession).where(
        SignedInSession.account_id == account.id,
        SignedInSession.ended_at.is_(None),
        SignedInSession.id != (besides or 0),
    )
    db.session.execute(query.values(ended_at=clock.now()))


def account_key(account_id: int, address: str) -> str:
    """The throttle's key of an account, per address: a stranger's guesses do not lock its owner out."""
    return f"sign-in:account:{account_id}:{address}"


def count_failure(account_id: int | None, address: str, actor: Actor) -> None:
    """A sign-in failed: count it for the account and the address, and leave an audit entry."""
    throttle.count(f"sign-in:address:{address}", window=rules.FAILURE_WINDOW)
    if account_id is not None:
        throttle.count(account_key(account_id, address), window=rules.FAILURE_WINDOW)
        account = db.session.get_one(Account, account_id)
        record("accounts:session:fail", account, actor=actor, before={"from": None}, after={"from": address},
               change=begin(actor=actor))  # fmt: skip


def is_throttled(account_id: int | None, address: str) -> bool:
    """True when account or address failed too often within the window."""
    by_address = throttle.is_blocked(
        f"sign-in:address:{address}", most=rules.FAILURES_PER_ADDRESS, window=rules.FAILURE_WINDOW
    )
    return by_address or (
        account_id is not None
        and throttle.is_blocked(
            account_key(account_id, address), most=rules.FAILURES_PER_ACCOUNT, window=rules.FAILURE_WINDOW
        )
    )
