"""Sets of transition rates: the published ones, those that people made, and which one is used by default."""

from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision
from kangjiansheng.core.db import db
from kangjiansheng.overview.models import OwnRates, UsualRates
from kangjiansheng.overview.rules.rates import USUAL, RateSet, own_set, published


def sets(as_of: date | None = None) -> dict[str, RateSet]:
    """All sets by code as they stood at the end of a day (now for None): published ones first. One statement.

    Rates are no secret: whoever is signed in sees them.
    """
    states = db.session.execute(_states(OwnRates, as_of)) if as_of else _now()
    return {**published(), **{state["code"]: own_set(state["code"], state) for _id, state in states}}


def usual(as_of: date | None = None) -> str:
    """The code of the set that is used when nobody chooses, at the end of a day. One statement."""
    if as_of is None:
        return db.session.scalar(select(UsualRates.code)) or USUAL
    row = db.session.execute(_states(UsualRates, as_of)).first()
    return row[1]["code"] if row else USUAL


def _now() -> list[tuple[int, dict[str, Any]]]:
    rows = db.session.scalars(select(OwnRates).order_by(OwnRates.id))
    return [(row.id, row.state()) for row in rows]


def _states(kind: Any, day: date) -> Select[Any]:
    """The last state of each thing of a kind up to the end of a day."""
    last = (
        select(func.max(Revision.id))
        .where(Revision.thing == kind.__tablename__, Revision.effective_at <= clock.end_of(day))
        .group_by(Revision.thing_id)
    )
    return select(Revision.thing_id, Revision.state).where(Revision.id.in_(last)).order_by(Revision.thing_id)


def known(*, actor: Actor, code: str) -> RateSet | None:
    """A set by its code, as it stands today."""
    return sets().get(code)


def own(*, actor: Actor, code: str) -> OwnRates | None:
    """An own set that can be changed; published ones are not among them."""
    return db.session.scalar(select(OwnRates).where(OwnRates.code == code))


def usual_row() -> UsualRates | None:
    """The row that says which set is used by default; None before anybody chose."""
    return db.session.scalar(select(UsualRates))


def next_code() -> str:
    """The code of the next own set: OWN-1, OWN-2, …; numbers are not used again, for sets are never removed."""
    return f"OWN-{(db.session.scalar(select(func.count(OwnRates.id))) or 0) + 1}"


def taken(name: str, besides: int | None = None) -> bool:
    """True when another own set has this name."""
    query = select(OwnRates.id).where(OwnRates.name_hans == name, OwnRates.id != (besides or 0))
    return db.session.scalar(query) is not None
