"""The tables of a database as they stand, and their values as JSON: read from the database, not from the models, so
that a copy of any level can be made and put back."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from kangjiansheng.core.copies import NotCopied
from kangjiansheng.core.db import Instant

LEVEL = "alembic_version"
KINDS: tuple[tuple[type[Any], str], ...] = (  # the first that fits
    (sa.JSON, "json"),
    (sa.Boolean, "truth"),
    (sa.DateTime, "instant"),
    (sa.Date, "day"),
    (sa.Integer, "whole"),
    (sa.LargeBinary, "bytes"),
    (sa.String, "text"),
)


@dataclass(frozen=True)
class Table:
    """A table with the kinds of its columns, by name in the order of the alphabet, and the columns of its key."""

    name: str
    kinds: Mapping[str, str]
    key: tuple[str, ...]


def is_kept(name: str) -> bool:
    """Whether the rows of a table are part of a copy: the level is in the manifest, the search is made anew."""
    return name != LEVEL and not name.startswith(("search_gram", "search_document", "sqlite_"))


def tables(connection: Connection) -> dict[str, Table]:
    """All tables whose rows are part of a copy, by name."""
    look = sa.inspect(connection)
    names = sorted(filter(is_kept, look.get_table_names()))
    columns = look.get_multi_columns(filter_names=names)
    keys = look.get_multi_pk_constraint(filter_names=names)
    found = {}
    for (schema, name), each in columns.items():
        kinds = {column["name"]: _kind(name, column) for column in each}
        key = keys[(schema, name)]["constrained_columns"]
        found[name] = Table(name, dict(sorted(kinds.items())), tuple(key))
    return dict(sorted(found.items()))


def _kind(table: str, column: Mapping[str, Any]) -> str:
    for kind, name in KINDS:
        if isinstance(column["type"], kind):
            return name
    raise NotCopied(f"{table}.{column['name']} is of a kind that copies do not know: {column['type']}")


def query(table: Table) -> sa.Select[Any]:
    """All rows of a table by their key; JSON as the text that is stored, which tells its null from a missing value."""
    types: dict[str, Any] = {
        "instant": Instant(),
        "day": sa.Date(),
        "truth": sa.Boolean(),
        "bytes": sa.LargeBinary(),
    }
    made = sa.table(table.name, *(sa.column(name, types.get(kind)) for name, kind in table.kinds.items()))
    shown = [
        sa.cast(made.c[name], sa.Text).label(name) if kind == "json" else made.c[name]
        for name, kind in table.kinds.items()
    ]
    return sa.select(*shown).order_by(*(made.c[name] for name in table.key))


SAID: dict[str, Callable[[Any], Any]] = {
    "instant": lambda value: value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    "day": date.isoformat,
    "bytes": lambda value: base64.b64encode(value).decode("ascii"),
    "json": orjson.loads,
}


def line(table: Table, row: Any) -> bytes:
    """A row as one line of canonical JSON. Of JSON columns, a value that is missing is left out; null is null."""
    said = {}
    for (name, kind), value in zip(table.kinds.items(), row, strict=True):
        if value is not None:
            said[name] = SAID[kind](value) if kind in SAID else value
        elif kind != "json":
            said[name] = None
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _instant_of_sqlite(value: str) -> str:
    return datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M:%S.%f")


STORED: dict[str, Callable[[Any], Any]] = {"bytes": base64.b64decode, "json": json.dumps}
STORED_BY_SQLITE: dict[str, Callable[[Any], Any]] = {**STORED, "instant": _instant_of_sqlite, "truth": int}


def values(table: Table, said: Mapping[str, Any], *, sqlite: bool) -> tuple[Any, ...]:
    """A row of a copy as the engine's driver takes it, in the order of the table's columns."""
    stored = STORED_BY_SQLITE if sqlite else STORED
    row = []
    for name, kind in table.kinds.items():
        value = said.get(name)
        there = value is not None or (kind == "json" and name in said)
        row.append(stored[kind](value) if there and kind in stored else value)
    return tuple(row)
