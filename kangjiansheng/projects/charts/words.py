"""What the figures of this floor share: ranges, short labels, days in words."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import clock


def span(days: Sequence[date], today: date) -> tuple[date, date]:
    low, high = min([*days, today]), max([*days, today])
    room = max((high - low) // 12, timedelta(days=20))
    return low - room / 3, high + room * 2


def days(slip: int) -> str:
    return ngettext("%(sign)s%(num)d 天", "%(sign)s%(num)d 天", abs(slip), sign="+" if slip > 0 else "−")


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def line_word(day: date) -> str:
    """What the line of the day says: today, or the day travelled to."""
    return _("今天") if day == clock.today() else _("截至 %(day)s", day=day.isoformat())
