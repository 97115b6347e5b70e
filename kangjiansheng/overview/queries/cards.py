"""The projects that somebody sees on a day with what they can be chosen by: one code for every page that is narrowed.

Nothing is kept of a choice, so that no question makes a process hold more: names of laboratories and parties alone
are, a few of each, until somebody writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from kangjiansheng.core import clock, kept
from kangjiansheng.core.changes import Actor
from kangjiansheng.overview.rules.narrowing import Cards, Narrowing
from kangjiansheng.projects.queries import Ref
from kangjiansheng.projects.queries.called import names_of
from kangjiansheng.projects.rules.days import Day, once
from kangjiansheng.projects.rules.ledgers import Array, Ledgers

_Names = tuple[Mapping[int, Ref], Mapping[int, Ref]]  # of laboratories, and of parties


def of_day(day: Day, as_of: date | None, *, actor: Actor) -> Cards:
    """The projects of a day, called as they were then. At most one statement."""
    return _called(_of_day(day), as_of, actor)


@once
def _of_day(day: Day) -> Cards:
    return _columns(day.ledgers, day.there, day.said_at)


def choose(
    ledgers: Ledgers, keys: Sequence[int], as_of: date | None, wanted: Narrowing, *, actor: Actor
) -> tuple[Cards, set[int]]:
    """The projects among `keys`, which the actor may see, that can be chosen at the end of a day (now for None), and the
    ids of those that are wanted: of these also such as were put away by then, whose past is told. At most one statement."""
    shown = np.isin(ledgers.projects.keys, np.fromiter(keys, np.int64, len(keys)))
    at, there = ledgers.seen(as_of, shown, archived=True)
    places = np.flatnonzero(there)
    ordered = places[np.argsort(ledgers.rank[places], kind="stable")].tolist()
    found = _called(_columns(ledgers, ordered, at), as_of, actor)
    gone = set(ledgers.projects.keys[there & ledgers.projects.said["archived"][at]].tolist())
    return found.without(gone), found.wanted(wanted)


def _columns(ledgers: Ledgers, places: Sequence[int], at: Array) -> Cards:
    """The cards of some places, whose laboratories and parties are not called anything yet."""
    said, rows = ledgers.projects.said, at[places]
    of = [said[name][rows].tolist() for name in ("labs", "parties", "family", "stage", "pathway")]
    return Cards(ledgers.projects.keys[places].tolist(), *of)


def _called(found: Cards, as_of: date | None, actor: Actor) -> Cards:
    asked = found.lab_keys, found.party_keys
    # Two days that are cut at other instants are equal to one another.
    until = None if as_of is None or as_of >= clock.today() else clock.end_of(as_of)
    labs, parties = kept.figure(
        lambda: _names(as_of, *asked), "names of laboratories and parties", until, asked, actor=actor
    )
    return replace(found, lab_names=labs, party_names=parties)


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
