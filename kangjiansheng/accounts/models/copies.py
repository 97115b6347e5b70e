"""Copies of the installation that the worker keeps, and the drills that restored one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Word


class KeptCopy(Base):
    """One copy, from the moment it was asked for. `state` is waiting, whole (written and read back), failed, or gone
    (taken away when newer ones had come)."""

    __tablename__ = "kept_copy"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(Word, default="waiting", index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # none: the clock
    ended_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(Label, default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes
    encrypted: Mapped[bool] = mapped_column(default=False)
    level: Mapped[str] = mapped_column(Word, default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    head_seq: Mapped[int] = mapped_column(default=0)
    head_hash: Mapped[str] = mapped_column(String(64), default="")
    problem: Mapped[str] = mapped_column(Text, default="")

    asker: Mapped[Person | None] = relationship()
    drills: Mapped[list["Drill"]] = relationship(back_populates="copy", order_by="Drill.id.desc()")


class Drill(Base):
    """A copy was restored into a database of its own, verified and thrown away. `found` holds what was counted and
    what was wrong."""

    __tablename__ = "copy_drill"

    id: Mapped[int] = mapped_column(primary_key=True)
    copy_id: Mapped[int] = mapped_column(ForeignKey("kept_copy.id"), index=True)
    state: Mapped[str] = mapped_column(Word, default="waiting")  # waiting, whole, failed
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    found: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    copy: Mapped[KeptCopy] = relationship(back_populates="drills")
    asker: Mapped[Person] = relationship()
