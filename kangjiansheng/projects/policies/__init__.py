"""Who may do what with projects and milestones. Executives and auditors read and change no plan."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Select, bindparam, exists, select

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs.models import Booking, Institution, JointLab, LabMember
from kangjiansheng.labs.policies import edit_lab
from kangjiansheng.labs.queries import directs
from kangjiansheng.labs.queries.visible import own_institutions
from kangjiansheng.projects.models import (
    Ask,
    BookingLink,
    ClockStop,
    Evidence,
    ImportBatch,
    Milestone,
    MilestoneEntry,
    Plan,
    Project,
    Risk,
    Validity,
)
from kangjiansheng.projects.queries.bulk import Change
from kangjiansheng.projects.queries.page import TeamMember
from kangjiansheng.projects.queries.people import BELONGING, LEADING, takes_part, taking_part
from kangjiansheng.projects.queries.rows import MilestoneRow
from kangjiansheng.projects.queries.visible import DIRECTORS


def see(_actor: Actor, _thing: object = None) -> bool:
    """Whatever the loader gave may be seen: visibility is decided in queries."""
    return True


def name_project(actor: Actor, booking: Booking) -> bool:
    """For which project one books says who has booked; executives see every project and may say it, too."""
    return booking.person_id == actor.id or actor.has("executive")


def forget_project(actor: Actor, link: BookingLink) -> bool:
    """The same for taking it back."""
    return name_project(actor, link.booking)


def see_part(_actor: Actor, _pair: tuple[Project, str]) -> bool:
    """The same for a part of a project."""
    return True


def lists(_actor: Actor) -> bool:
    """Everybody may open a list; it holds what they may see."""
    return True


def create(actor: Actor) -> bool:
    """Executives and the directors of laboratories register projects."""
    if actor.has("system", "executive"):
        return True
    directs = exists().where(
        LabMember.person_id == actor.id, LabMember.role.in_(DIRECTORS), holds_on(LabMember, clock.today())
    )
    return bool(db.session.scalar(select(directs)))


def labs_led(actor: Actor) -> set[str] | None:
    """The codes of the laboratories for which the actor may register projects; None for all."""
    if actor.has("executive", "system"):
        return None
    query = (
        select(JointLab.code)
        .join(LabMember, LabMember.lab_id == JointLab.id)
        .where(
            LabMember.person_id == actor.id,
            LabMember.role.in_(DIRECTORS),
            holds_on(LabMember, clock.today()),
        )
    )
    return set(db.session.scalars(query))


def import_portfolio(actor: Actor) -> bool:
    """A whole portfolio comes in through administrators and executives."""
    return actor.has("admin", "executive")


def edit(actor: Actor, project: Project) -> bool:
    """A project's facts, people and plan are in the hands of its leads and its laboratories' directors."""
    return actor.has("executive", "system") or leads(actor, project)


def list_readers(actor: Actor, project: Project) -> bool:
    """Who could see a project, by name, is for those who edit it, and for auditors."""
    return actor.has("auditor") or edit(actor, project)


def editable(actor: Actor) -> list[str]:
    """The codes of the projects that the actor may edit, in order; archived ones are left out."""
    query = select(Project.code).where(Project.archived_at.is_(None)).order_by(Project.code)
    if not actor.has("executive", "system"):
        row = taking_part()
        led = select(row.c.project_id).where(row.c.person_id == actor.id, row.c.part.in_(LEADING))
        query = query.where(Project.id.in_(led))
    return list(db.session.scalars(query))


def import_trial(actor: Actor) -> bool:
    """Records of registries come in through those who register projects or lead one."""
    return create(actor) or bool(editable(actor))


def leads(actor: Actor, project: Project) -> bool:
    """True for the project's leads and the directors of its laboratories."""
    return takes_part(actor.id, LEADING, project_id=project.id)


def raise_risk(actor: Actor, project: Project) -> bool:
    """Risks are written down by those who lead, by the project's members and by executives."""
    return edit(actor, project) or takes_part(actor.id, BELONGING, project_id=project.id)


def change_risk(actor: Actor, risk: Risk) -> bool:
    """A risk is changed by its owner and by those who may write one down."""
    return risk.owner_id == actor.id or raise_risk(actor, risk.project)


def change_risk_so(actor: Actor, pair: tuple[Risk, str]) -> bool:
    """Closing and reopening, like every change."""
    return change_risk(actor, pair[0])


def change_validity(actor: Actor, held: Validity) -> bool:
    """What a project holds for a while is written down and changed by those who may write a risk down."""
    return raise_risk(actor, held.project)


def speaks_for(actor: Actor) -> set[int]:
    """The ids of the institutions in whose name the actor may ask and agree: her own; an executive's are all."""
    query = select(Institution.id).where(Institution.archived_at.is_(None))
    if not actor.has("executive", "system"):
        query = query.where(Institution.id.in_(own_institutions(actor)))
    return set(db.session.scalars(query))


def raise_ask(actor: Actor) -> bool:
    """Members of an institution ask in its name, executives in any; auditors ask for nothing."""
    return not actor.has("auditor") and bool(speaks_for(actor))


_BY_ASKER = {"edit", "withdrawal", "closure", "reopening"}


def ask_acts(actor: Actor, ask: Ask) -> set[str]:
    """What the actor may do about an ask, by the names in the addresses. Its words, closing, withdrawing and raising again
    are for whoever asks; agreeing, answering and declining for whom it is asked of. One of the whole table may be
    answered by any party at it, and is declined by no single one."""
    mine = set() if actor.has("auditor") else speaks_for(actor)
    to_all = ask.to_id is None
    answers, declines = (bool(mine), actor.has("executive")) if to_all else (ask.to_id in mine,) * 2
    found = _BY_ASKER if ask.from_id in mine else set()
    return found | ({"agreement", "answer"} if answers else set()) | ({"refusal"} if declines else set())


def change_ask(actor: Actor, ask: Ask) -> bool:
    """The words of an ask are those of whoever asks."""
    return "edit" in ask_acts(actor, ask)


def answer_ask(actor: Actor, ask: Ask) -> bool:
    """Whoever is asked answers, and agrees on who does what."""
    return "agreement" in ask_acts(actor, ask)


def move_ask(actor: Actor, pair: tuple[Ask, str]) -> bool:
    """Closing, withdrawing and raising again, answering and declining."""
    return pair[1] in ask_acts(actor, pair[0])


def raises(actor: Actor, team: Sequence[TeamMember]) -> bool:
    """The same as `raise_risk`, from a team that has been read already."""
    today = clock.today()
    return actor.has("executive") or any(
        one.person_id == actor.id and one.role in ("lead", "member", *DIRECTORS) and one.holds_on(today)
        for one in team
    )


def plan(actor: Actor, project: Project) -> bool:
    """Milestones are added, planned and handed to people by those who lead."""
    return actor.has("system") or leads(actor, project)


def lead(actor: Actor, plan: Plan) -> bool:
    """The same for a plan, whatever it belongs to: a laboratory's is in the hands of its directors."""
    return actor.has("system") or takes_part(actor.id, LEADING, plan_id=plan.id)


def start_plan(actor: Actor, lab: JointLab) -> bool:
    """The plan of a laboratory is begun by those who direct it; executives read it."""
    return actor.has("system") or directs(actor, lab)


def update(actor: Actor, milestone: Milestone) -> bool:
    """Who may say how a milestone stands: its owner, those who lead, and the plan's members (as a proposal)."""
    if milestone.owner_id == actor.id or actor.has("system"):
        return True
    return takes_part(actor.id, BELONGING, plan_id=milestone.plan_id)


def confirm(actor: Actor, milestone: Milestone) -> bool:
    """Whose word counts at once: the milestone's owner and those who lead."""
    return milestone.owner_id == actor.id or lead(actor, milestone.plan)


def updatable(actor: Actor, team: Sequence[TeamMember], milestones: Iterable[MilestoneRow]) -> set[int]:
    """The ids of the milestones of a project that the actor may update, from what a page has read."""
    return {m.id for m in milestones if m.kind == "milestone" and answers_for(actor, team, m)}


def answers_for(actor: Actor, team: Sequence[TeamMember], milestone: MilestoneRow) -> bool:
    """The same as `update`, from a team that has been read already."""
    today = clock.today()
    roles = {one.role for one in team if one.person_id == actor.id and one.holds_on(today)}
    return milestone.owner_id == actor.id or bool(roles & {"lead", "member", *DIRECTORS})


def speaking(whole: Iterable[TeamMember]) -> list[TeamMember]:
    """Of a team that was read with everybody of the laboratories those whom its rights may rest on."""
    return [one for one in whole if not one.of_lab or one.role in DIRECTORS]


def leads_of(actor: Actor, team: Sequence[TeamMember]) -> bool:
    """The same as `leads`, from a team that has been read already."""
    today = clock.today()
    return any(
        one.person_id == actor.id and one.role in ("lead", *DIRECTORS) and one.holds_on(today) for one in team
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Which plans (ids) somebody leads, and to which they belong; for lists of many milestones."""

    actor: Actor
    leads: frozenset[int]
    members: frozenset[int]

    def may_plan(self, plan_id: int) -> bool:
        """The same as `lead`."""
        return self.actor.has("system") or plan_id in self.leads

    def may_confirm(self, plan_id: int, owner_id: int | None) -> bool:
        """The same as `confirm`."""
        return owner_id == self.actor.id or self.may_plan(plan_id)

    def may_update(self, plan_id: int, owner_id: int | None) -> bool:
        """The same as `update`."""
        return self.may_confirm(plan_id, owner_id) or plan_id in self.members

    def may_update_any(self, plan_ids: Any, owner_ids: Any) -> bool:
        """Whether `update` holds for one of many; columns of the same length, 0 for nobody."""
        theirs = [*self.leads, *self.members]
        whose = (owner_ids == self.actor.id) | np.isin(plan_ids, theirs) | self.actor.has("system")
        return bool(whose.any())


def standing_in(actor: Actor, plan_id: int, parts: Mapping[int, Collection[str]]) -> Standing:
    """The same for one plan, from the parts in it that were read already."""
    mine = set(parts.get(actor.id, ()))
    leads, members = (frozenset({plan_id} if mine & set(part) else ()) for part in (LEADING, BELONGING))
    return Standing(actor, leads, members)


def standing(actor: Actor) -> Standing:
    """What the actor is in all plans today; one statement."""
    found = db.session.execute(_plans_of(), {"person": actor.id}).all()
    leads = frozenset(plan_id for plan_id, part in found if part in LEADING)
    return Standing(actor, leads, frozenset(plan_id for plan_id, _part in found))


@once_a_day
def _plans_of() -> Select[Any]:
    row = taking_part()
    whose = row.c.person_id == bindparam("person"), row.c.part.in_(BELONGING)
    return select(row.c.plan_id, row.c.part).where(*whose)


def undo_bulk(actor: Actor, found: Change) -> bool:
    """Whoever changed many milestones at once may take that back as one."""
    return found.change.actor_id == actor.id


def undo(actor: Actor, entry: MilestoneEntry) -> bool:
    """Who may update the milestone may take back what was said last."""
    return update(actor, entry.milestone)


def own_batch(actor: Actor, batch: ImportBatch) -> bool:
    """Who has sent a sheet decides what becomes of it; others only read."""
    return batch.by_id == actor.id


def act(actor: Actor, pair: tuple[Milestone, str]) -> bool:
    """Reopening, cancelling and flagging are for those whose word counts at once."""
    return confirm(actor, pair[0])


def set_plan(actor: Actor, milestone: Milestone) -> bool:
    """The plan's dates are in the hands of those who lead."""
    return lead(actor, milestone.plan)


def start_clock(actor: Actor, pair: tuple[Milestone, ClockStop]) -> bool:
    """A stopped clock is started again by those who lead."""
    return set_plan(actor, pair[0])


def manage(actor: Actor, pair: tuple[Project, str]) -> bool:
    """Archiving and restoring, like every edit, is for those who lead and for executives."""
    return edit(actor, pair[0])


def hand_over(actor: Actor, pair: tuple[Project, Any]) -> bool:
    """What somebody answers for in a project is handed over by those who lead it."""
    return plan(actor, pair[0])


def hand_over_in_lab(actor: Actor, pair: tuple[JointLab, Any]) -> bool:
    """What somebody answers for in a laboratory is handed over by those who keep its people."""
    return edit_lab(actor, pair[0])


def edit_part(actor: Actor, pair: tuple[Project, int]) -> bool:
    """The same for one part of a project."""
    return edit(actor, pair[0])


def replace_evidence(actor: Actor, piece: Evidence) -> bool:
    """A newer version comes from whoever may update the milestone."""
    return update(actor, piece.milestone)


def judge(actor: Actor, piece: Evidence) -> bool:
    """Evidence is judged by those who lead and by executives; never by who brought it, says the rule."""
    return actor.has("executive") or set_plan(actor, piece.milestone)


def withdraw(actor: Actor, piece: Evidence) -> bool:
    """Evidence is withdrawn by who brought it and by those who lead."""
    brought = piece.file is not None and piece.file.by_id == actor.id
    return (brought and update(actor, piece.milestone)) or set_plan(actor, piece.milestone)


def set_level(actor: Actor, piece: Evidence) -> bool:
    """For whom a piece is, says who may withdraw it."""
    return withdraw(actor, piece)


def open_file(actor: Actor, pair: tuple[Evidence, FileRef]) -> bool:
    """Whoever sees the milestone opens its files; those of a withdrawn piece only those who lead, and auditors."""
    piece, file = pair
    return file.removed_at is None or actor.has("auditor") or set_plan(actor, piece.milestone)


def keep_criteria(actor: Actor, pair: tuple[Milestone, object]) -> bool:
    """What a gate asks for is written by those who lead."""
    return set_plan(actor, pair[0])


def decide(actor: Actor, gate: Milestone) -> bool:
    """A gate's decision is recorded by those who lead and by executives."""
    return actor.has("executive") or set_plan(actor, gate)


def judge_criterion(actor: Actor, pair: tuple[Milestone, object]) -> bool:
    """Whether a criterion is met is said by the same people."""
    return decide(actor, pair[0])


def write_templates(actor: Actor, _thing: object = None) -> bool:
    """New versions of the pathways are written by executives and administrators; everybody reads them."""
    return actor.has("executive", "admin", "system")


def write_step(actor: Actor, _found: tuple[object, ...]) -> bool:
    """The same for one step of a draft."""
    return write_templates(actor)
