"""Reading the tokens by which programs act."""

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import Account, ApiToken, Person
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def token_by_secret(secret: str) -> ApiToken | None:
    """The token that still holds, with its owner and the owner's roles; none of somebody whose account is stopped."""
    query = (
        select(ApiToken)
        .join(ApiToken.person)
        .join(Person.account)
        .where(
            ApiToken.secret_sha256 == rules.secret_digest(secret),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_on >= clock.today(),
            Account.disabled_at.is_(None),
        )
        .options(joinedload(ApiToken.person).joinedload(Person.roles))
        .options(joinedload(ApiToken.person).joinedload(Person.account))
    )
    return db.session.scalars(query).unique().first()


def tokens_of(person_id: int) -> list[ApiToken]:
    """The tokens of a person that hold, newest first."""
    query = select(ApiToken).where(
        ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None), ApiToken.expires_on >= clock.today()
    )
    return list(db.session.scalars(query.order_by(ApiToken.id.desc())))


def all_tokens() -> list[ApiToken]:
    """All tokens, for administrators: those that hold first, then the newest first."""
    holds = or_(ApiToken.revoked_at.is_not(None), ApiToken.expires_on < clock.today())
    query = (
        select(ApiToken).options(joinedload(ApiToken.person)).order_by(holds, ApiToken.id.desc()).limit(500)
    )
    return list(db.session.scalars(query))


def own_token(*, actor: Actor, number: int) -> ApiToken | None:
    """A token of the actor's own that holds."""
    return next((token for token in tokens_of(actor.id) if token.id == number), None)


def token(*, actor: Actor, number: int) -> ApiToken | None:
    """A token that was not revoked, for administrators."""
    return db.session.scalar(select(ApiToken).where(ApiToken.id == number, ApiToken.revoked_at.is_(None)))
