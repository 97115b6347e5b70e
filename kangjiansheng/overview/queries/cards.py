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
from kangjiansheng.overview.rules.narrowing import Cards, Narrowing, keys_of
from kangjiansheng.projects.queries import Ref
from kangjiansheng.projects.queries.called import names_of
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import Array, Ledgers

_Names = tuple[Mapping[int, Ref], Mapping[int, Ref]]  # of laboratories, and of parties


def of_day(day: Day, as_of: date | None, *, actor: Actor) -> Cards:
    """The projects of a day, called as they were then. At most one statement."""
    return _cards(day.ledgers, day.there, day.said_at, as_of, actor)


def choose(
    ledgers: Ledgers, keys: Sequence[int], as_of: date | None, wanted: Narrowing, *, actor: Actor
) -> tuple[Cards, set[int]]:
    """The projects among `keys`, which the actor may see, that can be chosen at the end of a day (now for None), and the
    ids of those that are wanted: of these also such as were put away by then, whose past is told. At most one statement."""
    shown = np.isin(ledgers.projects.keys, np.fromiter(keys, np.int64, len(keys)))
    at, there = ledgers.seen(as_of, shown, archived=True)
    places = np.flatnonzero(there)
    found = _cards(
        ledgers, places[np.argsort(ledgers.rank[places], kind="stable")].tolist(), at, as_of, actor
    )
    gone = set(ledgers.projects.keys[there & ledgers.projects.said["archived"][at]].tolist())
    return found.without(gone), found.wanted(wanted)


def _cards(ledgers: Ledgers, places: Sequence[int], at: Array, as_of: date | None, actor: Actor) -> Cards:
    said, rows = ledgers.projects.said, at[places]
    labs, parties, families, stages, pathways = (
        said[name][rows].tolist() for name in ("labs", "parties", "family", "stage", "pathway")
    )
    asked = keys_of(labs), keys_of(parties)
    # Two days that are cut at other instants are equal to one another.
    until = None if as_of is None or as_of >= clock.today() else clock.end_of(as_of)
    names = kept.figure(
        lambda: _names(as_of, *asked), "names of laboratories and parties", until, asked, actor=actor
    )
    keys = ledgers.projects.keys[places].tolist()
    return Cards(keys, labs, parties, families, stages, pathways, *names)


def _names(as_of: date | None, labs: Sequence[int], parties: Sequence[int]) -> _Names:
    heads: list[dict[str, Any]] = [
        *({"id": ("lab", key), "labs": ((key, False),), "parties": ()} for key in labs),
        *({"id": ("party", key), "labs": (), "parties": ((key, ""),)} for key in parties),
    ]
    found: Any = names_of(as_of or clock.today(), heads, set())
    return (
        {key: ref for key in labs for ref in found.labs["lab", key]},
        {key: ref for key in parties for ref in found.parties["party", key]},
    )
