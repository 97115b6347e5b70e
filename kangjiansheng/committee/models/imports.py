"""Minutes that were brought from elsewhere: the file, what was corrected in its reading, and the meeting it became."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.committees import Committee
from kangjiansheng.committee.models.meetings import Meeting
from kangjiansheng.core.db import Base, Label, Versioned, Word


class MinutesImport(Versioned, Base):
    """One file of minutes: read, and then applied or discarded; a draft that nobody worked on can be undone."""

    __tablename__ = "minutes_import"
    __table_args__ = (Index("ix_minutes_import_digest", "committee_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Label)  # of the file, made harmless
    kind: Mapped[str] = mapped_column(Word)  # markdown, docx, pasted
    sha256: Mapped[str] = mapped_column(String(64))  # of the bytes as they were sent
    text: Mapped[str] = mapped_column(Text)  # in Markdown, as it was read
    origin: Mapped[str] = mapped_column(Label, default="")  # where the file is from, in the importer's words
    state: Mapped[str] = mapped_column(Word, default="read")  # read, applied, discarded, undone
    chosen: Mapped[dict[str, Any]]  # what the importer corrected
    counts: Mapped[dict[str, Any]]  # of pieces by kind, when it was applied
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]

    committee: Mapped[Committee] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    by: Mapped[Person] = relationship()

    def facts(self) -> dict[str, Any]:
        """What the trail shows: never the text, which may speak of what a reader of the trail may not see."""
        plain = "name kind sha256 origin state"
        return {key: getattr(self, key) for key in plain.split()}
