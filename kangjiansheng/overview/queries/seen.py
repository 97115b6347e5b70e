"""What is counted over the whole portfolio, and the rows of the little that a page names of it."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from kangjiansheng.core.changes import Actor
from kangjiansheng.overview.queries import cards
from kangjiansheng.overview.queries.board import agenda
from kangjiansheng.overview.rules.narrowing import Cards, Narrowing
from kangjiansheng.overview.rules.rows import Naming, Seen
from kangjiansheng.projects.queries import ProjectRow, days, in_step, named
from kangjiansheng.projects.rules.days import Day

T = TypeVar("T")


def seen(
    make: Callable[[Seen], T],
    *,
    actor: Actor,
    as_of: date | None,
    compare: date | None = None,
    wanted: Narrowing | None = None,
) -> tuple[T, list[ProjectRow]]:
    """What is made of the portfolio at the end of a day (now for None) and of one to compare with; what it names has
    its row. With `wanted` only of the projects that it lets through, and all are there to choose from. And these rows: projects with those of their milestones that are named.
    """

    def made() -> tuple[T, list[ProjectRow]] | None:
        items = agenda(as_of, actor=actor)
        day, *past = days(
            actor=actor,
            as_of=as_of,
            others=[compare] if compare else [],
            awaiting={item.gate_id for item in items},
        )
        every = cards.of_day(day, as_of, actor=actor) if wanted else Cards()
        if wanted and wanted.asked:
            ids = every.wanted(wanted)
            day, past = day.of(ids), [one.of(ids) for one in past]
        naming = Naming(day)
        found = make(Seen(day, past[0] if past else None, items, naming, every))
        rows = named(
            naming.statuses(), naming.milestones, actor=actor, as_of=as_of, waiting=day.id[day.waits].tolist()
        )
        return (found, rows) if naming.fill(rows) else None

    return in_step(made)


def chosen(*, actor: Actor, as_of: date | None, wanted: Narrowing) -> tuple[Day, Cards]:
    """The portfolio at the end of a day for pages that name no row of it, of the projects that are wanted; and all
    projects, to choose from. Which gates wait is not asked. Two statements."""
    (day,) = days(actor=actor, as_of=as_of)
    every = cards.of_day(day, as_of, actor=actor)
    return (day.of(every.wanted(wanted)) if wanted.asked else day), every
