"""Papers of an item: put, replaced by a newer version, taken back. Earlier versions stay."""

from pathlib import PurePath

from sqlalchemy import func, select

from kangjiansheng.committee.models import AgendaItem, Paper
from kangjiansheng.committee.operations.locks import open_facts
from kangjiansheng.committee.queries.papers import THING, versions
from kangjiansheng.committee.queries.shelves import shelf_of
from kangjiansheng.committee.queries.visible import level_of
from kangjiansheng.core import file_levels, files
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef


def add(item: AgendaItem, name: str, data: bytes, *, actor: Actor, title: str = "", level: str = "") -> Paper:
    """Put a paper to an item; without a title it is called like its file."""
    open_facts(item.meeting)
    files.check(name, data)
    file_levels.check(level, level_of(item.meeting))
    last = db.session.scalar(select(func.max(Paper.position)).where(Paper.agenda_item_id == item.id))
    paper = Paper(item=item, title=title or PurePath(name).stem[:200], position=(last or 0) + 1)
    db.session.add(paper)
    db.session.flush()
    _put(paper, item, "committee:paper:add", name, data, actor=actor, level=level)
    return paper


def replace(paper: Paper, name: str, data: bytes, *, actor: Actor, note: str = "") -> FileRef:
    """A newer version of a paper; `note` says what is new. The same bytes again are refused."""
    item = _open(paper)
    before = versions([paper.id], actor=actor)[paper.id]
    ref = _put(
        paper, item, "committee:paper:replace", name, data, actor=actor, note=note, level=before[0].level
    )
    if ref.blob_id == before[0].blob_id and not before[0].disposed_at:
        raise RuleBroken("committee:paper-same", "files")
    return ref


def set_level(paper: Paper, level: str, was: str, *, actor: Actor) -> None:
    """Say for whom a paper is, all its versions; `was` is the level that the page showed."""
    item = _open(paper)
    there = versions([paper.id], actor=None)[paper.id]
    facts = file_levels.put(there, level, was, within=level_of(item.meeting))
    if facts is not None:
        record("committee:paper:level", item, actor=actor, before={}, after=facts)


def withdraw(paper: Paper, *, actor: Actor) -> None:
    """Take a paper back: it is not shown any more. Its bytes and the trail stay."""
    item = _open(paper)
    change = begin(actor=actor)
    paper.withdrawn_at = change.recorded_at
    facts = {"name": paper.title}
    record("committee:paper:withdraw", item, actor=actor, before={}, after=facts, change=change)


def _open(paper: Paper) -> AgendaItem:
    if paper.item is None or paper.withdrawn_at is not None:
        raise RuleBroken("committee:paper-gone")
    open_facts(paper.item.meeting)
    return paper.item


def _put(
    paper: Paper,
    item: AgendaItem,
    act: str,
    name: str,
    data: bytes,
    *,
    actor: Actor,
    note: str = "",
    level: str = "",
) -> FileRef:
    change = begin(actor=actor, note=note)
    ref = files.attach(
        THING,
        paper.id,
        name,
        data,
        actor=actor,
        at=change.recorded_at,
        within=shelf_of(item.meeting.committee_id),
        note=note,
        level=level,
    )
    record(act, item, actor=actor, before={}, after=ref.facts(), change=change)
    return ref
