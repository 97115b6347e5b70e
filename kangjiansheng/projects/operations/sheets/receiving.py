"""A sheet comes in, its sender says which rows count, and that they be written or taken back."""

import hashlib
from collections.abc import Collection

from sqlalchemy import delete, select, update

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock, queue, text
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import drawn
from kangjiansheng.core.queue import Task
from kangjiansheng.core.workbooks import LARGEST, as_csv
from kangjiansheng.projects.models import ImportBatch, ImportRow
from kangjiansheng.projects.queries.sheets import shown, tally
from kangjiansheng.projects.rules.vocabulary import reasons

READ, APPLY, UNDO = "sheet-read", "sheet-apply", "sheet-undo"
ACCEPTABLE = ("change", "new", "conflict")


def receive(name: str, data: bytes, *, actor: Actor) -> ImportBatch:
    """Keep a file until the worker has read it. Refused: an empty one, one that is too large."""
    return _keep(text.line(name)[-200:] or "—", data, actor=actor)


def receive_pasted(rows: str, *, actor: Actor) -> ImportBatch:
    """Keep rows that were pasted, as the file that they could have been: from here on they are one."""
    return _keep("", as_csv(rows), actor=actor)


def _keep(name: str, data: bytes, *, actor: Actor) -> ImportBatch:
    if not data:
        raise RuleBroken("projects:sheet-empty", "file")
    if len(data) > LARGEST:
        raise RuleBroken("projects:sheet-large", "file", most=LARGEST // 2**20)
    digest = hashlib.sha256(data).hexdigest()
    if (same := _on_its_way(digest, actor)) is not None:
        return same
    batch = ImportBatch(
        code=drawn("IMP", ImportBatch.code),
        by_id=actor.id,
        name=name,
        sha256=digest,
        content=data,
        counts={},
        faults=[],
        remarks=[],
        created_at=clock.now(),
    )
    batch.task = queue.put(READ, {"actor": actor.id})
    db.session.add(batch)
    db.session.flush()
    batch.task.payload = {"batch": batch.id, "actor": actor.id}
    return batch


def _on_its_way(digest: str, actor: Actor) -> ImportBatch | None:
    """The same from the same person that is still being read: whoever clicks twice has sent it once. Of two at the same
    instant the second one waits for the first."""
    db.session.execute(select(Person.id).where(Person.id == actor.id).with_for_update(key_share=True))
    query = select(ImportBatch).join(Task, Task.id == ImportBatch.task_id)
    mine = (ImportBatch.by_id == actor.id) & (ImportBatch.sha256 == digest)
    return db.session.scalar(
        query.where(mine, ImportBatch.state == "reading", Task.state != "failed").limit(1)
    )


def accept(batch: ImportBatch, seen: Collection[int], accepted: Collection[int], *, actor: Actor) -> None:
    """Of the rows that a page has shown, these count and the others do not."""
    _require(batch, "checked")
    those = shown(batch, "", actor=actor) & ImportRow.kind.in_(ACCEPTABLE) & ImportRow.id.in_(seen)
    db.session.execute(update(ImportRow).where(those).values(accepted=ImportRow.id.in_(accepted)))


def accept_all(batch: ImportBatch, which: str, accepted: bool, *, actor: Actor) -> None:
    """All rows of a view count, or none of them."""
    _require(batch, "checked")
    those = shown(batch, which, actor=actor) & ImportRow.kind.in_(ACCEPTABLE)
    db.session.execute(update(ImportRow).where(those).values(accepted=accepted))


def consent(
    batch: ImportBatch, reason_code: str = "", *, why: str = "", authority: str = "", actor: Actor
) -> None:
    """Let the worker write what was accepted.

    Asked once: the reason of rows that give none, and why and by whose authority plans are changed.
    """
    _require(batch, "checked")
    counts = tally(batch, actor=actor)
    if not counts["accepted"]:
        raise RuleBroken("projects:sheet-nothing-accepted")
    if counts["lacking"] and reason_code not in reasons():
        raise RuleBroken("projects:sheet-reason", "reason", count=counts["lacking"])
    if counts["replanning"] and not (why and authority):
        raise RuleBroken("projects:baseline-unfounded", "authority" if why else "why")
    batch.reason_code = reason_code if counts["lacking"] else None
    batch.why, batch.authority = (why, authority) if counts["replanning"] else ("", "")
    _ask(batch, APPLY, "applying", actor)


def discard(batch: ImportBatch, *, actor: Actor) -> None:
    """Nothing is written of a dry run; what was read of the file is kept no longer."""
    _require(batch, "checked")
    db.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
    batch.state = "discarded"
    batch.faults, batch.remarks = [], []
    record(
        "projects:sheet:discard",
        batch,
        actor=actor,
        before={"state": "checked"},
        after={"state": "discarded"},
    )


def ask_undo(batch: ImportBatch, *, actor: Actor) -> None:
    """Let the worker take back what the batch has written."""
    _require(batch, "applied")
    _ask(batch, UNDO, "undoing", actor)


def again(batch: ImportBatch, *, actor: Actor) -> None:
    """Let the worker try once more what it has given up."""
    kind = {"reading": READ, "applying": APPLY, "undoing": UNDO}.get(batch.state)
    if kind is None or batch.task.state != "failed":
        raise RuleBroken("projects:sheet-not-now")
    _ask(batch, kind, batch.state, actor)


def _ask(batch: ImportBatch, kind: str, state: str, actor: Actor) -> None:
    batch.state = state
    batch.task = queue.put(kind, {"batch": batch.id, "actor": actor.id})
    db.session.flush()


def _require(batch: ImportBatch, state: str) -> None:
    """Two at the same instant: the second one sees what the first has done."""
    db.session.refresh(batch, ["state"], with_for_update=True)
    if batch.state != state:
        raise RuleBroken("projects:sheet-not-now")
