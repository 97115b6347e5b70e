"""What a decision changes in the projects."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.meetings import AgendaItem
from kangjiansheng.committee.models.outcomes import Decision
from kangjiansheng.core.db import Base, Label, Versioned, Word
from kangjiansheng.projects.models import Milestone, Plan


class DecisionEffect(Versioned, Base):
    """One change that an item of an agenda asks for. It takes effect with the decision that carries it, when the
    minutes are finalised: `in_force`, or `not_applied` when it could not be applied any more."""

    __tablename__ = "decision_effect"

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)  # gate, rebaseline, baseline
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"), index=True)
    verdict: Mapped[str] = mapped_column(Word, default="")  # of a gate: go, conditional, stop
    day: Mapped[date | None]  # of a milestone: the new planned day
    name: Mapped[str] = mapped_column(Label, default="")  # of a project's new baseline
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # of a gate: text, due
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    life: Mapped[str] = mapped_column(Word, default="proposed")  # proposed, in_force, not_applied
    refusal: Mapped[str] = mapped_column(Word, default="")  # why it was held: the code of the rule
    refusal_facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    settled_at: Mapped[datetime | None]
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), index=True)

    item: Mapped[AgendaItem] = relationship()
    decision: Mapped[Decision | None] = relationship()
    plan: Mapped[Plan] = relationship()
    milestone: Mapped[Milestone | None] = relationship()
    proposed_by: Mapped[Person] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = "decision_id kind plan_id milestone_id verdict day name conditions removed_at life refusal"
        return {key: getattr(self, key) for key in plain.split()}
