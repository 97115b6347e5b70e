"""The park's floors and leases, today's or as they stood: read by those who keep the park, and each company its own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Company, Institution, Lease, ParkFloor
from kangjiansheng.labs.queries.residents import inside_companies, own_companies, reads_park, stood
from kangjiansheng.labs.queries.visible import own_institutions
from kangjiansheng.labs.rules import space as rules
from kangjiansheng.labs.rules.residents import PARK


@dataclass(frozen=True)
class FloorRow:
    """A floor with the leases that hold on a day."""

    floor: ParkFloor
    leases: list[Lease]

    @property
    def taken(self) -> int:
        """Square metres that are taken."""
        return sum(lease.area_m2 for lease in self.leases)

    @property
    def free(self) -> int:
        """Square metres that are left."""
        return self.floor.area_m2 - self.taken


@dataclass(frozen=True)
class Building:
    """The floors of one building, from below."""

    name: str
    floors: list[FloorRow]

    @property
    def area(self) -> int:
        """Square metres of all its floors."""
        return sum(row.floor.area_m2 for row in self.floors)

    @property
    def taken(self) -> int:
        """Square metres that are taken."""
        return sum(row.taken for row in self.floors)


def floor(*, actor: Actor, code: str) -> ParkFloor | None:
    """A floor by its code, for those who read all of the park."""
    found = db.session.scalar(select(ParkFloor).where(ParkFloor.code == code))
    return found if found is not None and reads_park(actor) else None


def floors(*, as_of: date | None = None, archived: bool = False) -> list[ParkFloor]:
    """The floors by building and level."""
    rows = stood(list(db.session.scalars(select(ParkFloor))), as_of)
    kept = (row for row in rows if bool(row.archived_at) == archived)
    return sorted(kept, key=lambda row: (row.building, row.level))


def buildings(*, as_of: date | None = None) -> list[Building]:
    """The whole park on a day, for those who read all of it."""
    day = as_of or clock.today()
    # What a lease was on a past day its revisions say; those of today are chosen by their columns.
    ended = Lease.ends_on.is_not(None) & (Lease.ends_on < day)
    now = [Lease.starts_on <= day, ~ended] if as_of is None else []
    on: dict[int, list[Lease]] = defaultdict(list)
    for lease in _leases(*now, as_of=as_of):
        if rules.holds(lease, day):
            on[lease.floor_id].append(lease)
    rows = [FloorRow(one, on[one.id]) for one in floors(as_of=as_of)]
    names = dict.fromkeys(row.floor.building for row in rows)
    return [Building(name, [row for row in rows if row.floor.building == name]) for name in names]


def leases_of(thing: Company, *, as_of: date | None = None) -> list[Lease]:
    """The leases of a company by their beginning, without those written down by mistake."""
    found = _leases(Lease.company_id == thing.id, as_of=as_of)
    return sorted(found, key=lambda lease: (lease.starts_on, lease.number))


def _leases(*which: ColumnElement[bool], as_of: date | None) -> list[Lease]:
    """Leases without those written down by mistake; `which` are conditions on columns that never change, or for today."""
    query = select(Lease).where(*which).options(joinedload(Lease.company), joinedload(Lease.floor))
    if as_of is None:
        query = query.where(Lease.withdrawn_at.is_(None))
    rows = stood(list(db.session.scalars(query)), as_of)
    return [row for row in rows if row.withdrawn_at is None]


def lease(*, actor: Actor, code: str, number: int) -> Lease | None:
    """A lease of a company by its number, where the actor sees all of the company."""
    query = (
        select(Lease)
        .join(Lease.company)
        .where(Company.code == code, Lease.number == number, inside_companies(actor))
    )
    return db.session.scalar(query)


def leases_to_watch(actor: Actor) -> ColumnElement[bool]:
    """The condition on leases with an end, joined with their companies, that concern the actor: of a company that she
    accompanies or belongs to, and for the park's members of one that nobody accompanies."""
    park = select(Institution.id).where(Institution.code == PARK, Institution.id.in_(own_institutions(actor)))
    left = and_(Company.companion_id.is_(None), park.exists())
    return and_(
        Lease.ends_on.is_not(None),
        Company.archived_at.is_(None),
        or_(Company.companion_id == actor.id, own_companies(actor), left),
    )


def leases_on(floor_id: int) -> Sequence[Lease]:
    """What is written down for a floor, as it stands in the database now."""
    query = select(Lease).where(Lease.floor_id == floor_id, Lease.withdrawn_at.is_(None))
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def area_of_floors(besides: int = 0) -> int:
    """Square metres of all floors but one, as they stand in the database now."""
    query = select(func.coalesce(func.sum(ParkFloor.area_m2), 0))
    return db.session.scalar(query.where(ParkFloor.archived_at.is_(None), ParkFloor.id != besides)) or 0
