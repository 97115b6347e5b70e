"""How actions are followed up: of those that are due, how many were done in time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import median


@dataclass(frozen=True, slots=True)
class Task:
    """An action as it stood at the end of a day. `given_on` is the day of its meeting."""

    given_on: date
    due_on: date | None
    done_on: date | None  # None while it is open
    committee: str = ""
    institution: str = ""
    number: str = ""
    project_id: int | None = None  # what it is about, if anything
    illustrative: bool = False
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of both
    disputed: bool = False  # done, they say, which the other side disputes: open until it is settled


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`due`: the day for it has come. `in_time`: done by that day. `late`: done after it. `disputed`: whether it is done
    is disputed. `overdue`: still open. `open`: all that are open, whatever their day; `age` is the median of the days
    since they were given."""

    due: int
    in_time: int
    late: int
    open: int
    age: float | None
    disputed: int = 0

    @property
    def overdue(self) -> int:
        """Due and not done."""
        return self.due - self.in_time - self.late - self.disputed

    @property
    def rate(self) -> float | None:
        """Done in time ÷ due; None when nothing was due. What nobody closes counts against it."""
        return self.in_time / self.due if self.due else None

    @property
    def percent(self) -> int | None:
        """The rate in whole per cent, halves up."""
        return (200 * self.in_time + self.due) // (2 * self.due) if self.due else None


def follow_up(tasks: Iterable[Task], day: date) -> FollowUp:
    """The figures at the end of a day. A day is due when it is over or is that day; what has no day is never due."""
    rows = list(tasks)
    due = [
        (task.due_on, task.done_on, task.disputed)
        for task in rows
        if task.due_on is not None and task.due_on <= day
    ]
    done = [(by, at) for by, at, _disputed in due if at is not None and at <= day]
    ages = [(day - task.given_on).days for task in rows if task.done_on is None or task.done_on > day]
    in_time, disputed = sum(at <= by for by, at in done), sum(disputed for _by, _at, disputed in due)
    age = median(ages) if ages else None
    return FollowUp(len(due), in_time, len(done) - in_time, len(ages), age, disputed)
