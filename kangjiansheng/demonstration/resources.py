"""Illustrative shared resources of one laboratory, booked so that a bottleneck shows.

The clean room is nearly full, and three wait for it; the others have room. Bookings repeat by a fixed pattern from
the month before today to a month after it, and are loaded as if made forty days before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core import clock
from kangjiansheng.core.calendar import china
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import JointLab, SharedResource
from kangjiansheng.labs.operations.bookings import ask_to_wait, book
from kangjiansheng.labs.operations.resources import create_resource
from kangjiansheng.labs.rules.resources import DAY, at, month_of

LAB = "JL-01"
AHEAD = 37 * DAY
BEGAN = date(2025, 7, 1)


@dataclass(frozen=True)
class Shared:
    """A resource, and its weekly pattern: from an hour of a weekday to an hour of another."""

    code: str
    kind: str
    hans: str
    hant: str
    en: str
    owner: str
    site: str
    purposes: tuple[str, ...]
    week: tuple[tuple[int, int, int, int], ...] = ()
    capacity: int = 1
    level: str = "parties"


RESOURCES = (
    Shared(
        "RES-01", "clean_room", "GMP 洁净间 B2", "GMP 潔淨室 B2", "GMP clean room B2", "SPH", "张江 B2（示例地点）",
        ("工艺验证批（示例）", "临床批制备（示例）", "清场与环境监测（示例）"),
        ((0, 8, 1, 18), (2, 8, 3, 18), (4, 8, 4, 15)),
    ),
    Shared(
        "RES-02", "instrument", "10 色流式细胞仪", "10 色流式細胞儀", "10-colour flow cytometer", "RJ",
        "转化楼 5 层（示例地点）", ("表型检测（示例）", "放行检验（示例）"), ((0, 8, 1, 15), (3, 9, 3, 18)), level="open",
    ),
    Shared(
        "RES-03", "instrument", "单细胞测序平台", "單細胞測序平台", "Single-cell sequencing platform", "NCTM",
        "组学楼（示例地点）", ("单细胞文库（示例）", "上机测序（示例）"), ((0, 8, 2, 18), (4, 10, 4, 15)),
    ),
    Shared(
        "RES-04", "cell_bank", "液氮样本库", "液氮樣本庫", "Liquid-nitrogen sample bank", "RJ",
        "样本中心（示例地点）", ("主细胞库留样（示例）", "临床留样（示例）"), capacity=4000,
    ),
)  # fmt: skip
STORED = ((1200, 480), (860, 300), (460, 120))  # positions, days ago
WISHES = (
    (1, 8, 12, "executive"),
    (2, 9, 15, "member"),
    (3, 8, 10, "lead"),
)  # working days ahead, hours, whose


def load(*, actor: Actor) -> None:
    """Register them with their bookings; nothing when the portfolio does not name the laboratory."""
    if db.session.scalar(select(JointLab.id).where(JointLab.code == LAB)) is None:
        return
    for plan in RESOURCES:
        made = create_resource(
            actor=actor,
            code=plan.code,
            kind=plan.kind,
            name_hans=plan.hans,
            name_hant=plan.hant,
            name_en=plan.en,
            institution_code=plan.owner,
            lab_code=LAB,
            site=plan.site,
            capacity=plan.capacity,
            confidentiality=plan.level,
            note="",
            recording={"source": "import", "effective_at": clock.start_of(BEGAN)},
        )
        _fill(made, plan)
    _wait()


def _who(short: str) -> Actor:
    found = actor_by_email(f"{short}@kjs.example")
    if found is None:
        raise LookupError(f"{short} is not of the cast")
    return found


def _fill(resource: SharedResource, plan: Shared) -> None:
    people = [_who("lead"), _who("member")]
    for n, (begins, ends) in enumerate(_spans(plan)):
        made = {"source": "import", "effective_at": begins - timedelta(days=40)}
        book(
            resource,
            actor=people[n % 2],
            starts_at=begins,
            ends_at=ends,
            purpose=plan.purposes[n % len(plan.purposes)],
            recording=made,
        )
    for places, ago in STORED if plan.kind == "cell_bank" else ():
        day = clock.today() - timedelta(days=ago)
        book(
            resource,
            actor=people[0],
            starts_at=clock.start_of(day),
            ends_at=None,
            places=places,
            purpose=plan.purposes[ago % 2],
            recording={"source": "import", "effective_at": clock.start_of(day)},
        )


def _spans(plan: Shared) -> Iterator[tuple[datetime, datetime]]:
    monday = month_of(month_of(clock.today())[0] - DAY)[0]
    monday -= monday.weekday() * DAY
    while plan.week and monday <= clock.today() + AHEAD:
        for first, begins, last, ends in plan.week:
            if china().is_working_day(monday + first * DAY):
                yield at(monday + first * DAY, begins), at(monday + last * DAY, ends)
        monday += 7 * DAY


def _wait() -> None:
    room = db.session.scalars(select(SharedResource).where(SharedResource.code == RESOURCES[0].code)).one()
    for ahead, first, after, short in WISHES:
        day = clock.today() + timedelta(days=7 + ahead)
        while day.weekday() == 4 or not china().is_working_day(day):
            day += timedelta(days=1)
        ask_to_wait(
            room,
            actor=_who(short),
            starts_at=at(day, first),
            ends_at=at(day, after),
            purpose="等候洁净间（示例）",
            recording={"source": "import"},
        )
