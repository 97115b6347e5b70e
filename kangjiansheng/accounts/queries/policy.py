"""Reading who needs a second factor, and who has which."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import (
    Account,
    AuthenticatorApp,
    Passkey,
    Person,
    RecoveryCode,
    SignInPolicy,
)
from kangjiansheng.accounts.queries.factors import secret_of
from kangjiansheng.accounts.rules.policy import concerns
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db

# Filled by the roof: the people whose office it is to sign.
signers: list[Callable[[], set[int]]] = []


def policy() -> SignInPolicy:
    """How people have to sign in; a row that is not stored when nothing was ever required."""
    return stored() or SignInPolicy(second_for="nobody", second_from=None, sso_only=False, version=0)


def stored() -> SignInPolicy | None:
    """The row of the policy."""
    return db.session.scalar(select(SignInPolicy).order_by(SignInPolicy.id).limit(1))


def who_signs() -> set[int]:
    """The people whose office it is to sign."""
    return {person for found in signers for person in found()}


def is_due(second_from: date | None, day: date) -> bool:
    """Whether a requirement is in force on a day."""
    return second_from is not None and second_from <= day


def must_enrol(since: datetime | None, second_for: str, second_from: date | None, *, actor: Actor) -> bool:
    """Whether somebody who has had a second factor `since` then has to add one before anything else. Asks the database
    only when in doubt."""
    if since is not None or not is_due(second_from, clock.today()):
        return False
    if concerns(second_for, is_admin=actor.has("admin", "security"), signs=False):
        return True
    return concerns(second_for, is_admin=False, signs=True) and actor.id in who_signs()


@dataclass(frozen=True)
class Standing:
    """How somebody can sign in, for administrators: kinds and days, no secret."""

    account: Account
    app: AuthenticatorApp | None
    passkeys: int
    recovery: int
    concerned: bool

    @property
    def is_readable(self) -> bool:
        """False when the app's secret was sealed with a key that is lost."""
        return self.app is None or secret_of(self.app) is not None


def standings(rule: SignInPolicy) -> list[Standing]:
    """Everybody who can sign in, with their factors."""
    query = (
        select(Account)
        .join(Account.person)
        .where(Account.disabled_at.is_(None))
        .options(joinedload(Account.person).selectinload(Person.roles))
        .order_by(Person.code)
    )
    apps = {app.account_id: app for app in db.session.scalars(select(AuthenticatorApp))}
    left = select(RecoveryCode.account_id, func.count()).where(RecoveryCode.used_at.is_(None))
    codes = {key: number for key, number in db.session.execute(left.group_by(RecoveryCode.account_id))}
    held = select(Passkey.account_id, func.count()).group_by(Passkey.account_id)
    keys = {key: number for key, number in db.session.execute(held)}
    signing, today = who_signs(), clock.today()
    return [
        Standing(
            account,
            apps.get(account.id),
            keys.get(account.id, 0),
            codes.get(account.id, 0),
            concerns(
                rule.second_for,
                is_admin=not account.person.roles_on(today).isdisjoint(("admin", "security")),
                signs=account.person_id in signing,
            ),
        )
        for account in db.session.scalars(query)
    ]


def narrowed(rows: list[Standing], only: str) -> list[Standing]:
    """Those of them who have a factor (`with`), have none (`without`), or lack one that is required (`missing`)."""
    wanted = {
        "with": lambda row: row.account.second_since is not None,
        "without": lambda row: row.account.second_since is None,
        "missing": lambda row: row.concerned and row.account.second_since is None,
    }.get(only)
    return [row for row in rows if wanted is None or wanted(row)]
