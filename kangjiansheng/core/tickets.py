"""What a page carries from one step to the next, signed: nothing of it is stored until the last step is taken."""

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core import clock
from kangjiansheng.core.db import Base, db
from kangjiansheng.core.digests import secret_digest

APART = timedelta(
    seconds=30
)  # by which the clock of the node that made it may be ahead of the one that reads it
_KEPT = timedelta(days=1)  # longer than any ticket lasts


class SpentTicket(Base):
    """A ticket that works once has been used; the database takes it once."""

    __tablename__ = "spent_ticket"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    spent_at: Mapped[datetime]


def make(purpose: str, data: Any) -> str:
    """The data with the present instant, signed for one purpose. Whoever holds the page can read it."""
    return str(_signer(purpose).dumps([clock.now().timestamp(), data]))


def read(purpose: str, text: str | None, *, lasts: timedelta) -> Any:
    """The data again; None when the ticket is too old, for something else, or not from us."""
    try:
        at, data = _signer(purpose).loads(text or "")
    except BadData:
        return None
    made = datetime.fromtimestamp(at, clock.now().tzinfo)
    return data if made - APART <= clock.now() < made + lasts else None


def spend(text: str) -> bool:
    """Use a ticket up; False when it was used before. It is used up with the transaction, as what it opens."""
    digest = secret_digest(text)
    if db.session.scalar(select(SpentTicket.id).where(SpentTicket.digest == digest)) is not None:
        return False
    db.session.execute(delete(SpentTicket).where(SpentTicket.spent_at < clock.now() - _KEPT))
    db.session.add(SpentTicket(digest=digest, spent_at=clock.now()))
    db.session.flush()
    return True


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"ticket:{purpose}")
