"""Floors of the park and what companies take of them. Two who write at once wait for each other."""

from datetime import date
from typing import Any

from sqlalchemy import select, text

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect, is_sqlite
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import next_number
from kangjiansheng.labs import rules as common
from kangjiansheng.labs.models import Company, Lease, ParkFloor
from kangjiansheng.labs.operations.residents import check_open
from kangjiansheng.labs.queries.space import area_of_floors, leases_on
from kangjiansheng.labs.rules import space as rules

LOCK = 0x6B6A75  # advisory lock of those who change the floors, on PostgreSQL; the trigger takes it too


def create_floor(
    *,
    actor: Actor,
    code: str,
    building: str,
    level: int | None,
    area_m2: int | None,
    illustrative: bool = False,
    recording: dict[str, Any] | None = None,
) -> ParkFloor:
    """Register a floor. Refused when all floors together would be larger than the park."""
    common.check_code(code)
    if db.session.scalar(select(ParkFloor.id).where(ParkFloor.code == code)) is not None:
        raise RuleBroken("labs:code-taken", "code", code=code)
    made = ParkFloor(code=code, illustrative=illustrative)
    _write_floor(made, building, level, area_m2)
    db.session.add(made)
    db.session.flush()
    record("labs:park_floor:create", made, actor=actor, before={}, **recording or {})
    return made


def edit_floor(
    floor: ParkFloor,
    *,
    actor: Actor,
    version: int | None,
    building: str,
    level: int | None,
    area_m2: int | None,
) -> ParkFloor:
    """Change a floor. Refused when the park or the leases on it have no room any more."""
    expect(floor, version)
    _check_kept(floor)
    before = floor.state()
    rules.check_floor(leases_on(floor.id), area_m2 or 0)
    _write_floor(floor, building, level, area_m2)
    db.session.flush()
    if floor.state() != before:
        record("labs:park_floor:edit", floor, actor=actor, before=before)
    return floor


def archive_floor(floor: ParkFloor, *, actor: Actor, version: int | None) -> None:
    """Put a floor away. Refused while something of it is taken, today or later."""
    expect(floor, version)
    _check_kept(floor)
    today = clock.today()
    held = [x.company.code for x in leases_on(floor.id) if x.ends_on is None or x.ends_on >= today]
    common.check_unused(held)
    before = floor.state()
    floor.archived_at = clock.now()
    record("labs:park_floor:archive", floor, actor=actor, before=before)


def restore_floor(floor: ParkFloor, *, actor: Actor) -> None:
    """Take a floor out of the archive, if the park has room for it."""
    if floor.archived_at is None:
        return
    _wait_for_others()
    rules.check_park(area_of_floors(floor.id), floor.area_m2)
    before = floor.state()
    floor.archived_at = None
    record("labs:park_floor:restore", floor, actor=actor, before=before)


def _write_floor(floor: ParkFloor, building: str, level: int | None, area_m2: int | None) -> None:
    rules.check_area(area_m2)
    if not building or level is None:
        raise RuleBroken("labs:floor-named", "building")
    same = select(ParkFloor.code).where(ParkFloor.building == building, ParkFloor.level == level)
    other = db.session.scalar(same.where(ParkFloor.id != (floor.id or 0)))
    if other is not None:
        raise RuleBroken("labs:floor-taken", "level", code=other)
    _wait_for_others()
    rules.check_park(area_of_floors(floor.id or 0), area_m2 or 0)
    floor.building, floor.level, floor.area_m2 = building, level, area_m2 or 0


def _wait_for_others() -> None:
    if not is_sqlite():  # whoever writes SQLite is alone
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _check_kept(floor: ParkFloor) -> None:
    if floor.archived_at is not None:
        raise RuleBroken("labs:archived", None, code=floor.code)


def create_lease(
    company: Company, *, actor: Actor, recording: dict[str, Any] | None = None, **facts: Any
) -> Lease:
    """Give a company space. Refused: no room on the floor on any of the days, a partner, a company put away."""
    check_open(company)
    if company.kind != "resident":
        raise RuleBroken("labs:space-for-residents")
    made = Lease(company_id=company.id, number=next_number(Lease.number, Lease.company_id, company))
    _write_lease(made, **facts)
    made.company = company
    db.session.add(made)
    db.session.flush()
    record("labs:lease:create", made, actor=actor, before={}, **recording or {})
    return made


def edit_lease(lease: Lease, *, actor: Actor, version: int | None, **facts: Any) -> Lease:
    """Change a lease: another end, more or less space."""
    expect(lease, version)
    check_open(lease.company)
    before = lease.state()
    _write_lease(lease, **facts)
    db.session.flush()
    if lease.state() != before:
        record("labs:lease:edit", lease, actor=actor, before=before)
    return lease


def withdraw_lease(lease: Lease, *, actor: Actor, version: int | None) -> None:
    """Take back what was written down by mistake."""
    expect(lease, version)
    check_open(lease.company)
    if lease.withdrawn_at is None:
        before = lease.state()
        lease.withdrawn_at = clock.now()
        record("labs:lease:withdraw", lease, actor=actor, before=before)


def restore_lease(lease: Lease, *, actor: Actor) -> None:
    """Let it count again, if the floor still has room."""
    check_open(lease.company)
    if lease.withdrawn_at is not None:
        _check_room(lease, lease.floor_code, lease.area_m2, lease.starts_on, lease.ends_on)
        before = lease.state()
        lease.withdrawn_at = None
        record("labs:lease:restore", lease, actor=actor, before=before)


def _write_lease(
    lease: Lease,
    *,
    floor_code: str,
    area_m2: int | None,
    starts_on: date | None,
    ends_on: date | None = None,
    note: str = "",
) -> None:
    rules.check_area(area_m2)
    rules.check_term(starts_on, ends_on)
    floor = _check_room(lease, floor_code, area_m2, starts_on, ends_on)
    lease.floor, lease.floor_id, lease.area_m2 = floor, floor.id, area_m2 or 0
    lease.starts_on, lease.ends_on, lease.note = starts_on or clock.today(), ends_on, note


def _check_room(lease: Lease, code: str, area: Any, starts_on: Any, ends_on: date | None) -> ParkFloor:
    query = select(ParkFloor).where(ParkFloor.code == code, ParkFloor.archived_at.is_(None))
    with db.session.no_autoflush:
        locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
        floor = db.session.scalar(locked)
        if floor is None:
            raise RuleBroken("labs:floor-unknown", "floor_code", code=code)
        others = [one for one in leases_on(floor.id) if one.id != lease.id]
    wanted = Lease(area_m2=area, starts_on=starts_on, ends_on=ends_on)
    rules.check_floor([*others, wanted], floor.area_m2)
    return floor
