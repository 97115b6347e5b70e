"""Links in reminders that open one form without signing in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base
from kangjiansheng.projects.models.plans import Milestone


class AnswerLink(Base):
    """By it one person answers for one milestone, until it expires. Its secret is stored as SHA-256."""

    __tablename__ = "answer_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    milestone: Mapped[Milestone] = relationship()
