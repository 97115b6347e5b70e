"""The projects that somebody sees on a day with what they can be chosen by: one code for every page that is narrowed.

Nothing is kept of a choice, so that no question makes a process hold more: names of laboratories and parties alone
are, a few of each, until somebody writes.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from kangjiansheng.core import clock, kept
from kangjiansheng.core.changes import Actor
from kangjiansheng.overview.rules.narrowing import Card, Narrowing, narrow
from kangjiansheng.projects.queries import Ref
from kangjiansheng.projects.queries.called import names_of
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import Array, Ledgers

_Names = Mapping[tuple[str, int], Ref]


def of_day(day: Day, as_of: date | None, *, actor: Actor) -> list[Card]:
    """The projects of a day, called as they were then. At most one statement."""
    return _cards(day.ledgers, day.there, day.said_at, as_of, actor)


def choose(
    ledgers: Ledgers, keys: Sequence[int], as_of: date | None, wanted: Narrowing, *, actor: Actor
) -> tuple[list[Card], set[int]]:
    """The projects among `keys`, which the actor may see, that can be chosen at the end of a day (now for None), and the
    ids of those that are wanted: of these also such as were put away by then, whose past is told. At most one statement."""
    shown = np.isin(ledgers.projects.keys, np.fromiter(keys, np.int64, len(keys)))
    at, there = ledgers.seen(as_of, shown, archived=True)
    places = np.flatnonzero(there)
    found = _cards(
        ledgers, places[np.argsort(ledgers.rank[places], kind="stable")].tolist(), at, as_of, actor
    )
    gone = set(ledgers.projects.keys[there & ledgers.projects.said["archived"][at]].tolist())
    return [card for card in found if card.id not in gone], {card.id for card in narrow(found, wanted)}


def _cards(
    ledgers: Ledgers, places: Sequence[int], at: Array, as_of: date | None, actor: Actor
) -> list[Card]:
    said, keys = ledgers.projects.said, ledgers.projects.keys
    rows = at[places]
    labs, parties = said["labs"][rows].tolist(), said["parties"][rows].tolist()
    asked = tuple(
        tuple(sorted({key for one in set(pairs) for key, _how in one})) for pairs in (labs, parties)
    )
    # Two days that are cut at other instants are equal to one another.
    until = None if as_of is None or as_of >= clock.today() else clock.end_of(as_of)
    names = kept.figure(
        lambda: _names(as_of, *asked), "names of laboratories and parties", until, asked, actor=actor
    )
    known: dict[Any, list[Ref]] = {}  # thousands of projects have the same, as the same objects

    def called(kind: str, pairs: tuple[tuple[int, Any], ...]) -> list[Ref]:
        if (kind, pairs) not in known:
            known[kind, pairs] = [names[kind, key] for key, _how in pairs if (kind, key) in names]
        return known[kind, pairs]

    columns = (said[name][rows].tolist() for name in ("family", "stage", "pathway"))
    return [
        Card(int(keys[place]), called("lab", of_labs), called("party", of_parties), family, stage, pathway)
        for place, of_labs, of_parties, family, stage, pathway in zip(
            places, labs, parties, *columns, strict=True
        )
    ]


def _names(as_of: date | None, labs: Sequence[int], parties: Sequence[int]) -> _Names:
    heads: list[dict[str, Any]] = [
        *({"id": ("lab", key), "labs": ((key, False),), "parties": ()} for key in labs),
        *({"id": ("party", key), "labs": (), "parties": ((key, ""),)} for key in parties),
    ]
    found: Any = names_of(as_of or clock.today(), heads, set())
    return {of: ref for of in (head["id"] for head in heads) for ref in (*found.labs[of], *found.parties[of])}
