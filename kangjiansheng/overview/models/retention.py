"""How long each kind of record is kept, what keeps some of it longer, and what was disposed of."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import AppendOnly, Base, Label, Versioned, Word

_OPEN = text("life = 'proposed'")


class RetentionPeriod(Versioned, Base):
    """For how long a kind of record is kept, where somebody has said it; else it is that of `rules.retention`."""

    __tablename__ = "retention_period"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Word, unique=True)  # rules.retention.KINDS
    years: Mapped[int]  # 0: for ever
    source: Mapped[str] = mapped_column(Label)  # on what it rests
    reason: Mapped[str] = mapped_column(Text)  # why it was set so

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {key: getattr(self, key) for key in ("kind", "years", "source", "reason")}


class LegalHold(Versioned, Base):
    """What is not disposed of, whatever its period says, until the hold is lifted."""

    __tablename__ = "legal_hold"
    __table_args__ = (Index("ix_legal_hold_standing", "lifted_at", "scope", "place_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(Word)  # rules.retention.SCOPES
    place_id: Mapped[int | None]  # of the project, laboratory or committee; none for the whole installation
    place: Mapped[str] = mapped_column(Word, default="")  # its code
    reason: Mapped[str] = mapped_column(Text)
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    placed_at: Mapped[datetime]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    lifted_at: Mapped[datetime | None]
    lifted_why: Mapped[str] = mapped_column(Text, default="")

    placed_by: Mapped[Person] = relationship(foreign_keys=placed_by_id)
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=lifted_by_id)

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {key: getattr(self, key) for key in ("scope", "place", "reason", "lifted_at", "lifted_why")}


class Disposal(Versioned, Base):
    """That what is of a kind be disposed of whose period is over: proposed by one person, decided by another."""

    __tablename__ = "disposal"
    __table_args__ = (
        CheckConstraint("life <> 'done' OR decided_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint("years > 0 AND older_than < proposed_at", name="period_over"),
        Index("uq_disposal_open", "kind", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    years: Mapped[int]  # the period as it was then
    older_than: Mapped[datetime]  # what came later cannot be in it: the database refuses a file that did
    reason: Mapped[str] = mapped_column(Text)
    count: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    life: Mapped[str] = mapped_column(Word, default="proposed")  # rules.retention.LIVES
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    emptied_at: Mapped[datetime | None]  # when the bytes, or the messages, went
    emptied: Mapped[int | None]  # how many that were; the bytes of the other files are needed elsewhere

    proposed_by: Mapped[Person] = relationship(foreign_keys=proposed_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        keys = "kind years reason count size life remark emptied_at emptied"
        return {key: getattr(self, key) for key in keys.split()}


class DisposalFile(AppendOnly, Base):
    """One file of a proposal as it was then: what is left of it afterwards, and what the trail vouches for."""

    __tablename__ = "disposal_file"
    __table_args__ = (UniqueConstraint("disposal_id", "file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    disposal_id: Mapped[int] = mapped_column(ForeignKey("disposal.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("file_ref.id"), index=True)
    place: Mapped[str] = mapped_column(Word)  # the code of the project, laboratory or committee; or empty
    name: Mapped[str] = mapped_column(Label)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    brought_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
