"""Second factors: enrolled, shown, removed. A code counts once, in whatever spelling."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts import operations, passwords, rules
from kangjiansheng.accounts.models import Account, AuthenticatorApp, Passkey, RecoveryCode, SignedInSession
from kangjiansheng.accounts.operations import passkeys
from kangjiansheng.accounts.operations.passkeys import Answer
from kangjiansheng.accounts.queries import factors as queries
from kangjiansheng.accounts.rules import factors as facts
from kangjiansheng.core import clock, outbox, throttle
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.sealing import seal
from kangjiansheng.core.throttle import TooOften


@dataclass(frozen=True)
class Shown:
    """What somebody gave as a second factor."""

    code: str = ""
    passkey: Answer | None = None


NOTHING = Shown()


def confirm(account: Account, password: str, session_id: int) -> None:
    """The owner once more, before the ways to sign in change: by the password, or for who has none here by having
    signed in just now. Of two pages at once the second waits, and sees what the first has changed."""
    db.session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    db.session.refresh(account)
    if account.password_hash is None:
        fresh(account, session_id)
        return
    if not password:
        raise RuleBroken("accounts:password-needed", "password")
    operations.password_again(account, password, "password")


def fresh(account: Account, session_id: int | None) -> str:
    """How the owner has signed in just now; refused when that is longer ago, and for a program, which never does."""
    session = db.session.get(SignedInSession, session_id) if session_id is not None else None
    old = clock.now() - facts.TICKET_LASTS
    if session is None or session.account_id != account.id or session.created_at < old:
        raise RuleBroken("accounts:session-old")
    return session.method


def enrol_app(
    account: Account, secret: str, code: str, *, password: str, keep_session: int, actor: Actor
) -> list[str]:
    """Take an authenticator app on with its first right code; returns the recovery codes, if there were none."""
    confirm(account, password, keep_session)
    if queries.app_of(account.id):
        raise RuleBroken("accounts:app-there")
    step = facts.fitting_step(secret, code, clock.now(), after=0)
    if step is None:
        raise RuleBroken("accounts:second-wrong", "code")
    now = clock.now()
    sealed = seal(secret, queries.PURPOSE, account.id)
    db.session.add(AuthenticatorApp(account_id=account.id, secret=sealed, last_step=step, made_at=now))
    added(account, "totp", keep_session=keep_session, actor=actor)
    return [] if queries.of(account).recovery else _new_codes(account)


def added(account: Account, factor: str, *, keep_session: int, actor: Actor) -> None:
    """A factor was added: the other sessions end, and the owner is told by mail."""
    account.second_since = account.second_since or clock.now()
    db.session.flush()
    change = record(
        "accounts:factor:add", account, actor=actor, before={"factor": None}, after={"factor": factor}
    )
    operations.end_sessions(account, besides=keep_session)
    tell(account, "accounts:factor-added", change, factor=factor)


def enrol_passkey(
    account: Account, name: str, answer: Answer, *, password: str, keep_session: int, actor: Actor
) -> list[str]:
    """Take a passkey on; returns the recovery codes, if there were none."""
    confirm(account, password, keep_session)
    passkeys.add(account, name, answer)
    added(account, "passkey", keep_session=keep_session, actor=actor)
    return [] if queries.of(account).recovery else _new_codes(account)


def remove_passkey(passkey: Passkey, *, password: str, shown: Shown, keep_session: int, actor: Actor) -> None:
    """Give a passkey up; asks for the password and for a second factor, which may be the same."""
    account = passkey.account
    confirm(account, password, keep_session)
    prove(account, shown)
    passkeys.forget(passkey)
    removed(account, "passkey", keep_session=keep_session, actor=actor)


def remove_app(account: Account, *, password: str, shown: Shown, keep_session: int, actor: Actor) -> None:
    """Give the app up; asks for the password and for a second factor."""
    confirm(account, password, keep_session)
    if queries.app_of(account.id) is None:
        raise RuleBroken("accounts:app-none")
    prove(account, shown)
    _delete(AuthenticatorApp, account)
    removed(account, "totp", keep_session=keep_session, actor=actor)


def removed(account: Account, factor: str, *, keep_session: int, actor: Actor) -> None:
    """A factor was removed by its owner. Recovery codes go with the last one: they stand in for a factor."""
    db.session.flush()
    if not queries.of(account).kinds:
        _forget(account)
    change = record(
        "accounts:factor:remove", account, actor=actor, before={"factor": factor}, after={"factor": None}
    )
    operations.end_sessions(account, besides=keep_session)
    tell(account, "accounts:factor-removed", change, factor=factor)


def take_away(account: Account, reason: str, *, actor: Actor) -> None:
    """An administrator removes all factors of somebody else who has lost them: the sessions end, the owner is told."""
    if account.person_id == actor.id:
        raise RuleBroken("accounts:factors-own")
    if account.second_since is None:
        raise RuleBroken("accounts:factors-none")
    if not reason.strip():
        raise RuleBroken("accounts:reason-missing", "reason")
    _forget(account)
    change = record(
        "accounts:factor:take", account, actor=actor, before={"factor": "all"}, after={"factor": None, "reason": reason},
        note=reason,
    )  # fmt: skip
    operations.end_all_sessions(account, actor=actor)
    tell(account, "accounts:factors-taken", change, reason=reason)


def drop_passkeys(account: Account, *, actor: Actor) -> None:
    """The passkeys go, of which each lets somebody in alone; recovery codes go with the last factor."""
    if not queries.of(account).passkeys:
        return
    _delete(Passkey, account)
    if not queries.of(account).kinds:
        _forget(account)
    record("accounts:factor:take", account, actor=actor, before={"factor": "passkey"}, after={"factor": None})


def _forget(account: Account) -> None:
    for kind in (AuthenticatorApp, Passkey, RecoveryCode):
        _delete(kind, account)
    account.second_since = None
    db.session.flush()


def _delete(kind: Any, account: Account) -> None:
    for row in db.session.scalars(select(kind).where(kind.account_id == account.id).order_by(kind.id)):
        db.session.delete(row)
    db.session.flush()


def renew_codes(
    account: Account, *, password: str, shown: Shown, keep_session: int, actor: Actor
) -> list[str]:
    """New recovery codes; the old ones are good no longer. Asks for the password and for a second factor."""
    confirm(account, password, keep_session)
    prove(account, shown)
    codes = _new_codes(account)
    change = record("accounts:factor:recovery", account, actor=actor, before={}, after={"factor": "recovery"})
    tell(account, "accounts:factor-added", change, factor="recovery")
    return codes


def _new_codes(account: Account) -> list[str]:
    codes = [facts.new_recovery_code() for _ in range(facts.RECOVERY_CODES)]
    _delete(RecoveryCode, account)
    salt = secrets.token_hex(16)
    db.session.add_all(
        RecoveryCode(account_id=account.id, salt=salt, digest=passwords.derive(facts.spelled(code), salt))
        for code in codes
    )
    db.session.flush()
    return codes


def prove(account: Account, shown: Shown, *, alone: bool = False) -> str:
    """Check a second factor and use it up; returns what it was: totp, recovery or passkey. Nobody guesses a passkey:
    it works while codes are stopped. A touch of one is not enough where nothing else is asked for (`alone`)."""
    if shown.passkey:
        passkeys.use(shown.passkey, account=account, alone=alone)
        return "passkey"
    if not shown.code.strip():
        raise RuleBroken("accounts:second-missing", "code")
    if is_throttled(account.id):
        raise RuleBroken("accounts:second-throttled")
    recovery = facts.looks_like_recovery(shown.code)
    right = _use_recovery(account, shown.code) if recovery else _use_app(account, shown.code)
    most, window = facts.FAILURES, rules.FAILURE_WINDOW
    if not right or throttle.failed_meanwhile(_key(account.id), most=most, window=window):
        raise RuleBroken("accounts:recovery-wrong" if recovery else "accounts:second-wrong", "code")
    throttle.clear(_key(account.id))
    return "recovery" if recovery else "totp"


def _use_app(account: Account, code: str) -> bool:
    app = queries.app_of(account.id, lock=True)
    secret = queries.secret_of(app) if app else None
    if app is None or secret is None:
        return False
    step = facts.fitting_step(secret, code, clock.now(), after=app.last_step)
    if step is None:
        return False
    app.last_step, app.used_at = step, clock.now()
    return True


def _use_recovery(account: Account, code: str) -> bool:
    left = queries.recovery_codes(account.id)
    if not left:
        return False
    digest = passwords.derive(facts.spelled(code), left[0].salt)
    found = [row for row in left if hmac.compare_digest(row.digest, digest)]
    for row in found:
        row.used_at = clock.now()
        tell(
            account,
            "accounts:recovery-used",
            f"recovery-code-{row.id}-{row.used_at.isoformat()}",
            left=len(left) - 1,
        )
    return bool(found)


def is_throttled(account_id: int) -> bool:
    """True when the second step was wrong too often. It comes after the right password, so it counts wherever it
    is tried from."""
    return throttle.is_blocked(_key(account_id), most=facts.FAILURES, window=rules.FAILURE_WINDOW)


def count_failure(account_id: int, *, address: str) -> TooOften | None:
    """A second factor was wrong: count it, leave an entry, and tell the owner when it was one too many: somebody
    knows the password. Returns the answer when there were too many before."""
    failures = throttle.count(_key(account_id), window=rules.FAILURE_WINDOW)
    account = db.session.get_one(Account, account_id)
    actor = Actor(account.person_id, account.person.name_hans)
    change = record("accounts:factor:fail", account, actor=actor, before={}, after={"from": address})
    db.session.flush()
    if failures >= facts.FAILURES:
        tell(account, "accounts:factor-guessed", change)
    return throttle.told(failures, most=facts.FAILURES, window=rules.FAILURE_WINDOW)


def _key(account_id: int) -> str:
    return f"second:{account_id}"


def tell(account: Account, template: str, change: ChangeSet | str, **more: str | int) -> None:
    """Tell the owner by mail what became of the ways to sign in."""
    person = account.person
    if person.email:
        facts_ = {"name": name_of(person, person.locale), **more}
        outbox.mail(person.email, template, facts_, change=change, locale=person.locale, address="/account")
