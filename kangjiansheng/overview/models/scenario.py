"""What people try out: other dates and stopped projects, beside what stands."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.schema import ForeignKey

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Versioned, Word


class Scenario(Versioned, Base):
    """One what-if. It changes nothing in any plan; `base_at` is the instant on which it was thought out."""

    __tablename__ = "scenario"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Label)
    note: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    shared: Mapped[bool] = mapped_column(default=False)  # with those who may see all its projects
    base_at: Mapped[datetime]
    moves: Mapped[dict[str, Any]]  # id of a milestone → the day that is tried
    stops: Mapped[list[Any]]  # ids of projects
    projects: Mapped[list[Any]]  # ids of all projects that it touches
    illustrative: Mapped[bool] = mapped_column(default=False)
    proposed_to: Mapped[str] = mapped_column(Word, default="")  # the code of a meeting
    thrown_at: Mapped[datetime | None]

    owner: Mapped[Person] = relationship()

    @property
    def days(self) -> dict[int, date]:
        """The days that are tried, by id of the milestone."""
        return {int(key): date.fromisoformat(day) for key, day in self.moves.items()}

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = "name note owner_id shared base_at moves stops proposed_to thrown_at"
        return {key: getattr(self, key) for key in plain.split()}
