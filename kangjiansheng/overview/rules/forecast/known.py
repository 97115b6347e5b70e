"""What each project adds to the forecasts of a day: its cases, the milestones that are to come, and how all stand.

Nothing of it hangs on what else a reader sees, so that it is kept for all, and what was written changes one project's
part. A reader's forecast takes the parts of the projects that the reader may see.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np

from kangjiansheng.overview.rules.periods import month_ends
from kangjiansheng.projects.rules.ledgers import History

from .book import Book
from .days import MISSING, Days, is_day
from .graph import Graph
from .history import Cases, cases, last_seen
from .runs import Asked, asked_of

HORIZON = 365
MONTHS = 60  # so far back goes the history


@dataclass(frozen=True, eq=False)
class Ends:
    """How milestones stand: on which day each came (MISSING when it has not), and until when it was waited for."""

    id: Any
    actual: Days
    watched: Days


@dataclass(frozen=True, eq=False)
class Known:
    """What plans tell at the end of a day. Each history has the projects as its things; `linked` says of which some
    milestone waits for another one, `digest` is that of all that is told of a project."""

    day: int
    cases: History
    asked: History
    ends: History

    def renewed(self, fresh: "Known") -> "Known":
        """The same where what `fresh` knows of its projects has taken the place."""
        parts = (getattr(self, name).renewed(getattr(fresh, name)) for name in ("cases", "asked", "ends"))
        return Known(self.day, *parts)

    def moved(self, fresh: "Known") -> set[int]:
        """The projects of which `fresh` tells other cases."""
        return {
            key for key in fresh.cases.keys.tolist()
            if any(
                not np.array_equal(column, other)
                for column, other in zip(_of(self.cases, key), _of(fresh.cases, key), strict=True)
            )
        }  # fmt: skip

    def cases_of(self, projects: Collection[int]) -> Cases:
        """What was observed in some projects."""
        return Cases(row=None, **_chosen(self.cases, projects))

    def asked_of(self, projects: Collection[int]) -> Asked:
        """The milestones of some projects that are to come and wait for nothing."""
        there = np.isin(self.asked.keys, list(projects))
        of = np.repeat(self.asked.keys[there], np.diff(self.asked.starts)[there])
        return Asked(project=of, **_chosen(self.asked, projects))

    def ends_of(self, projects: Collection[int]) -> Ends:
        """How the milestones of some projects stand."""
        return Ends(**_chosen(self.ends, projects))

    def linked(self, projects: Collection[int]) -> list[int]:
        """Those of some projects whose plans have to be played."""
        there = np.isin(self.asked.keys, list(projects)) & self.asked.facts["linked"]
        return [int(key) for key in self.asked.keys[there]]

    def digest(self, projects: Collection[int]) -> bytes:
        """What is known of some projects, in 32 bytes."""
        there = np.isin(self.ends.keys, list(projects))
        return hashlib.sha256(self.ends.facts["digest"][there].tobytes()).digest()


def _chosen(found: History, projects: Collection[int]) -> dict[str, Any]:
    there = np.isin(found.keys, list(projects))
    if there.all():
        return dict(found.said)
    rows = np.repeat(there, np.diff(found.starts))
    return {name: column[rows] for name, column in found.said.items()}


def _of(found: History, key: int) -> list[Any]:
    first, after = (found.starts[np.searchsorted(found.keys, key, side)] for side in ("left", "right"))
    return [column[first:after] for column in found.said.values()]


def learn(closed: Iterable[tuple[Book, Graph]], day: int, *, digests: bool = True) -> Known:
    """What books tell that are closed on a day; each holds whole projects, in ascending order over all of them."""
    last = date.fromordinal(day)
    ends = [end.toordinal() for end in month_ends(last, MONTHS + 1)[:-1]]
    parts = [_Part(book, graph, ends, digests) for book, graph in closed]
    keys = np.concatenate([np.empty(0, np.int64), *(part.keys for part in parts)])
    return Known(
        day,
        *(
            History(
                keys,
                np.append(0, np.cumsum(np.concatenate([[], *(part.counts[name] for part in parts)]))).astype(
                    np.int64
                ),
                {
                    fact: np.concatenate([none, *(part.facts[fact] for part in parts)])
                    for fact, none in _FACTS[name].items()
                },
                {
                    column: np.concatenate([none, *(part.said[name][column] for part in parts)]).astype(
                        none.dtype
                    )
                    for column, none in _COLUMNS[name].items()
                },
            )
            for name in ("cases", "asked", "ends")
        ),
    )


_FACTS: dict[str, dict[str, Any]] = {
    "cases": {},
    "asked": {"linked": np.empty(0, np.bool_)},
    "ends": {"digest": np.empty(0, "V32")},
}
_DAY, _FLAG, _NUMBER, _ID = (np.empty(0, kind) for kind in (np.int32, np.bool_, np.int32, np.int64))
_COLUMNS: dict[str, dict[str, Any]] = {
    "cases": {
        "band": np.empty(0, np.int8), "gate": _FLAG, "kind": _NUMBER, "entry": _DAY, "late": _DAY,
        "came": _FLAG, "counted": _FLAG,
    },
    "asked": {"id": _ID, "kind": _NUMBER, "gate": _FLAG, "promise": _DAY},
    "ends": {"id": _ID, "actual": _DAY, "watched": _DAY},
}  # fmt: skip


class _Part:
    """The part of one book."""

    def __init__(self, book: Book, graph: Graph, ends: list[int], digests: bool) -> None:
        self.keys, starts = np.unique(book.steps.project, return_index=True)
        of = np.searchsorted(self.keys, book.steps.project)
        linked = np.bincount(of, graph.linked, len(self.keys)) > 0
        told = cases(book, graph, [end for end in ends if end >= book.first])
        asked, which = asked_of(book, HORIZON)
        free = ~linked[of[which]]
        self.counts = {
            "cases": np.bincount(of[told.row], minlength=len(self.keys)),
            "asked": np.bincount(of[which][free], minlength=len(self.keys)),
            "ends": np.bincount(of, minlength=len(self.keys)),
        }
        self.facts = {
            "linked": linked,
            "digest": _digests(book, graph, np.append(starts, len(of)))
            if digests
            else np.zeros(len(starts), "V32"),
        }
        self.said = {
            "cases": vars(told),
            "asked": {name: getattr(asked, name)[free] for name in _COLUMNS["asked"]},
            "ends": vars(_ends(book)),
        }


def _ends(book: Book) -> Ends:
    now = book.at([book.day])
    watched = np.where(now.cancelled, np.minimum(last_seen(book, now), now.since - 1), last_seen(book, now))
    return Ends(book.steps.id, np.where(is_day(now.actual), now.actual, MISSING)[:, 0], watched[:, 0])


def _digests(book: Book, graph: Graph, starts: Any) -> Any:
    """SHA-256 of all that a book says of each project and of its milestones that were there."""
    steps, said, bonds = book.steps, book.entries, graph.bonds
    there = np.bincount(said.of, minlength=len(steps.id)) > 0
    bound = there[bonds.after] & there[bonds.before]
    worked = (book.runs.project, book.runs.since, np.minimum(book.runs.until, book.day + 1))
    runs = [column[book.runs.since <= book.day] for column in worked]
    found = []
    for first, after in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        rows = np.arange(first, after)[there[first:after]]
        a, b = np.searchsorted(said.of, [first, after]).tolist()
        links = bound & (bonds.after >= first) & (bonds.after < after)
        own = runs[0] == steps.project[first]
        told = [
            "\n".join(steps.code[rows].tolist()).encode(),
            *(column[rows] for column in (steps.id, steps.gate, bonds.duration, bonds.in_work)),
            steps.id[said.of[a:b]],
            *(getattr(said, f.name)[a:b] for f in fields(said) if f.name != "of"),
            steps.id[bonds.after[links]],
            steps.id[bonds.before[links]],
            *(column[links] for column in (bonds.lag, bonds.lag_in_work)),
            *(np.sort(column[own]) for column in runs),
        ]
        summed = hashlib.sha256()
        for part in told:
            data = part if isinstance(part, bytes) else np.ascontiguousarray(part).tobytes()
            summed.update(len(data).to_bytes(8, "big") + data)
        found.append(summed.digest())
    return np.array(found, "V32")
