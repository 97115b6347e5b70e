"""The list of projects, filtered and sorted as an address asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic

import numpy as np

from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.core.paging import Behind, Page, Part, Piece, Pieces
from kangjiansheng.projects.queries.called import names_of
from kangjiansheng.projects.queries.ledgers import days
from kangjiansheng.projects.queries.portfolio import gates_waiting, in_step, piece_of, placed
from kangjiansheng.projects.queries.rows import ProjectRow, Ref
from kangjiansheng.projects.rules.ledgers import NONE, keys_of, number
from kangjiansheng.projects.rules.milestones import SEVERITY
from kangjiansheng.projects.rules.vocabulary import column_of, stages

_SCRIPTS = ("hans", "hant", "en")


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """What a list of projects shows; empty means all."""

    q: str = ""
    status: str = ""
    stage: str = ""
    family: str = ""
    lab: str = ""
    party: str = ""
    pathway: str = ""
    group: str = ""
    claimed: str = ""
    archived: str = ""
    sort: str = "code"

    @property
    def narrows(self) -> bool:
        """True when anything is left out."""
        return any(
            getattr(self, key)
            for key in ("q", "status", "stage", "family", "lab", "party", "pathway", "group", "claimed")
        )


@dataclass(frozen=True, slots=True)
class Listed(Generic[Part]):
    """The projects that a filter lets through: a page or a piece of them as rows, and what is said of all.

    Of the milestones a row has those that a list names: the next one, and the one that slips most.
    """

    rows: Part
    labs: Sequence[Ref]
    illustrative: bool


def projects(wanted: ProjectFilter, *, actor: Actor, as_of: date | None) -> list[ProjectRow]:
    """The projects that the actor sees and the filter lets through, sorted, with rows as in `Listed`."""
    found = listed(wanted, actor=actor, as_of=as_of, cut=lambda places: Page(places, 1, 1, len(places)))
    return list(found.rows.items)


def pieces(wanted: ProjectFilter, *, actor: Actor, as_of: date | None) -> Pieces:
    """The same in pieces, by the codes of the projects."""

    def piece(behind: Behind) -> Piece:
        def cut(table: _Table, places: list[int]) -> Piece:
            return piece_of(table.day, places, behind)

        return _listed(wanted, actor, as_of, cut).rows

    return piece


def listed(
    wanted: ProjectFilter, *, actor: Actor, as_of: date | None, cut: Callable[[Sequence[int]], Page]
) -> Listed[Page]:
    """The same, of which `cut` says what is shown: only that is read. Chosen and sorted over the columns of the
    ledgers."""
    return _listed(wanted, actor, as_of, lambda _table, places: cut(places))


def _listed(
    wanted: ProjectFilter, actor: Actor, as_of: date | None, cut: Callable[["_Table", list[int]], Part]
) -> Listed[Part]:
    def make() -> Listed[Part] | None:
        table = _Table(wanted, actor, as_of)
        day, places = table.day, table.places()
        part = cut(table, places)
        best = np.concatenate((day.next, day.worst))
        rows = placed(day, part.items, best, actor=actor, as_of=as_of)
        if rows is None:
            return None
        return Listed(replace(part, items=rows), table.labs(places), day.illustrative_among(places))

    return in_step(make)


class _Table:
    """All projects of a day by their places in its columns; laboratories and parties are called as they were then."""

    def __init__(self, wanted: ProjectFilter, actor: Actor, as_of: date | None) -> None:
        self.wanted, self.actor, self.as_of = wanted, actor, as_of
        self.waiting = gates_waiting(as_of)
        put_away = wanted.archived == "1"
        (self.day,) = days(actor=actor, as_of=as_of, awaiting=self.waiting, archived=put_away)
        day = self.day
        self.keys, self.statuses = day.ledgers.projects.keys, day.statuses
        self._labs, self._parties = day.facts("labs"), day.facts("parties")
        self._pathway, self._archived = day.facts("pathway"), day.facts("archived")
        self._group = day.facts("group")
        labs = keys_of(self._labs[day.there])
        parties = keys_of(self._parties[day.there]) if wanted.party or wanted.q else ()
        every = {"id": 0, "labs": [(key, False) for key in labs], "parties": [(key, "") for key in parties]}
        names = names_of(as_of or clock.today(), [every], set())
        self._called = {lab.id: lab for lab in names.labs[0]}
        self._lab = {lab.id for lab in names.labs[0] if lab.code == wanted.lab}
        self._party = {party.id for party in names.parties[0] if party.code == wanted.party}
        self._partners = names.parties[0]

    def places(self) -> list[int]:
        """Those that the filter lets through, sorted."""
        found = [place for place in self.day.there if self._fits(place)]
        if self.wanted.q:
            found = self._saying(found)
        order = {
            "name": self._by_name,
            "status": self._by_status,
            "stage": self._by_stage,
            "next": self._by_next,
            "slip": self._by_slip,
        }
        by = order.get(self.wanted.sort)
        return sorted(found, key=by()) if by else found

    def _fits(self, place: int) -> bool:
        day, wanted = self.day, self.wanted
        return (
            (not wanted.status or self.statuses[place] in wanted.status.split(","))
            and (not wanted.stage or _at_stage(day.stage[place], wanted.stage))
            and (not wanted.family or day.family[place] == wanted.family)
            and (not wanted.pathway or self._pathway[place] == wanted.pathway)
            and (not wanted.claimed or day.claimed[place] in wanted.claimed.split(","))
            and (not wanted.lab or any(key in self._lab for key, _leads in self._labs[place]))
            and (not wanted.party or any(key in self._party for key, _role in self._parties[place]))
            and (not wanted.archived or bool(self._archived[place]))
            and (not wanted.group or self._group[place] == wanted.group)
        )

    def _saying(self, places: Sequence[int]) -> list[int]:
        """Those of some places of which each word of the search stands in a code or a name: their own, that of their
        indication, of a laboratory or of a party."""
        day, found = self.day, list(places)
        name, indication = day.facts("name"), day.facts("indication")
        for part in text.fold(self.wanted.q).split():
            holding = day.ledgers.names.holding(part)
            labs, parties = (
                {ref.id for ref in refs if _holds(ref, part)}
                for refs in (self._called.values(), self._partners)
            )
            found = [
                at
                for at in found
                if holding[name[at]]
                or holding[indication[at]]
                or part in text.fold(day.code(at))
                or any(key in labs for key, _leads in self._labs[at])
                or any(key in parties for key, _role in self._parties[at])
            ]
        return found

    def labs(self, places: Sequence[int]) -> list[Ref]:
        """The laboratories of some projects."""
        keys = keys_of(self._labs[list(places)])
        return [self._called[key] for key in keys if key in self._called]

    def _of_each(self, best: Any, column: Any) -> dict[int, int]:
        """What a column says of the one milestone of each project that has one."""
        return dict(zip(self.day.project[best].tolist(), column[best].tolist(), strict=True))

    def _by_name(self) -> Callable[[int], Any]:
        key, number, known = sort_key(), self.day.facts("name"), self.day.ledgers.names.all
        return lambda place: key(name_of(dict(zip(_SCRIPTS, known[number[place]], strict=True))))

    def _by_status(self) -> Callable[[int], Any]:
        slip = self._of_each(self.day.worst, self.day.slip)
        return lambda place: (SEVERITY.index(self.statuses[place]), -slip.get(place, 0))

    def _by_stage(self) -> Callable[[int], Any]:
        known = stages()
        return lambda place: known[self.day.stage[place]].order if self.day.stage[place] in known else 99

    def _by_next(self) -> Callable[[int], Any]:
        promised = self._of_each(self.day.next, self.day.promised)
        last = number(date.max)
        return lambda place: last if promised.get(place, NONE) == NONE else promised[place]

    def _by_slip(self) -> Callable[[int], Any]:
        slip = self._of_each(self.day.worst, self.day.slip)
        return lambda place: -slip.get(place, -(10**6))


def _at_stage(stage: str, wanted: str) -> bool:
    """True for a stage or a column of stages; with `=` before it for the stage alone, for both may have one name."""
    return stage == wanted.removeprefix("=") or column_of(stage) == wanted


def _holds(ref: Ref, part: str) -> bool:
    return any(part in text.fold(word) for word in (ref.code, ref.name_hans, ref.name_hant, ref.name_en))
