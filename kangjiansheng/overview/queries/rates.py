"""Sets of transition rates: the published ones, those that people made, and which one is used by default."""

from datetime import date

from sqlalchemy import func, select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.overview.models import OwnRates, UsualRates
from kangjiansheng.overview.rules.rates import USUAL, RateSet, own_set, published


def sets(as_of: date | None = None) -> dict[str, RateSet]:
    """All sets by code as they stood at the end of a day (now for None): published ones first. One statement.

    Rates are no secret: whoever is signed in sees them.
    """
    if as_of is None:
        states = [row.state() for row in db.session.scalars(select(OwnRates).order_by(OwnRates.id))]
    else:
        states = list(states_at(OwnRates, select(OwnRates.id), clock.end_of(as_of)).values())
    return {**published(), **{state["code"]: own_set(state["code"], state) for state in states}}


def usual(as_of: date | None = None) -> str:
    """The code of the set that is used when nobody chooses, at the end of a day. One statement."""
    if as_of is None:
        return db.session.scalar(select(UsualRates.code)) or USUAL
    states = states_at(UsualRates, select(UsualRates.id), clock.end_of(as_of))
    return next((state["code"] for state in states.values()), USUAL)


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
