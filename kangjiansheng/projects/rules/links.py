"""How long a link in a reminder is good for, and how often it may be tried."""

from datetime import datetime, timedelta

LIFE = timedelta(days=7)
WINDOW = timedelta(minutes=15)
MISSES = 20  # secrets that are none, from one address within the window
SAVES = 30  # forms sent by one link within the window


def is_good(
    made_at: datetime, expires_at: datetime, password_changed_at: datetime | None, now: datetime
) -> bool:
    """True until it expires, or its owner has set a new password: that ends whatever was mailed before."""
    return now < expires_at and (password_changed_at is None or password_changed_at <= made_at)
