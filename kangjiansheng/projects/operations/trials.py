"""The import of records of trial registries: one change set, and nothing at all when a file says nothing new."""

import zlib
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import outbox, text
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.projects import notices
from kangjiansheng.projects.models import Project, ProjectRegistration, RegistryRecord, RegistrySource
from kangjiansheng.projects.notices.groups import tell_groups
from kangjiansheng.projects.operations.ledger import project_entry
from kangjiansheng.projects.operations.projects import create_project
from kangjiansheng.projects.queries.trials import Look, Step
from kangjiansheng.projects.rules.trials import Trial

LONGEST_NAME = 200  # as in the form
_HAN = range(0x3400, 0xA000)


def apply(found: Look, data: bytes, *, actor: Actor, lead_lab: str = "") -> ChangeSet | None:
    """Keep what a look at a file found, as one act; None when there is nothing to write.

    New projects are made, numbers are added, each record is kept as a version beside its file. The ledger stays as it
    is: what a registry states is its own word. The caller has seen that no record is refused.
    """
    if found.refused:
        raise ValueError("a file with refused records is not imported")
    if found.changes_nothing:
        return None
    change = begin(actor=actor, source="import", label="trial")
    source = _source(found, data, change)
    for step in found.steps:
        if step.writes:
            _keep(step, source, change, actor=actor, lead_lab=lead_lab)
    db.session.flush()
    return change


def _source(found: Look, data: bytes, change: ChangeSet) -> RegistrySource:
    query = select(RegistrySource).where(RegistrySource.sha256 == found.reading.sha256)
    source = db.session.scalar(query)
    if source is None:
        source = RegistrySource(
            change_set_id=change.id,
            sha256=found.reading.sha256,
            size=len(data),
            name=text.line(found.name)[:400],
            packed=zlib.compress(data, 9),
        )
        db.session.add(source)
        db.session.flush()
    return source


def _keep(step: Step, source: RegistrySource, change: ChangeSet, *, actor: Actor, lead_lab: str) -> None:
    project = step.project or _make(step, change, actor=actor, lead_lab=lead_lab)
    if step.numbers:
        before = project.state()
        for number in step.numbers:
            typed = number.typed[:400]
            row = ProjectRegistration(register=number.registry, number=number.normal[:400], typed=typed)
            project.registrations.append(row)
        db.session.flush()
        record("projects:project:edit", project, actor=actor, before=before, change=change)
        project_entry(project, "edit", change=change)
    trial = step.trial
    assert trial.number is not None
    kept = RegistryRecord(
        project_id=project.id,
        source_id=source.id,
        change_set_id=change.id,
        recorded_at=change.recorded_at,
        format=trial.format,
        register=trial.register,
        number=trial.number.normal[:400],
        stated_on=trial.stated_on,
        content=trial.content,
        facts=trial.facts(),
        remarks=trial.said(),
        left=trial.left,
    )
    db.session.add(kept)
    db.session.flush()
    record("projects:trial:import", kept, actor=actor, before={}, change=change)
    if step.kind == "update":
        _tell(project, kept, step, actor=actor)
        tell_groups("projects:trial", project, change)


def _tell(project: Project, kept: RegistryRecord, step: Step, *, actor: Actor) -> None:
    outbox.tell(
        notices.people_of(project),
        "projects:trial",
        {
            "who": actor.label,
            "project": project.code,
            "number": kept.number,
            "stated_on": kept.stated_on,
            "changes": len(step.changes),
            "illustrative": project.illustrative,
        },
        address=f"/projects/{project.code}/records/{kept.id}",
        besides=actor.id,
    )


def _make(step: Step, change: ChangeSet, *, actor: Actor, lead_lab: str) -> Project:
    trial = step.trial
    facts = first_facts(trial)
    return create_project(
        actor=actor,
        code=step.code,
        pathway="A_drug" if trial.industry else "D_iit",
        lab_codes=[lead_lab] if lead_lab else [],
        lead_lab=lead_lab,
        party_codes=step.parties,
        change=change,
        **facts,
    )


def first_facts(trial: Trial) -> dict[str, Any]:
    """The facts with which a project begins that is made from a record."""
    title = trial.title or trial.official_title or (trial.number.normal if trial.number else "")
    named = title if len(title) <= LONGEST_NAME else f"{title[: LONGEST_NAME - 1]}…"
    indication = "; ".join(trial.conditions[:3])[:300]
    return {
        "name_hans": named,
        "name_en": "" if _is_chinese(named) else named,
        "indication_hans": indication,
        "indication_en": "" if _is_chinese(indication) else indication,
        "indication_group": trial.group,
        "modality": trial.modality,
        "stage": trial.stage,
        "status": trial.claimed,
    }


def _is_chinese(words: str) -> bool:
    return any(ord(character) in _HAN for character in words)
