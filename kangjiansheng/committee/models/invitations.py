"""Links in invitations by which a member answers without signing in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.meetings import Meeting
from kangjiansheng.core.db import Base


class InvitationLink(Base):
    """By it one person answers one invitation until the meeting begins. `sequence` is the state of the invitation that
    the mail told. The secret is stored as SHA-256."""

    __tablename__ = "invitation_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    sequence: Mapped[int]
    made_at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship()
    person: Mapped[Person] = relationship()
