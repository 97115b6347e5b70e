"""What one party owes another, and until when. What stood on a past day is in the revisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Named, Versioned, Word
from kangjiansheng.labs.models.agreements import Agreement, Clause
from kangjiansheng.labs.models.institutions import Institution


class Obligation(Named, Versioned, Base):
    """Something that a debtor owes a creditor: its names say what. With a government body it is a dealing."""

    __tablename__ = "obligation"
    __table_args__ = (
        CheckConstraint("debtor_id <> creditor_id", name="two_parties"),
        Index("ix_obligation_due", "life", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    clause_id: Mapped[int | None] = mapped_column(ForeignKey("clause.id"), index=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    detail: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None]
    life: Mapped[str] = mapped_column(Word, default="open")  # open, delivered, accepted, disputed, waived
    delivered_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    remark: Mapped[str] = mapped_column(Text, default="")  # why it is disputed or was waived
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # of the debtor
    confidentiality: Mapped[str] = mapped_column(Word, default="parties")  # open, parties, team
    illustrative: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]

    agreement: Mapped[Agreement | None] = relationship()
    clause: Mapped[Clause | None] = relationship()
    debtor: Mapped[Institution] = relationship(foreign_keys=debtor_id)
    creditor: Mapped[Institution] = relationship(foreign_keys=creditor_id)
    owner: Mapped[Person | None] = relationship()

    @property
    def agreement_code(self) -> str:
        """The code of its agreement; empty when it stands alone."""
        return self.agreement.code if self.agreement else ""

    @property
    def clause_number(self) -> str:
        """The number of its clause; empty when it names none."""
        return self.clause.number if self.clause else ""

    @property
    def debtor_code(self) -> str:
        """The code of who owes it."""
        return self.debtor.code

    @property
    def creditor_code(self) -> str:
        """The code of whom it is owed."""
        return self.creditor.code

    @property
    def owner_email(self) -> str:
        """The address of who looks after it at the debtor; empty when nobody was named."""
        return (self.owner.email or "") if self.owner else ""

    def state(self) -> dict[str, Any]:
        """The editable state, for history, audit and past days."""
        return {key: getattr(self, key) for key in _STATE}


_STATE = [
    "code",
    "name_hans",
    "name_hant",
    "name_en",
    "agreement_id",
    "clause_id",
    "debtor_id",
    "creditor_id",
    "detail",
    "due_on",
    "life",
    "delivered_on",
    "accepted_on",
    "remark",
    "owner_id",
    "confidentiality",
    "archived_at",
]
