"""What changes at a project: its facts, its laboratories and parties, its numbers, its place in the archive."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.projects import policies
from kangjiansheng.projects.models import (
    Plan,
    Project,
    ProjectLab,
    ProjectMember,
    ProjectParty,
    ProjectRegistration,
)
from kangjiansheng.projects.operations.ledger import milestone_entry, project_entry
from kangjiansheng.projects.operations.starting import ask_when_past, first_milestones
from kangjiansheng.projects.queries.templates import of, published_version
from kangjiansheng.projects.rules import plans, registry
from kangjiansheng.projects.rules.acts import CONFIDENTIALITY
from kangjiansheng.projects.rules.codes import in_series, is_code, next_in_series
from kangjiansheng.projects.rules.vocabulary import (
    modalities,
    project_statuses,
    stages,
)

FIELDS = (
    "name_hans",
    "name_hant",
    "name_en",
    "modality",
    "donor_source",
    "target",
    "indication_hans",
    "indication_hant",
    "indication_en",
    "indication_group",
    "stage",
    "status",
    "priority",
    "owner_role",
    "confidentiality",
    "note",
)
_VOCABULARIES: Mapping[str, tuple[Any, str]] = {
    "modality": (modalities, "projects:modality-unknown"),
    "stage": (stages, "projects:stage-unknown"),
    "status": (project_statuses, "projects:status-unknown"),
}


def create_project(
    *,
    actor: Actor,
    code: str,
    pathway: str,
    lab_codes: Collection[str],
    lead_lab: str,
    party_codes: Collection[str] = (),
    start: date | None = None,
    typical: bool = False,
    past_ok: bool = False,
    optional: Collection[str] = (),
    change: ChangeSet | None = None,
    **facts: Any,
) -> Project:
    """Register a project with the milestones of its pathway.

    `optional` names the optional steps that the plan takes in. With `typical` and a `start` the milestones are
    planned from the typical durations; without, they have no date until somebody plans them. A start so early that
    milestones would be overdue at once is refused unless `past_ok`. A director registers for the own laboratories and
    within their series of codes, an executive for all. Who registers it leads it, unless that is an executive. As a part
    of a `change` that an import began it may lack a laboratory, or be led by any.
    """
    if not is_code(code):
        raise RuleBroken("projects:code-invalid", "code")
    led = policies.labs_led(actor) if change is None else None
    if led is not None and not in_series(code, led):
        raise RuleBroken(
            "projects:code-outside-series", "code", example=next_in_series(min(led, default=""), ())
        )
    if _is_taken(code):
        raise RuleBroken("projects:code-taken", "code", code=code)
    version = published_version(pathway)
    if version is None:
        raise RuleBroken("projects:pathway-unknown", "pathway", value=pathway)
    template = of(version)
    _check(facts)
    leading = lead_lab or min(lab_codes, default="")
    if led is not None and leading and leading not in led:
        raise RuleBroken("projects:lab-not-led", "lead_lab")
    items = plans.chosen(template, optional)
    if start and typical and change is None:
        ask_when_past(template, items, start, past_ok)
    project = Project(code=code, pathway=pathway, baseline_start=start, **facts)
    _set_labs(project, lab_codes, lead_lab, needed=change is None)
    _set_parties(project, party_codes)
    if not actor.has("executive", "system"):
        project.lead_id = actor.id
        project.members.append(ProjectMember(person_id=actor.id, role="lead", valid_from=clock.today()))
    project.plan = Plan(template_version=version)
    db.session.add(project)
    db.session.flush()
    change = record("projects:project:create", project, actor=actor, before={}, change=change)
    project_entry(project, "open", change=change)
    made = first_milestones(project.plan, template, items, start if typical else None, project.lead_id)
    for milestone in made:
        milestone_entry(milestone, "open", change=change)
    return project


def _is_taken(code: str) -> bool:
    """By another project, or by a joint laboratory, whose milestones would be named in the same way."""
    return any(db.session.scalar(select(kind.id).where(kind.code == code)) for kind in (Project, JointLab))


def edit_project(
    project: Project,
    *,
    actor: Actor,
    version: int | None,
    lab_codes: Collection[str],
    lead_lab: str,
    party_codes: Collection[str] = (),
    **facts: Any,
) -> Project:
    """Change the facts, the laboratories and the parties. The pathway stays: the plan was made from it."""
    _start(project, version)
    _check(facts)
    before = project.state()
    for key, value in facts.items():
        setattr(project, key, value)
    _set_labs(project, lab_codes, lead_lab)
    _set_parties(project, party_codes)
    _record(project, "projects:project:edit", "edit", before, actor=actor)
    return project


def archive(project: Project, *, actor: Actor, version: int | None) -> None:
    """Put a project away: it stays readable, and nothing in it changes any more."""
    expect(project, version)
    if project.archived_at is not None:
        raise RuleBroken("projects:already-archived")
    before = project.state()
    project.archived_at = clock.now()
    _record(project, "projects:project:archive", "archive", before, actor=actor)


def restore(project: Project, *, actor: Actor, version: int | None) -> None:
    """Take a project back out of the archive."""
    expect(project, version)
    if project.archived_at is None:
        raise RuleBroken("projects:not-archived")
    before = project.state()
    project.archived_at = None
    _record(project, "projects:project:restore", "edit", before, actor=actor)


def register_number(
    project: Project, register: str, typed: str, *, actor: Actor, version: int | None
) -> ProjectRegistration:
    """Note a number of a registry, in normal form. A wrong format or check digit is for the page to say, and no
    reason to refuse: real numbers are published before their form is known (domain, section 3)."""
    _start(project, version)
    if register not in registry.registries():
        raise RuleBroken("projects:register-unknown", "register", value=register)
    number = registry.check(register, typed)
    if not number.normal:
        raise RuleBroken("projects:number-missing", "number")
    if any(row.register == register and row.number == number.normal for row in project.registrations):
        raise RuleBroken("projects:number-twice", "number")
    before = project.state()
    row = ProjectRegistration(register=register, number=number.normal, typed=typed)
    project.registrations.append(row)
    _record(project, "projects:project:edit", "edit", before, actor=actor)
    return row


def remove_number(project: Project, number_id: int, *, actor: Actor, version: int | None) -> None:
    """Take a registry number back; the history keeps it."""
    _start(project, version)
    row = next((row for row in project.registrations if row.id == number_id), None)
    if row is None:
        raise RuleBroken("projects:register-unknown", value="")
    before = project.state()
    project.registrations.remove(row)
    _record(project, "projects:project:edit", "edit", before, actor=actor)


def _start(project: Project, version: int | None) -> None:
    expect(project, version)
    if project.archived_at is not None:
        raise RuleBroken("projects:archived")


def _check(facts: Mapping[str, Any]) -> None:
    unknown = set(facts).difference(FIELDS)
    if unknown:
        raise TypeError(f"a project has no {', '.join(sorted(unknown))}")
    for key, (terms, code) in _VOCABULARIES.items():
        if key in facts and facts[key] not in terms():
            raise RuleBroken(code, key, value=facts[key])
    level = facts.get("confidentiality", "parties")
    if level not in CONFIDENTIALITY:
        raise RuleBroken("projects:confidentiality-unknown", "confidentiality", value=level)


def _set_labs(project: Project, codes: Collection[str], leading: str, *, needed: bool = True) -> None:
    wanted = set(codes) | ({leading} if leading else set())
    if not wanted and needed:
        raise RuleBroken("projects:lab-missing", "lead_lab")
    found = {
        lab.code: lab.id for lab in db.session.scalars(select(JointLab).where(JointLab.code.in_(wanted)))
    }
    if set(found) != wanted:
        raise RuleBroken("projects:lab-unknown", "lead_lab")
    ids = {found[code]: code == (leading or min(wanted)) for code in wanted}
    for row in list(project.labs):
        if row.lab_id not in ids:
            project.labs.remove(row)
        else:
            row.leads = ids.pop(row.lab_id)
    for lab_id, leads in sorted(ids.items()):
        project.labs.append(ProjectLab(lab_id=lab_id, leads=leads))


def _set_parties(project: Project, codes: Collection[str]) -> None:
    wanted = set(codes)
    query = select(Institution).where(Institution.code.in_(wanted))
    found = {row.code: row.id for row in db.session.scalars(query)}
    if set(found) != wanted:
        raise RuleBroken("projects:party-unknown", "parties")
    ids = set(found.values())
    for row in list(project.parties):
        if row.institution_id not in ids:
            project.parties.remove(row)
        else:
            ids.discard(row.institution_id)
    roles = {found[code]: role for code, role in codes.items()} if isinstance(codes, Mapping) else {}
    for institution_id in sorted(ids):
        role = roles.get(institution_id, "partner")
        project.parties.append(ProjectParty(institution_id=institution_id, role=role))


def _record(project: Project, act: str, kind: str, before: dict[str, Any], *, actor: Actor) -> None:
    db.session.flush()
    change = record(act, project, actor=actor, before=before)
    project_entry(project, kind, change=change)
