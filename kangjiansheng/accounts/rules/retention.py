"""Which copies are kept: the last of each of the latest days, weeks and months that have one."""

from collections.abc import Hashable, Mapping
from datetime import date, datetime, timedelta

from kangjiansheng.core.calendar import day_of

ASKED_FOR = timedelta(days=30)  # what somebody made before an upgrade is not thinned out by the night's copy


def kept(made: Mapping[int, datetime], keep: tuple[int, int, int]) -> set[int]:
    """Of whole copies, by key and instant, those that stay; `keep` says for how many days, weeks and months. The
    newest always stays."""
    stay: set[int] = set()
    latest_first = sorted(made, key=lambda key: made[key], reverse=True)
    for count, period in zip(keep, (_day, _week, _month), strict=True):
        last: dict[Hashable, int] = {}
        for key in latest_first:
            last.setdefault(period(day_of(made[key])), key)
        stay.update(list(last.values())[:count])
    return stay | set(latest_first[:1])


def _week(day: date) -> Hashable:
    return day.isocalendar()[:2]


def _month(day: date) -> Hashable:
    return day.year, day.month


def _day(day: date) -> Hashable:
    return day
