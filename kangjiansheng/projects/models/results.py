"""Results of research, where they go: to a project, and to companies. Past days stand in the revisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.db import Base, Named, Versioned, Word
from kangjiansheng.labs.models import Company, Institution
from kangjiansheng.projects.models.plans import OWNED, Project


class Result(Named, Versioned, Base):
    """What an institution has found and disclosed: a patent, know-how, data, a cell line."""

    __tablename__ = "result"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)  # RS-7KQ3M; older ones are numbers
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)  # rules.results.KINDS
    disclosed_on: Mapped[date]
    detail: Mapped[str] = mapped_column(Text, default="")
    confidentiality: Mapped[str] = mapped_column(Word, default="parties")  # open, parties, team
    project_id: Mapped[int | None] = mapped_column(
        ForeignKey("project.id"), index=True
    )  # that takes it further
    illustrative: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]

    institution: Mapped[Institution] = relationship()
    project: Mapped[Project | None] = relationship()
    companies: Mapped[list["ResultCompany"]] = relationship(cascade=OWNED)

    def state(self) -> dict[str, Any]:
        """The state, for history, audit and past days."""
        keys = (
            "code name_hans name_hant name_en institution_id kind disclosed_on detail confidentiality project_id "
            "archived_at"
        )
        companies = sorted(row.company_id for row in self.companies)
        return {key: getattr(self, key) for key in keys.split()} | {"companies": companies}


class ResultCompany(Base):
    """A company of the park that takes a result to the market."""

    __tablename__ = "result_company"
    __table_args__ = (UniqueConstraint("result_id", "company_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)

    company: Mapped[Company] = relationship()
