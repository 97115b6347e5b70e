"""Minutes by paragraph, their wordings and comments."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.meetings import AgendaItem, Meeting
from kangjiansheng.core.db import AppendOnly, Base, Versioned, Word

if TYPE_CHECKING:
    from kangjiansheng.committee.models.drafts import Amendment, DraftVersion


class Minutes(Versioned, Base):
    """The minutes of one meeting: draft → review → approved (frozen). `record` is what a published source
    tells of a meeting: frozen too, and signed by nobody."""

    __tablename__ = "minutes"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    language: Mapped[str] = mapped_column(Word, default="zh-Hans")
    life: Mapped[str] = mapped_column(Word, default="draft")  # draft, review, approved, record
    drafter_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    review_due_on: Mapped[date | None]
    current_draft: Mapped[int] = mapped_column(default=0)  # number of the draft under review or approved
    approved_at: Mapped[datetime | None]
    illustrative: Mapped[bool] = mapped_column(default=False)

    meeting: Mapped[Meeting] = relationship(back_populates="minutes")
    drafter: Mapped[Person] = relationship()
    paragraphs: Mapped[list["Paragraph"]] = relationship(
        back_populates="minutes", order_by="Paragraph.position"
    )
    drafts: Mapped[list["DraftVersion"]] = relationship(
        back_populates="minutes", order_by="DraftVersion.number"
    )
    amendments: Mapped[list["Amendment"]] = relationship(
        back_populates="minutes", order_by="Amendment.number"
    )

    def state(self) -> dict[str, Any]:
        """Where the minutes stand; the texts have their own append-only revisions."""
        plain = "language life drafter_id review_due_on current_draft approved_at"
        return {key: getattr(self, key) for key in plain.split()}


class Paragraph(Base):
    """A place in the minutes with an id that never changes. Its text lies in its revisions."""

    __tablename__ = "paragraph"
    __table_args__ = (Index("ix_paragraph_minutes", "minutes_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Word, unique=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    agenda_item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    kind: Mapped[str] = mapped_column(Word, default="text")  # heading, text, decision, action
    position: Mapped[int]
    revision_no: Mapped[int] = mapped_column(default=1)  # the latest revision, which forms compare with
    removed_at: Mapped[datetime | None]
    from_id: Mapped[int | None] = mapped_column(
        ForeignKey("paragraph.id"), index=True
    )  # that it was cut off from
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("paragraph.id"), index=True
    )  # that it was joined to

    minutes: Mapped[Minutes] = relationship(back_populates="paragraphs")
    agenda_item: Mapped[AgendaItem | None] = relationship()
    revisions: Mapped[list["ParagraphRevision"]] = relationship(
        back_populates="paragraph", order_by="ParagraphRevision.number"
    )
    merged_into: Mapped["Paragraph | None"] = relationship(foreign_keys=[merged_into_id], remote_side=[id])
    comments: Mapped[list["Comment"]] = relationship(back_populates="paragraph", order_by="Comment.id")
    wording: Mapped["ParagraphRevision"] = relationship(
        primaryjoin=lambda: and_(
            foreign(ParagraphRevision.paragraph_id) == Paragraph.id,
            ParagraphRevision.number == Paragraph.revision_no,
        ),
        viewonly=True,
        uselist=False,
    )

    @property
    def text(self) -> str:
        """The latest wording."""
        return self.wording.text

    @property
    def version(self) -> int:
        """What a form compares with: the number of the latest wording."""
        return self.revision_no


class ParagraphRevision(AppendOnly, Base):
    """One wording of a paragraph, in Markdown."""

    __tablename__ = "paragraph_revision"
    __table_args__ = (UniqueConstraint("paragraph_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    paragraph: Mapped[Paragraph] = relationship(back_populates="revisions")
    author: Mapped[Person] = relationship()


class Comment(Base):
    """What a reader says to a paragraph, with answers below it."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"), index=True)
    revision_no: Mapped[int]  # the wording that the reader saw
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(
        Text, default=""
    )  # the words that it is about; "": the whole paragraph
    quote_at: Mapped[int | None]  # where they begin in that wording, as it is shown
    mentions: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what they were called → the person's key
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    illustrative: Mapped[bool] = mapped_column(default=False)

    paragraph: Mapped[Paragraph] = relationship(back_populates="comments")
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    resolved_by: Mapped[Person | None] = relationship(foreign_keys=[resolved_by_id])
