"""What these rules need to know of a project and its milestones, as they stood at the end of a day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

# Claims of projects that have ended; their open milestones are nobody's promise any more.
ENDED = frozenset({"TERMINATED", "COMPLETED", "OUT_LICENSED"})
PAUSED = "ON_HOLD"


class Ref(Protocol):
    """A laboratory by code and name."""

    @property
    def code(self) -> str: ...
    @property
    def name_hans(self) -> str: ...
    @property
    def name_hant(self) -> str: ...
    @property
    def name_en(self) -> str: ...


class Milestone(Ref, Protocol):
    """A milestone at the end of a day. `slip` is in calendar days; `status` one of the eight."""

    @property
    def id(self) -> int: ...
    @property
    def project_code(self) -> str: ...
    @property
    def position(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def gate(self) -> bool: ...
    @property
    def baseline(self) -> date | None: ...
    @property
    def current_plan(self) -> date | None: ...
    @property
    def forecast(self) -> date | None: ...
    @property
    def proposed(self) -> date | None: ...
    @property
    def actual(self) -> date | None: ...
    @property
    def state(self) -> str: ...
    @property
    def flagged(self) -> bool: ...
    @property
    def reason_code(self) -> str | None: ...
    @property
    def note(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def slip(self) -> int | None: ...
    @property
    def owner_label(self) -> str: ...
    @property
    def confirmed_at(self) -> datetime | None: ...


class Project(Ref, Protocol):
    """A project at the end of a day, with the status that follows from its milestones."""

    @property
    def id(self) -> int: ...
    @property
    def indication(self) -> Mapping[str, str]: ...
    @property
    def family(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def claimed(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def priority(self) -> str: ...
    @property
    def owner_role(self) -> str: ...
    @property
    def lead_label(self) -> str: ...
    @property
    def labs(self) -> Sequence[Ref]: ...
    @property
    def milestones(self) -> Sequence[Milestone]: ...


class Risk(Protocol):
    """An open risk or issue at the end of a day; `milestones` are the codes of those it threatens."""

    @property
    def number(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def owner(self) -> Mapping[str, str] | None: ...
    @property
    def likelihood(self) -> int | None: ...
    @property
    def impact(self) -> int: ...
    @property
    def score(self) -> int: ...
    @property
    def level(self) -> str: ...
    @property
    def review_on(self) -> date | None: ...
    @property
    def milestones(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Past:
    """A milestone as it stood on the day of comparison: only what a comparison needs."""

    id: int
    project_id: int
    gate: bool
    baseline: date | None
    current_plan: date | None
    forecast: date | None
    actual: date | None
    state: str
    running: bool  # its project was neither on hold nor ended

    @property
    def is_open(self) -> bool:
        """True while it was still to be reached."""
        return self.actual is None and self.state == "open"

    @property
    def promised(self) -> date | None:
        """The date that counted: the confirmed forecast, else the plan, else the baseline."""
        return self.forecast or self.current_plan or self.baseline

    @property
    def slip(self) -> int | None:
        """Calendar days from baseline to the date reached, or forecast."""
        reached = self.actual or self.forecast
        return (reached - self.baseline).days if reached and self.baseline else None


@dataclass(frozen=True, slots=True)
class Spell:
    """How long something of a project was so: from the day `since` until before the day `until`, None being now."""

    project_id: int
    since: date
    until: date | None
    slip: int = 0  # of a milestone: calendar days after baseline
    milestone_id: int = 0
    running: bool = True  # of a project: it was neither on hold nor ended

    def holds(self, day: date) -> bool:
        """Whether it was so at the end of a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class OnAgenda:
    """An item on which a planned meeting is to decide a gate; `name_*` is its title.

    Past agendas keep titles in Simplified only, so that two readings are compared without the other scripts.
    """

    gate_id: int
    meeting: str
    held_on: date
    item_id: int = 0
    name_hans: str = ""
    name_hant: str = field(default="", compare=False)
    name_en: str = field(default="", compare=False)
    shown: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A gate on which a coming meeting must decide; `item` is there when the reader may see its title."""

    milestone_id: int
    project_code: str
    meeting: str
    held_on: date
    item: OnAgenda | None = None


def is_running(project: Project) -> bool:
    """True for a project that people work on: neither on hold nor ended."""
    return project.claimed not in ENDED and project.claimed != PAUSED


def is_open(milestone: Milestone) -> bool:
    """True while it is still to be reached. Decisions (X9…) and cancelled ones are not."""
    return milestone.kind != "decision" and milestone.actual is None and milestone.state == "open"


def is_done(milestone: Milestone) -> bool:
    """True when it was reached; a recorded decision (X9…) does not count."""
    return milestone.kind != "decision" and milestone.actual is not None


def promised(milestone: Milestone) -> date | None:
    """The date that counts: the confirmed forecast, else the current plan, else the baseline."""
    return milestone.forecast or milestone.current_plan or milestone.baseline


def open_ones(projects: Iterable[Project]) -> Iterator[tuple[Project, Milestone]]:
    """Open milestones of running projects, each with its project."""
    for project in projects:
        if is_running(project):
            yield from ((project, m) for m in project.milestones if is_open(m))


def done_ones(projects: Iterable[Project]) -> Iterator[tuple[Project, Milestone]]:
    """Milestones that were reached, of all projects whatever their status."""
    for project in projects:
        yield from ((project, m) for m in project.milestones if is_done(m))
