"""The projects that a reader sees by link of the value chain, those that something holds up first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.paging import Behind, Page, Piece, Pieces, cut
from kangjiansheng.projects.queries.hand_offs import HandOffRow, hand_offs
from kangjiansheng.projects.queries.ledgers import days
from kangjiansheng.projects.queries.portfolio import gates_waiting, in_step, piece_of, placed
from kangjiansheng.projects.queries.rows import ProjectRow
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


def pieces(*, actor: Actor, as_of: date | None = None, link: str = "") -> Pieces:
    """The projects of all links in their order, or of one, each with its hand-offs, in pieces by their codes."""

    def piece(behind: Behind) -> Piece:
        def read() -> Piece | None:
            stood = _Stood(actor, as_of)
            places = [place for code in ([link] if link else links()) for place in stood.of(code)]
            found = piece_of(stood.day, places, behind)
            rows = stood.rows(found.items)
            return None if rows is None else replace(found, items=[rows[place] for place in found.items])

        return in_step(read)

    return piece


class _Stood:
    """Where the projects stood on a day, by their places, with their hand-offs, and which of them something holds up."""

    def __init__(self, actor: Actor, as_of: date | None) -> None:
        self._actor, self._as_of = actor, as_of
        (self.day,) = days(actor=actor, as_of=as_of, awaiting=gates_waiting(as_of))
        day, by_project = self.day, defaultdict(list)
        for one in hand_offs(actor=actor, as_of=as_of):
            by_project[one.project.id].append(one)
        self.stands = {place: rules.link_of(str(day.stage[place])) for place in day.there}
        self.owed = {place: by_project[int(day.ledgers.projects.keys[place])] for place in self.stands}
        self.blocked = _blocked(day, self.owed)

    def of(self, code: str) -> list[int]:
        """The places of a link, those that something holds up first."""
        there = (place for place, where in self.stands.items() if where == code)
        return sorted(there, key=lambda place: place not in self.blocked)

    def rows(self, places: Sequence[int]) -> dict[int, tuple[ProjectRow, Sequence[HandOffRow]]] | None:
        """The projects of some places, each with its hand-offs; None when somebody wrote meanwhile."""
        day = self.day
        named = np.concatenate((_late(day), day.best(day.is_open & day.gate, day.position)))
        found = placed(day, places, named, actor=self._actor, as_of=self._as_of)
        if found is None:
            return None
        return {place: (row, self.owed[place]) for place, row in zip(places, found, strict=True)}


def _chain(actor: Actor, as_of: date | None, link: str, page: str | None) -> Chain | None:
    stood = _Stood(actor, as_of)
    cuts = {
        code: cut(stood.of(code), page if link else None, **({} if link else {"size": SHOWN}))
        for code in ([link] if link else links())
    }
    rows = stood.rows([place for one in cuts.values() for place in one.items])
    if rows is None:
        return None
    return Chain(
        [Link(code, replace(one, items=[rows[p] for p in one.items])) for code, one in cuts.items()],
        len(stood.stands),
        len(stood.blocked),
        sum(
            bool(rules.after(where)) and not any(one.is_open for one in stood.owed[place])
            for place, where in stood.stands.items()
        ),
        stood.day.illustrative,
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
