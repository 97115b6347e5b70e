"""The only place where the clock is read. Instants are UTC; days are those of Asia/Shanghai."""

from datetime import UTC, date, datetime

from kangjiansheng.core.calendar import SHANGHAI, day_of, end_of, start_of

__all__ = ["SHANGHAI", "day_of", "end_of", "now", "start_of", "today"]


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in Asia/Shanghai."""
    return day_of(now())
