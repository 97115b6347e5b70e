"""The projects that a reader sees by link of the value chain, those that something holds up first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.paging import Page, cut
from kangjiansheng.projects.queries.hand_offs import HandOffRow, hand_offs
from kangjiansheng.projects.queries.ledgers import days
from kangjiansheng.projects.queries.portfolio import gates_waiting, in_step, placed
from kangjiansheng.projects.rules import chain as rules
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import Array
from kangjiansheng.projects.rules.vocabulary import links

SHOWN = 20  # of each link, where all of them are shown


@dataclass(frozen=True, slots=True)
class Link:
    """A link with those of its projects that the page shows, each with its hand-offs."""

    code: str
    shown: Page


@dataclass(frozen=True, slots=True)
class Chain:
    """The links that the page shows, and what is counted over all projects: how many something holds up, and of how
    many the next hand-off is not there yet."""

    links: Sequence[Link]
    total: int
    blocked: int
    without: int
    illustrative: bool


def value_chain(*, actor: Actor, as_of: date | None = None, link: str = "", page: str | None = None) -> Chain:
    """All links with the first of their projects, or a page of one link."""
    return in_step(lambda: _chain(actor, as_of, link, page))


def _chain(actor: Actor, as_of: date | None, link: str, page: str | None) -> Chain | None:
    (day,) = days(actor=actor, as_of=as_of, awaiting=gates_waiting(as_of))
    by_project = defaultdict(list)
    for one in hand_offs(actor=actor, as_of=as_of):
        by_project[one.project.id].append(one)
    stands = {place: rules.link_of(str(day.stage[place])) for place in day.there}
    owed = {place: by_project[int(day.ledgers.projects.keys[place])] for place in stands}
    blocked = _blocked(day, owed)
    cuts = {
        code: cut(
            sorted((p for p, where in stands.items() if where == code), key=lambda p: p not in blocked),
            page if link else None,
            **({} if link else {"size": SHOWN}),
        )
        for code in ([link] if link else links())
    }
    named = np.concatenate((_late(day), day.best(day.is_open & day.gate, day.position)))
    places = [place for one in cuts.values() for place in one.items]
    found = placed(day, places, named, actor=actor, as_of=as_of)
    if found is None:
        return None
    rows = dict(zip(places, found, strict=True))
    return Chain(
        [
            Link(code, replace(one, items=[(rows[p], owed[p]) for p in one.items]))
            for code, one in cuts.items()
        ],
        len(stands),
        len(blocked),
        sum(
            bool(rules.after(where)) and not any(one.is_open for one in owed[place])
            for place, where in stands.items()
        ),
        day.illustrative,
    )


def _blocked(day: Day, owed: Mapping[int, Sequence[HandOffRow]]) -> set[int]:
    """The places of the projects that something holds up."""
    late = set(day.project[_late(day)].tolist())
    return {
        place
        for place, some in owed.items()
        if day.working[place] and (place in late or any(rules.holds_up(one, day.day) for one in some))
    }


def _late(day: Day) -> Array:
    """The places of the milestones that are overdue."""
    return np.flatnonzero(day.is_open & day.is_of("late"))
