"""What things of several kinds are called, asked in one statement."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, literal, select, union_all

from kangjiansheng.core.db import db


def called(asked: Mapping[Any, Collection[int | None]]) -> dict[Any, dict[int, Row[Any]]]:
    """Code and names of the things with some ids, by kind and id; of kinds that have both."""
    wanted = [
        select(
            literal(kind.__tablename__).label("kind"),
            *(kind.id, kind.code, kind.name_hans, kind.name_hant, kind.name_en),
        ).where(kind.id.in_(set(ids) - {None}))
        for kind, ids in asked.items()
        if set(ids) - {None}
    ]
    rows = db.session.execute(union_all(*wanted)).all() if wanted else ()
    return {kind: {row.id: row for row in rows if row.kind == kind.__tablename__} for kind in asked}
