"""What institutions, laboratories and what belongs to them are called in the audit trail, which keeps their numbers only."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import Agreement, Company, Institution, JointLab, Obligation, SharedResource

Namer = Callable[[set[int]], Mapping[int, str]]


def by_code(kind: Any) -> Namer:
    """Code and name by id, of a kind that has both. Who reads the trail reads all of it."""

    def names(ids: set[int]) -> dict[int, str]:
        found = db.session.scalars(select(kind).where(kind.id.in_(ids)))
        return {row.id: f"{row.code} {name_of(row)}" for row in found}

    return names


CODES: Mapping[str, Namer] = {
    kind.__tablename__: by_code(kind)
    for kind in (Institution, Agreement, JointLab, Obligation, Company, SharedResource)
}
