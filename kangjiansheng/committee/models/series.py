"""Templates of agendas and series of meetings: what saves those who prepare from typing it again."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.committee.models.committees import Committee
from kangjiansheng.core.db import Base, Named, Versioned, Word

# What a template keeps of each item.
TEMPLATE_ITEM = ("name_hans", "name_hant", "name_en", "kind", "minutes_planned")


class AgendaTemplate(Named, Versioned, Base):
    """An ordered list of items (each a mapping of TEMPLATE_ITEM) with which a meeting may begin."""

    __tablename__ = "agenda_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    items: Mapped[list[Any]]
    archived_at: Mapped[datetime | None]

    committee: Mapped[Committee] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        keys = ("name_hans", "name_hant", "name_en", "items", "archived_at")
        return {key: getattr(self, key) for key in keys}


class MeetingSeries(Named, Versioned, Base):
    """Meetings that come back: every so many weeks, or on the nth weekday of a month. The weekday is that of the first
    day. `skipped` are the days of the rule that are public holidays."""

    __tablename__ = "meeting_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    unit: Mapped[str] = mapped_column(Word)  # week, month
    every: Mapped[int]
    nth: Mapped[int] = mapped_column(default=0)  # of a month: 1 to 4, -1 for the last
    first: Mapped[date]
    until: Mapped[date]
    skipped: Mapped[list[Any]] = mapped_column(default=list)  # ISO days

    committee: Mapped[Committee] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        keys = "name_hans name_hant name_en unit every nth first until skipped"
        return {key: getattr(self, key) for key in keys.split()}
