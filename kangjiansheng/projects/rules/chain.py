"""The value chain: in which link a project stands, what is handed over next, and what holds it up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kangjiansheng.projects.rules import hand_offs
from kangjiansheng.projects.rules.vocabulary import links, stages


@dataclass(frozen=True, slots=True)
class Place:
    """Where a project stands: its link and the one after it, the next hand-off, and the gate that comes next, whose
    decision is a condition of going on. `blocks` are the hand-offs that are late or disputed and the milestones that
    are overdue."""

    link: str
    ahead: str  # empty in the last link
    hand_off: Any  # a row of hand-offs, or None
    gate: Any  # a row of milestones, or None
    late: Sequence[Any]
    overdue: Sequence[Any]


def link_of(stage: str) -> str:
    """The link of a stage; of one that nobody knows the first."""
    found = stages().get(stage)
    return found.link if found else next(iter(links()))


def after(link: str) -> str:
    """The link that follows; empty for the last one."""
    codes = list(links())
    return (*codes, "")[codes.index(link) + 1]


def place(stage: str, milestones: Iterable[Any], rows: Iterable[Any], day: date, *, resting: bool) -> Place:
    """Where a project of a stage stands on a day, from its milestones in order and its hand-offs. Nothing holds up what
    rests."""
    opened = [row for row in hand_offs.in_order(rows, day) if row.state in hand_offs.OPEN]
    ahead = [m for m in milestones if m.is_open]
    link = link_of(stage)
    return Place(
        link,
        after(link),
        opened[0] if opened else None,
        next((m for m in ahead if m.gate), None),
        [row for row in opened if not resting and holds_up(row, day)],
        [m for m in ahead if not resting and m.status == "late"],
    )


def holds_up(row: Any, day: date) -> bool:
    """Whether a hand-off is late, or its receiver does not take what was delivered."""
    return row.state == "disputed" or hand_offs.overdue(row, day) is not None
