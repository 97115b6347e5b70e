"""What proves that a milestone was reached: files by version, and what those who lead say of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.db import Base, Versioned, Word
from kangjiansheng.core.files import FileRef
from kangjiansheng.projects.models.plans import Milestone


class Evidence(Versioned, Base):
    """One piece of evidence of a milestone: today's state. Its earlier states are revisions, its files references."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("milestone_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"))
    number: Mapped[int]  # within the milestone, never used twice
    kind: Mapped[str] = mapped_column(Word)  # E1, E2 …: what the template expects; or other
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file_ref.id"), index=True)  # the newest version
    verdict: Mapped[str] = mapped_column(Word, default="")  # accepted, refused; empty while nobody has judged
    verdict_note: Mapped[str] = mapped_column(Text, default="")
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    judged_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_note: Mapped[str] = mapped_column(Text, default="")

    milestone: Mapped[Milestone] = relationship()
    file: Mapped[FileRef | None] = relationship()

    @property
    def illustrative(self) -> bool:
        """Whether its milestone is."""
        return self.milestone.illustrative

    def state(self) -> dict[str, Any]:
        """The whole state with the file's facts, for history, past days and audit: the digest is in the trail."""
        own = "milestone_id number kind verdict verdict_note judged_by_id judged_at"
        own += " withdrawn_by_id withdrawn_at withdrawn_note"
        found = {key: getattr(self, key) for key in own.split()}
        if self.file is not None:
            found |= {
                key: getattr(self.file, key) for key in ("version_no", "name", "note", "level", "by_id", "at")
            }
            found |= {key: getattr(self.file.blob, key) for key in ("size", "media_type", "sha256")}
        return found
