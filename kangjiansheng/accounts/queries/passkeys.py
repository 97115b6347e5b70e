"""Reading passkeys."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import Account, Passkey
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def passkeys_of(account_id: int) -> Sequence[Passkey]:
    """The passkeys of an account, the oldest first."""
    query = select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)
    return db.session.scalars(query).all()


def by_credential(credential_id: str) -> Passkey | None:
    """A passkey by the name that the authenticator has for it, locked for this transaction."""
    query = select(Passkey).where(Passkey.credential_id == credential_id)
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def own_passkey(*, actor: Actor, number: int) -> Passkey | None:
    """One of the actor's own passkeys."""
    query = select(Passkey).join(Passkey.account).where(Passkey.id == number, Account.person_id == actor.id)
    return db.session.scalar(query.options(joinedload(Passkey.account)))
