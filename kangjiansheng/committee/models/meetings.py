"""Meetings, agenda, attendance and recusals."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.committees import Committee, CommitteeMember
from kangjiansheng.core.db import Base, Label, Named, Versioned, Word
from kangjiansheng.projects.models import Milestone, Project

if TYPE_CHECKING:
    from kangjiansheng.committee.models.minutes import Minutes

OWNED = "all, delete-orphan"
# Few items are about a gate, and every page that names a status asks for them.
_DECIDES = text("gate_id IS NOT NULL")


# What a revision of a meeting keeps of each item of its agenda, in this order.
ITEM_STATE = ("id", "position", "kind", "name_hans", "minutes_planned", "project_id", "gate_id")


class Item(Named):
    """What is to be dealt with, on an agenda or waiting for one."""

    def content(self) -> dict[str, Any]:
        """What it says: what goes along when an item is made from another."""
        keys = (
            "name_hans name_hant name_en kind minutes_planned presenter presenter_id text project_id gate_id"
        )
        return {key: getattr(self, key) for key in keys.split()}


class Meeting(Named, Versioned, Base):
    """A meeting of a committee. `year_serial` is its number in the year, `running_no` its number ever; both are below
    nothing while it is a draft. `published_at` is when a draft became a meeting; nothing for one that never was one."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("committee_id", "running_no"),
        UniqueConstraint("committee_id", "year", "year_serial"),
        # The order of the lists, of all and of one committee.
        Index("ix_meeting_day", "held_on", "running_no", "id"),
        Index("ix_meeting_committee_day", "committee_id", "held_on", "running_no", "id"),
        Index("ix_meeting_running_no", "running_no"),  # the order of decisions
        Index("ix_meeting_draft_code", "draft_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)  # SAC-2026-03
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"))
    running_no: Mapped[int]
    year: Mapped[int]
    year_serial: Mapped[int]
    minutes_no: Mapped[str] = mapped_column(
        Label, default=""
    )  # 康科委纪〔2026〕3号, by the pattern of its day
    held_on: Mapped[date]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(Label, default="")
    life: Mapped[str] = mapped_column(Word, default="planned")  # states: rules/meetings
    draft_code: Mapped[str] = mapped_column(Word, default="")  # its address while it was a draft
    published_at: Mapped[datetime | None]
    series_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_series.id"), index=True)
    year_inferred: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(Label, default="")
    illustrative: Mapped[bool] = mapped_column(default=False)
    invite_sequence: Mapped[int] = mapped_column(
        default=0
    )  # of the invitation, raised by what changes people's day
    withdrawn_at: Mapped[datetime | None]  # an import that was undone: seen by nobody any more

    committee: Mapped[Committee] = relationship()
    items: Mapped[list["AgendaItem"]] = relationship(
        cascade=OWNED, back_populates="meeting", order_by="AgendaItem.position"
    )
    attendance: Mapped[list["Attendance"]] = relationship(cascade=OWNED, back_populates="meeting")
    presence: Mapped[list["Presence"]] = relationship(
        cascade=OWNED, back_populates="meeting", order_by="Presence.came_at, Presence.id"
    )
    minutes: Mapped["Minutes | None"] = relationship(back_populates="meeting", uselist=False)

    @property
    def seated(self) -> list[CommitteeMember]:
        """The seats that are held on the day of the meeting."""
        return self.committee.seats_on(self.held_on)

    def seats(self) -> dict[int, CommitteeMember]:
        """The seat of each person as it was held on the day of the meeting; of who held none then, the last one. Who was
        elected again, or into another office, has more than one. In the order of the seats."""
        by_day = sorted(self.committee.members, key=lambda m: (m.is_held_on(self.held_on), m.valid_from))
        found = {member.person_id: member for member in by_day}
        return dict(sorted(found.items(), key=lambda one: (one[1].seat, one[1].id)))

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = "code name_hans name_hant name_en held_on starts_at ends_at place life"
        return {key: getattr(self, key) for key in plain.split()} | {
            "items": [[getattr(item, key) for key in ITEM_STATE] for item in self.items],
            "attendance": sorted([a.person_id, a.answer, a.mode] for a in self.attendance),
            "presence": [[p.person_id, p.mode, p.came_at, p.left_at] for p in self.presence],
        }


class AgendaItem(Item, Base):
    """One item of an agenda. `name_*` is its title. It may concern a project, and decide one of its gates."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        UniqueConstraint("meeting_id", "position"),
        Index("ix_agenda_item_source", "source"),  # which came from an ask
        Index("ix_agenda_item_gate", "gate_id", sqlite_where=_DECIDES, postgresql_where=_DECIDES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(Word)  # confirm, hear, discuss, decide
    minutes_planned: Mapped[int] = mapped_column(default=15)
    presenter: Mapped[str] = mapped_column(Label, default="")  # as typed, or the name of the person
    presenter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"), index=True)
    source: Mapped[str] = mapped_column(Word, default="")  # what it was proposed for: milestone:12, action:7
    opened_at: Mapped[datetime | None]  # when the meeting came to it, and went on
    closed_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship(back_populates="items")
    project: Mapped[Project | None] = relationship()
    gate: Mapped[Milestone | None] = relationship()
    presenting: Mapped[Person | None] = relationship()

    @property
    def version(self) -> int:
        """What a form compares with: the agenda is one thing with its meeting."""
        return self.meeting.version


class Attendance(Base):
    """What a member answered to the invitation and how she took part."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    answer: Mapped[str] = mapped_column(Word, default="none")  # none, yes, online, no
    answered_at: Mapped[
        datetime | None
    ]  # when the answer was given: a later one takes its place, an earlier one does not
    mode: Mapped[str] = mapped_column(Word, default="")  # on_site, online, absent; empty until recorded
    voting: Mapped[bool] = mapped_column(default=True)

    meeting: Mapped[Meeting] = relationship(back_populates="attendance")
    person: Mapped[Person] = relationship(lazy="joined")


class Presence(Base):
    """One stay of a person in a meeting: from when to when, in the room or on the line. Who was there without
    a stay was recorded afterwards, without times."""

    __tablename__ = "presence"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    mode: Mapped[str] = mapped_column(Word)  # on_site, online
    came_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship(back_populates="presence")
    person: Mapped[Person] = relationship()

    @property
    def version(self) -> int:
        """What a form compares with: who was there is one thing with the meeting."""
        return self.meeting.version


class Recusal(Base):
    """What was decided about a member and an item. `whole`: takes no part and does not see it. `facts`: states the
    facts, leaves for discussion and vote, and reads of these when the minutes stand. `stays`: has an interest,
    declared it, and takes part by decision of those who keep the committee."""

    __tablename__ = "recusal"
    __table_args__ = (UniqueConstraint("agenda_item_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)  # whole, facts, stays
    reason: Mapped[str] = mapped_column(Label, default="")
    left_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    item: Mapped[AgendaItem] = relationship()
