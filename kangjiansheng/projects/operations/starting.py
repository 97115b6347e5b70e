"""How a plan begins: the milestones of a pathway, in the plan of a project or of a joint laboratory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs.models import JointLab
from kangjiansheng.labs.queries import directs
from kangjiansheng.projects.models import Milestone, MilestoneLink, Plan, Project
from kangjiansheng.projects.operations.ledger import milestone_entry
from kangjiansheng.projects.queries.beginnings import taken_back
from kangjiansheng.projects.queries.templates import of, published_version
from kangjiansheng.projects.rules import milestones, plans
from kangjiansheng.projects.rules.vocabulary import Template, TemplateMilestone


def start_lab_plan(
    lab: JointLab,
    *,
    actor: Actor,
    version: int | None,
    pathway: str,
    start: date | None = None,
    typical: bool = False,
    past_ok: bool = False,
    optional: Collection[str] = (),
    change: ChangeSet | None = None,
) -> Plan:
    """Give a joint laboratory a plan of its own from a pathway that is made for laboratories; it has one at most.

    Dates come about as for a project, and the milestones are those of the director who starts it, as a project's are
    of who creates it: they stand in My milestones until they are handed on. Its code must not be that of a project:
    sheets and filters name milestones by the code of what they belong to. `change` when it is part of another act.
    """
    expect(lab, version)
    if lab.archived_at is not None or lab.life == plans.CLOSED:
        raise RuleBroken("projects:lab-over")
    before = db.session.scalar(select(Plan).where(Plan.lab_id == lab.id))
    if before is not None and not taken_back(before.milestones):
        raise RuleBroken("projects:plan-there")
    if db.session.scalar(select(Project.id).where(Project.code == lab.code)) is not None:
        raise RuleBroken("projects:code-taken", code=lab.code)
    found = published_version(pathway)
    if found is None or pathway not in plans.FOR_LABS:
        raise RuleBroken("projects:pathway-unknown", "pathway", value=pathway)
    template = of(found)
    items = plans.chosen(template, optional)
    if start and typical:
        ask_when_past(template, items, start, past_ok)
    again = tuple(before.milestones) if before else ()
    plan = before or Plan(lab=lab)
    plan.template_version = found
    db.session.add(plan)
    db.session.flush()
    facts = {"pathway": pathway, "start": start if typical else None, "optional": sorted(optional)}
    change = record("projects:plan:start", plan, actor=actor, before={}, after=facts, change=change)
    owner_id = actor.id if directs(actor, lab) else None
    start = start if typical else None
    for milestone in first_milestones(plan, template, items, start, owner_id, again):
        milestone_entry(milestone, "open", change=change)
    return plan


def set_up_lab(lab: JointLab, start: date | None, actor: Actor, change: ChangeSet) -> None:
    """The plan of the set-up of a laboratory, in the act that registers it."""
    for pathway in plans.FOR_LABS:
        start_lab_plan(
            lab,
            actor=actor,
            version=lab.version,
            pathway=pathway,
            start=start,
            typical=start is not None,
            change=change,
        )


def ask_when_past(template: Template, items: Sequence[TemplateMilestone], start: date, past_ok: bool) -> None:
    """Refuse a start so early that milestones would be overdue at once, unless that is meant."""
    milestones.plausible(start, clock.today(), field="start")
    waits = plans.bridged(template, {item.code for item in items})
    past = plans.already_past(plans.typical_dates(items, waits, start), clock.today())
    if past and not past_ok:
        raise RuleBroken("projects:plan-in-past", "start", start=start, num=past)


def first_milestones(
    plan: Plan,
    template: Template,
    items: Sequence[TemplateMilestone],
    start: date | None,
    owner_id: int | None,
    before: Collection[Milestone] = (),
) -> list[Milestone]:
    """The milestones of a new plan with what each waits for; without a start they have no day. Those that were there
    `before` the plan was taken back are the same ones once more, and what is not in the new one comes after it, cancelled."""
    there = {m.code: m for m in before}
    if there:
        _clear(there, {item.code for item in items}, len(items))
    waits = plans.bridged(template, {item.code for item in items})
    dates = plans.typical_dates(items, waits, start) if start else {}
    made = {}
    for position, item in enumerate(items):
        begin = max((dates[code] for code in waits[item.code]), default=start) if start else None
        duration, unit = plans.duration(item, begin)
        milestone = there.get(item.code) or Milestone(plan_id=plan.id, code=item.code)
        milestone.name_hans, milestone.name_hant = item.name.hans, item.name.hant
        milestone.name_en, milestone.position, milestone.gate = item.name.en, position, item.gate
        milestone.owner_id, milestone.state = owner_id, "open"
        milestone.baseline = milestone.current_plan = dates.get(item.code)
        milestone.duration, milestone.unit = duration, unit
        made[item.code] = milestone
    db.session.add_all(made.values())
    db.session.flush()
    db.session.add_all(
        MilestoneLink(milestone_id=made[code].id, predecessor_id=made[before].id)
        for code, found in waits.items()
        for before in found
    )
    return list(made.values())


def _clear(there: Mapping[str, Milestone], wanted: Collection[str], after: int) -> None:
    """Take the links of a plan that was taken back away, and put what the new one does not have behind it."""
    ids = [m.id for m in there.values()]
    links = select(MilestoneLink).where(MilestoneLink.milestone_id.in_(ids)).order_by(MilestoneLink.id)
    for link in db.session.scalars(links):
        db.session.delete(link)
    db.session.flush()
    rest = sorted((m for code, m in there.items() if code not in wanted), key=lambda m: m.position)
    for position, milestone in enumerate(rest, after):
        milestone.position = position
