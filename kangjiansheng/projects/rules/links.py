"""How long a link in a reminder is good for."""

from datetime import datetime, timedelta

LIFE = timedelta(days=7)


def is_good(
    made_at: datetime, expires_at: datetime, password_changed_at: datetime | None, now: datetime
) -> bool:
    """True until it expires, or its owner has set a new password: that ends whatever was mailed before."""
    return now < expires_at and (password_changed_at is None or password_changed_at <= made_at)
