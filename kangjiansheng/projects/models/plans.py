"""Projects, plans, milestones, and the two ledgers: what was promised when, and by whom."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import AppendOnly, Base, Label, Named, Versioned, Word
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.projects.models.claims import StatusClaim

if TYPE_CHECKING:
    from kangjiansheng.projects.models.gates import GateDecision

OWNED = "all, delete-orphan"


class TemplateVersion(Versioned, Base):
    """One version of a pathway, frozen once it is published. A running plan keeps the version that it was made from.

    `draft` is being written; `published` is what new plans are made from, one for each pathway; `retired` was
    published once, or was given up as a draft (then nothing says when it was published).
    """

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("code", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word)  # A_drug … F_techtransfer
    number: Mapped[int]
    edition: Mapped[int | None]  # of the product's own templates; empty for what was written here
    names: Mapped[dict[str, Any]]  # hans, hant, en
    milestones: Mapped[list[Any]]  # as in the reference data: code, names, predecessors, durations, gate, …
    status: Mapped[str] = mapped_column(Word, default="published")  # draft, published, retired
    reason: Mapped[str] = mapped_column(Text, default="")  # why the draft was begun
    note: Mapped[str] = mapped_column(Text, default="")  # what was said at publication
    published_at: Mapped[datetime | None]


class Project(Named, Versioned, Base):
    """One R&D project of one or more joint laboratories. The row is today's state; the ledger has all."""

    __tablename__ = "project"
    __table_args__ = (Index("ix_project_stage", "stage", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    modality: Mapped[str] = mapped_column(Word)
    donor_source: Mapped[str] = mapped_column(Label, default="")
    target: Mapped[str] = mapped_column(Label, default="")
    indication_hans: Mapped[str] = mapped_column(Label, default="")
    indication_hant: Mapped[str] = mapped_column(Label, default="")
    indication_en: Mapped[str] = mapped_column(Label, default="")
    indication_group: Mapped[str] = mapped_column(Label, default="")
    pathway: Mapped[str] = mapped_column(Word)  # template code
    stage: Mapped[str] = mapped_column(Word)
    status: Mapped[str] = mapped_column(Word)  # as claimed by its people
    priority: Mapped[str] = mapped_column(Word, default="")
    owner_role: Mapped[str] = mapped_column(Label, default="")
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    confidentiality: Mapped[str] = mapped_column(Word, default="parties")  # open, parties, team
    baseline_start: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    illustrative: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]

    lead: Mapped[Person | None] = relationship()
    labs: Mapped[list["ProjectLab"]] = relationship(cascade=OWNED, back_populates="project")
    parties: Mapped[list["ProjectParty"]] = relationship(cascade=OWNED, back_populates="project")
    members: Mapped[list["ProjectMember"]] = relationship(cascade=OWNED, back_populates="project")
    registrations: Mapped[list["ProjectRegistration"]] = relationship(cascade=OWNED)
    claims: Mapped[list["StatusClaim"]] = relationship(order_by="StatusClaim.id")
    plan: Mapped["Plan | None"] = relationship(back_populates="project", uselist=False)

    @property
    def indication(self) -> dict[str, str]:
        """The indication in up to three scripts, for `name_of`."""
        return {"hans": self.indication_hans, "hant": self.indication_hant, "en": self.indication_en}

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/projects/{self.code}"

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = (
            "code name_hans name_hant name_en modality donor_source target indication_hans indication_hant "
            "indication_en indication_group pathway stage status priority owner_role lead_id confidentiality "
            "baseline_start note archived_at"
        )
        return {key: getattr(self, key) for key in plain.split()} | {
            "labs": sorted([row.lab_id, row.leads] for row in self.labs),
            "parties": sorted([row.institution_id, row.role] for row in self.parties),
            "members": sorted([row.person_id, row.role, row.valid_from.isoformat()] for row in self.members),
            "registrations": sorted([row.register, row.number] for row in self.registrations),
        }


class ProjectLab(Base):
    """A laboratory that works on a project; one of them leads."""

    __tablename__ = "project_lab"
    __table_args__ = (UniqueConstraint("project_id", "lab_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    lab_id: Mapped[int] = mapped_column(ForeignKey("joint_lab.id"), index=True)
    leads: Mapped[bool] = mapped_column(default=False)

    project: Mapped[Project] = relationship(back_populates="labs")
    lab: Mapped[JointLab] = relationship()


class ProjectParty(Base):
    """An institution that takes part in a project."""

    __tablename__ = "project_party"
    __table_args__ = (UniqueConstraint("project_id", "institution_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    role: Mapped[str] = mapped_column(Word, default="partner")  # sponsor, clinical, partner, funder

    project: Mapped[Project] = relationship(back_populates="parties")
    institution: Mapped[Institution] = relationship()


class ProjectMember(Base):
    """A person of a project's team, from a day to a day (inclusive)."""

    __tablename__ = "project_member"
    __table_args__ = (Index("ix_project_member_person", "person_id", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(Word)  # lead, member, reader
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    project: Mapped[Project] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class ProjectRegistration(Base):
    """A number under which a registry or authority knows the project: as typed, and normalised."""

    __tablename__ = "project_registration"
    __table_args__ = (UniqueConstraint("project_id", "register", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    register: Mapped[str] = mapped_column(Word)
    number: Mapped[str] = mapped_column(Label, index=True)
    typed: Mapped[str] = mapped_column(Label)


class ProjectEntry(AppendOnly, Base):
    """The project's ledger: its full state after each act."""

    __tablename__ = "project_entry"
    __table_args__ = (
        Index("ix_project_entry_as_of", "project_id", "effective_at", "id"),
        Index("ix_project_entry_day", "effective_at", "project_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str] = mapped_column(Word)  # open, edit, archive, undo
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
    imported: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[str] = mapped_column(Word)
    status: Mapped[str] = mapped_column(Word)
    name_hans: Mapped[str] = mapped_column(Label)
    modality: Mapped[str] = mapped_column(Word)
    indication_group: Mapped[str] = mapped_column(Label)
    pathway: Mapped[str] = mapped_column(Word)
    lead_lab_id: Mapped[int | None] = mapped_column(ForeignKey("joint_lab.id"))
    state: Mapped[dict[str, Any]]

    change_set: Mapped[ChangeSet] = relationship()


class Plan(Base):
    """A set of milestones; it belongs to one project or to one laboratory."""

    __tablename__ = "plan"
    __table_args__ = (CheckConstraint("(project_id IS NULL) <> (lab_id IS NULL)", name="one_owner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), unique=True)
    lab_id: Mapped[int | None] = mapped_column(ForeignKey("joint_lab.id"), unique=True)
    template_version_id: Mapped[int | None] = mapped_column(ForeignKey("template_version.id"))

    project: Mapped[Project | None] = relationship(back_populates="plan")
    lab: Mapped[JointLab | None] = relationship()
    template_version: Mapped[TemplateVersion | None] = relationship()
    milestones: Mapped[list["Milestone"]] = relationship(back_populates="plan", order_by="Milestone.position")
    decisions: Mapped[list["GateDecision"]] = relationship(
        secondary="milestone", viewonly=True, order_by="GateDecision.id.desc()"
    )

    @property
    def owner(self) -> Project | JointLab:
        """What the plan belongs to: its code, its names, its version, whether it is archived or illustrative."""
        found = self.project or self.lab
        assert found is not None
        return found

    @property
    def illustrative(self) -> bool:
        """Whether what the plan belongs to is."""
        return self.owner.illustrative

    @property
    def of(self) -> str:
        """The first word of the addresses of what the plan belongs to: projects, labs."""
        return "projects" if self.project else "labs"

    @property
    def path(self) -> str:
        """The path of the page that shows the plan."""
        return f"/projects/{self.owner.code}" if self.project else f"/labs/{self.owner.code}/plan"

    @property
    def lead_id(self) -> int | None:
        """Who owns its new milestones; those added to a laboratory's plan wait until a director hands them to somebody."""
        return self.project.lead_id if self.project else None

    @property
    def begun(self) -> date | None:
        """The day on which the work began, where somebody has said it."""
        return self.project.baseline_start if self.project else None


class Milestone(Named, Versioned, Base):
    """One promise of a plan: today's state, for speed; written together with its ledger entry."""

    __tablename__ = "milestone"
    __table_args__ = (
        UniqueConstraint("plan_id", "code"),
        Index("ix_milestone_open", "state", "forecast"),
        Index("ix_milestone_owner", "owner_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    code: Mapped[str] = mapped_column(Word)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(Word, default="milestone")  # milestone, decision (X9…)
    gate: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    baseline: Mapped[date | None]
    current_plan: Mapped[date | None]
    forecast: Mapped[date | None]  # the last confirmed one
    proposed: Mapped[date | None]  # said, not yet confirmed
    actual: Mapped[date | None]
    state: Mapped[str] = mapped_column(Word, default="open")  # open, done, cancelled
    flagged: Mapped[bool] = mapped_column(default=False)  # its owner sees a risk
    confirmed_at: Mapped[datetime | None]  # when somebody last confirmed or moved it
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason_code: Mapped[str | None] = mapped_column(Word)  # of the last move
    note: Mapped[str] = mapped_column(Text, default="")  # of the last move
    moves: Mapped[int] = mapped_column(default=0)
    evidence_ref: Mapped[str] = mapped_column(Label, default="")  # as the imported file names it
    # From the last predecessor; None when nobody has said it: then it is the gap that the plan leaves.
    duration: Mapped[int | None]
    unit: Mapped[str] = mapped_column(Word, default="day")  # day, workday: of the duration

    plan: Mapped[Plan] = relationship(back_populates="milestones")
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])
    responsible: Mapped[Institution | None] = relationship()
    entries: Mapped[list["MilestoneEntry"]] = relationship(
        back_populates="milestone", order_by="MilestoneEntry.effective_at, MilestoneEntry.id"
    )

    @property
    def illustrative(self) -> bool:
        """Whether what its plan belongs to is."""
        return self.plan.illustrative

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/{self.plan.of}/{self.plan.owner.code}/milestones/{self.code}"


class MilestoneLink(Base):
    """A predecessor of a milestone: finish to start, with a lag in calendar or working days."""

    __tablename__ = "milestone_link"
    __table_args__ = (
        UniqueConstraint("milestone_id", "predecessor_id"),
        CheckConstraint("milestone_id <> predecessor_id", name="not_itself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"))
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    lag: Mapped[int] = mapped_column(default=0)
    unit: Mapped[str] = mapped_column(Word, default="day")  # day, workday


class Baseline(AppendOnly, Base):
    """A plan as it was frozen under a name, by whose authority and why. The first baseline is on the milestone."""

    __tablename__ = "baseline"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(Label)
    reason: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(Label)
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    change_set: Mapped[ChangeSet] = relationship()


class BaselineRow(AppendOnly, Base):
    """The date of one milestone in a named baseline."""

    __tablename__ = "baseline_row"
    __table_args__ = (UniqueConstraint("baseline_id", "milestone_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    baseline_id: Mapped[int] = mapped_column(ForeignKey("baseline.id"))
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    day: Mapped[date]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)


class ClockStop(Base):
    """A span in which the statutory clock of a milestone stands still (发补); without a last day it still does."""

    __tablename__ = "clock_stop"

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    first: Mapped[date]
    last: Mapped[date | None]
    note: Mapped[str] = mapped_column(Label, default="")


class MilestoneEntry(AppendOnly, Base):
    """The commitment ledger: the full state of a milestone after each act."""

    __tablename__ = "milestone_entry"
    __table_args__ = (
        Index("ix_milestone_entry_as_of", "milestone_id", "effective_at", "id"),
        Index("ix_milestone_entry_day", "effective_at", "milestone_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"))
    kind: Mapped[str] = mapped_column(
        Word
    )  # open, rebaseline, forecast, follow, propose, confirm, done, reopen, cancel, undo
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
    imported: Mapped[bool] = mapped_column(default=False)
    baseline: Mapped[date | None]
    current_plan: Mapped[date | None]
    forecast: Mapped[date | None]
    proposed: Mapped[date | None]
    actual: Mapped[date | None]
    state: Mapped[str] = mapped_column(Word)
    flagged: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason_code: Mapped[str | None] = mapped_column(Word)
    note: Mapped[str] = mapped_column(Text, default="")
    moves: Mapped[int] = mapped_column(default=0)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("milestone_entry.id"))

    milestone: Mapped[Milestone] = relationship(back_populates="entries")
    change_set: Mapped[ChangeSet] = relationship()
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])
