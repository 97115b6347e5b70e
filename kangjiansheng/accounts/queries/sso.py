"""Reading who is who at the issuer of single sign-on."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import Account, SsoLink
from kangjiansheng.accounts.queries.policy import stored
from kangjiansheng.core import clock
from kangjiansheng.core.db import db


def link_of(account_id: int, issuer: str) -> SsoLink | None:
    """The link of an account to an issuer."""
    return db.session.scalar(
        select(SsoLink).where(SsoLink.account_id == account_id, SsoLink.issuer == issuer)
    )


def by_subject(issuer: str, subject: str) -> SsoLink | None:
    """Whose account a subject of an issuer is."""
    query = select(SsoLink).where(SsoLink.issuer == issuer, SsoLink.subject == subject)
    return db.session.scalar(query.options(joinedload(SsoLink.account).joinedload(Account.person)))


def must_use(account: Account, issuer: str | None) -> bool:
    """Whether somebody may sign in at the issuer only. Administrators always have another way: the issuer may be down."""
    rule = stored()
    if issuer is None or rule is None or not rule.sso_only or link_of(account.id, issuer) is None:
        return False
    return "admin" not in account.person.roles_on(clock.today())
