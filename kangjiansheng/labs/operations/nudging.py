"""The nudge: companies with whom nobody was for longer than they should be left alone."""

from datetime import timedelta

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Company
from kangjiansheng.labs.notices import residents as notices
from kangjiansheng.labs.queries.companion import care
from kangjiansheng.labs.rules.companion import ACCOMPANIED


def nudge() -> int:
    """Remind those who accompany companies left alone, and again each time that the silence has lasted as long once
    more; returns for how many companies."""
    query = select(Company).where(Company.stage.in_(ACCOMPANIED), Company.archived_at.is_(None))
    rows, today, told = list(db.session.scalars(query)), clock.today(), 0
    found = care([row.id for row in rows])
    for row in rows:
        rested = row.nudged_on is None or row.nudged_on + timedelta(days=found.limit) <= today
        if found.alone(row) and rested:
            notices.quiet(row, found.quiet(row))
            row.nudged_on = today
            told += 1
    return told
