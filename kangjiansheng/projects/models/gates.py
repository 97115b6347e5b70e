"""Gates: what must be met, what was decided, and on which conditions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.db import AppendOnly, Base, Label, Named, Versioned, Word
from kangjiansheng.labs.models import LabReview
from kangjiansheng.projects.models.plans import Milestone


class GateCriterion(Named, Versioned, Base):
    """One thing that a gate asks for: today's state; its earlier states are revisions."""

    __tablename__ = "gate_criterion"
    __table_args__ = (UniqueConstraint("milestone_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"))
    number: Mapped[int]  # within the gate, never used twice
    position: Mapped[int]
    kinds: Mapped[list[Any]]  # the evidence on which it rests: E1, A070:E1
    # Where it comes from, as in the template: kind, confidence, text by script; empty for words of the project's own.
    basis: Mapped[dict[str, Any]] = mapped_column(default=dict)
    verdict: Mapped[str] = mapped_column(Word, default="")  # met, unmet; empty while nobody has judged
    verdict_note: Mapped[str] = mapped_column(Text, default="")
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    judged_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]

    milestone: Mapped[Milestone] = relationship()

    def state(self) -> dict[str, Any]:
        """The whole state, for history, past days and audit."""
        own = "milestone_id number position name_hans name_hant name_en kinds basis verdict verdict_note"
        return {key: getattr(self, key) for key in f"{own} judged_by_id judged_at removed_at".split()}


class GateDecision(AppendOnly, Base):
    """What was decided at a gate, and the dossier as those who decided had it before them."""

    __tablename__ = "gate_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    verdict: Mapped[str] = mapped_column(Word)  # go, conditional, stop
    decided_on: Mapped[date]
    body: Mapped[str] = mapped_column(Label)  # who decided, in words
    reasons: Mapped[str] = mapped_column(Text, default="")
    dossier: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    milestone: Mapped[Milestone] = relationship()
    conditions: Mapped[list["GateCondition"]] = relationship(viewonly=True, order_by="GateCondition.id")


class ReviewDecision(AppendOnly, Base):
    """That a decision at a gate of a laboratory and the recorded outcome of its annual review are one and the same."""

    __tablename__ = "review_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("lab_review.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("gate_decision.id"), unique=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    review: Mapped[LabReview] = relationship()
    decision: Mapped[GateDecision] = relationship()


class GateCondition(AppendOnly, Base):
    """A milestone that a conditional go asks for. It stops the next gate until it is done, or until the gate
    itself is passed without conditions."""

    __tablename__ = "gate_condition"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("gate_decision.id"), index=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), unique=True)
    stops_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"), index=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
