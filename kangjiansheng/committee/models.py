"""Committees, meetings, minutes by paragraph, signatures, decisions and actions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import AppendOnly, Base, Label, Named, Versioned, Word
from kangjiansheng.labs.models import Institution
from kangjiansheng.projects.models import Project

OWNED = "all, delete-orphan"


class Committee(Named, Versioned, Base):
    """A committee and the settings of its charter."""

    __tablename__ = "committee"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    short_hans: Mapped[str] = mapped_column(Word, default="")  # in minutes numbers: 康科委纪
    purpose: Mapped[str] = mapped_column(Text, default="")
    nature: Mapped[str] = mapped_column(Text, default="")
    founded_on: Mapped[date | None]
    year_inferred: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(Label, default="")
    quorum_numerator: Mapped[int] = mapped_column(default=2)
    quorum_denominator: Mapped[int] = mapped_column(default=3)
    approval_rule: Mapped[str] = mapped_column(Word, default="chair_and_n")  # all_present, chair_and_n, chair
    approval_members: Mapped[int] = mapped_column(default=2)  # the N of chair_and_n
    review_days: Mapped[int] = mapped_column(default=7)
    archived_at: Mapped[datetime | None]

    members: Mapped[list["CommitteeMember"]] = relationship(
        cascade=OWNED, back_populates="committee", order_by="CommitteeMember.seat"
    )

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = (
            "code name_hans name_hant name_en short_hans purpose nature founded_on quorum_numerator "
            "quorum_denominator approval_rule approval_members review_days archived_at"
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
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    voting: Mapped[bool] = mapped_column(default=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    illustrative: Mapped[bool] = mapped_column(default=False)

    committee: Mapped[Committee] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()
    institution: Mapped[Institution | None] = relationship()


class NumberSeries(Base):
    """The last number given in a series; taken under the write lock, never given twice."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("committee_id", "kind", "scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"))
    kind: Mapped[str] = mapped_column(Word)  # meeting, running, D, R, A
    scope: Mapped[str] = mapped_column(Word)  # the year, or year-running number, or ""
    last: Mapped[int] = mapped_column(default=0)


class Meeting(Named, Versioned, Base):
    """A meeting of a committee. `year_serial` is its number in the year, `running_no` its number ever."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("committee_id", "running_no"),
        UniqueConstraint("committee_id", "year", "year_serial"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)  # SAC-2026-03
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"))
    running_no: Mapped[int]
    year: Mapped[int]
    year_serial: Mapped[int]
    held_on: Mapped[date]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(Label, default="")
    life: Mapped[str] = mapped_column(Word, default="planned")  # planned, held, cancelled
    year_inferred: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(Label, default="")
    illustrative: Mapped[bool] = mapped_column(default=False)

    committee: Mapped[Committee] = relationship()
    items: Mapped[list["AgendaItem"]] = relationship(
        cascade=OWNED, back_populates="meeting", order_by="AgendaItem.position"
    )
    attendance: Mapped[list["Attendance"]] = relationship(cascade=OWNED, back_populates="meeting")
    minutes: Mapped["Minutes | None"] = relationship(back_populates="meeting", uselist=False)

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = "code name_hans name_hant name_en held_on starts_at ends_at place life"
        return {key: getattr(self, key) for key in plain.split()} | {
            "items": [
                [i.id, i.position, i.kind, i.name_hans, i.minutes_planned, i.project_id] for i in self.items
            ],
            "attendance": sorted([a.person_id, a.answer, a.mode] for a in self.attendance),
        }


class AgendaItem(Named, Base):
    """One item of an agenda. `name_*` is its title. It may concern a project."""

    __tablename__ = "agenda_item"
    __table_args__ = (UniqueConstraint("meeting_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(Word)  # confirm, hear, discuss, decide
    minutes_planned: Mapped[int] = mapped_column(default=15)
    presenter: Mapped[str] = mapped_column(Label, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)

    meeting: Mapped[Meeting] = relationship(back_populates="items")
    project: Mapped[Project | None] = relationship()

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
    mode: Mapped[str] = mapped_column(Word, default="")  # on_site, online, absent; empty until recorded
    voting: Mapped[bool] = mapped_column(default=True)

    meeting: Mapped[Meeting] = relationship(back_populates="attendance")
    person: Mapped[Person] = relationship()


class Recusal(Base):
    """A member who takes no part in an item and may not see it. Declaring interests comes later; the
    visibility of items asks this table from the first day."""

    __tablename__ = "recusal"
    __table_args__ = (UniqueConstraint("agenda_item_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)  # whole, vote_only


class Minutes(Versioned, Base):
    """The minutes of one meeting: draft → review → approved (frozen). `record` is what a published source
    tells of a meeting: frozen too, and signed by nobody."""

    __tablename__ = "minutes"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    language: Mapped[str] = mapped_column(Word, default="zh-Hans")
    life: Mapped[str] = mapped_column(Word, default="draft")  # draft, review, approved, record
    drafter_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    review_due_on: Mapped[date | None]
    current_draft: Mapped[int] = mapped_column(default=0)  # number of the draft under review or approved
    approved_at: Mapped[datetime | None]
    illustrative: Mapped[bool] = mapped_column(default=False)

    meeting: Mapped[Meeting] = relationship(back_populates="minutes")
    drafter: Mapped[Person] = relationship()
    paragraphs: Mapped[list["Paragraph"]] = relationship(
        back_populates="minutes", order_by="Paragraph.position"
    )
    drafts: Mapped[list["DraftVersion"]] = relationship(
        back_populates="minutes", order_by="DraftVersion.number"
    )
    amendments: Mapped[list["Amendment"]] = relationship(
        back_populates="minutes", order_by="Amendment.number"
    )

    def state(self) -> dict[str, Any]:
        """Where the minutes stand; the texts have their own append-only revisions."""
        plain = "language life drafter_id review_due_on current_draft approved_at"
        return {key: getattr(self, key) for key in plain.split()}


class Paragraph(Base):
    """A place in the minutes with an id that never changes. Its text lies in its revisions."""

    __tablename__ = "paragraph"
    __table_args__ = (Index("ix_paragraph_minutes", "minutes_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Word, unique=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    agenda_item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    kind: Mapped[str] = mapped_column(Word, default="text")  # heading, text, decision, action
    position: Mapped[int]
    revision_no: Mapped[int] = mapped_column(default=1)  # the latest revision, which forms compare with
    removed_at: Mapped[datetime | None]

    minutes: Mapped[Minutes] = relationship(back_populates="paragraphs")
    agenda_item: Mapped[AgendaItem | None] = relationship()
    revisions: Mapped[list["ParagraphRevision"]] = relationship(
        back_populates="paragraph", order_by="ParagraphRevision.number"
    )
    comments: Mapped[list["Comment"]] = relationship(back_populates="paragraph", order_by="Comment.id")
    wording: Mapped["ParagraphRevision"] = relationship(
        primaryjoin=lambda: and_(
            foreign(ParagraphRevision.paragraph_id) == Paragraph.id,
            ParagraphRevision.number == Paragraph.revision_no,
        ),
        viewonly=True,
        uselist=False,
    )

    @property
    def text(self) -> str:
        """The latest wording."""
        return self.wording.text

    @property
    def version(self) -> int:
        """What a form compares with: the number of the latest wording."""
        return self.revision_no


class ParagraphRevision(AppendOnly, Base):
    """One wording of a paragraph, in Markdown."""

    __tablename__ = "paragraph_revision"
    __table_args__ = (UniqueConstraint("paragraph_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    paragraph: Mapped[Paragraph] = relationship(back_populates="revisions")
    author: Mapped[Person] = relationship()


class DraftVersion(AppendOnly, Base):
    """A frozen draft: what reviewers read and signatures sign. `sha256` is over its canonical text."""

    __tablename__ = "draft_version"
    __table_args__ = (UniqueConstraint("minutes_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(Word, default="draft")  # draft, amendment
    header: Mapped[dict[str, Any]]  # title, time, place, attendance, as frozen
    sha256: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(Word)  # approval rule when review opened
    frozen_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    minutes: Mapped[Minutes] = relationship(back_populates="drafts")
    paragraphs: Mapped[list["DraftParagraph"]] = relationship(
        back_populates="draft", order_by="DraftParagraph.position"
    )
    signers: Mapped[list["Signer"]] = relationship(back_populates="draft", order_by="Signer.id")
    signatures: Mapped[list["Signature"]] = relationship(back_populates="draft", order_by="Signature.id")


class DraftParagraph(AppendOnly, Base):
    """Which wording stands at which place of a frozen draft, under which printed number."""

    __tablename__ = "draft_paragraph"
    __table_args__ = (UniqueConstraint("draft_version_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    position: Mapped[int]
    printed_no: Mapped[str] = mapped_column(Word)  # 1.1
    paragraph_revision_id: Mapped[int] = mapped_column(ForeignKey("paragraph_revision.id"))
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    draft: Mapped[DraftVersion] = relationship(back_populates="paragraphs")
    revision: Mapped[ParagraphRevision] = relationship()


class Comment(Base):
    """What a reader says to a paragraph, with answers below it."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"), index=True)
    revision_no: Mapped[int]  # the wording that the reader saw
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    illustrative: Mapped[bool] = mapped_column(default=False)

    paragraph: Mapped[Paragraph] = relationship(back_populates="comments")
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    resolved_by: Mapped[Person | None] = relationship(foreign_keys=[resolved_by_id])


class Signer(Base):
    """Who must or may sign a draft; fixed when its review opens."""

    __tablename__ = "signer"
    __table_args__ = (UniqueConstraint("draft_version_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    capacity: Mapped[str] = mapped_column(Word)  # chair, member
    required: Mapped[bool] = mapped_column(default=True)

    draft: Mapped[DraftVersion] = relationship(back_populates="signers")
    person: Mapped[Person] = relationship()


class Signature(AppendOnly, Base):
    """One person's signature (or request for changes) on one frozen draft, as 21 CFR 11.50 asks:
    printed name, meaning, time; `text_sha256` is what the signer was shown."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("draft_version_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    printed_name: Mapped[str] = mapped_column(Label)
    capacity: Mapped[str] = mapped_column(Word)
    meaning: Mapped[str] = mapped_column(Word)  # approve, approve_with_reservation, request_changes
    note: Mapped[str] = mapped_column(Text, default="")
    text_sha256: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(Word, default="password")
    signed_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    draft: Mapped[DraftVersion] = relationship(back_populates="signatures")
    person: Mapped[Person] = relationship()


class Amendment(Base):
    """A numbered correction of approved minutes: a draft version of its own beside the original."""

    __tablename__ = "amendment"
    __table_args__ = (UniqueConstraint("minutes_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    number: Mapped[int]
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"))
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    draft_version_id: Mapped[int | None] = mapped_column(ForeignKey("draft_version.id"))
    life: Mapped[str] = mapped_column(Word, default="review")  # review, approved, withdrawn
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]

    minutes: Mapped[Minutes] = relationship(back_populates="amendments")
    paragraph: Mapped[Paragraph] = relationship()
    author: Mapped[Person] = relationship()
    draft: Mapped[DraftVersion | None] = relationship()


class Decision(Versioned, Base):
    """A numbered resolution (D) or recommendation (R) of a committee: advice, not the company's decision."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Word, unique=True)  # D-2026-06-01
    kind: Mapped[str] = mapped_column(Word)  # D, R
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    agenda_item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    paragraph_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstentions: Mapped[int | None]
    recused: Mapped[int | None]
    recorded_at: Mapped[datetime]
    illustrative: Mapped[bool] = mapped_column(default=False)

    meeting: Mapped[Meeting] = relationship()
    agenda_item: Mapped[AgendaItem | None] = relationship()
    project: Mapped[Project | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = "number kind text project_id votes_for votes_against abstentions recused"
        return {key: getattr(self, key) for key in plain.split()}


class Action(Versioned, Base):
    """A numbered action: who does what by when."""

    __tablename__ = "action"
    __table_args__ = (Index("ix_action_open", "life", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Word, unique=True)  # A-2026-06-01
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    agenda_item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    owner_role: Mapped[str] = mapped_column(Label, default="")
    due_on: Mapped[date | None]
    life: Mapped[str] = mapped_column(Word, default="open")  # open, done, dropped
    done_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    illustrative: Mapped[bool] = mapped_column(default=False)

    meeting: Mapped[Meeting] = relationship()
    owner: Mapped[Person | None] = relationship()
    project: Mapped[Project | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = "number text owner_id owner_role due_on life done_on note project_id"
        return {key: getattr(self, key) for key in plain.split()}
