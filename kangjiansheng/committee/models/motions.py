"""Motions that are voted on, ballots by name, dissent, and who votes for whom."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.meetings import AgendaItem, Meeting
from kangjiansheng.committee.models.outcomes import Decision
from kangjiansheng.core.db import AppendOnly, Base, Label, Versioned, Word


class Motion(Versioned, Base):
    """A text that is voted on for an item of an agenda, from an instant to another: what was put to the vote never
    changes, and neither does the result. `circulation` is voted on before the meeting, by its `eligible` alone."""

    __tablename__ = "motion"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    agenda_item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)  # D, R: what it becomes when it is carried
    text: Mapped[str] = mapped_column(Text)
    papers: Mapped[str] = mapped_column(Text, default="")  # what one has to know to vote on it
    method: Mapped[str] = mapped_column(Word)  # count, name
    way: Mapped[str] = mapped_column(Word, default="meeting")  # meeting, circulation
    due_at: Mapped[datetime | None]  # of a circulation
    voters: Mapped[list[Any] | None]  # of a circulation: the people whose seats voted when it was opened
    eligible: Mapped[list[Any] | None]  # those of them who were not recused
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reminded_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(Word, default="")  # passed, rejected, no_quorum
    lost_at: Mapped[datetime | None]  # when the quorum was first missing, where that decided
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstentions: Mapped[int | None]
    recused: Mapped[int | None]
    base: Mapped[int | None]
    needed: Mapped[int | None]
    members: Mapped[
        int | None
    ]  # of the quorum as it stood at the end: from how many, how many must be there, are
    quorum_needed: Mapped[int | None]
    present: Mapped[int | None]
    counted: Mapped[list[Any] | None]  # the people who took part as it ended
    course: Mapped[list[Any] | None]  # each change of the quorum while the vote ran
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    paragraph_id: Mapped[int | None] = mapped_column(
        ForeignKey("paragraph.id"), index=True
    )  # where the minutes tell of it
    annulled_at: Mapped[datetime | None]
    annulled_for: Mapped[str] = mapped_column(Label, default="")
    illustrative: Mapped[bool] = mapped_column(default=False)

    meeting: Mapped[Meeting] = relationship()
    item: Mapped[AgendaItem] = relationship()
    opened_by: Mapped[Person] = relationship()
    decision: Mapped[Decision | None] = relationship()
    ballots: Mapped[list["Ballot"]] = relationship(back_populates="motion", order_by="Ballot.id")
    dissents: Mapped[list["Dissent"]] = relationship(back_populates="motion", order_by="Dissent.id")

    @property
    def is_open(self) -> bool:
        """True while ballots are taken."""
        return self.closed_at is None

    def state(self) -> dict[str, Any]:
        """Where the motion stands, for history and audit."""
        plain = (
            "kind text way due_at opened_at closed_at result votes_for votes_against abstentions recused "
            "base needed members quorum_needed present annulled_at annulled_for"
        )
        return {key: getattr(self, key) for key in plain.split()} | {
            "item": self.agenda_item_id,
            "voted_by": self.method,
        }


class Ballot(AppendOnly, Base):
    """How one member votes. A changed mind is a later row; the last one counts. `entered_by_id` is the member, the
    member's deputy, or the secretary."""

    __tablename__ = "ballot"
    __table_args__ = (Index("ix_ballot_motion", "motion_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    motion_id: Mapped[int] = mapped_column(ForeignKey("motion.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    choice: Mapped[str] = mapped_column(Word)  # for, against, abstain
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    motion: Mapped[Motion] = relationship(back_populates="ballots")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    deputy: Mapped[Person | None] = relationship(foreign_keys=[deputy_id])
    entered_by: Mapped[Person] = relationship(foreign_keys=[entered_by_id])


class Dissent(AppendOnly, Base):
    """What a member wants recorded beside the result of a motion, in the member's own words. A later row replaces
    the one before; an empty text takes it back."""

    __tablename__ = "dissent"
    __table_args__ = (Index("ix_dissent_motion", "motion_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    motion_id: Mapped[int] = mapped_column(ForeignKey("motion.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    motion: Mapped[Motion] = relationship(back_populates="dissents")
    person: Mapped[Person] = relationship()


class Mandate(Base):
    """A member lets a deputy vote at one meeting; nobody carries two."""

    __tablename__ = "mandate"
    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id"),
        UniqueConstraint("meeting_id", "deputy_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    given_at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    deputy: Mapped[Person] = relationship(foreign_keys=[deputy_id])
