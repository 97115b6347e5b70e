"""How rights are decided on in an installation, and when somebody has looked them through."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.accounts.rules.rights import REVIEW_EVERY
from kangjiansheng.core.db import Base, Versioned


class RightsRule(Versioned, Base):
    """Whether the three administrators are kept apart, and how often rights are looked through. There is at most one
    such row; without one a single administrator may do all of it."""

    __tablename__ = "rights_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    separate: Mapped[bool] = mapped_column(default=False)
    review_every: Mapped[int] = mapped_column(default=REVIEW_EVERY)  # days

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {"separate": self.separate, "review_every": self.review_every}


class RightsReview(Base):
    """Somebody has looked through who held which rights on a day. Such rows are only ever added."""

    __tablename__ = "rights_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]  # as of which the rights were looked through
    number: Mapped[int]  # how many rights were held on it
    remark: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]

    def facts(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        return {"day": self.day, "number": self.number, "remark": self.remark}
