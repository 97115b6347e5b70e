"""The import of a portfolio: one change set, set-based, and nothing at all when the files say nothing new."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.core import audit, clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.labs import operations as labs
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.labs.queries import Directory
from kangjiansheng.projects.models import (
    Milestone,
    MilestoneEntry,
    MilestoneLink,
    Plan,
    Project,
    ProjectLab,
    ProjectMember,
    ProjectParty,
)
from kangjiansheng.projects.operations.ledger import insert_many, project_entry, template_version
from kangjiansheng.projects.queries.imports import Comparison, MilestoneChange, ProjectChange
from kangjiansheng.projects.queries.templates import published
from kangjiansheng.projects.rules.plans import bridged
from kangjiansheng.projects.rules.portfolio import (
    PROJECT_FACTS,
    PlannedEntry,
    PlannedMilestone,
    PlannedProject,
)

_FIELDS = ("code", *PROJECT_FACTS, "illustrative")
_LEDGER = ["baseline", "current_plan", "forecast", "actual", "state"]

_NOBODY: Mapping[str, int] = {}
Reasons = Mapping[tuple[str, str], tuple[str, str]]
_UNSAID: Reasons = {}


def apply(
    found: Comparison,
    *,
    actor: Actor,
    leads: Mapping[str, int] = _NOBODY,
    reasons: Reasons = _UNSAID,
) -> ChangeSet | None:
    """Write what a comparison found, as one act; None when there is nothing to write.

    `leads` says, where the caller knows, which person leads the new projects of a laboratory (by its code) and
    owns their milestones; `reasons`, why a new milestone (by its project's code and its own) has its last date: the code
    of a reason and a note. The caller has seen that there are no errors.
    """
    if found.errors:
        raise ValueError("a portfolio with errors is not imported")
    if found.changes_nothing:
        return None
    change = begin(actor=actor, source="import", label="portfolio")
    partners = _institutions(found, actor=actor, change=change)
    lab_ids = _labs(found, partners, actor=actor, change=change)
    projects = dict(found.stored)
    for planned in found.projects:
        projects[planned.code] = _create(
            planned, lab_ids, partners, leads.get(planned.lab_code or ""), actor=actor, change=change
        )
    for changed in found.changed_projects:
        _change_project(changed, lab_ids, partners, actor=actor, change=change)
    _milestones(found.milestones, projects, reasons, change)
    for change_of in found.changed_milestones:
        _change_milestone(change_of, actor=actor, change=change)
    audit.note(
        "projects:portfolio:import",
        "change_set",
        change.id,
        actor=actor,
        change=change,
        before={},
        after=found.counts(),
    )
    db.session.flush()
    return change


def _institutions(found: Comparison, *, actor: Actor, change: ChangeSet) -> dict[str, Institution]:
    directory = Directory()
    real = {name for project in found.plan.projects if not project.illustrative for name in project.partners}
    return {
        name: labs.ensure_institution(
            name,
            directory=directory,
            illustrative=bool(found.plan.projects) and name not in real,
            actor=actor,
            change=change,
            recording={"effective_at": _since([p for p in found.plan.projects if name in p.partners])},
        )
        for name in found.plan.institutions
    }


def _labs(
    found: Comparison, partners: dict[str, Institution], *, actor: Actor, change: ChangeSet
) -> dict[str, int]:
    for lab in found.labs:
        labs.ensure_lab(
            lab.code,
            name_hans=lab.name_hans or lab.code,
            lead=partners.get(lab.lead_partner),
            illustrative=lab.illustrative,
            actor=actor,
            change=change,
            recording={"effective_at": _since([p for p in found.plan.projects if p.lab_code == lab.code])},
        )
    db.session.flush()
    codes = [lab.code for lab in found.plan.labs]
    query = select(JointLab.code, JointLab.id).where(JointLab.code.in_(codes))
    return {row.code: row.id for row in db.session.execute(query)}


def _since(projects: list[PlannedProject]) -> datetime | None:
    """From when a laboratory or institution of the file was there: its first project's opening."""
    return min((project.effective_at for project in projects), default=None)


def _create(
    planned: PlannedProject,
    lab_ids: dict[str, int],
    partners: dict[str, Institution],
    lead_id: int | None,
    *,
    actor: Actor,
    change: ChangeSet,
) -> Project:
    facts = {key: getattr(planned, key) for key in _FIELDS}
    project = Project(**facts, labs=[], parties=[], members=[], registrations=[])
    if planned.lab_code:
        project.labs.append(ProjectLab(lab_id=lab_ids[planned.lab_code], leads=True))
    _add_parties(project, planned.partners, partners)
    if lead_id is not None:
        project.lead_id = lead_id
        since = clock.day_of(planned.effective_at)
        project.members.append(ProjectMember(person_id=lead_id, role="lead", valid_from=since))
    project.plan = Plan(template_version_id=template_version(planned.pathway))
    db.session.add(project)
    db.session.flush()
    project_entry(project, "open", change=change, effective_at=planned.effective_at, imported=True)
    record(
        "projects:project:import",
        project,
        actor=actor,
        before={},
        change=change,
        effective_at=planned.effective_at,
    )
    return project


def _change_project(
    changed: ProjectChange,
    lab_ids: dict[str, int],
    partners: dict[str, Institution],
    *,
    actor: Actor,
    change: ChangeSet,
) -> None:
    project = changed.project
    before = project.state()
    for key, value in changed.values.items():
        setattr(project, key, value)
    if changed.lab_code:
        lab_id = lab_ids[changed.lab_code]
        for row in project.labs:
            row.leads = row.lab_id == lab_id
        if all(row.lab_id != lab_id for row in project.labs):
            project.labs.append(ProjectLab(lab_id=lab_id, leads=True))
    _add_parties(project, changed.partners, partners)
    db.session.flush()
    project_entry(project, "edit", change=change, imported=True)
    record("projects:project:import", project, actor=actor, before=before, change=change)


def _add_parties(project: Project, names: tuple[str, ...], partners: dict[str, Institution]) -> None:
    there = {row.institution_id for row in project.parties}
    for name in names:
        institution = partners[name]
        if institution.id not in there:
            there.add(institution.id)
            project.parties.append(ProjectParty(institution_id=institution.id))


def _milestones(
    planned: list[PlannedMilestone], projects: dict[str, Project], reasons: Reasons, change: ChangeSet
) -> None:
    """Insert new milestones with their whole ledgers and links: three statements for thousands of rows."""
    after = _last_positions(planned, projects)
    for code in {item.project_code for item in planned}:
        if projects[code].plan is None:
            projects[code].plan = Plan(template_version_id=template_version(projects[code].pathway))
    db.session.flush()
    insert_many(
        [
            _milestone(
                item, projects[item.project_code], after[item.project_code], _why(item, reasons), change
            )
            for item in planned
        ]
    )
    plan_codes = {project.plan.id: code for code, project in projects.items() if project.plan is not None}
    query = select(Milestone.id, Milestone.plan_id, Milestone.code, Milestone.owner_id)
    stored = {
        (plan_codes[row.plan_id], row.code): row
        for row in db.session.execute(query.where(Milestone.plan_id.in_(plan_codes)))
    }
    waits = _waits(stored, projects)
    entries, links = [], []
    for item in planned:
        row = stored[item.project_code, item.code]
        *before, last = item.entries
        entries += [_imported(row, entry, change) for entry in before]
        entries.append(_imported(row, last, change, **_why(item, reasons)))
        links += [
            MilestoneLink(
                milestone_id=row.id, predecessor_id=stored[item.project_code, code].id, lag=0, unit="day"
            )
            for code in waits[item.project_code].get(item.code, ())
        ]
    insert_many(entries)
    insert_many(links)


def _waits(
    stored: Collection[tuple[str, str]], projects: Mapping[str, Project]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """What each milestone of each project waits for, by its pathway; files leave out steps of it."""
    present: defaultdict[str, set[str]] = defaultdict(set)
    for project_code, code in stored:
        present[project_code].add(code)
    known = published()
    return {code: bridged(known[projects[code].pathway], found) for code, found in present.items()}


def _why(item: PlannedMilestone, reasons: Reasons) -> dict[str, str]:
    said = reasons.get((item.project_code, item.code))
    return {"reason_code": said[0], "note": said[1]} if said else {}


def _milestone(
    item: PlannedMilestone, project: Project, after: int, why: dict[str, str], change: ChangeSet
) -> Milestone:
    final = item.final
    return Milestone(
        plan_id=project.plan.id if project.plan else 0,
        code=item.code,
        name_hans=item.name_hans,
        name_hant=item.name_hant,
        name_en=item.name_en,
        position=item.position + after,
        kind=item.kind,
        gate=item.gate,
        evidence_ref=item.evidence_ref,
        unit=item.unit,
        owner_id=project.lead_id,
        moves=final.moves,
        confirmed_at=None if final.kind == "open" else _counts_from(final, change),
        **{key: getattr(final, key) for key in _LEDGER},
        **why,
    )


def _last_positions(planned: list[PlannedMilestone], projects: dict[str, Project]) -> dict[str, int]:
    """How far the positions of new milestones must move so that they follow what a plan has already."""
    counts: defaultdict[str, int] = defaultdict(int)
    plan_codes = {p.plan.id: code for code, p in projects.items() if p.plan is not None}
    query = select(Milestone.plan_id, func.max(Milestone.position)).group_by(Milestone.plan_id)
    for plan_id, last in db.session.execute(query.where(Milestone.plan_id.in_(plan_codes))):
        counts[plan_codes[plan_id]] = last + 1
    return counts


def _imported(milestone: Any, entry: PlannedEntry, change: ChangeSet, **why: str) -> MilestoneEntry:
    return MilestoneEntry(
        milestone_id=milestone.id,
        kind=entry.kind,
        effective_at=_counts_from(entry, change),
        recorded_at=change.recorded_at,
        change_set_id=change.id,
        imported=True,
        owner_id=milestone.owner_id,
        moves=entry.moves,
        flagged=False,
        **{key: getattr(entry, key) for key in _LEDGER},
        **{"note": "", **why},
    )


def _counts_from(entry: PlannedEntry, change: ChangeSet) -> datetime:
    """What the file says of today counts from the import: at midnight it would bury what is typed until then."""
    said_today = clock.day_of(entry.effective_at) == clock.day_of(change.recorded_at)
    return min(entry.effective_at, change.recorded_at) if said_today else entry.effective_at


def _change_milestone(changed: MilestoneChange, *, actor: Actor, change: ChangeSet) -> None:
    milestone, final = changed.milestone, changed.planned.final
    before = {key: getattr(milestone, key) for key in (*_LEDGER, *changed.values)}
    for key, value in changed.values.items():
        setattr(milestone, key, value)
    if changed.ledger:
        _say_again(milestone, final, change)
    milestone.version += 1
    db.session.flush()
    after = {key: getattr(milestone, key) for key in before}
    audit.note(
        "projects:milestone:import",
        "milestone",
        milestone.id,
        actor=actor,
        change=change,
        before=before,
        after=after,
    )


def _say_again(milestone: Milestone, final: PlannedEntry, change: ChangeSet) -> None:
    """An entry at the time of the import; the baseline stays as it was first said."""
    promised = milestone.forecast or milestone.current_plan or milestone.baseline
    kind = _kind(milestone, final)
    for key in ("current_plan", "forecast", "actual", "state"):
        setattr(milestone, key, getattr(final, key))
    now = milestone.forecast or milestone.current_plan or milestone.baseline
    milestone.proposed = None
    milestone.moves += int(milestone.kind == "milestone" and promised is not None and now != promised)
    milestone.confirmed_at, milestone.confirmed_by_id = change.recorded_at, None
    milestone.reason_code, milestone.note = None, ""
    db.session.add(
        MilestoneEntry(
            milestone_id=milestone.id,
            kind=kind,
            effective_at=change.recorded_at,
            recorded_at=change.recorded_at,
            change_set_id=change.id,
            imported=True,
            moves=milestone.moves,
            flagged=milestone.flagged,
            owner_id=milestone.owner_id,
            note="",
            **{key: getattr(milestone, key) for key in _LEDGER},
        )
    )


def _kind(milestone: Milestone, final: PlannedEntry) -> str:
    if final.state == "cancelled" and milestone.state != "cancelled":
        return "cancel"
    if final.actual != milestone.actual:
        return "done" if final.actual else "reopen"
    return "forecast" if final.forecast != milestone.forecast else "rebaseline"
