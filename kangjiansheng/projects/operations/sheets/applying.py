"""Consent: everything that was accepted, in one short transaction.

All is made ready without a lock. Under it only the versions are compared, and rows of milestones that somebody
has changed since the dry run are left out, one by one; the others go on. To ask the sender again about all of
them would make a large sheet a race against everybody else's day; what was left out is named, and the file can be
sent once more: what is written already is then nothing new.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_id
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import plain
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.queue import Report
from kangjiansheng.core.transactions import writing as committing
from kangjiansheng.projects.models import ImportBatch, ImportRow, Plan
from kangjiansheng.projects.operations.sheets import joining, writing
from kangjiansheng.projects.operations.sheets.checking import UNDONE, Rights
from kangjiansheng.projects.operations.sheets.joining import Joining
from kangjiansheng.projects.queries import sheets as queries
from kangjiansheng.projects.rules.sheets import Found, Step, Stored, just_opened, steps
from kangjiansheng.projects.rules.sheets.columns import DAYS


@dataclass(frozen=True, slots=True)
class Said:
    """What the sender was asked for once: why promises become later, why plans change, by whose authority."""

    reason: str | None
    why: str
    authority: str


@dataclass(slots=True)
class Prepared:
    """A row that is ready to be written."""

    row_id: int
    version: int
    milestone: Any
    values: dict[str, Any]
    entries: list[dict[str, Any]] = field(default_factory=list)


def apply(payload: Mapping[str, Any], report: Report) -> None:
    """Write the accepted rows of a batch. Begun twice it writes once."""
    batch = db.session.get_one(ImportBatch, payload["batch"])
    actor = actor_by_id(payload["actor"])
    if batch.state != "applying":
        return
    said = Said(batch.reason_code, batch.why, batch.authority)
    batch_id = batch.id
    if actor is None:  # the account was closed meanwhile
        with committing():
            db.session.get_one(ImportBatch, batch_id).state = "checked"
        return
    ready, refused = _prepare(batch_id, said, actor)
    people = queries.concerned({one.milestone.plan_id for one in ready})
    report(len(ready), len(ready) + len(refused))
    with committing():
        _write(batch_id, ready, refused, people, actor)


def _prepare(
    batch_id: int, said: Said, actor: Actor
) -> tuple[list[Prepared | Joining], dict[int, list[Any]]]:
    names = ("id", "milestone_id", "version", "wanted", "project", "code", "kind")
    columns = [getattr(ImportRow, name) for name in names]
    accepted = (ImportRow.batch_id == batch_id) & ImportRow.accepted & (ImportRow.outcome == "")
    rows = db.session.execute(select(*columns).where(accepted).order_by(ImportRow.position)).all()
    rights = Rights(actor)
    found = queries.rows_by_code({row.project.upper() for row in rows}, actor=actor)
    milestones = {row.id: row for row in found}
    begun, held = queries.begun(found), queries.held()
    codes = {row.project.upper() for row in rows if row.kind == "new"}
    plans = queries.plans_to_join(codes, rights.standing.leads, actor=actor) if codes else {}
    ready: list[Prepared | Joining] = []
    refused: dict[int, list[Any]] = {}
    for row in rows:
        milestone = milestones.get(row.milestone_id)
        try:
            if row.kind == "new":
                ready.append(_opened(row, plans.get(row.project.upper()), said, actor))
            elif milestone is None:
                raise RuleBroken("projects:sheet-gone")
            elif milestone.version == row.version:  # else its time has passed, and the lock will tell
                stored = queries.stored(milestone, rights.to(milestone), {}, begun, held)
                ready.append(_ready(row, milestone, stored, said, actor))
            else:
                ready.append(Prepared(row.id, row.version, milestone, {}))
        except RuleBroken as problem:
            refused[row.id] = [
                plain(asdict(Found(problem.code, column=problem.field or "", facts=problem.facts)))
            ]
    return ready, refused


def _ready(row: Any, milestone: Any, stored: Stored, said: Said, actor: Actor) -> Prepared:
    """The entries of one row. Raises RuleBroken for what a rule refuses by now."""
    planned = _planned(row, stored, said)
    values = {key: getattr(milestone, key) for key in UNDONE}
    made = Prepared(row.id, row.version, milestone, values)
    old = stored.state
    for step in planned:
        values = writing.after(values, step, old, actor=actor)
        made.entries.append(writing.entry(milestone.id, step.kind, values))
        old = step.state
    confirms = any(step.kind in writing.CONFIRMING for step in planned)
    made.values = {**values, "the_id": milestone.id, "confirms": confirms}
    return made


def _opened(row: Any, plan: Plan | None, said: Said, actor: Actor) -> Joining:
    """A new milestone. Raises RuleBroken where its plan takes none from this actor any more."""
    if plan is None:
        raise RuleBroken("projects:sheet-plan-closed")
    wanted = _wanted(row)
    stored = just_opened(row.code, wanted["name"], wanted.get("baseline"), plan.id, row.project)
    return joining.ready(row, plan, wanted, _planned(row, stored, said), actor=actor)


def _planned(row: Any, stored: Stored, said: Said) -> list[Step]:
    wanted = _wanted(row)
    planned = steps(
        stored.state,
        wanted,
        reason=wanted.get("because") or said.reason,
        note=wanted.get("note") or "",
        right=stored.right,
        archived=stored.archived,
        held_by=stored.held_by,
        today=clock.today(),
        begun=stored.begun,
    )
    if any(step.replans for step in planned) and not (said.why and said.authority):
        raise RuleBroken("projects:baseline-unfounded", field="plan")
    if any(step.lacks_reason for step in planned):
        raise RuleBroken("projects:reason-missing", field="reason")
    return planned


def _wanted(row: Any) -> dict[str, Any]:
    return {key: _value(key, value) for key, value in row.wanted.items()}


def _value(key: str, value: Any) -> Any:
    return date.fromisoformat(value) if key in (*DAYS, "baseline") else value


def _write(
    batch_id: int,
    ready: list[Prepared | Joining],
    refused: dict[int, list[Any]],
    people: Mapping[int, set[int]],
    actor: Actor,
) -> None:
    batch = db.session.get_one(ImportBatch, batch_id, with_for_update=True)
    if batch.state != "applying":
        return
    changed = [one for one in ready if isinstance(one, Prepared)]
    still = writing.unchanged({one.milestone.id: one.version for one in changed})
    kept = [one for one in changed if one.milestone.id in still]
    joined, again = joining.still_free([one for one in ready if isinstance(one, Joining)])
    good: list[Prepared | Joining] = [*kept, *joined]
    since = {one.row_id for one in ready} - {one.row_id for one in good}
    writing.refuse(refused)
    writing.outcome(since, "changed-since")
    batch.counts = {**batch.counts, "applied": len(good)}
    batch.state, batch.applied_at = "applied", clock.now()
    if not good:
        return
    change = begin(
        actor=actor,
        source="import",
        label=batch.authority or batch.code,
        reason_code=batch.reason_code,
        note=batch.why,
    )
    batch.change_set_id = change.id
    entries = [entry for one in kept for entry in one.entries] + joining.insert(joined, again, change)
    writing.write(entries, [one.values for one in kept], change)
    writing.outcome([one.row_id for one in good], "applied")
    origin = {"pasted": batch.counts["rows"]} if batch.pasted else {"file": batch.name}
    after = {"state": "applied", **origin, "sha256": batch.sha256, "milestones": len(good)}
    record(
        "projects:sheet:apply", batch, actor=actor, before={"state": "checked"}, after=after, change=change
    )
    writing.tell("projects:sheet", [one.milestone for one in good], people, actor=actor)
    writing.tell_groups([one.milestone for one in good], change)
