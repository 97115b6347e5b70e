"""What the company decided on the advice of a committee."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.outcomes import Decision
from kangjiansheng.core.db import AppendOnly, Base, Label, Word


class CompanyDecision(AppendOnly, Base):
    """One answer of the company to a resolution or recommendation. A later one counts, the earlier ones stay."""

    __tablename__ = "company_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    verdict: Mapped[str] = mapped_column(Word)  # adopted, partly, declined
    reasons: Mapped[str] = mapped_column(Text, default="")
    decided_on: Mapped[date]
    body: Mapped[str] = mapped_column(Label)  # where it was decided, in words
    # The resolution of the company's own decision meeting that says so, where there is one.
    by_decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), index=True)
    answered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    decision: Mapped[Decision] = relationship(foreign_keys=[decision_id])
    by_decision: Mapped[Decision | None] = relationship(foreign_keys=[by_decision_id])
    answered_by: Mapped[Person] = relationship()

    @property
    def version(self) -> int:
        """What a form compares with: which answer it saw as the last one."""
        return self.id

    @property
    def by(self) -> str:
        """The number of the company's own resolution, as the form names it."""
        return self.by_decision.number if self.by_decision else ""
