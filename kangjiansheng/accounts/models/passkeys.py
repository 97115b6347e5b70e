"""Passkeys: a key pair of which the browser's authenticator keeps the secret half."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.db import Base, Label

LONGEST_ID = 1364  # 1023 bytes as base64url: what the standard allows


class Passkey(Base):
    """One passkey of an account. Several may be there, each with a name that its owner gave."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(LONGEST_ID), unique=True)  # base64url
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)  # 0 for ever where the authenticator does not count
    transports: Mapped[list[Any]]
    name: Mapped[str] = mapped_column(Label)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    doubted_at: Mapped[datetime | None]  # its counter went back: somebody may have a copy

    account: Mapped["Account"] = relationship()  # type: ignore[name-defined]  # noqa: F821
