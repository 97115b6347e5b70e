"""What every operation writes into the two ledgers: the full state after an act."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, inspect, select

from kangjiansheng.core.changes import ChangeSet, values_digest
from kangjiansheng.core.db import AppendOnly, db
from kangjiansheng.core.digests import plain
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.models import (
    Milestone,
    MilestoneEntry,
    Plan,
    Project,
    ProjectEntry,
    TemplateVersion,
)

STATE = [
    "baseline",
    "current_plan",
    "forecast",
    "proposed",
    "actual",
    "state",
    "flagged",
    "owner_id",
    "confirmed_by_id",
    "reason_code",
    "note",
    "moves",
]


def put_away(plan: Plan) -> str | None:
    """The code of the refusal when the project or the laboratory of a plan was put away."""
    if plan.owner.archived_at is None:
        return None
    return "projects:archived" if plan.project else "projects:lab-archived"


def refuse_archived(plan: Plan) -> None:
    """Nothing is written to the plan of what was put away."""
    if (away := put_away(plan)) is not None:
        raise RuleBroken(away)


def outside(plan: Plan, field: str | None = None) -> RuleBroken:
    """The refusal for an owner who has no part in a plan."""
    return RuleBroken("projects:owner-outside" if plan.project else "projects:owner-outside-lab", field)


def template_version(pathway: str) -> int | None:
    """The version of a pathway that new plans are made from, by id."""
    query = select(TemplateVersion.id).where(
        TemplateVersion.code == pathway, TemplateVersion.status == "published"
    )
    return db.session.scalar(query.order_by(TemplateVersion.number.desc()).limit(1))


def project_entry(
    project: Project,
    kind: str,
    *,
    change: ChangeSet,
    effective_at: datetime | None = None,
    imported: bool = False,
) -> ProjectEntry:
    """Write the project's state after an act into its ledger. Call it after a flush."""
    state: dict[str, Any] = plain(project.state())
    entry = ProjectEntry(
        project_id=project.id,
        kind=kind,
        effective_at=effective_at or change.recorded_at,
        recorded_at=change.recorded_at,
        change_set_id=change.id,
        imported=imported,
        stage=project.stage,
        status=project.status,
        name_hans=project.name_hans,
        modality=project.modality,
        indication_group=project.indication_group,
        pathway=project.pathway,
        lead_lab_id=next((row.lab_id for row in project.labs if row.leads), None),
        state=state,
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def insert_many(rows: Sequence[Any]) -> None:
    """Insert many records of one table in one statement; they stay outside the session and get no key."""
    if not rows:
        return
    mapper = inspect(type(rows[0]))
    names = {
        column.key: mapper.get_property_by_column(column).key
        for column in mapper.columns
        if not column.primary_key
    }
    insert_values(type(rows[0]), [{key: getattr(row, name) for key, name in names.items()} for row in rows])


def insert_values(kind: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """The same from plain values by column. What is absent gets its default; ledger rows get their digest."""
    if not rows:
        return
    columns = [column for column in inspect(kind).columns if not column.primary_key]
    usual: dict[str, Any] = {column.key: _usual(column) for column in columns if column.key != "digest"}
    values = [
        {key: default if row.get(key) is None else row[key] for key, default in usual.items()} for row in rows
    ]
    if issubclass(kind, AppendOnly):
        values = [{**row, "digest": values_digest(row)} for row in values]
    db.session.execute(insert(inspect(kind).local_table), values)


def _usual(column: Any) -> Any:
    default = column.default
    return default.arg if default is not None and default.is_scalar else None


def milestone_entry(
    milestone: Milestone, kind: str, *, change: ChangeSet, undoes: MilestoneEntry | None = None
) -> MilestoneEntry:
    """Write the milestone's state after an act into its ledger with the next flush; it counts from the act's own
    instant."""
    entry = MilestoneEntry(
        milestone_id=milestone.id,
        kind=kind,
        effective_at=change.recorded_at,
        recorded_at=change.recorded_at,
        change_set_id=change.id,
        imported=False,
        undoes_id=undoes.id if undoes else None,
        **{key: getattr(milestone, key) for key in STATE},
    )
    db.session.add(entry)
    return entry
