"""Person × kind of thing: a word of its own is planted in every project, milestone, risk and so on of the
demonstration, and what a person finds of them on the pages is held against the doors."""

import io
import re
import zipfile
from collections.abc import Iterator
from unittest import mock

from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem
from kangjiansheng.committee.queries.visible import visible_items
from kangjiansheng.core import transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from tests.permissions import table
from tests.permissions.doors import KINDS, rows
from tests.support.critic import Critic

MARK = re.compile(r"zqx([a-z]+?)q(\d+)q")


def plant(app: Flask) -> None:
    """A word of its own in each row of each kind."""
    with app.app_context(), transactions.writing():
        for name, (kind, field, _door) in KINDS.items():
            for row in db.session.scalars(select(kind).where(*rows(kind))):
                setattr(row, field, f"zqx{name}q{row.id}q {getattr(row, field)}")


def on_agendas(actor: Actor) -> set[int]:
    """The projects that agendas name to a person: what an agenda shows, its committee sees."""
    items = AgendaItem.id.in_(visible_items(actor))
    return {key for key in db.session.scalars(select(AgendaItem.project_id).where(items)) if key}


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
