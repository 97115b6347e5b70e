"""The stretches between the great milestones, project by project."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kangjiansheng.overview.rules import survival
from kangjiansheng.overview.rules.cycles import SPANS, Span
from kangjiansheng.overview.rules.rows import Milestone, Project

Working = Callable[[date, date], tuple[int, bool]]


@dataclass(frozen=True, slots=True)
class Course:
    """One project on a stretch: from `begin` to `until`, where it ended, or up to which it was watched."""

    project: Project
    milestone: Milestone
    begin: date
    until: date
    ended: bool

    @property
    def days(self) -> int:
        """In calendar days."""
        return (self.until - self.begin).days


@dataclass(frozen=True, slots=True)
class Cycle:
    """A stretch with its courses, the longest first. `median` is in calendar days, `told` in the unit of the span."""

    span: Span
    courses: tuple[Course, ...]
    median: survival.Median | None
    told: survival.Median | None
    approximate: bool = False  # working days of a year whose holidays are not known

    @property
    def ended(self) -> int:
        """How many have come to its end."""
        return sum(course.ended for course in self.courses)

    @property
    def open(self) -> int:
        """How many are on it, or left it without coming to its end."""
        return len(self.courses) - self.ended


def cycles(
    projects: Sequence[Project], ended_on: Mapping[int, date], day: date, working: Working
) -> tuple[Cycle, ...]:
    """The stretches on which there was anybody. `ended_on` is since when a project has ended, by its id: from there
    on it is not watched any more. `working` counts the working days between two days, and says whether the holidays of these years are unknown."""
    found = []
    for span in SPANS:
        courses = [c for p in projects if (c := _course(p, span, ended_on.get(p.id), day)) is not None]
        if courses:
            courses.sort(key=lambda course: (-course.days, course.project.code))
            plain = survival.median(survival.curve((c.days, c.ended) for c in courses))
            told, approximate = plain, False
            if span.working:
                counted = [working(course.begin, course.until) for course in courses]
                times = zip(counted, courses, strict=True)
                told = survival.median(survival.curve((days, c.ended) for (days, _), c in times))
                approximate = any(unknown for _days, unknown in counted)
            found.append(Cycle(span, tuple(courses), plain, told, approximate))
    return tuple(found)


def _course(project: Project, span: Span, ended_on: date | None, day: date) -> Course | None:
    """None when the project has not set out, has no such end in its plan, or came to the end before the beginning."""
    by_code = {m.code: m for m in project.milestones}
    first, last = by_code.get(span.begin), by_code.get(span.end)
    if first is None or last is None or first.actual is None or last.state == "cancelled":
        return None
    until = last.actual or min(ended_on or day, day)
    if until < first.actual:
        return None
    return Course(project, last, first.actual, until, last.actual is not None)
