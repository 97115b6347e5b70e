"""Copies that the worker makes by the clock or on request, the old ones that go, and drills."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.models.copies import Drill, KeptCopy
from kangjiansheng.accounts.queries import actor_by_id, copies, system_actor
from kangjiansheng.accounts.rules import retention
from kangjiansheng.core import clock, outbox, queue
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.config import Settings
from kangjiansheng.core.copies import NotCopied, heads, making
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing

MAKE, DRILL = "copy", "copy-drill"
AGAIN = timedelta(hours=1)  # after a failure
LONGEST = timedelta(hours=12)  # what waits longer has lost its worker


def ask(known: Settings, *, actor: Actor | None) -> KeptCopy:
    """Ask for a copy; without an actor the clock does."""
    if known.backup_folder is None:
        raise RuleBroken("accounts:no-copy-folder")
    if actor and db.session.scalar(select(KeptCopy.id).where(KeptCopy.state == "waiting").limit(1)):
        raise RuleBroken("accounts:copy-waits")
    asked = KeptCopy(asked_at=clock.now(), asked_by=actor.id if actor else None)
    db.session.add(asked)
    db.session.flush()
    if actor:
        record("accounts:copy:ask", asked, actor=actor, before={}, after={"state": "waiting"})
    queue.put(MAKE, {"copy": asked.id})
    return asked


def ask_when_due(known: Settings) -> None:
    """Each day at the hour of the installation; after a failure again each hour."""
    if known.backup_folder is None:
        return
    now = clock.now()
    for lost in db.session.scalars(
        select(KeptCopy).where(KeptCopy.state == "waiting", KeptCopy.asked_at < now - LONGEST)
    ):
        _fail(lost, "the worker died")
    due = copies.due_at(now, known.backup_hour)
    since = select(KeptCopy.id).where(KeptCopy.asked_by.is_(None), KeptCopy.asked_at >= due)
    unless = (KeptCopy.state != "failed") | (KeptCopy.asked_at > now - AGAIN)
    if db.session.scalar(since.where(unless).limit(1)) is None:
        ask(known, actor=None)


def make(known: Settings, asked: Mapping[str, Any], report: queue.Report) -> None:
    """Make a copy that was asked for, and take away those that are no longer kept."""
    found = db.session.get(KeptCopy, asked["copy"])
    if found is None or found.state != "waiting":
        return
    name = f"kangjiansheng-{found.asked_at:%Y%m%dT%H%M%SZ}-{found.id}.kjs"
    db.session.rollback()
    number = int(asked["copy"])
    try:
        with queue.holding(report):
            facts, lost = _made(known, name)
    except (NotCopied, OSError) as problem:
        with writing():
            _fail(db.session.get_one(KeptCopy, number), str(problem))
        return
    with writing():
        _keep(db.session.get_one(KeptCopy, number), name, facts)
        if lost:
            _tell("accounts:trail-cut", {"problem": lost}, key=f"copy-{number}")
        gone = _let_go(known)
    for path in gone:  # only when no row says any more that it is there
        path.unlink(missing_ok=True)


def _made(known: Settings, name: str) -> tuple[dict[str, Any], str]:
    """The copy, with the head of the trail in a file of its own; and what is wrong with the heads of earlier days."""
    folder = known.backup_folder
    if folder is None or not folder.is_dir():
        raise NotCopied(f"{folder} is no folder")
    lost = heads.missing(db.session(), folder)
    db.session.rollback()
    (folder / name).unlink(missing_ok=True)  # of a worker that was killed before it said so
    manifest = making.make(known, folder / name)
    heads.keep(folder, name, manifest)
    size = (folder / name).stat().st_size
    return manifest | {"size": size, "encrypted": known.backup_key is not None}, lost


def _keep(found: KeptCopy, name: str, facts: Mapping[str, Any]) -> None:
    found.state, found.ended_at, found.name = "whole", clock.now(), name
    found.size, found.encrypted, found.level = facts["size"], facts["encrypted"], facts["level"]
    found.digest, found.head_seq, found.head_hash = (
        facts["digest"],
        facts["head"]["seq"],
        facts["head"]["hash"],
    )
    after = {
        "state": "whole",
        "name": name,
        "size": found.size,
        "digest": found.digest,
        "head": found.head_seq,
    }
    record(
        "accounts:copy:make",
        found,
        actor=system_actor(),
        before={"state": "waiting"},
        after=after,
        source="job",
    )


def _fail(found: KeptCopy, problem: str) -> None:
    found.state, found.ended_at, found.problem = "failed", clock.now(), problem
    after = {"state": "failed", "problem": problem}
    record(
        "accounts:copy:fail",
        found,
        actor=system_actor(),
        before={"state": "waiting"},
        after=after,
        source="job",
    )
    _tell("accounts:copy-failed", {"problem": problem}, key=f"copy-{found.id}")


def _let_go(known: Settings) -> list[Path]:
    """Say of the copies that are no longer kept that they are gone; where they lie."""
    whole = {c.id: c for c in db.session.scalars(select(KeptCopy).where(KeptCopy.state == "whole"))}
    stay = retention.kept({key: c.asked_at for key, c in whole.items()}, known.backup_keep)
    young = clock.now() - retention.ASKED_FOR
    stay |= {key for key, c in whole.items() if c.asked_by is not None and c.asked_at > young}
    gone = [whole[key] for key in sorted(whole.keys() - stay)]
    for one in gone:
        one.state = "gone"
        before, after = {"state": "whole"}, {"state": "gone", "name": one.name}
        record("accounts:copy:end", one, actor=system_actor(), before=before, after=after, source="job")
    return [known.backup_folder / one.name for one in gone] if known.backup_folder else []


def _tell(template: str, facts: Mapping[str, Any], *, key: str) -> None:
    """A notice and a mail to each administrator."""
    people = copies.administrators()
    outbox.tell([person.id for person in people], template, facts, address="/admin/copies")
    for person in people:
        if person.email:
            outbox.mail(
                person.email, template, facts, change=key, locale=person.locale, address="/admin/copies"
            )


def ask_drill(copy: KeptCopy, *, actor: Actor) -> Drill:
    """Ask that a copy be restored into a database of its own, verified, and thrown away."""
    if copy.state != "whole":
        raise RuleBroken("accounts:copy-gone")
    if db.session.scalar(select(Drill.id).where(Drill.copy_id == copy.id, Drill.state == "waiting")):
        raise RuleBroken("accounts:drill-waits")
    asked = Drill(copy_id=copy.id, asked_at=clock.now(), asked_by=actor.id)
    db.session.add(asked)
    db.session.flush()
    record("accounts:drill:ask", asked, actor=actor, before={}, after={"state": "waiting", "name": copy.name})
    queue.put(DRILL, {"drill": asked.id})
    return asked


@dataclass(frozen=True)
class Asked:
    """A drill that waits: its key, and the file to be restored."""

    number: int
    file: Path


def begin_drill(known: Settings, number: int) -> Asked | None:
    """What a drill needs to know, unless it has ended."""
    found = db.session.get(Drill, number)
    asked = None
    if found is not None and found.state == "waiting":
        asked = Asked(number, (known.backup_folder or Path()) / found.copy.name)
    db.session.rollback()
    return asked


def end_drill(number: int, found: Mapping[str, Any]) -> None:
    """Keep what a drill has found."""
    with writing():
        drill = db.session.get_one(Drill, number)
        drill.state, drill.ended_at = "failed" if found["problems"] else "whole", clock.now()
        drill.found = dict(found)
        actor = actor_by_id(drill.asked_by) or system_actor()
        after = {"state": drill.state, "problem": "; ".join(found["problems"])[:300]}
        record(
            "accounts:drill:end", drill, actor=actor, before={"state": "waiting"}, after=after, source="job"
        )
        if found["problems"]:
            _tell("accounts:drill-failed", {"problem": found["problems"][0]}, key=f"drill-{number}")
