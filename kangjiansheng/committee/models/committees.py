"""Committees, their seats, and the series of numbers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.rules.numbers import MINUTES_PATTERN, OUTCOME_PATTERN
from kangjiansheng.core.db import Base, Label, Named, Versioned, Word
from kangjiansheng.labs.models import Institution, JointLab

OWNED = "all, delete-orphan"


class Committee(Named, Versioned, Base):
    """A committee and the settings of its charter."""

    __tablename__ = "committee"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    kind: Mapped[str] = mapped_column(Word, default="scientific")  # scientific, steering, company, table
    lab_id: Mapped[int | None] = mapped_column(ForeignKey("joint_lab.id"))  # that a steering committee steers
    short_hans: Mapped[str] = mapped_column(Word, default="")  # in minutes numbers: 康科委纪
    purpose: Mapped[str] = mapped_column(Text, default="")
    nature: Mapped[str] = mapped_column(Text, default="")
    founded_on: Mapped[date | None]
    year_inferred: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(Label, default="")
    quorum_numerator: Mapped[int] = mapped_column(default=2)
    quorum_denominator: Mapped[int] = mapped_column(default=3)
    quorum_base: Mapped[str] = mapped_column(Word, default="eligible")  # eligible, all
    majority_numerator: Mapped[int] = mapped_column(default=1)
    majority_denominator: Mapped[int] = mapped_column(default=2)
    majority_over: Mapped[bool] = mapped_column(default=True)  # more than the fraction, not only as much
    majority_base: Mapped[str] = mapped_column(Word, default="present")  # present, eligible, all
    abstentions_count: Mapped[bool] = mapped_column(default=True)  # who abstains stays in the base
    deputies: Mapped[bool] = mapped_column(default=False)  # a member may name a deputy for a vote
    deputy_among: Mapped[str] = mapped_column(Word, default="members")  # members (who vote), seats (any)
    approval_rule: Mapped[str] = mapped_column(Word, default="chair_and_n")  # all_present, chair_and_n, chair
    approval_members: Mapped[int] = mapped_column(default=2)  # the N of chair_and_n
    review_days: Mapped[int] = mapped_column(default=7)
    second_step: Mapped[bool] = mapped_column(default=False)  # to sign, a code by mail besides the password
    default_consent: Mapped[bool] = mapped_column(default=False)
    default_consent_days: Mapped[int] = mapped_column(default=7)
    minutes_pattern: Mapped[str] = mapped_column(Label, default=MINUTES_PATTERN)
    outcome_pattern: Mapped[str] = mapped_column(Label, default=OUTCOME_PATTERN)
    retention_years: Mapped[int] = mapped_column(default=30)
    archived_at: Mapped[datetime | None]

    members: Mapped[list["CommitteeMember"]] = relationship(
        cascade=OWNED, back_populates="committee", order_by="CommitteeMember.seat"
    )
    lab: Mapped[JointLab | None] = relationship()

    def seats_on(self, day: date) -> list["CommitteeMember"]:
        """The seats that are held on a day."""
        return [member for member in self.members if member.is_held_on(day)]

    def keepers_on(self, day: date) -> set[int]:
        """Who keeps the committee on a day: chair, deputy and secretary."""
        return {seat.person_id for seat in self.seats_on(day) if seat.office != "member"}

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = (
            "code name_hans name_hant name_en kind lab_id short_hans purpose nature founded_on "
            "quorum_numerator quorum_denominator quorum_base majority_numerator majority_denominator "
            "majority_over majority_base abstentions_count deputies deputy_among approval_rule approval_members "
            "review_days second_step default_consent default_consent_days minutes_pattern outcome_pattern retention_years "
            "archived_at"
        )
        return {key: getattr(self, key) for key in plain.split()} | {
            "members": [[m.person_id, m.office, m.seat, m.valid_from.isoformat()] for m in self.members]
        }


class CommitteeMember(Named, Base):
    """A seat on a committee, from a day to a day. `name_*` is the field that the seat stands for."""

    __tablename__ = "committee_member"
    __table_args__ = (Index("ix_committee_member_person", "person_id", "committee_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seat: Mapped[int] = mapped_column(default=0)
    office: Mapped[str] = mapped_column(Word)  # chair, deputy, member, secretary
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    voting: Mapped[bool] = mapped_column(default=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    illustrative: Mapped[bool] = mapped_column(default=False)

    committee: Mapped[Committee] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()
    institution: Mapped[Institution | None] = relationship()

    def is_held_on(self, day: date) -> bool:
        """Whether somebody sits here on a day."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


class NumberSeries(Base):
    """The last number given in a series; taken under the write lock, never given twice."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("committee_id", "kind", "scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"))
    kind: Mapped[str] = mapped_column(Word)  # meeting, running, D, R, A
    scope: Mapped[str] = mapped_column(Word)  # the year, or year-running number, or ""
    last: Mapped[int] = mapped_column(default=0)
