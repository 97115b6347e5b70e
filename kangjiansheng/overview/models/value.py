"""Own sets of transition rates, which set is used when nobody chooses, and the economic figures of projects."""

from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.db import Base, Named, Versioned, Word
from kangjiansheng.projects.models import Project


class OwnRates(Named, Versioned, Base):
    """A set of rates that people made from a published one. Published ones are in the package and have no row."""

    __tablename__ = "rate_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)  # OWN-1
    origin: Mapped[str] = mapped_column(Word)  # the code of the published set that was copied
    rates: Mapped[dict[str, Any]]  # transition → {p, n}
    source: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")  # of the last change
    retired: Mapped[bool] = mapped_column(default=False)

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = "code origin name_hans name_hant name_en rates source reason retired"
        return {key: getattr(self, key) for key in plain.split()}


class UsualRates(Versioned, Base):
    """Which set is used when nobody chooses: one row, or none while it is the first published one."""

    __tablename__ = "usual_rates"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word)
    reason: Mapped[str] = mapped_column(Text, default="")

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {"code": self.code, "reason": self.reason}


class ProjectValue(Versioned, Base):
    """What a project costs on its way and may earn, as entered, in millions of yuan."""

    __tablename__ = "project_value"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), unique=True)
    costs: Mapped[dict[str, Any]]  # step → {first: year, amounts: [one a year]}
    # {kind: peak, first, peak, rise, hold} or {kind: years, first, amounts}; {} without revenue
    revenue: Mapped[dict[str, Any]]
    discount: Mapped[int]  # the discount rate in hundredths of a per cent: 1000 for 10 %
    basis: Mapped[str] = mapped_column(Text, default="")  # where the figures come from
    reason: Mapped[str] = mapped_column(Text, default="")  # of the last change
    illustrative: Mapped[bool] = mapped_column(default=False)

    project: Mapped[Project] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = "project_id costs revenue discount basis reason illustrative"
        return {key: getattr(self, key) for key in plain.split()}
