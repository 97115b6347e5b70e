"""What is true of the park's space. Areas are whole square metres, days are inclusive."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

PARK_M2 = 120_000  # the first phase, as the founding announcement states it: 12 万平方米

SPACE_THINGS: Mapping[str, Any] = {"park_floor": _l("园区楼层"), "lease": _l("租用空间")}
SPACE_ACTS: Mapping[str, Any] = {
    "labs:park_floor:create": _l("登记楼层"),
    "labs:park_floor:edit": _l("修改楼层"),
    "labs:park_floor:archive": _l("归档楼层"),
    "labs:park_floor:restore": _l("恢复楼层"),
    "labs:lease:create": _l("登记租用空间"),
    "labs:lease:edit": _l("修改租用空间"),
    "labs:lease:withdraw": _l("撤下租用空间"),
    "labs:lease:restore": _l("恢复租用空间"),
}


class Held(Protocol):
    """What is asked of a lease."""

    @property
    def area_m2(self) -> int: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...


def holds(lease: Held, day: date) -> bool:
    """True when the lease holds on a day."""
    return lease.starts_on <= day and (lease.ends_on is None or lease.ends_on >= day)


def check_area(area: int | None) -> None:
    """Refuse what is no area."""
    if area is None or area < 1:
        raise RuleBroken("labs:area-positive", "area_m2")


def check_park(others: int, area: int) -> None:
    """Refuse floors that together would be larger than the park."""
    if others + area > PARK_M2:
        raise RuleBroken("labs:park-too-small", "area_m2", left=f"{PARK_M2 - others:,}", all=f"{PARK_M2:,}")


def peak(leases: Iterable[Held]) -> tuple[int, date | None]:
    """The most that leases of one floor take together, and since when. A sum only rises where a lease begins."""
    rows = list(leases)
    sums = [(sum(o.area_m2 for o in rows if holds(o, row.starts_on)), row.starts_on) for row in rows]
    most = max((area for area, _day in sums), default=0)
    return most, min((day for area, day in sums if area == most), default=None)


def check_floor(leases: Iterable[Held], area: int) -> None:
    """Refuse more space on a floor than it has, on any day."""
    most, day = peak(leases)
    if most > area and day:
        raise RuleBroken(
            "labs:floor-too-small", "area_m2", day=day.isoformat(), most=f"{most:,}", all=f"{area:,}"
        )


def check_term(starts_on: date | None, ends_on: date | None) -> None:
    """Refuse a lease without beginning, or one that ends before it begins."""
    if starts_on is None:
        raise RuleBroken("labs:lease-begins", "starts_on")
    if ends_on and ends_on < starts_on:
        raise RuleBroken("labs:ends-before-beginning", "ends_on", day=starts_on.isoformat())
