"""Sheets that were sent back: one batch for each file, and the rows of which there is something to say."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Word
from kangjiansheng.core.queue import Task


class ImportBatch(Base):
    """A sheet of milestones, a file or rows that were pasted: reading, then checked or refused, then discarded, or applying and applied, or undoing and undone."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Label)  # of the file, as it was sent; empty for rows that were pasted
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # until it has been read
    state: Mapped[str] = mapped_column(Word, default="reading")
    task_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    counts: Mapped[dict[str, Any]]  # rows by kind, and what became of them
    faults: Mapped[list[Any]]  # of the file and its sheets
    remarks: Mapped[list[Any]]
    illustrative: Mapped[bool] = mapped_column(default=False)
    reason_code: Mapped[str | None] = mapped_column(Word)  # for rows that give none
    why: Mapped[str] = mapped_column(Label, default="")  # for rows that change a plan: the reason,
    authority: Mapped[str] = mapped_column(Label, default="")  # and by whose authority
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"))
    undo_change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"))
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    by: Mapped[Person] = relationship()
    task: Mapped[Task] = relationship()

    @property
    def pasted(self) -> bool:
        """True for rows that came without a file."""
        return not self.name

    @property
    def left(self) -> int:
        """Of the rows that would change something, or cannot be read, those that were not written."""
        of = self.counts.get
        return int(sum(of(kind, 0) for kind in ("change", "new", "conflict", "fault")) - of("applied", 0))


class ImportRow(Base):
    """One row of the file that changes something, is refused, or about which there is a remark."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_batch", "batch_id", "kind", "position"),
        Index("ix_import_row_milestone", "milestone_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    position: Mapped[int]
    sheet: Mapped[str] = mapped_column(Label)
    number: Mapped[int]  # as spreadsheets show it
    project: Mapped[str] = mapped_column(Label)  # the codes as typed
    code: Mapped[str] = mapped_column(Label)
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"))
    version: Mapped[int | None]  # of the milestone when it was compared
    kind: Mapped[str] = mapped_column(Word)  # change, new, conflict, fault, same
    accepted: Mapped[bool] = mapped_column(default=False)
    lacks_reason: Mapped[bool] = mapped_column(default=False)
    replans: Mapped[bool] = mapped_column(default=False)
    changes: Mapped[list[Any]]
    wanted: Mapped[dict[str, Any]]  # new values by column, with the row's reason
    faults: Mapped[list[Any]]
    remarks: Mapped[list[Any]]
    outcome: Mapped[str] = mapped_column(
        Word, default=""
    )  # applied, changed-since, refused; undone, undo-changed
    before: Mapped[dict[str, Any] | None]  # what an undo puts back
    applied_version: Mapped[int | None]
