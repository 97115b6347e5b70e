"""Hand-offs between institutions, their checklists and their two signatures. Past days stand in the revisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import AppendOnly, Base, Label, Named, Versioned, Word
from kangjiansheng.labs.models import Institution
from kangjiansheng.projects.models.plans import OWNED, Milestone, Project

PLAIN = [
    "code",
    "name_hans",
    "name_hant",
    "name_en",
    "kind",
    "detail",
    "project_id",
    "milestone_id",
    "giver_id",
    "receiver_id",
    "promised_on",
    "asked_on",
    "accepted_on",
    "delivered_on",
    "received_on",
    "round",
    "reason",
]


class HandOff(Named, Versioned, Base):
    """Something that one institution of a project hands to another: cells, data, documents, an approval, a technology."""

    __tablename__ = "hand_off"
    __table_args__ = (
        CheckConstraint("giver_id <> receiver_id", name="not_itself"),
        Index("ix_hand_off_project_id_state", "project_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)  # HO-7KQ3M; older ones are numbers
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    milestone_id: Mapped[int | None] = mapped_column(
        ForeignKey("milestone.id"), index=True
    )  # that waits for it
    giver_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    receiver_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)  # rules.hand_offs.KINDS
    detail: Mapped[str] = mapped_column(Text, default="")
    # rules.hand_offs.STATES; `state()` is the whole of it, as of every thing that has revisions.
    life: Mapped[str] = mapped_column("state", Word, default="proposed")
    promised_on: Mapped[date | None]  # by the giver
    asked_on: Mapped[date | None]  # by the receiver, while the giver has not answered
    accepted_on: Mapped[date | None]  # agreed by both
    delivered_on: Mapped[date | None]
    received_on: Mapped[date | None]
    round: Mapped[int] = mapped_column(default=0)  # how many times it was delivered
    reason: Mapped[str] = mapped_column(Text, default="")  # of the dispute, or of the withdrawal

    project: Mapped[Project] = relationship()
    milestone: Mapped[Milestone | None] = relationship()
    giver: Mapped[Institution] = relationship(foreign_keys=[giver_id])
    receiver: Mapped[Institution] = relationship(foreign_keys=[receiver_id])
    items: Mapped[list["HandOffItem"]] = relationship(cascade=OWNED, order_by="HandOffItem.position")
    signatures: Mapped[list["HandOffSignature"]] = relationship(order_by="HandOffSignature.id")

    def state(self) -> dict[str, Any]:
        """The state, for history, audit and past days; of the checklist what each side has ticked."""
        items = [[row.text, row.given, row.taken] for row in self.items]
        return {key: getattr(self, key) for key in PLAIN} | {"state": self.life, "items": items}

    def text(self) -> dict[str, Any]:
        """What both sign: between whom, what, agreed for when, delivered when, with what."""
        return {
            "code": self.code,
            "project": self.project.code,
            "giver": self.giver.code,
            "receiver": self.receiver.code,
            "kind": self.kind,
            "names": [self.name_hans, self.name_hant, self.name_en],
            "detail": self.detail,
            "agreed_on": self.accepted_on,
            "round": self.round,
            "items": [row.text for row in self.items],
        }


class HandOffItem(Base):
    """One line of the checklist: the giver ticks it at the delivery, the receiver at the receipt."""

    __tablename__ = "hand_off_item"
    __table_args__ = (UniqueConstraint("hand_off_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hand_off_id: Mapped[int] = mapped_column(ForeignKey("hand_off.id", ondelete="CASCADE"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Label)
    given: Mapped[bool] = mapped_column(default=False)
    taken: Mapped[bool] = mapped_column(default=False)


class HandOffSignature(AppendOnly, Base):
    """One side's signature on one delivery: printed name, for whom, meaning, time, and what was signed."""

    __tablename__ = "hand_off_signature"
    __table_args__ = (UniqueConstraint("hand_off_id", "round", "side"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hand_off_id: Mapped[int] = mapped_column(ForeignKey("hand_off.id"))
    round: Mapped[int]
    side: Mapped[str] = mapped_column(Word)  # giver: delivered; receiver: received
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    printed_name: Mapped[str] = mapped_column(Label)
    latin_name: Mapped[str | None] = mapped_column(Label)  # where it differs from the printed name
    text_sha256: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(Word, default="password")
    signed_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    person: Mapped[Person] = relationship()
    institution: Mapped[Institution] = relationship()
