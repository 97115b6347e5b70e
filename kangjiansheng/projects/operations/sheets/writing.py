"""What applying and undoing share: the values after an act, and rows written in few statements."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from kangjiansheng.core import messengers, outbox, search
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.projects.models import ImportRow, Milestone, MilestoneEntry
from kangjiansheng.projects.operations.ledger import STATE, insert_values
from kangjiansheng.projects.queries.people import owners_by_plan, owners_who_see
from kangjiansheng.projects.queries.sheets import parts
from kangjiansheng.projects.rules.milestones import MilestoneState
from kangjiansheng.projects.rules.sheets import Step

MOVING = frozenset({"forecast", "confirm", "rebaseline"})
CONFIRMING = frozenset({"forecast", "confirm", "done"})
EXAMPLES = 5  # milestones that a notice names
_DAYS = ("baseline", "current_plan", "forecast", "proposed", "actual")


def after(values: Mapping[str, Any], step: Step, old: MilestoneState, *, actor: Actor) -> dict[str, Any]:
    """The ledger's values after one act, as the acts on a milestone's own page leave them."""
    new, kind = step.state, step.kind
    moved = kind in MOVING and old.promised is not None and new.promised != old.promised
    found = {
        **values,
        "baseline": new.baseline,
        "current_plan": new.plan,
        "forecast": new.forecast,
        "proposed": new.proposed,
        "actual": new.actual,
        "state": new.state,
        "reason_code": new.reason_code,
        "moves": values["moves"] + int(moved),
    }
    if step.note or (kind in ("forecast", "propose") and not step.corrects):
        found["note"] = step.note
    if kind == "owner":
        found["owner_id"] = step.owner
    if kind in CONFIRMING:
        found["confirmed_by_id"] = actor.id
    return found


def decoded(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was kept as JSON, as the columns hold it."""
    found = dict(values)
    for key in _DAYS:
        found[key] = date.fromisoformat(found[key]) if found.get(key) else None
    if found.get("confirmed_at"):
        found["confirmed_at"] = datetime.fromisoformat(found["confirmed_at"])
    return found


def entry(
    milestone_id: int, kind: str, values: Mapping[str, Any], undoes_id: int | None = None
) -> dict[str, Any]:
    """A row of the ledger, but for its change set and instant."""
    return {
        "milestone_id": milestone_id,
        "kind": kind,
        "imported": False,
        "undoes_id": undoes_id,
        **{key: values[key] for key in STATE},
    }


def write(entries: Iterable[dict[str, Any]], milestones: Sequence[dict[str, Any]], change: ChangeSet) -> None:
    """Put entries and new states into the database: a handful of statements for ten thousand rows."""
    common = {
        "change_set_id": change.id,
        "effective_at": change.recorded_at,
        "recorded_at": change.recorded_at,
    }
    insert_values(MilestoneEntry, [{**row, **common} for row in entries])
    table: Any = Milestone.__table__
    statement = update(table).where(table.c.id == bindparam("the_id")).values(version=table.c.version + 1)
    for row in milestones:
        if row.pop("confirms", False):
            row["confirmed_at"] = change.recorded_at
    if not milestones:
        return
    search.touch("milestone", (row["the_id"] for row in milestones))
    db.session.execute(statement, list(milestones), execution_options=search.NO_TEXT)


def unchanged(expected: Mapping[int, int]) -> set[int]:
    """Of milestones with the versions that somebody has seen, those that still have them; locked from here on."""
    found: set[int] = set()
    for part in parts(sorted(expected)):
        query = select(Milestone.id, Milestone.version).where(Milestone.id.in_(part)).order_by(Milestone.id)
        if not is_sqlite():
            query = query.with_for_update()
        found |= {row.id for row in db.session.execute(query) if row.version == expected[row.id]}
    return found


def outcome(ids: Iterable[int], word: str) -> None:
    """Say of rows what became of them."""
    values: dict[str, Any] = {"outcome": word}
    if word == "applied":
        values["applied_version"] = ImportRow.version + 1
    for part in parts(ids):
        db.session.execute(update(ImportRow).where(ImportRow.id.in_(part)).values(**values))


def refuse(faults: Mapping[int, list[Any]]) -> None:
    """Say of rows that a rule refuses them by now, and which."""
    table: Any = ImportRow.__table__
    if faults:
        statement = update(table).where(table.c.id == bindparam("the_id")).values(outcome="refused")
        rows = [{"the_id": row_id, "faults": found} for row_id, found in faults.items()]
        db.session.execute(statement, rows)


def tell(
    template: str,
    done: Iterable[Any],
    people: Mapping[int, set[int]],
    *,
    actor: Actor,
) -> None:
    """One notice to each person concerned, however many rows; `done` are rows of milestones."""
    concerning: dict[int, list[Any]] = {}
    done = list(done)
    owners = owners_who_see(owners_by_plan(done), people)
    for row in done:
        for person in people.get(row.plan_id, set()) | ({row.owner_id} & owners[row.plan_id]):
            concerning.setdefault(person, []).append(row)
    for person, rows in sorted(concerning.items()):
        facts = {
            "who": actor.label,
            "count": len(rows),
            "named": [f"{row.project} {row.code}" for row in rows[:EXAMPLES]],
            "about": sorted({row.path for row in rows[:EXAMPLES]}),
            "illustrative": any(row.illustrative for row in rows),
        }
        outbox.tell([person], template, facts, address="/milestones", besides=actor.id)


def tell_groups(done: Iterable[Any], change: ChangeSet) -> None:
    """One message to each group that is told of sheets; `done` are rows of milestones."""
    for (project, illustrative), count in Counter((row.project, row.illustrative) for row in done).items():
        messengers.announce(
            "projects:sheet", change=change, count=count, thing=project, illustrative=illustrative
        )
