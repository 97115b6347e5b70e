"""What trial registries state of projects: files as they came, and one row for each version of a record."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.db import AppendOnly, Base, Label, Word
from kangjiansheng.projects.models.plans import Project


class RegistrySource(AppendOnly, Base):
    """A file of a trial registry as it came, once by its SHA-256."""

    __tablename__ = "registry_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int]  # bytes, unpacked
    name: Mapped[str] = mapped_column(Label)
    packed: Mapped[bytes] = mapped_column(LargeBinary)  # zlib


class RegistryRecord(AppendOnly, Base):
    """What a trial registry stated of a project, one row for each version; the ledger is never touched by it."""

    __tablename__ = "registry_record"
    __table_args__ = (Index("ix_registry_record_version", "project_id", "register", "number", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("registry_source.id"))
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
    recorded_at: Mapped[datetime]
    format: Mapped[str] = mapped_column(Word)  # ctgov, ctis, chictr
    register: Mapped[str] = mapped_column(Word)
    number: Mapped[str] = mapped_column(Label)
    stated_on: Mapped[date | None]  # the version, as the registry dates it
    content: Mapped[str] = mapped_column(String(64))  # SHA-256 of the record alone
    facts: Mapped[dict[str, Any]]
    remarks: Mapped[list[Any]]  # what was not understood
    left: Mapped[list[Any]]  # known parts that were not taken over

    project: Mapped[Project] = relationship()
    source: Mapped[RegistrySource] = relationship()

    def state(self) -> dict[str, Any]:
        """What the audit trail says of it."""
        keys = ("project_id", "register", "number", "stated_on", "content")
        return {key: getattr(self, key) for key in keys}
