"""What changes in accounts: people, roles, links, passwords, sessions."""

import hmac
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from kangjiansheng.accounts import passwords, queries, rules
from kangjiansheng.accounts.models import Account, OneTimeLink, Person, SignedInSession
from kangjiansheng.accounts.operations import guesses, keys, rights
from kangjiansheng.accounts.operations.rights import grant_role as grant_role
from kangjiansheng.accounts.operations.rights import revoke_role as revoke_role
from kangjiansheng.core import clock, outbox, throttle
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.proxies import origin
from kangjiansheng.core.throttle import TooOften


def create_person(
    *,
    actor: Actor,
    name_hans: str,
    code: str = "",
    email: str | None = None,
    account: bool = True,
    **fields: Any,
) -> Person:
    """Register a person; with `account` also one to sign in with, which has no password yet.

    Without a code the next free `P-` number is taken.
    """
    email = (email or "").strip() or None
    code = code or _next_code()
    _check(code, email, needed=account)
    person = Person(code=code, name_hans=name_hans, email=email, **fields)
    db.session.add(person)
    db.session.flush()
    change = record("accounts:person:create", person, actor=actor, before={})
    if account:
        open_account(person, actor=actor, change=change)
    return person


def _next_code() -> str:
    taken = set(db.session.scalars(select(Person.code).where(Person.code.like("P-%"))))
    return next(code for n in range(1, len(taken) + 2) if (code := f"P-{n:04d}") not in taken)


def _check(code: str | None, email: str | None, *, needed: bool, besides: int = 0) -> None:
    if email:
        rules.check_email(email)
    elif needed:
        raise RuleBroken("accounts:email-needed", "email")
    if code:
        rules.check_code(code)
        if db.session.scalar(select(Person.id).where(Person.code == code, Person.id != besides)):
            raise RuleBroken("accounts:code-taken", "code", code=code)
    same = func.lower(Person.email) == (email or "").lower()
    if email and db.session.scalar(select(Person.id).where(same, Person.id != besides)):
        raise RuleBroken("accounts:email-taken", "email", email=email)


def open_account(person: Person, *, actor: Actor, change: ChangeSet | None = None) -> Account:
    """Give a person an account, without a password until the first link is used."""
    if person.account:
        raise RuleBroken("accounts:account-there")
    if not person.email:
        raise RuleBroken("accounts:email-needed", "email")
    account = Account(person_id=person.id)
    person.account = account
    db.session.flush()
    record("accounts:account:create", account, actor=actor, before={}, change=change)
    return account


def edit_person(person: Person, *, actor: Actor, version: int | None, **fields: Any) -> Person:
    """Change names, title, address or language of a person."""
    expect(person, version)
    before = person.state()
    if "email" in fields:
        fields["email"] = (fields["email"] or "").strip() or None
        if fields["email"] != person.email and rights.is_guarded(person):
            raise RuleBroken("accounts:rights-guarded", "email")
        _check(None, fields["email"], needed=person.account is not None, besides=person.id)
    for key, value in fields.items():
        setattr(person, key, value)
    change = record("accounts:person:edit", person, actor=actor, before=before)
    if person.account and before["email"] and (person.email or "").lower() != before["email"].lower():
        _moved(person, before["email"], change)
    return person


def _moved(person: Person, old: str, change: ChangeSet) -> None:
    """The address to which mails go is another one: links that went to the old one are over, what still waits goes to the
    new one, and the old one is told."""
    rights.end_links(person)
    outbox.readdress(old, person.email or "")
    facts = {"name": name_of(person, person.locale)}
    outbox.mail(old, "accounts:address-changed", facts, change=change, locale=person.locale)


def set_locale(person: Person, locale: str, *, actor: Actor) -> None:
    """Remember the language in which the person wants mails."""
    before = person.state()
    person.locale = locale
    record("accounts:person:edit", person, actor=actor, before=before)


def make_link(account: Account, purpose: str, *, actor: Actor, send: bool) -> str:
    """A one-time link for an invitation or a reset; returns its path. Older links of the account end."""
    if account.disabled_at:
        raise RuleBroken("accounts:account-stopped")
    if not send and not actor.has("system") and rights.is_guarded(account.person):
        raise RuleBroken("accounts:rights-guarded")
    now = clock.now()
    rights.end_links(account.person)
    secret, digest = rules.new_secret()
    link = OneTimeLink(
        purpose=purpose,
        secret_sha256=digest,
        account_id=account.id,
        expires_at=now + rules.LINK_LIFE[purpose],
    )
    db.session.add(link)
    db.session.flush()
    change = record("accounts:account:link", account, actor=actor, before={}, after={"purpose": purpose})
    path = f"/link/{secret}"
    if send and account.person.email:
        facts = {"name": name_of(account.person, account.person.locale)}
        outbox.mail(
            account.person.email,
            f"accounts:{purpose}",
            facts,
            change=change,
            locale=account.person.locale,
            address=path,
        )
    return path


def use_link(link: OneTimeLink, password: str, *, end_keys: bool = False) -> None:
    """Set the password through a one-time link; the link is used up, all sessions of the account end, on demand also what
    goes on without them."""
    _check_password(password, link.account.person)
    link.used_at = clock.now()
    _set_password(link.account, password, end_keys=end_keys)


def _check_password(password: str, person: Person) -> None:
    rules.check_password(password, email=person.email or "", names=queries.names_around(person))


def password_again(account: Account, password: str, field: str) -> None:
    """The password once more, of whoever is signed in; whoever holds the session guesses no oftener than elsewhere."""
    key = _guesses(account.id)
    if throttle.is_blocked(key, most=rules.FAILURES_AT_SIGNING, window=rules.FAILURE_WINDOW):
        raise RuleBroken("accounts:password-throttled", field)
    right = passwords.fits(password, account.password_hash)
    if not right or throttle.failed_meanwhile(
        key, most=rules.FAILURES_AT_SIGNING, window=rules.FAILURE_WINDOW
    ):
        raise RuleBroken("accounts:password-wrong", field)
    throttle.clear(key)


def count_guess(account_id: int, *, address: str) -> TooOften | None:
    """The password that was asked for once more was wrong: count it, and leave an entry."""
    failures = throttle.count(_guesses(account_id), window=rules.FAILURE_WINDOW)
    guesses.note(db.session.get_one(Account, account_id), address)
    return throttle.told(failures, most=rules.FAILURES_AT_SIGNING, window=rules.FAILURE_WINDOW)


def _guesses(account_id: int) -> str:
    return f"password:{account_id}"


def change_password(
    account: Account, old: str, new: str, *, keep_session: int | None, end_keys: bool = False
) -> None:
    """Change one's own password; all other sessions end, on demand also what goes on without them."""
    password_again(account, old, "old")
    _check_password(new, account.person)
    _set_password(account, new, keep_session=keep_session, end_keys=end_keys)


def _set_password(
    account: Account, password: str, *, keep_session: int | None = None, end_keys: bool = False
) -> None:
    person = account.person
    actor = Actor(person.id, person.name_hans)
    before = account.state()
    account.password_hash = passwords.make(password)
    account.password_changed_at = clock.now()
    rights.end_links(person)  # whoever still holds one would set another password
    change = record("accounts:account:password", account, actor=actor, before=before)
    end_sessions(account, besides=keep_session)
    if end_keys:
        keys.end(account, actor=actor)
    if person.email and (before["password_changed_at"] or _has_signed_in(account)):
        facts = {"name": name_of(person, person.locale)}
        outbox.mail(person.email, "accounts:password-changed", facts, change=change, locale=person.locale)


def _has_signed_in(account: Account) -> bool:
    """Whether somebody has come in before, without a password: a first one is then news to its owner."""
    query = select(SignedInSession.id).where(SignedInSession.account_id == account.id).limit(1)
    return db.session.scalar(query) is not None


def disable(account: Account, *, actor: Actor) -> None:
    """Stop an account at once: its sessions end with it."""
    if account.person_id == actor.id:
        raise RuleBroken("accounts:disable-own")
    rights.check_still_administers(actor=actor)
    rights.check_stoppable(account.person)
    before = account.state()
    account.disabled_at = clock.now()
    record("accounts:account:disable", account, actor=actor, before=before)
    end_sessions(account)
    rights.end_links(account.person)  # also for the day on which the account is let in again
    keys.end(account, actor=actor)


def enable(account: Account, *, actor: Actor) -> None:
    """Let a stopped account sign in again."""
    before = account.state()
    account.disabled_at = None
    record("accounts:account:enable", account, actor=actor, before=before)


def begin_session(account: Account, *, address: str, device: str, method: str = "password") -> str:
    """Open a session for who has shown who they are by a method; returns the key for the cookie."""
    _as_shown(account)
    key, digest = rules.new_secret()
    now = clock.now()
    session = SignedInSession(
        key_sha256=digest, account_id=account.id, created_at=now, last_seen_at=now, address=address[:40],
        device=device[:400], method=method,
    )  # fmt: skip
    db.session.add(session)
    db.session.flush()
    person = account.person
    record(
        "accounts:session:begin", session, actor=Actor(person.id, person.name_hans), before={},
        after={"address": session.address, "method": method},
    )  # fmt: skip
    throttle.clear(rules.failure_key(person.email or "", address))
    return key


def _as_shown(account: Account) -> None:
    """Refuse when the account was stopped, or its password or factors changed, since they were asked for: all sessions
    but one were ended then, and this one would come after."""
    known = (Account.password_changed_at, Account.second_since, Account.disabled_at)
    asked = select(*known).where(Account.id == account.id).with_for_update()
    shown = tuple(getattr(account, one.key) for one in known)
    if tuple(db.session.execute(asked).one()) != shown:
        raise Stale(account, 0)


def renew_key(session_id: int) -> str:
    """Let a session go on under a new key, which is returned for the cookie; a copy of the old one opens nothing."""
    key, digest = rules.new_secret()
    db.session.get_one(SignedInSession, session_id).key_sha256 = digest
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


def end_all_sessions(account: Account, *, actor: Actor) -> None:
    """End all sessions of somebody else's account, as when a device is lost, and what it may hold beside: tokens, webhooks,
    the calendar's address. The account stays open."""
    open_ones = select(func.count(SignedInSession.id)).where(
        SignedInSession.account_id == account.id, SignedInSession.ended_at.is_(None)
    )
    number = db.session.scalar(open_ones) or 0
    end_sessions(account)
    record(
        "accounts:session:end-all", account, actor=actor, before={"sessions": number}, after={"sessions": 0}
    )
    keys.end(account, actor=actor)


def ask_reset(account: Account | None, email: str, *, address: str) -> bool:
    """Somebody asks for a reset link; it is sent when the account is there. False: asked too often from here.

    More than a few a time for one account are swallowed: nobody's mailbox is filled by strangers.
    """
    by_address, by_email = (
        f"reset:address:{origin(address)}",
        f"reset:email:{rules.secret_digest(email.lower())[:32]}",
    )
    if throttle.is_blocked(by_address, most=rules.RESETS_PER_ADDRESS, window=rules.RESET_WINDOW):
        return False
    if throttle.count(by_address, window=rules.RESET_WINDOW) > rules.RESETS_PER_ADDRESS:
        return False
    swallowed = throttle.count(by_email, window=rules.RESET_WINDOW) > rules.RESETS_PER_EMAIL
    if account and not account.disabled_at and not swallowed:
        who = Actor(account.person_id, account.person.name_hans)
        make_link(account, "reset", actor=who, send=True)
    return True


def create_first_admin(*, actor: Actor, name_hans: str, email: str, password: str) -> Account:
    """The first administrator of an installation without demonstration, password and all."""
    if queries.has_admin():
        raise RuleBroken("accounts:admin-there")
    rules.check_password(password, email=email, names=[name_hans])
    person = create_person(actor=actor, name_hans=name_hans, email=email)
    grant_role(person, "admin", actor=actor)
    account = person.account
    if account is None:
        raise LookupError("a person created with an account must have one")
    _set_password(account, password)
    return account


def first_run_secret(folder: Path) -> str:
    """The secret of the first-run page, kept in the instance folder, which only the operator reads."""
    file = folder / "first_run"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(rules.new_secret()[0], "utf-8")
    return file.read_text("utf-8").strip()


def is_first_run(folder: Path, secret: str) -> bool:
    """True when the secret is the installation's and nobody administers it yet."""
    file = folder / "first_run"
    if not file.exists() or queries.has_admin():
        return False
    return hmac.compare_digest(file.read_text("utf-8").strip().encode(), secret.encode())


def retry_mail(mail: outbox.Outbox, *, actor: Actor) -> None:
    """Put a mail that was kept or given up back into the queue."""
    if mail.state not in ("kept", "failed") or outbox.holds_secret(mail):
        raise RuleBroken("accounts:mail-not-again")
    before = {"state": mail.state}
    mail.state, mail.attempts, mail.due_at = "waiting", 0, clock.now()
    record("accounts:mail:retry", mail, actor=actor, before=before, after={"state": mail.state})


def note_export(person: Person, rows: int, *, actor: Actor) -> None:
    """Leave in the trail that somebody took a copy of it away."""
    record("accounts:audit:export", person, actor=actor, before={}, after={"rows": rows},
           change=begin(actor=actor))  # fmt: skip
