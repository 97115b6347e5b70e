"""Who somebody is at the issuer of single sign-on."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.db import Base, Label


class SsoLink(Base):
    """An account is one subject of one issuer: the pair never changes hands, as an address of a mailbox does."""

    __tablename__ = "sso_link"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("account_id", "issuer"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    issuer: Mapped[str] = mapped_column(Label)
    subject: Mapped[str] = mapped_column(Label)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    account: Mapped["Account"] = relationship()  # type: ignore[name-defined]  # noqa: F821

    def state(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        return {"issuer": self.issuer, "subject": self.subject}
