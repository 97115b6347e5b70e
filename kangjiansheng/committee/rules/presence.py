"""Who is in the room at an instant, and what an item may decide then.

Everything is counted from the same three sets: the seats that vote, who is there, who is recused from the item.
"""

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kangjiansheng.committee.rules.quorum import Standing, needed

OUT = ("whole", "facts")  # recusals that take a member out of the count; who declared and stays is counted


@dataclass(frozen=True)
class Stay:
    """One person in the room (or on the line) from an instant, up to and without another; None: still there."""

    person_id: int
    mode: str  # on_site, online
    came_at: datetime
    left_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """True when the person is there at the instant. Who leaves at 10:20 is not there at 10:20."""
        return self.came_at <= at and (self.left_at is None or at < self.left_at)


@dataclass(frozen=True)
class Charter:
    """What the charter says of quorum and majority; see `Committee`."""

    quorum: tuple[int, int] = (2, 3)
    quorum_base: str = "eligible"
    majority: tuple[int, int] = (1, 2)
    majority_over: bool = True
    majority_base: str = "present"
    abstentions_count: bool = True


@dataclass(frozen=True)
class Room:
    """A meeting as the rules see it: who votes, the stays with times, who was there without times, and who votes
    for whom: (member, deputy)."""

    voters: frozenset[int]
    stays: tuple[Stay, ...] = ()
    untimed: frozenset[int] = frozenset()
    mandates: tuple[tuple[int, int], ...] = ()

    def there(self, at: datetime | None) -> set[int]:
        """Everybody there at an instant, voters and others; None asks who was there at all."""
        timed = {stay.person_id for stay in self.stays}
        inside = {stay.person_id for stay in self.stays if at is None or stay.covers(at)}
        return inside | (self.untimed - timed)

    def present(self, at: datetime | None) -> set[int]:
        """The voters there in person at an instant."""
        return self.there(at) & self.voters

    def represented(self, recused: Collection[int], at: datetime | None) -> dict[int, int]:
        """The voters who are not there, whose deputy is and takes part in the item, with the deputy."""
        there = self.there(at)
        return {
            member: deputy
            for member, deputy in self.mandates
            if member in self.voters and member not in there and deputy in there and deputy not in recused
        }

    def voting(self, recused: Collection[int], at: datetime | None) -> set[int]:
        """The voters who take part in an item at an instant, in person or by a deputy."""
        return (self.present(at) | set(self.represented(recused, at))) - set(recused)

    def moments(self, start: datetime, end: datetime | None) -> list[datetime]:
        """The instants from one on, before another, at which anybody came or went."""
        known = {at for stay in self.stays for at in (stay.came_at, stay.left_at) if at is not None}
        return sorted(at for at in known if start <= at and (end is None or at < end))


@dataclass(frozen=True)
class Counted:
    """An item at an instant: its quorum, and the two numbers that a majority may be counted from."""

    standing: Standing
    eligible: int
    voters: int

    @property
    def decidable(self) -> bool:
        """True when the quorum could be met if everybody who may take part were there."""
        return self.standing.members > 0 and self.eligible >= self.standing.needed


def count(charter: Charter, room: Room, recused: Collection[int], at: datetime | None) -> Counted:
    """The quorum of one item at an instant: recused members are neither there nor, with the base `eligible`,
    among those that it is counted from. Who is represented by a deputy is there."""
    eligible = room.voters - frozenset(recused)
    base = eligible if charter.quorum_base == "eligible" else room.voters
    there = room.voting(recused, at)
    standing = Standing(len(base), needed(len(base), *charter.quorum), len(there))
    return Counted(standing, len(eligible), len(room.voters))


def course(
    charter: Charter, room: Room, recused: Collection[int], start: datetime, end: datetime | None
) -> list[tuple[datetime, Counted]]:
    """How the quorum of an item went from its opening on: one entry for each instant at which it changed. Who
    leaves as the item ends changes it no more."""
    found: list[tuple[datetime, Counted]] = []
    for at in sorted({start, *room.moments(start, end)}):
        now = count(charter, room, recused, at)
        if not found or found[-1][1] != now:
            found.append((at, now))
    return found


def overlaps(stays: Iterable[Stay]) -> bool:
    """True when a person would be there twice at once, or leave before they came."""
    by_person: dict[int, list[Stay]] = {}
    for stay in stays:
        if stay.left_at is not None and stay.left_at <= stay.came_at:
            return True
        by_person.setdefault(stay.person_id, []).append(stay)
    return any(_meet(sorted(own, key=lambda stay: stay.came_at)) for own in by_person.values())


def _meet(own: Sequence[Stay]) -> bool:
    pairs = itertools.pairwise(own)
    return any(before.left_at is None or before.left_at > after.came_at for before, after in pairs)
