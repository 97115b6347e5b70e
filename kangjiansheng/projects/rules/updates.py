"""Which milestones wait for their owner's word this week."""

from datetime import date, datetime, timedelta

from kangjiansheng.core.calendar import day_of

AHEAD = timedelta(days=90)


def week_start(today: date) -> date:
    """Monday of this week."""
    return today - timedelta(days=today.weekday())


def in_window(promised: date | None, today: date) -> bool:
    """True for what is promised within the next 90 days or is overdue. Without a date nothing can be confirmed."""
    return promised is not None and promised <= today + AHEAD


def is_confirmed(promised: date | None, confirmed_at: datetime | None, by_hand: bool, today: date) -> bool:
    """True when somebody has stood by it since Monday, and its date has not passed since."""
    if promised is not None and promised < today:
        return False
    return by_hand and confirmed_at is not None and day_of(confirmed_at) >= week_start(today)
