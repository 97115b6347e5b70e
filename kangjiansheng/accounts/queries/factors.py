"""Reading second factors."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from kangjiansheng.accounts.models import Account, AuthenticatorApp, Passkey, RecoveryCode
from kangjiansheng.accounts.queries.passkeys import passkeys_of
from kangjiansheng.core.db import db
from kangjiansheng.core.sealing import unseal

PURPOSE = "authenticator app"


@dataclass(frozen=True)
class Factors:
    """What somebody can show beside the password, for the pages: no secret."""

    app: AuthenticatorApp | None
    readable: bool  # whether the app's secret opens with the present key of the instance
    recovery: int  # codes that are left
    passkeys: Sequence[Passkey]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of factors that can be used now."""
        return (*(["totp"] if self.app and self.readable else []), *(["passkey"] if self.passkeys else []))


def of(account: Account) -> Factors:
    """The second factors of an account."""
    app = app_of(account.id)
    left = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None)
    )
    readable = app is not None and secret_of(app) is not None
    return Factors(app, readable, db.session.scalar(left) or 0, passkeys_of(account.id))


def app_of(account_id: int, *, lock: bool = False) -> AuthenticatorApp | None:
    """The authenticator app of an account; with `lock` nobody else uses it until this transaction has ended."""
    query = select(AuthenticatorApp).where(AuthenticatorApp.account_id == account_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def secret_of(app: AuthenticatorApp) -> str | None:
    """The secret of an app; None when it was sealed with a key that this instance no longer has."""
    return unseal(app.secret, PURPOSE, app.account_id)


def recovery_codes(account_id: int) -> list[RecoveryCode]:
    """The recovery codes that are left, locked for this transaction."""
    query = select(RecoveryCode).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all())
