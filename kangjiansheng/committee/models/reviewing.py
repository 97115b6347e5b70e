"""What readers leave on a draft: how far they have read, proposed wordings, consents and objections; reminders."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.drafts import DraftVersion
from kangjiansheng.committee.models.minutes import Minutes, Paragraph
from kangjiansheng.core.db import AppendOnly, Base, Label, Word


class ReadingMark(Base):
    """Which wordings somebody has read: of each paragraph that was open to them the number of its wording."""

    __tablename__ = "reading_mark"
    __table_args__ = (UniqueConstraint("minutes_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    draft_number: Mapped[int]
    seen: Mapped[dict[str, Any]]  # public id of a paragraph → number of its wording
    read_at: Mapped[datetime]

    minutes: Mapped[Minutes] = relationship()


class Suggestion(Base):
    """Another wording for a paragraph, against the wording that its author had before them."""

    __tablename__ = "suggestion"

    id: Mapped[int] = mapped_column(primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"), index=True)
    revision_no: Mapped[int]  # the wording that it changes
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    life: Mapped[str] = mapped_column(Word, default="open")  # open, taken, refused, withdrawn
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was refused
    taken_revision_no: Mapped[int | None]  # the wording that came of it
    illustrative: Mapped[bool] = mapped_column(default=False)

    paragraph: Mapped[Paragraph] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])


class Consent(AppendOnly, Base):
    """What a reviewer says to a paragraph of a draft: `agree`, `object`, or `withdraw` what was said before. `settle`
    is what the secretary answers to an objection. `default`, without a paragraph, is consent to the whole by silence."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_draft", "draft_version_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    paragraph_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)  # agree, object, withdraw, settle, default
    note: Mapped[str] = mapped_column(Text, default="")
    settles_id: Mapped[int | None] = mapped_column(ForeignKey("consent.id"), index=True)
    printed_name: Mapped[str] = mapped_column(Label)
    told_at: Mapped[datetime | None]  # of `default`: when the reminder was sent that said what silence means
    answer_by: Mapped[date | None]  # of `default`: the last day to answer that it named
    given_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    draft: Mapped[DraftVersion] = relationship(back_populates="consents")
    person: Mapped[Person] = relationship(lazy="joined")


class ReviewReminder(Base):
    """That somebody was reminded of a draft, until when they can answer, and by which mail and notice: the worker
    counts nobody's silence whom neither has reached."""

    __tablename__ = "review_reminder"
    __table_args__ = (Index("ix_review_reminder_draft", "draft_version_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    stage: Mapped[int | None]  # days before the last day; None: somebody asked for it
    says_silence: Mapped[bool]  # it said that silence is consent
    answer_by: Mapped[date]
    sent_at: Mapped[datetime]
    notification_id: Mapped[int | None] = mapped_column(
        ForeignKey("notification.id", ondelete="SET NULL"), index=True
    )
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id", ondelete="SET NULL"), index=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
