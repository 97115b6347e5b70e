"""The only place where the clock is read. Instants are UTC; days are those of Asia/Shanghai."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in Asia/Shanghai."""
    return now().astimezone(SHANGHAI).date()


def day_of(instant: datetime) -> date:
    """The day in Asia/Shanghai on which an instant falls."""
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """00:00 of a day in Asia/Shanghai, as an instant in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last microsecond of a day in Asia/Shanghai, as an instant in UTC."""
    return start_of(day + timedelta(days=1)) - timedelta(microseconds=1)
