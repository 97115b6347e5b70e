"""A batch is taken back: an entry for each of its entries, which names it; nothing is removed.

Row by row it is refused where somebody has changed the milestone since. The pair counts no move.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_id
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.queue import Report
from kangjiansheng.core.transactions import writing as committing
from kangjiansheng.projects.models import ImportBatch, ImportRow, MilestoneEntry
from kangjiansheng.projects.operations.ledger import STATE
from kangjiansheng.projects.operations.sheets import writing
from kangjiansheng.projects.operations.sheets.applying import Prepared
from kangjiansheng.projects.operations.sheets.checking import Rights
from kangjiansheng.projects.queries import sheets as queries


def undo(payload: Mapping[str, Any], report: Report) -> None:
    """Take back what a batch has written. Begun twice it undoes once."""
    batch = db.session.get_one(ImportBatch, payload["batch"])
    actor = actor_by_id(payload["actor"])
    if batch.state != "undoing":
        return
    batch_id, change_id = batch.id, batch.change_set_id
    if actor is None or change_id is None:
        with committing():
            db.session.get_one(ImportBatch, batch_id).state = "applied"
        return
    ready, refused = _prepare(batch_id, change_id, actor)
    people = queries.concerned({one.milestone.plan_id for one in ready})
    report(len(ready), len(ready) + len(refused))
    with committing():
        _write(batch_id, ready, refused, people, actor)


def _prepare(batch_id: int, change_id: int, actor: Actor) -> tuple[list[Prepared], list[int]]:
    query = select(
        ImportRow.id, ImportRow.milestone_id, ImportRow.applied_version, ImportRow.before, ImportRow.project
    )
    rows = db.session.execute(
        query.where(ImportRow.batch_id == batch_id, ImportRow.outcome == "applied").order_by(
            ImportRow.position
        )
    ).all()
    rights = Rights(actor)
    found = queries.rows_by_code({row.project.upper() for row in rows}, actor=actor)
    milestones = {row.id: row for row in found}
    entries = _entries(change_id)
    ready, refused = [], []
    for row in rows:
        milestone = milestones.get(row.milestone_id)
        if milestone is None or milestone.archived_at is not None or rights.to(milestone) == "none":
            refused.append(row.id)
        else:
            ready.append(_ready(row, milestone, entries[row.milestone_id]))
    return ready, refused


def _entries(change_id: int) -> dict[int, list[Any]]:
    columns = [getattr(MilestoneEntry, key) for key in ("id", "milestone_id", *STATE)]
    query = select(*columns).where(MilestoneEntry.change_set_id == change_id).order_by(MilestoneEntry.id)
    found: dict[int, list[Any]] = defaultdict(list)
    for entry in db.session.execute(query):
        found[entry.milestone_id].append(entry)
    return found


def _ready(row: Any, milestone: Any, entries: list[Any]) -> Prepared:
    """Back from the last entry of the batch to what stood before the first."""
    before = writing.decoded(row.before)
    made = Prepared(row.id, row.applied_version, milestone, {**before, "the_id": milestone.id})
    states = [before, *({key: getattr(entry, key) for key in STATE} for entry in entries)]
    for number in range(len(entries) - 1, -1, -1):
        made.entries.append(writing.entry(milestone.id, "undo", states[number], entries[number].id))
    return made


def _write(
    batch_id: int,
    ready: list[Prepared],
    refused: list[int],
    people: Mapping[int, set[int]],
    actor: Actor,
) -> None:
    batch = db.session.get_one(ImportBatch, batch_id, with_for_update=True)
    if batch.state != "undoing":
        return
    still = writing.unchanged({one.milestone.id: one.version for one in ready})
    good = [one for one in ready if one.milestone.id in still]
    since = [one.row_id for one in ready if one.milestone.id not in still]
    writing.outcome(refused, "undo-refused")
    writing.outcome(since, "undo-changed")
    writing.outcome([one.row_id for one in good], "undone")
    batch.counts = {**batch.counts, "undone": len(good), "kept": len(since) + len(refused)}
    batch.state, batch.undone_at = "undone", clock.now()
    if not good:
        return
    undone = db.session.get_one(ChangeSet, batch.change_set_id)
    change = begin(actor=actor, source="undo", label=batch.code, undoes=undone)
    batch.undo_change_set_id = change.id
    writing.write((entry for one in good for entry in one.entries), [one.values for one in good], change)
    after = {"state": "undone", "milestones": len(good), "kept": len(since) + len(refused)}
    record("projects:sheet:undo", batch, actor=actor, before={"state": "applied"}, after=after, change=change)
    writing.tell("projects:sheet-undone", [one.milestone for one in good], people, actor=actor)
