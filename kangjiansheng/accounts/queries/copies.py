"""Reading the copies that are kept."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from kangjiansheng.accounts.models import Account, Person, SystemRole
from kangjiansheng.accounts.models.copies import Drill, KeptCopy
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db

SHOWN = 60


def copies() -> list[KeptCopy]:
    """The latest copies, newest first, with their drills."""
    query = select(KeptCopy).order_by(KeptCopy.id.desc()).limit(SHOWN)
    options = (joinedload(KeptCopy.asker), selectinload(KeptCopy.drills).joinedload(Drill.asker))
    return list(db.session.scalars(query.options(*options)))


def copy(*, actor: Actor, number: int) -> KeptCopy | None:
    """One copy."""
    return db.session.get(KeptCopy, number)


def newest() -> KeptCopy | None:
    """The newest copy that is whole and there."""
    return db.session.scalar(
        select(KeptCopy).where(KeptCopy.state == "whole").order_by(KeptCopy.id.desc()).limit(1)
    )


def due_at(now: datetime, hour: int) -> datetime:
    """When the copy of the present day was due: the last time that the clock struck the hour in Asia/Shanghai."""
    struck = now.astimezone(clock.SHANGHAI).replace(hour=hour, minute=0, second=0, microsecond=0)
    return struck if struck <= now else struck - timedelta(days=1)


def administrators() -> list[Person]:
    """Those who administer today and can sign in."""
    query = (
        select(Person)
        .join(SystemRole, SystemRole.person_id == Person.id)
        .join(Account, Account.person_id == Person.id)
        .where(SystemRole.role == "admin", holds_on(SystemRole, clock.today()), Account.disabled_at.is_(None))
        .order_by(Person.id)
    )
    return list(db.session.scalars(query.distinct()))
