"""For whom a second factor is required, and from which day."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core.db import Base, Versioned, Word


class SignInPolicy(Versioned, Base):
    """How people have to sign in. There is at most one such row; without one nothing is required."""

    __tablename__ = "sign_in_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    second_for: Mapped[str] = mapped_column(Word, default="nobody")  # nobody, admins, signers, everyone
    second_from: Mapped[date | None]
    sso_only: Mapped[bool] = mapped_column(default=False)  # who is tied to the issuer signs in there alone

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {"second_for": self.second_for, "second_from": self.second_from, "sso_only": self.sso_only}
