"""What parties asked to take along. The file lies in the instance folder, and is gone when its days are over."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Word
from kangjiansheng.core.queue import Task
from kangjiansheng.labs.models import Institution

_CURRENT = text("life IN ('asked', 'ready')")


class PartyArchive(Base):
    """One archive of one institution, from the asking on. `holds` are the ids of what is in it whose readers may
    change: projects, agreements, laboratories and what belongs to them, items of agendas, minutes, files."""

    __tablename__ = "party_archive"
    __table_args__ = (
        UniqueConstraint("institution_id", "number"),
        Index(  # two who ask at once get one
            "uq_party_archive_current",
            "institution_id",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    number: Mapped[int]  # within the institution, in its address
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    task_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), index=True)
    life: Mapped[str] = mapped_column(Word, default="asked")  # rules.archives.LIVES
    made_at: Mapped[datetime | None]  # the moment of which everything in it is
    size: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes
    sha256: Mapped[str] = mapped_column(String(64), default="")
    file: Mapped[str] = mapped_column(Label, default="")  # its name in the folder; empty when there is none
    expires_at: Mapped[datetime | None]
    illustrative: Mapped[bool] = mapped_column(default=False)
    holds: Mapped[dict[str, Any]] = mapped_column(default=dict)

    institution: Mapped[Institution] = relationship()
    asked_by: Mapped[Person] = relationship()
    task: Mapped[Task | None] = relationship()

    def state(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        keys = "life size sha256 made_at expires_at"
        return {"institution": self.institution.code} | {key: getattr(self, key) for key in keys.split()}
