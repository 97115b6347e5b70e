"""Of which milestones their owner is reminded, and why."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from kangjiansheng.core.calendar import add_working_days
from kangjiansheng.projects.rules import freshness, updates

Kind = Literal["overdue", "due", "stale"]
KINDS: tuple[Kind, ...] = ("overdue", "due", "stale")


def kind_of(
    promised: date | None, spoken_on: date | None, today: date, days_before: Iterable[int]
) -> Kind | None:
    """Why an open milestone is worth a word today; None when it is not.

    Overdue each day until somebody speaks; due on the chosen days before the promised one; stale when it lies in
    the window of the weekly round and nobody has stood by it for three weeks, or ever.
    """
    if promised is None:
        return None
    if promised < today:
        return "overdue"
    if is_due(promised, today, days_before):
        return "due"
    if updates.in_window(promised, today) and freshness.age(spoken_on, today) in ("old", "silent"):
        return "stale"
    return None


def is_due(promised: date, today: date, days_before: Iterable[int]) -> bool:
    """True when one of the chosen days is today, or was a day of rest since the working day before."""
    before, _ = add_working_days(today, -1)
    return any(before < promised - timedelta(days=days) <= today for days in days_before)
