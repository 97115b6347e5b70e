"""What the dates of a plan do to each other: the forward pass, what a slip moves, and what drives the end.

A plan is a graph of steps, each of which may begin when its predecessors are reached (finish to start, with
lags) and takes a duration. Durations and lags count calendar days, or working days of China where a statute
counts them so. The pass only ever pushes: a later predecessor never makes a successor earlier, and a slip that
fits into the slack moves nothing.

Formulas: the forward pass and the driving path of the critical path method (Kelley and Walker, 1959).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from kangjiansheng.core.calendar import Calendar, add_working_days, china, working_days_between

Unit = Literal["day", "workday"]
Follow = Literal["move", "within", "keep"]  # how later steps go along with a slip
FOLLOW: tuple[Follow, ...] = ("move", "within", "keep")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Link:
    """A predecessor, and how long after it one has to wait."""

    before: int
    lag: int = 0
    unit: Unit = "day"


@dataclass(frozen=True, slots=True)
class Stop:
    """A span in which a statutory clock stands still (发补): from a day up to and including another.

    Without an end the clock still stands; it is reckoned as standing up to the day of the reckoning.
    """

    first: date
    last: date | None = None
    id: int | None = field(default=None, compare=False)  # by which it is ended


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone as the schedule sees it.

    `promised` is the date that counts for an open one, `planned` the date of the current plan, `actual` the day
    on which it was reached. `duration` runs from the last predecessor; None means that nobody has said it, and
    then it is the gap that the plan leaves. A cancelled step takes no time and passes its predecessors on. Nor is a
    step reached `not_before` the day on which something from outside the plan comes: what another party hands over.
    """

    id: int
    links: tuple[Link, ...] = ()
    promised: date | None = None
    planned: date | None = None
    actual: date | None = None
    cancelled: bool = False
    duration: int | None = None
    unit: Unit = "day"
    stops: tuple[Stop, ...] = ()
    not_before: date | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """One step that moves with another: from its promised day to a later one."""

    id: int
    before: date
    after: date
    approximate: bool

    @property
    def days(self) -> int:
        """By how many calendar days."""
        return (self.after - self.before).days


class Cycle(ValueError):
    """Steps that wait for each other; `members` are their ids, each before the one that it waits for."""

    def __init__(self, members: Sequence[int]) -> None:
        super().__init__(f"steps wait for each other: {members}")
        self.members = tuple(members)


def in_order(steps: Iterable[Step]) -> list[Step]:
    """The steps with each after all its predecessors, otherwise as they came. Raises Cycle."""
    by_id = {step.id: step for step in steps}
    found: list[Step] = []
    done: set[int] = set()
    for root in by_id.values():
        # By hand, since a chain of a thousand steps is deeper than Python lets functions call themselves.
        path: list[int] = []
        waiting = [(root.id, False)]
        while waiting:
            key, leaving = waiting.pop()
            if leaving:
                path.pop()
                done.add(key)
                found.append(by_id[key])
            elif key in path:
                raise Cycle(path[path.index(key) :])
            elif key not in done:
                path.append(key)
                waiting.append((key, True))
                before = [link.before for link in by_id[key].links if link.before in by_id]
                waiting += [(other, False) for other in reversed(before)]
    return found


class Schedule:
    """A plan whose steps are in order and whose durations are known; it answers for any dates one tries.

    `today` is the day up to which a clock that stands still is reckoned. Raises Cycle.
    """

    def __init__(self, steps: Iterable[Step], *, today: date, calendar: Calendar | None = None) -> None:
        self.steps = in_order(steps)
        self.today = today
        self.calendar = calendar or china()
        self._by_id = {step.id: step for step in self.steps}
        self._needs = self._durations()
        self._left: dict[int, date | None] = {}  # the earliest day of a step over the dates as they are
        self.dates = {step.id: step.actual or step.promised for step in self.steps}
        for step in self.steps:
            if step.cancelled:
                self.dates[step.id] = self._begin(step, self.dates)[0]

    def moved(self, changes: Mapping[int, date | None]) -> dict[int, Shift]:
        """The open steps that have to move when others get the dates of `changes`, in the order of the plan.

        A step moves to the earliest day that its predecessors leave it, when that is later than what it had
        promised and later than what they left it before; what did not fit before is left as it is.
        """
        dates = dict(self.dates)
        found: dict[int, Shift] = {}
        touched: set[int] = set()
        for step in self.steps:
            was = self.dates[step.id]
            if step.id in changes:
                dates[step.id] = changes[step.id]
            elif touched.isdisjoint(link.before for link in step.links) or step.actual:
                continue
            elif step.cancelled:
                dates[step.id] = self._begin(step, dates)[0]
            elif was is not None:
                before, _ = self.earliest(step.id)
                after, approximate = self.earliest(step.id, dates)
                if after is not None and after > was and (before is None or after > before):
                    dates[step.id] = after
                    found[step.id] = Shift(step.id, was, after, approximate)
            if dates[step.id] != was:
                touched.add(step.id)
        return found

    def within(self, changes: Mapping[int, date | None], shifts: Mapping[int, Shift]) -> dict[int, date]:
        """The days of those that `moved` moves when each may move by no more than the slip that reaches it.

        So a step that stood earlier than the intervals of the plan allow does not catch up with them. One may stay on its
        day, since what it waits for has gone less far; a slip from no day has no measure, and binds nothing.
        """
        dates = dict(self.dates)
        reach: dict[int, timedelta | None] = {}
        found: dict[int, date] = {}
        for step in self.steps:
            was = self.dates[step.id]
            if step.id in changes:
                dates[step.id] = to = changes[step.id]
                reach[step.id] = to - was if to and was else None
                continue
            reaching = [reach[link.before] for link in step.links if link.before in reach]
            if not reaching or step.actual:
                continue
            known = [one for one in reaching if one is not None]
            reach[step.id] = most = max(known) if len(known) == len(reaching) else None
            if step.cancelled:
                dates[step.id] = self._begin(step, dates)[0]
            elif step.id in shifts and was is not None:
                left = self.earliest(step.id, dates)[0] or was
                to = left if most is None else min(left, was + most)
                dates[step.id] = found[step.id] = max(was, to)
        return found

    def leaves(self, key: int, dates: Mapping[int, date | None]) -> date | None:
        """The first day that predecessors leave a step on the days of `dates`, when it is later than the step's own
        one there and than what they left it before; None when the step is not too early, or was no less so."""
        day, before, after = dates[key], self.earliest(key)[0], self.earliest(key, dates)[0]
        if day is None or after is None or after <= day or (before is not None and after <= before):
            return None
        return after

    def pushed(self, key: int, dates: Mapping[int, date | None]) -> date | None:
        """The day of a step when its predecessors come on the days of `dates`: its own, or a later one to which
        they push it, as `moved` has it."""
        step, was = self._by_id[key], self.dates[key]
        if step.cancelled:
            return self._begin(step, dates)[0]
        if key not in self._left:  # a run asks for it again and again
            self._left[key] = self.earliest(key)[0]
        before, after = self._left[key], self.earliest(key, dates)[0]
        if was is None or after is None or after <= was or (before is not None and after <= before):
            return was
        return after

    def earliest(
        self, key: int, dates: Mapping[int, date | None] | None = None, *, stated: bool = False
    ) -> tuple[date | None, bool]:
        """The first day on which a step can be reached, and whether that rests on unpublished holidays.

        None when no predecessor has a date and nothing from outside holds it. With `stated` a duration that nobody has
        said counts as none, but for a step whose clock has stood still: that clock is a statutory one, and runs.
        """
        step = self._by_id[key]
        left, unsure = self._left_by(step, dates, stated=stated)
        if step.not_before is None or (left is not None and left >= step.not_before):
            return left, unsure
        return step.not_before, False

    def _left_by(
        self, step: Step, dates: Mapping[int, date | None] | None, *, stated: bool
    ) -> tuple[date | None, bool]:
        """The same from the predecessors alone."""
        begin, unsure = self._begin(step, self.dates if dates is None else dates)
        need = (step.duration or 0) if stated and not step.stops else self._needs.get(step.id)
        if begin is None or need is None:
            return None, unsure
        found, approximate = self._after(begin, need, step.unit)
        stood, more = self._stood(step, begin, found)
        if stood:
            found, again = self._after(found, stood, step.unit)
            more = more or again
        return found, unsure or approximate or more

    def begin(self, key: int) -> date | None:
        """The day from which a step counts: the last of its predecessors with their lags; None without any."""
        return self._begin(self._by_id[key], self.dates)[0]

    def too_early(self, *, stated: bool = False) -> dict[int, date]:
        """The open steps that promise a day before the earliest one that their predecessors leave them."""
        found = {}
        for step in self.steps:
            was = self.dates[step.id]
            if was is None or step.actual or step.cancelled:
                continue
            earliest, _ = self.earliest(step.id, stated=stated)
            if earliest is not None and earliest > was:
                found[step.id] = earliest
        return found

    def driving(self, end: int) -> list[int]:
        """The steps that hold `end` where it is, from the first to `end`: the critical path.

        One step drives another when the other could not be reached on its day if the one came later.
        """
        path = [end]
        while True:
            step = self._by_id[path[-1]]
            begin, _ = self._begin(step, self.dates)
            earliest, _ = self._left_by(step, None, stated=False)
            day = self.dates[step.id]
            if step.not_before is not None and (earliest is None or step.not_before > earliest):
                break  # what another party hands over holds it, not a step of the plan
            if begin is None or step.actual or (earliest is not None and day is not None and earliest < day):
                break
            path.append(next(link.before for link in step.links if self._leaves(link) == begin))
        return path[::-1]

    def followers(self, key: int) -> list[int]:
        """All steps that wait for a step, near or far, in the order of the plan."""
        found = {key}
        for step in self.steps:
            if any(link.before in found for link in step.links):
                found.add(step.id)
        return [step.id for step in self.steps if step.id in found and step.id != key]

    def _leaves(self, link: Link) -> date | None:
        day = self.dates.get(link.before)
        return None if day is None else self._after(day, link.lag, link.unit)[0]

    def _begin(self, step: Step, dates: Mapping[int, date | None]) -> tuple[date | None, bool]:
        found: date | None = None
        unsure = False
        for link in step.links:
            day = dates.get(link.before)
            if day is not None:
                after, approximate = self._after(day, link.lag, link.unit)
                unsure = unsure or approximate
                found = after if found is None else max(found, after)
        return found, unsure

    def _durations(self) -> dict[int, int]:
        """What each step takes: as said, else the gap that the plan leaves after its last predecessor."""
        planned: dict[int, date | None] = {}
        found: dict[int, int] = {}
        for step in self.steps:
            planned[step.id] = step.planned or step.actual
            begin, _ = self._begin(step, planned)
            if step.cancelled:
                planned[step.id] = begin
            elif step.duration is not None:
                found[step.id] = step.duration
            elif begin is not None and step.planned is not None:
                found[step.id] = self._between(begin, step.planned, step.unit)
        return found

    def _after(self, day: date, count: int, unit: Unit) -> tuple[date, bool]:
        if unit == "workday":
            return add_working_days(day, count, self.calendar)
        return day + count * _DAY, False

    def _between(self, start: date, end: date, unit: Unit) -> int:
        if unit == "workday":
            return working_days_between(start, end, self.calendar)[0]
        return (end - start).days

    def _stood(self, step: Step, begin: date, end: date) -> tuple[int, bool]:
        """For how many days of the step's unit the clock stood between two days; later stops count too when an
        earlier one has pushed the end beyond their beginning."""
        total, unsure = 0, False
        for stop in sorted(step.stops, key=lambda stop: stop.first):
            last = stop.last or max(self.today, stop.first)
            first = max(stop.first, begin + _DAY)
            reached, more = self._after(end, total, step.unit)
            unsure = unsure or more
            if last >= first and first <= reached:
                total += self._between(first - _DAY, last, step.unit)
        return total, unsure
