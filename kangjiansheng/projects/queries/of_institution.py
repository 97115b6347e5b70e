"""The projects in which an institution takes part: counted over all, of which the first are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kangjiansheng.core.changes import Actor
from kangjiansheng.projects.queries.ledgers import days
from kangjiansheng.projects.queries.portfolio import gates_waiting, in_step, placed
from kangjiansheng.projects.queries.rows import ProjectRow
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import NONE, Array
from kangjiansheng.projects.rules.milestones import SLIP_DAYS

LISTED = 50


@dataclass(frozen=True, slots=True)
class OfInstitution:
    """The first of its projects by code, each with its next milestone; and of all how many there are, how many have
    slipped or are overdue, and whether one is illustrative."""

    rows: Sequence[ProjectRow]
    total: int
    behind: int
    illustrative: bool


def of_institution(key: int, *, actor: Actor, as_of: date | None) -> OfInstitution:
    """The projects of an institution (its id) on a day, as far as the actor may see them."""

    def make() -> OfInstitution | None:
        (day,) = days(actor=actor, as_of=as_of, awaiting=gates_waiting(as_of))
        parties = day.facts("parties")
        theirs = [at for at in day.there if any(party == key for party, _role in parties[at])]
        rows = placed(day, theirs[:LISTED], day.next, actor=actor, as_of=as_of)
        if rows is None:
            return None
        behind = set(day.project[_behind(day)].tolist()).intersection(theirs)
        return OfInstitution(rows, len(theirs), len(behind), day.illustrative_among(theirs))

    return in_step(make)


def _behind(day: Day) -> Array:
    """Which milestones are overdue, by their dates alone where they are gates that wait, or have slipped by as many days
    as count as a slip."""
    overdue = (day.promised != NONE) & (day.promised < day.number)
    waiting = day.is_of("gate") & (overdue | (day.slip >= SLIP_DAYS))
    behind: Array = day.is_of("late", "slip") | waiting
    return behind
