"""Slots through which higher floors put things on the pages of this floor; app.py fills them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from kangjiansheng.accounts.queries.rights import held_in
from kangjiansheng.accounts.rules.rights import Right
from kangjiansheng.core.changes import Actor
from kangjiansheng.labs.models import (
    Agreement,
    Booking,
    Company,
    Institution,
    InstitutionMember,
    JointLab,
    LabMember,
    Obligation,
    SharedResource,
)
from kangjiansheng.labs.rules import INSTITUTION_ROLES, LAB_ROLES


@dataclass(frozen=True)
class Panel:
    """A piece of a page: a template that finds itself as `panel`, with what it shows in `panel.context`.

    `place` is `strip` (the figures under the head), `wide` (a sheet of the whole width) or `narrow` (a
    sheet in the row of three). `illustrative` labels the page. `brief` is the same in a few lines, the first of which
    is a heading: for a printed sheet, where there is little room. `kpis` are tiles for the strip of figures that the
    page makes of those of all its panels. `entries` join the history of the page, as `core.history` makes them.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    place: Literal["strip", "wide", "narrow"] = "wide"
    illustrative: bool = False
    brief: Sequence[str] = ()
    kpis: Sequence[Mapping[str, Any]] = ()
    entries: Sequence[dict[str, Any]] = ()


# A function of the thing, the reader and the past day (or None) that gives a panel, or None for nothing.
# It shows what this reader may see, and nothing else: the page does not filter.
lab: list[Callable[[JointLab, Actor, date | None], Panel | None]] = []
institution: list[Callable[[Institution, Actor, date | None], Panel | None]] = []
agreement: list[Callable[[Agreement, Actor, date | None], Panel | None]] = []
obligation: list[Callable[[Obligation, Actor, date | None], Panel | None]] = []
booking: list[Callable[[Booking, Actor, date | None], Panel | None]] = []


@dataclass(frozen=True)
class BookedFor:
    """What a resource can be booked for on a higher floor, as far as one reader sees it.

    `offered` says what may be named when booking a resource, as pairs of code and words; `name` names it; `of` are the
    things for which bookings of a resource stand, by the number of the booking, each with `code`, `path` and names.
    """

    offered: Callable[[SharedResource, Actor], Sequence[tuple[str, str]]]
    name: Callable[[Booking, str, Actor], object]
    of: Callable[[SharedResource, Actor, date | None], Mapping[int, Any]]


booked_for: list[BookedFor] = []


def projects_of(resource: SharedResource, actor: Actor, day: date | None) -> Mapping[int, Any]:
    """For what the bookings of a resource stand, by their numbers, as far as the reader sees it."""
    return {number: thing for one in booked_for for number, thing in one.of(resource, actor, day).items()}


# Where what a person answers for in a laboratory is handed over, by the id of the person.
leaving: list[Callable[[JointLab], Mapping[int, str]]] = []
company: list[Callable[[Company, Actor, date | None], Panel | None]] = []


def rights_held(day: date) -> list[Right]:
    """Who belonged to which institution and laboratory on a day."""
    return [
        *held_in(
            "institution", InstitutionMember, Institution, InstitutionMember.role, INSTITUTION_ROLES, day
        ),
        *held_in("lab", LabMember, JointLab, LabMember.role, LAB_ROLES, day),
    ]


@dataclass(frozen=True)
class Panels:
    """The panels of one page by place."""

    strip: list[Panel]
    wide: list[Panel]
    narrow: list[Panel]

    @property
    def illustrative(self) -> bool:
        """True when any of them shows illustrative data."""
        return any(panel.illustrative for panel in (*self.strip, *self.wide, *self.narrow))

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What all of them add to the history of the page."""
        return [entry for panel in (*self.strip, *self.wide, *self.narrow) for entry in panel.entries]

    @property
    def kpis(self) -> list[Mapping[str, Any]]:
        """The tiles of all of them, in their order."""
        return [kpi for panel in (*self.strip, *self.wide, *self.narrow) for kpi in panel.kpis]


def of(slot: list[Any], thing: Any, actor: Actor, day: date | None) -> Panels:
    """What the higher floors show about a thing."""
    found = [panel for make in slot if (panel := make(thing, actor, day)) is not None]
    places = {place: [p for p in found if p.place == place] for place in ("strip", "wide", "narrow")}
    return Panels(**places)
