"""What these rules need to know of a project and its milestones, as they stood at the end of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, cast

import numpy as np

from kangjiansheng.projects.rules.days import Day, once
from kangjiansheng.projects.rules.ledgers import NONE
from kangjiansheng.projects.rules.milestones import Status

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
    def indication_group(self) -> str | None: ...
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
class Spell:
    """How long a milestone was behind its baseline: from the day `since` until before the day `until`, None being now."""

    since: date
    until: date | None


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


class Named:
    """A project, a milestone or a laboratory that the board names. Its row is read when it is known which are."""

    row: Any = None

    def __init__(self, key: int) -> None:
        self.key = key

    def be(self, row: Any, often: Sequence[str] = ()) -> None:
        """Take the row. What a page asks of it `often` is at hand, the rest is looked up."""
        self.__dict__ |= {name: getattr(row, name) for name in often} | {"row": row}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


_BOTH = ("code", "name_hans", "name_hant", "name_en", "status")
_OF_PROJECT = (*_BOTH, "claimed", "stage", "indication")
_OF_MILESTONE = (*_BOTH, "slip", "project_code")


class Naming:
    """What the board of a day names, by key; the rows come from `fill`."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.projects: dict[int, Named] = {}
        self.milestones: dict[int, Named] = {}
        self.labs: dict[int, tuple[Named, int]] = {}

    def project(self, place: int) -> Project:
        """The project at a place of the day."""
        key = int(self.day.ledgers.projects.keys[place])
        return cast(Project, self.projects.setdefault(key, Named(key)))

    def milestone(self, at: int) -> Milestone:
        """The milestone at a place of the day; its project is named, too."""
        key = int(self.day.id[at])
        self.project(self.day.project[at])
        return cast(Milestone, self.milestones.setdefault(key, Named(key)))

    def lab(self, key: int) -> Ref:
        """A laboratory, called as the first project that it leads calls it."""
        key = int(key)
        if key not in self.labs:
            place = _first_led(self.day)[key]
            self.labs[key] = Named(key), int(self.day.ledgers.projects.keys[place])
            self.project(place)
        return cast(Ref, self.labs[key][0])

    def statuses(self) -> dict[int, Status]:
        """The status of each project that is named."""
        keys = self.day.ledgers.projects.keys
        return {key: self.day.statuses[int(np.searchsorted(keys, key))] for key in self.projects}

    def fill(self, rows: Sequence[Project]) -> bool:
        """Take the rows; false when one that was named is not among them."""
        for row in rows:
            self.projects[row.id].be(row, _OF_PROJECT)
            for milestone in row.milestones:
                self.milestones[milestone.id].be(milestone, _OF_MILESTONE)
        for lab, key in self.labs.values():
            lab.be(next(iter(self.projects[key].labs), None) if self.projects[key].row else None)
        named = (*self.projects.values(), *self.milestones.values())
        return all(one.row is not None for one in named)


@once
def _first_led(day: Day) -> dict[int, int]:
    """The place of the first project that each laboratory leads, by its key."""
    return {int(day.lab[place]): place for place in reversed(day.there)}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a reader sees of the portfolio at the end of a day, of one to compare with, and what waits for meetings.

    `every` are all projects that can be chosen, when some were asked for.
    """

    day: Day
    past: Day | None
    agenda: Sequence[OnAgenda]
    naming: Naming
    every: Any = ()


def none_or(number: int) -> int | None:
    """A number of the columns; None for `NONE`."""
    return None if number == NONE else int(number)
