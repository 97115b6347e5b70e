"""The holidays that an administrator has loaded, year by year: they count at once, in every process, and can be
taken back. Dates that were reckoned before stay as they are; what is reckoned from now on uses the new days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from flask import has_app_context
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core import holiday_lists
from kangjiansheng.core.calendar import Calendar, shipped
from kangjiansheng.core.changes import Actor, Revision, record
from kangjiansheng.core.db import Base, Label, Versioned, db, expect
from kangjiansheng.core.errors import RuleBroken

ACTS = {
    "core:holidays:load": _l("载入节假日安排"),
    "core:holidays:undo": _l("撤销节假日安排的修改"),
}
THINGS = {"holiday": _l("节假日安排")}
FIELDS = {
    "year": _l("年份"),
    "holidays": _l("放假"),
    "workdays": _l("调休上班"),
    "source": _l("出处"),
    "in_use": _l("使用中"),
}
REFUSALS = {
    "core:holidays-line": _l("第 %(line)d 行的日期无法识别：%(text)s"),
    "core:holidays-kind": _l("第 %(line)d 行没有写明是休还是班：%(text)s"),
    "core:holidays-year": _l("年份 %(year)s 不在可以载入的范围内。"),
    "core:holidays-other-year": _l("%(day)s 不属于 %(year)s 年，请在那一年载入。"),
    "core:holidays-both": _l("%(day)s 同时写成了休和班。"),
    "core:holidays-weekday": _l("%(day)s 不是周末，本来就上班，不能作为调休上班日。"),
    "core:holidays-missing": _l("缺少法定假日 %(day)s，请粘贴全年的安排。"),
    "core:holidays-few": _l("一共 %(num)d 天休息，全年应在 %(least)d 到 %(most)d 天之间，请粘贴全年的安排。"),
    "core:holidays-workdays": _l("一共 %(num)d 天调休上班，最多 %(most)d 天。"),
    "core:holidays-nothing": _l("请粘贴日期，或选择文件。"),
    "core:holidays-same": _l("与现有的安排相同，没有修改。"),
    "core:holidays-not-loaded": _l("这一年没有可以撤销的修改。"),
}
_KEPT = "calendar"  # where the session keeps the calendar of its transaction


class HolidayYear(Versioned, Base):
    """The list of one year as it was loaded last; without `in_use` it was taken back, and the shipped one counts."""

    __tablename__ = "holiday"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(unique=True)
    holidays: Mapped[list[Any]]  # days as 2027-01-01, in order
    workdays: Mapped[list[Any]]  # weekend days that are worked
    source: Mapped[str] = mapped_column(Label, default="")
    in_use: Mapped[bool] = mapped_column(default=True)

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {key: getattr(self, key) for key in FIELDS}


@dataclass(frozen=True, slots=True)
class Year:
    """What counts for one year: its days, the row that was loaded (None for what is shipped or unknown)."""

    year: int
    holidays: frozenset[date]
    workdays: frozenset[date]
    known: bool
    row: HolidayYear | None

    @property
    def version(self) -> int:
        """The version that a form was opened on; 0 before anything was loaded."""
        return self.row.version if self.row else 0

    @property
    def loaded(self) -> bool:
        """True when what counts was loaded by an administrator."""
        return self.row is not None and self.row.in_use


def current() -> Calendar:
    """The calendar that counts now, for `core.calendar.china`: read once in each transaction, one statement.

    So a year that another process has loaded counts from the next request on. Equal lists give the same object,
    whose working days are counted once.
    """
    if not has_app_context():
        return shipped()
    session = db.session()
    kept = session.info.get(_KEPT)
    if kept and kept[0] is session.get_transaction() and kept[0] is not None:
        return kept[1]  # type: ignore[no-any-return]
    rows = session.execute(_in_use())
    found = _made(tuple((year, tuple(rests), tuple(works)) for year, rests, works in rows))
    session.info[_KEPT] = (session.get_transaction(), found)
    return found


@cache
def _in_use() -> Select[Any]:
    query = select(HolidayYear.year, HolidayYear.holidays, HolidayYear.workdays)
    return query.where(HolidayYear.in_use.is_(True)).order_by(HolidayYear.year)


@lru_cache(maxsize=16)
def _made(years: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...]) -> Calendar:
    calendar = shipped()
    for year, rests, works in years:
        calendar = calendar.with_year(year, _dates(rests), _dates(works))
    return calendar


def _dates(days: Iterable[str]) -> list[date]:
    return [day(text) for text in days]


def day(text: str) -> date:
    """A stored day."""
    return date.fromisoformat(text)


def years() -> list[Year]:
    """All years for which the days are known or were loaded once, the latest first."""
    calendar = current()
    rows = {row.year: row for row in db.session.scalars(select(HolidayYear))}
    return [
        _year(number, calendar, rows.get(number)) for number in sorted({*calendar.years, *rows}, reverse=True)
    ]


def year(*, actor: Actor, number: int) -> Year | None:
    """One year; any that a list may be loaded for."""
    if number not in holiday_lists.YEARS:
        return None
    row = db.session.scalar(select(HolidayYear).where(HolidayYear.year == number))
    return _year(number, current(), row)


def _year(number: int, calendar: Calendar, row: HolidayYear | None) -> Year:
    return Year(
        number,
        frozenset(day for day in calendar.holidays if day.year == number),
        frozenset(day for day in calendar.workdays if day.year == number),
        number in calendar.years,
        row,
    )


def load(thing: Year, text: str, *, source: str, actor: Actor, version: int | None) -> HolidayYear:
    """Put the list of a year in the place of what counted for it; raises RuleBroken when it cannot be one."""
    row = thing.row
    if row is not None:
        expect(row, version)
    if not text.strip():
        raise RuleBroken("core:holidays-nothing", "days")
    holidays, workdays = holiday_lists.read(text, thing.year)
    holiday_lists.check(thing.year, holidays, workdays)
    facts: dict[str, Any] = {
        "holidays": [day.isoformat() for day in sorted(holidays)],
        "workdays": [day.isoformat() for day in sorted(workdays)],
        "source": source,
        "in_use": True,
    }
    if (
        thing.known
        and (frozenset(holidays), frozenset(workdays)) == (thing.holidays, thing.workdays)
        and (not row or row.source == source)
    ):
        raise RuleBroken("core:holidays-same", "days")
    before = row.state() if row else {}
    if row is None:
        row = HolidayYear(year=thing.year)
        db.session.add(row)
    _become(row, facts, "core:holidays:load", before, actor=actor)
    return row


def undo(thing: Year, *, actor: Actor, version: int | None) -> HolidayYear:
    """Take back what was done last to the list of a year: the one before counts again, or what is shipped."""
    row = thing.row
    if row is None:
        raise RuleBroken("core:holidays-not-loaded")
    expect(row, version)
    before = row.state()
    query = select(Revision.state).where(
        Revision.thing == "holiday", Revision.thing_id == row.id, Revision.version == row.version - 1
    )
    earlier = db.session.scalar(query)
    _become(row, earlier or {"in_use": False}, "core:holidays:undo", before, actor=actor)
    return row


def _become(
    row: HolidayYear, facts: dict[str, Any], act: str, before: dict[str, Any], *, actor: Actor
) -> None:
    for key, value in facts.items():
        setattr(row, key, value)
    db.session.flush()
    record(act, row, actor=actor, before=before)
    db.session.info.pop(_KEPT, None)  # what follows in this transaction reckons with it already
