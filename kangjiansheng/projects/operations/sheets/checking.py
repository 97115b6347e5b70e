"""The dry run: read the file, compare each row, and write down what would happen. Nothing else is written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import delete, insert

from kangjiansheng.accounts.queries import actor_by_id
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import plain
from kangjiansheng.core.queue import Report
from kangjiansheng.core.transactions import writing
from kangjiansheng.core.workbooks import Unclear, Unreadable, read
from kangjiansheng.projects import policies
from kangjiansheng.projects.models import ImportBatch, ImportRow
from kangjiansheng.projects.operations.ledger import STATE
from kangjiansheng.projects.operations.sheets import joining
from kangjiansheng.projects.queries import sheets as queries
from kangjiansheng.projects.queries.acceptance import waiting
from kangjiansheng.projects.rules.sheets import (
    Decision,
    Found,
    Joinable,
    RawRow,
    Reading,
    Right,
    Stored,
    decide,
    join,
    joins,
    rows_of,
)
from kangjiansheng.projects.rules.sheets.columns import heading_words
from kangjiansheng.projects.rules.vocabulary import folded

STEP = 500  # rows between two words about the progress
UNDONE = (*STATE, "confirmed_at")  # what an undo puts back


def check(payload: Mapping[str, Any], report: Report) -> None:
    """Read and check a batch. Begun again from the start when a worker has died over it."""
    batch = db.session.get_one(ImportBatch, payload["batch"])
    actor = actor_by_id(payload["actor"])
    if batch.state != "reading" or batch.content is None or actor is None:
        return
    batch_id, data = batch.id, batch.content
    report(0, 0)
    try:
        book = read(data, heading_words())
        for sheet in book.sheets if batch.pasted else ():
            sheet.name = ""  # they are of no sheet that their sender could open
        reading = rows_of(book)
    except Unreadable as problem:
        reading = Reading(faults=[Found(f"file-{problem.code}", facts=problem.facts)])
    with writing():
        db.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch_id))
    if not reading.rows:
        _finish(batch_id, reading, Counter(), illustrative=False)
        return
    checker = Checker(reading, actor)
    for start in range(0, len(reading.rows), STEP):
        report(start, len(reading.rows))
        made = [checker.decision(row) for row in reading.rows[start : start + STEP]]
        values = [checker.values(batch_id, start + n, one) for n, one in enumerate(made)]
        kept = [value for value in values if value is not None]
        if kept:
            with writing():
                db.session.execute(insert(ImportRow), kept)
    _finish(batch_id, reading, checker.counts, illustrative=checker.illustrative)


def _finish(batch_id: int, reading: Reading, counts: Counter[str], *, illustrative: bool) -> None:
    remarks = list(reading.remarks)
    if reading.rows and not reading.marked:
        remarks.append(Found("no-marks"))
    with writing():
        batch = db.session.get_one(ImportBatch, batch_id)
        batch.state = "checked" if reading.rows else "refused"
        batch.counts = {"rows": len(reading.rows), **counts}
        batch.faults = [plain(asdict(found)) for found in reading.faults]
        batch.remarks = [plain(asdict(found)) for found in remarks]
        batch.illustrative = illustrative
        batch.checked_at = clock.now()
        batch.content = None  # its rows say all; the digest stays


class Rights:
    """What an actor may do to milestones, looked up once for all."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.standing = policies.standing(actor)

    def to(self, row: Any) -> Right:
        """The right to one row of `rows_by_code`."""
        if row.plan_id in self.standing.leads:
            return "lead"
        if row.owner_id == self.actor.id:
            return "confirm"
        return "propose" if row.plan_id in self.standing.members else "none"


class Checker:
    """Compares rows with what is stored; knows which milestones a file has named already."""

    def __init__(self, reading: Reading, actor: Actor) -> None:
        self.today, self.from_1904 = clock.today(), reading.from_1904
        rights = Rights(actor)
        wanted = {row.text("project").upper() for row in reading.rows}
        rows = queries.rows_by_code(wanted, actor=actor)
        self.raw = {(row.project, row.code.upper()): row for row in rows}
        owners = {row.owner_id for row in self.raw.values() if row.owner_id is not None}
        names = queries.names_of(owners)
        begun, held, unaccepted = queries.begun(rows), queries.held(), waiting()
        self.stored = {
            key: queries.stored(row, rights.to(row), names, begun, held, unaccepted)
            for key, row in self.raw.items()
        }
        self.gone = queries.gone(rows, rights.standing.leads)
        self.plans = joining.joinable(self._elsewhere(reading), rights.standing.leads, rows, actor=actor)
        self.teams = queries.teams(
            {row.plan_id for row in self.raw.values()} | {plan.plan_id for plan in self.plans.values()}
        )
        self.projects = {row.project for row in rows}
        self.named: dict[tuple[str, str], RawRow] = {}
        self.counts: Counter[str] = Counter()
        self.illustrative = any(row.illustrative for row in (*self.raw.values(), *self.plans.values()))

    def _elsewhere(self, reading: Reading) -> set[str]:
        """The codes of what rows may add a milestone to."""
        named = ((row.text("project").upper(), row.text("milestone").upper(), row) for row in reading.rows)
        return {project for project, code, row in named if joins(row) and self._there(project, code) is None}

    def _there(self, project: str, code: str) -> Stored | None:
        """A milestone, unless it came with a sheet and went with it."""
        stored = self.stored.get((project, code))
        return None if stored is not None and stored.id in self.gone else stored

    def decision(self, row: RawRow) -> Decision:
        """What becomes of one row."""
        stored = self._named(row)
        if isinstance(stored, Found):
            made = Decision(row, faults=[stored])
        elif isinstance(stored, Joinable):
            made = join(row, stored, today=self.today, from_1904=self.from_1904, find_owner=self._owner)
        else:
            made = decide(row, stored, today=self.today, from_1904=self.from_1904, find_owner=self._owner)
        self.counts[made.kind] += 1
        return made

    def _named(self, row: RawRow) -> Stored | Joinable | Found:
        project, code = row.text("project").upper(), row.text("milestone").upper()
        if not project or not code:
            return row.found("code-missing", "milestone" if project else "project")
        new = joins(row) and self._there(project, code) is None
        stored = (self.plans.get(project) if new else None) or self.stored.get((project, code))
        if stored is None:
            key = "milestone" if project in self.projects else "project"
            return row.found("unknown-milestone", key, project=project[:60], code=code[:60])
        first = self.named.setdefault((project, code), row)
        if first is not row:
            return row.found("row-twice", "milestone", sheet=first.sheet, first=first.place("milestone"))
        return stored

    def _owner(self, name: str, plan_id: int) -> int:
        wanted = folded(name)
        found = {
            person
            for person, names in self.teams.get(plan_id, ())
            if any(wanted == folded(known) for known in names if known)
        }
        if len(found) != 1:
            raise Unclear("owner-ambiguous" if found else "owner-unknown")
        return found.pop()

    def values(self, batch_id: int, position: int, made: Decision) -> dict[str, Any] | None:
        """The stored row of a decision; None where there is nothing to say."""
        if made.kind == "same" and not made.remarks:
            return None
        stored, row = made.stored, made.row
        raw = self.raw[stored.project, stored.code.upper()] if stored else None
        lacks = any(step.lacks_reason for step in made.planned)
        return {
            "batch_id": batch_id,
            "position": position,
            "sheet": row.sheet,
            "number": row.number,
            "project": row.text("project")[:60],
            "code": row.text("milestone")[:60],
            "milestone_id": stored.id if stored else None,
            "version": stored.version if stored else None,
            "kind": made.kind,
            "accepted": made.kind == "change",
            "lacks_reason": lacks,
            "replans": any(step.replans for step in made.planned),
            "changes": [plain(asdict(change)) for change in made.changes],
            "wanted": plain({**made.wanted, "because": made.reason}) if made.planned or made.joins else {},
            "faults": [plain(asdict(replace(fault, facts=dict(fault.facts)))) for fault in made.faults],
            "remarks": [plain(asdict(replace(remark, facts=dict(remark.facts)))) for remark in made.remarks],
            "outcome": "",
            "before": plain({key: getattr(raw, key) for key in UNDONE}) if made.planned and raw else None,
        }
