"""Person × kind of thing: a word of its own is planted in every project, milestone, risk and so on of the
demonstration, and what a person finds of them on the pages is held against the doors."""

import io
import re
import zipfile
from collections.abc import Iterator
from unittest import mock

from flask import Flask
from sqlalchemy import bindparam, select, text

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.committee.operations import papers
from kangjiansheng.committee.queries.visible import visible_items
from kangjiansheng.core import transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.labs import operations as labs
from kangjiansheng.labs.queries.documents import owner
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.operations import evidence
from tests.permissions import table
from tests.permissions.doors import KINDS
from tests.support.critic import Critic
from tests.support.papers import PDF

MARK = re.compile(r"zqx([a-z]+?)q(\d+)q")


def bring(app: Flask) -> None:
    """What the demonstration has none of: files of agreements, obligations, milestones and items, one as its thing and
    one for the team alone, of each."""
    with app.app_context(), transactions.writing():
        actor = system_actor()
        for level in ("", "team"):
            for of, code in (
                ("agreements", "AGR-901"),
                ("agreements", "AGR-902"),
                ("obligations", "OB-0003"),
            ):
                thing = owner(actor=actor, of=of, code=code)
                assert thing is not None
                kind = "text" if of == "agreements" else ""
                labs.bring(thing, [(f"a{level}.pdf", PDF)], actor=actor, kind=kind, level=level)
            for code in ("KJS-003", "KJS-014"):
                project = db.session.scalars(select(Project).where(Project.code == code)).one()
                step = next(m for m in project.plan.milestones if m.state == "open")
                evidence.add(step, [(f"a{level}.pdf", PDF)], actor=actor, level=level)
            for item in db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one().items:
                papers.add(item, f"a{level}.pdf", PDF, actor=actor, title=f"a{level}", level=level)


FROZEN = ("meeting", "agenda_item", "decision", "action", "motion")  # in part: what was signed or voted on


def _thaw() -> None:
    """Words are planted in what was signed, too."""
    if is_sqlite():
        rows = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :frozen")
        for name in list(db.session.scalars(rows.bindparams(bindparam("frozen", FROZEN, expanding=True)))):
            db.session.execute(text(f'DROP TRIGGER "{name}"'))
    else:
        for table_name in FROZEN:
            db.session.execute(text(f'ALTER TABLE "{table_name}" DISABLE TRIGGER USER'))


def plant(app: Flask) -> None:
    """A word of its own in each row of each kind."""
    with app.app_context(), transactions.writing():
        _thaw()
        for name, kind in KINDS.items():
            for row in db.session.scalars(select(kind.model).where(kind.only)):
                setattr(row, kind.words, f"zqx{name}q{row.id}q {getattr(row, kind.words)}")


def on_agendas(actor: Actor) -> dict[str, set[int]]:
    """The projects and gates that agendas name to a person: what an agenda shows, its committee sees."""
    items = AgendaItem.id.in_(visible_items(actor))
    rows = list(db.session.execute(select(AgendaItem.project_id, AgendaItem.gate_id).where(items)))
    return {"project": {row.project_id for row in rows}, "milestone": {row.gate_id for row in rows}}


LISTS = {"kind", "name"}  # arguments of lists as files and figures
PLACES = ("/projects/<code>", "/partners/<code>", "/labs/<code>", "/committees/<code>", "/agreements/<code>")
SEARCHES = ("/search?q=zqx", *(f"/search?q=zqx{name}" for name in KINDS), "/search/suggestions?q=zqx")


def addresses(app: Flask) -> Iterator[str]:
    """Every page, file, figure and feed that is about more than one thing, the pages of places, and searches."""
    with app.app_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda r: r.rule):
            wanted = rule.arguments <= LISTS or rule.rule in PLACES
            if not wanted or "GET" not in (rule.methods or ()) or rule.endpoint in table.LEFT_OUT:
                continue
            for values in table.arguments(rule):
                address = rule.rule
                for name, value in values.items():
                    address = table._put(address, name, str(value))
                yield address
    yield from SEARCHES


def _text(data: bytes) -> str:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"".join(archive.read(name) for name in archive.namelist())
    return data.decode("utf-8", "replace")


def found(client: Critic, app: Flask) -> dict[tuple[str, int], str]:
    """What a person finds, each with the first address that shows it. Nothing that the walk does is kept."""
    told: dict[tuple[str, int], str] = {}
    with mock.patch.object(transactions, "commit", lambda: db.session.rollback()):
        for address in list(addresses(app)):  # first all: no request runs within another context
            answer = super(Critic, client).open(address)
            assert answer.status_code < 500, address
            for name, key in MARK.findall(_text(answer.data)):
                told.setdefault((name, int(key)), address)
    return told
