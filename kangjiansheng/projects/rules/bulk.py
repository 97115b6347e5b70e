"""One act on many milestones: what it makes of each."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from kangjiansheng.core.calendar import add_working_days
from kangjiansheng.core.errors import RuleBroken

from . import milestones
from .milestones import MilestoneState
from .schedule import Follow

Act = Literal["on_track", "move", "give", "flag", "unflag"]
ACTS: tuple[Act, ...] = ("on_track", "move", "give", "flag", "unflag")
UNITS = ("day", "workday")
BULK = "bulk"  # the label of the change set of such an act
AT_MOST = 1000  # rows in one act
FURTHEST = 730  # days by which an act may move


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of all rows. `days` are calendar or working days (`unit`), earlier when negative.

    What waits for a row that gets another date goes along as `follow` says.
    """

    act: Act
    days: int = 0
    unit: str = "day"
    reason_code: str = ""
    owner_id: int | None = None
    note: str = ""
    follow: Follow = "move"


def moved(day: date, days: int, unit: str) -> tuple[date, bool]:
    """A day so many days later, and whether that is approximate (beyond the published calendar)."""
    if unit == "workday":
        return add_working_days(day, days)
    return day + timedelta(days=days), False


def outcome(
    state: MilestoneState, wanted: Wanted, today: date, *, confirmed: bool, flagged: bool
) -> tuple[MilestoneState, bool]:
    """The state after the act, and whether its date is approximate.

    Without `confirmed` a date is only proposed. Refuses what the single act refuses, moving what has no date,
    and setting or clearing a flag that already is so.
    """
    if wanted.act == "on_track":
        new = milestones.on_track(state, today)
        return (new if confirmed else replace(state, proposed=state.promised)), False
    if wanted.act == "move":
        milestones.require_open(state)
        if state.promised is None:
            raise RuleBroken("projects:no-date-to-move")
        to, approximate = moved(state.promised, wanted.days, wanted.unit)
        new = milestones.will_slip(state, to, wanted.reason_code, today, confirmed=confirmed)
        return new, approximate
    milestones.require_open(state)
    if wanted.act in ("flag", "unflag") and flagged == (wanted.act == "flag"):
        raise RuleBroken("projects:flagged-already" if flagged else "projects:not-flagged")
    return state, False
