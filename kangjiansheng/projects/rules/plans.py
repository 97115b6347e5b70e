"""A plan made from a pathway: typical dates from durations, as a beginning that people then correct."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from kangjiansheng.core.calendar import add_months, add_working_days
from kangjiansheng.core.errors import RuleBroken

from .schedule import Unit
from .vocabulary import Template, TemplateMilestone

# Claims under which the milestones of a project rest, and the life of a laboratory that no longer works.
RESTING = frozenset({"ON_HOLD", "TERMINATED", "COMPLETED", "OUT_LICENSED"})
CLOSED = "closed"
BUILT = ("operating", "review")  # the life of a laboratory that works already
# The pathways that are a laboratory's own work; the others lead a product, and belong to projects.
FOR_LABS = ("E_jointlab",)


class Standing(Protocol):
    """A milestone as it stands, as far as a plan that was taken back is told by it."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def baseline(self) -> date | None: ...


def promises_nothing(milestones: Collection[Standing]) -> bool:
    """Whether nothing of a plan is promised any more, not even as the first baseline: it was taken back whole, or it never
    had dates and was cancelled step by step."""
    return bool(milestones) and all(m.state == "cancelled" and m.baseline is None for m in milestones)


@dataclass(frozen=True, slots=True)
class Last:
    """The newest entry of the ledger of a milestone."""

    code: str
    state: str
    kind: str
    change: int
    actual: date | None = None


def beginning(last: Collection[Last]) -> int:
    """The change by which a plan was begun, of which nothing was recorded since. Raises RuleBroken naming the milestone
    that was reached, or of which something else was said."""
    if all((one.kind, one.state) == ("undo", "cancelled") for one in last):
        raise RuleBroken("projects:plan-not-there")
    began = max((one.change for one in last if one.kind == "open"), default=0)
    for one in last:
        if one.actual is not None:
            raise RuleBroken("projects:plan-reached", code=one.code)
        of_before = one.state == "cancelled" and one.change < began
        if not of_before and (one.kind, one.change) != ("open", began):
            raise RuleBroken("projects:plan-recorded", code=one.code)
    return began


def typical_dates(
    items: Sequence[TemplateMilestone], waits: Mapping[str, Sequence[str]], start: date
) -> Mapping[str, date]:
    """For each milestone its last predecessor's date plus the longer typical duration.

    `waits` says which codes each waits for. A milestone without predecessors counts from `start`.
    """
    found: dict[str, date] = {}
    for item in items:
        begin = max((found[code] for code in waits[item.code]), default=start)
        found[item.code] = later(begin, item)
    return found


@dataclass(frozen=True, slots=True)
class Preview:
    """A milestone of a plan that is not made yet; without a start it has no day. `approximate`: its day rests on
    working days of years whose holidays are not published."""

    item: TemplateMilestone
    waits: tuple[str, ...]
    day: date | None
    approximate: bool


def preview(template: Template, optional: Collection[str], start: date | None) -> list[Preview]:
    """What a plan from this template would be, in the order of the pathway."""
    items = chosen(template, optional)
    waits = bridged(template, {item.code for item in items})
    dates = typical_dates(items, waits, start) if start else {}
    unsure: dict[str, bool] = {}
    for item in items:
        begin = max((dates[code] for code in waits[item.code]), default=start) if start else None
        own = item.duration_unit == "workday" and begin and add_working_days(begin, item.duration_max)[1]
        unsure[item.code] = bool(own) or any(unsure[code] for code in waits[item.code])
    return [Preview(item, waits[item.code], dates.get(item.code), unsure[item.code]) for item in items]


def already_past(dates: Mapping[str, date], today: date) -> int:
    """How many of the milestones of a new plan would be overdue at once."""
    return sum(day < today for day in dates.values())


def later(begin: date, item: TemplateMilestone) -> date:
    """The day on which the longer typical duration of a milestone has passed."""
    count = item.duration_max
    if item.duration_unit == "workday":
        return add_working_days(begin, count)[0]
    if item.duration_unit == "month":
        return add_months(begin, count)
    if item.duration_unit == "year":
        return add_months(begin, 12 * count)
    return begin + timedelta(days=count)


_DAYS_OF_A_MONTH = 30.4375  # of a year's 365.25 days


def duration(item: TemplateMilestone, begin: date | None) -> tuple[int, Unit]:
    """The longer typical duration as the schedule counts it. Months count as days from `begin`, or on average."""
    if item.duration_unit == "workday":
        return item.duration_max, "workday"
    if begin is not None:
        return (later(begin, item) - begin).days, "day"
    months = {"month": 1, "year": 12}.get(item.duration_unit)
    return (round(item.duration_max * months * _DAYS_OF_A_MONTH) if months else item.duration_max), "day"


def bridged(template: Template, present: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The predecessors of each milestone that is there: where one was left out, those that it waits for itself.

    Of those found over a bridge, one for which another is waiting already is not named again.
    """
    nearest: dict[str, tuple[str, ...]] = {}
    behind: dict[str, set[str]] = {}  # all that a milestone waits for, near and far
    for item in template.milestones:
        direct = [code for code in item.predecessors if code in present]
        over = [one for code in item.predecessors if code not in present for one in nearest[code]]
        both = dict.fromkeys([*direct, *over])
        nearest[item.code] = tuple(
            code for code in both if code in direct or not any(code in behind[other] for other in both)
        )
        behind[item.code] = set(both).union(*(behind[code] for code in item.predecessors))
    return {code: found for code, found in nearest.items() if code in present}


def chosen(template: Template, optional: Collection[str] = ()) -> list[TemplateMilestone]:
    """The milestones of a plan in the order of the pathway: the optional ones only where they are named."""
    return [item for item in template.milestones if not item.optional or item.code in optional]
