"""What One Table shows of what a reader may see: parties, commitments, asks; the chains and the seats of projects."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.paging import Pieces, cut
from kangjiansheng.labs.models import Institution, JointLab, LabPartner
from kangjiansheng.labs.queries.obligations import obligation_rows
from kangjiansheng.labs.queries.visible import own_institutions
from kangjiansheng.overview.rules import four_chains as chain_rules
from kangjiansheng.overview.rules import table as rules
from kangjiansheng.overview.rules.table import Ask, Commitment, Seat, Table
from kangjiansheng.projects.queries import asks as asked
from kangjiansheng.projects.queries import days, gates_waiting, in_step, placed
from kangjiansheng.projects.queries.hand_offs import hand_offs
from kangjiansheng.projects.queries.obligations import linked_projects
from kangjiansheng.projects.queries.portfolio import piece_of
from kangjiansheng.projects.queries.rows import ProjectRow
from kangjiansheng.projects.rules import asks as ask_rules
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import NONE, Array

SOON = timedelta(days=14)
_FAR = 10**6  # days that no slip reaches
Cut = Callable[[Day, list[int]], Any]  # of the projects by their places: those that are shown
Pairs = tuple[tuple[int, Any], ...]


def table(*, actor: Actor, as_of: date | None = None) -> Table:
    """The table on a day, of what the actor may see today."""
    commitments = [*_obligations(actor, as_of), *(one for _project, one in _hand_offs(actor, as_of))]
    return rules.table(_seats(as_of).values(), commitments, [one for _project, one in _asks(actor, as_of)])


def own_codes(actor: Actor) -> set[str]:
    """The codes of the institutions to which the actor belongs today."""
    return set(
        db.session.scalars(select(Institution.code).where(Institution.id.in_(own_institutions(actor))))
    )


@dataclass(frozen=True)
class Listed:
    """A page of the projects that are at work, and what is counted over all of them."""

    shown: Any  # a page, or a piece
    total: int
    illustrative: bool
    held_up: int = 0  # how many have a chain that holds them up
    lacking: Mapping[str, int] = field(default_factory=dict)  # how many lack somebody, by sector


def chains(*, actor: Actor, as_of: date | None = None, page: str | None = None) -> Listed:
    """The chains of each project that is at work (`Chained`), those that are held up most first."""
    return in_step(lambda: _chains(actor, as_of, lambda _day, places: cut(places, page)))


def chains_in_pieces(*, actor: Actor, as_of: date | None = None) -> Pieces:
    """The same in pieces by the codes of the projects."""
    return lambda behind: in_step(lambda: _chains(actor, as_of, partial(piece_of, behind=behind))).shown


def _chains(actor: Actor, as_of: date | None, cut: Cut) -> Listed | None:
    (day,) = days(actor=actor, as_of=as_of, awaiting=gates_waiting(as_of))
    at_work = _at_work(day)
    of_project = linked_projects(actor=actor, as_of=as_of)
    linked = [(code, one) for one in _obligations(actor, as_of) for code in of_project.get(one.code, ())]
    owed, asks = _by_project([*_hand_offs(actor, as_of), *linked]), _by_project(_asks(actor, as_of))
    worst = _worst(day)
    in_plan = set(day.project[worst].tolist())
    blocked = {
        place: chain_rules.blocked(place in in_plan, owed[code], asks[code])
        for place in at_work
        for code in (day.code(place),)
    }
    shown = cut(day, sorted(at_work, key=lambda place: -blocked[place]))
    alone = Counter(day.project[day.is_open & (day.owner == 0)].tolist())
    filled = _filled(day, as_of)
    rows = placed(day, shown.items, np.concatenate((worst, day.next)), actor=actor, as_of=as_of)
    if rows is None:
        return None
    found = [
        chain_rules.chained(
            row, owed[row.code], asks[row.code], bool(filled(place)["capital"]), alone=alone[place]
        )
        for row, place in zip(rows, shown.items, strict=True)
    ]
    held_up = sum(map(bool, blocked.values()))
    return Listed(replace(shown, items=found), len(at_work), day.illustrative_among(at_work), held_up)


def _worst(day: Day) -> Array:
    """Of each project whose plan holds it up the milestone that does so most."""
    pressing = day.is_of(*chain_rules.BLOCKED_PLAN) & (day.is_open | day.is_of("gate"))
    slip = np.where(day.slip != NONE, day.slip, 0).astype(np.int64)
    return day.best(pressing, day.in_order(*chain_rules.BLOCKED_PLAN) * _FAR - slip)


@dataclass(frozen=True)
class Seated:
    """A project with who sits for it in each of the six sectors."""

    project: ProjectRow
    filled: Mapping[str, list[Seat]]
    lacks: list[str]


def seats(*, actor: Actor, as_of: date | None = None, lack: str = "", page: str | None = None) -> Listed:
    """Who sits for each project that is at work (`Seated`), those that lack most first; of one sector those alone that
    lack it."""
    return in_step(lambda: _seats_of_projects(actor, as_of, lack, lambda _day, places: cut(places, page)))


def seats_in_pieces(*, actor: Actor, as_of: date | None = None, lack: str = "") -> Pieces:
    """The same in pieces by the codes of the projects."""
    return lambda behind: (
        in_step(lambda: _seats_of_projects(actor, as_of, lack, partial(piece_of, behind=behind))).shown
    )


def _seats_of_projects(actor: Actor, as_of: date | None, lack: str, cut: Cut) -> Listed | None:
    (day,) = days(actor=actor, as_of=as_of, awaiting=gates_waiting(as_of))
    at_work, filled = _at_work(day), _filled(day, as_of)
    lacks = rules.gaps({place: [s for s, there in filled(place).items() if there] for place in at_work})
    kept = [place for place in at_work if not lack or lack in lacks[place]]
    shown = cut(day, sorted(kept, key=lambda place: -len(lacks[place])))
    rows = placed(day, shown.items, np.empty(0, np.int64), actor=actor, as_of=as_of)
    if rows is None:
        return None
    found = [Seated(row, filled(at), lacks[at]) for row, at in zip(rows, shown.items, strict=True)]
    lacking = {sector: sum(sector in some for some in lacks.values()) for sector in rules.SECTORS}
    return Listed(replace(shown, items=found), len(at_work), day.illustrative_among(at_work), lacking=lacking)


def _at_work(day: Day) -> list[int]:
    """The places of the projects that are at work, by their codes."""
    return [place for place in day.there if day.working[place]]


def _filled(day: Day, as_of: date | None) -> Callable[[int], dict[str, list[Seat]]]:
    """Project by its place → sector → those of its parties, and of the partners of its laboratories, that belong to
    it."""
    known, partners = _seats(as_of), _partners(as_of)
    labs, parties = day.facts("labs"), day.facts("parties")

    @cache
    def seated(of_project: Pairs, of_labs: Pairs) -> dict[str, list[Seat]]:
        ids = {key for key, _role in of_project}.union(*(partners[key] for key, _leads in of_labs))
        there = sorted((known[key] for key in ids if key in known), key=lambda seat: seat.code)
        return {sector: [s for s in there if sector in s.sectors] for sector in rules.SECTORS}

    return lambda place: seated(parties[place], labs[place])


def _partners(as_of: date | None) -> defaultdict[int, set[int]]:
    """Laboratory by id → the institutions that carry it, by id; one statement."""
    found = defaultdict(set)
    if as_of is None:
        for lab_id, key in db.session.execute(select(LabPartner.lab_id, LabPartner.institution_id)):
            found[lab_id].add(key)
        return found
    for lab_id, state in states_at(JointLab, select(JointLab.id), clock.end_of(as_of)).items():
        found[lab_id].update(key for key, *_role in state["partners"])
    return found


def _seats(as_of: date | None) -> dict[int, Seat]:
    """All institutions as seats by id, called and seated as on the day: everybody sees that they are there. Three
    statements, and one more for a past day; one that came later is as today."""
    query = select(Institution).options(selectinload(Institution.aliases), selectinload(Institution.sectors))
    rows = list(db.session.scalars(query))
    then = states_at(Institution, [row.id for row in rows], clock.end_of(as_of)) if as_of else {}
    return {row.id: _seat_then(then[row.id]) if row.id in then else _seat(row) for row in rows}


def _seat(row: Institution) -> Seat:
    return Seat(
        row.code, _names(row), tuple(one.text for one in row.aliases), tuple(row.sector_codes), row.regulator
    )


def _seat_then(state: Mapping[str, Any]) -> Seat:
    names = {script: state[f"name_{script}"] for script in ("hans", "hant", "en")}
    return Seat(state["code"], names, tuple(state["aliases"]), tuple(state["sectors"]), state["regulator"])


def _by_project(pairs: Iterable[tuple[str, Any]]) -> defaultdict[str, list[Any]]:
    found = defaultdict(list)
    for project, one in pairs:
        found[project].append(one)
    return found


def _asks(actor: Actor, as_of: date | None) -> list[tuple[str, Ask]]:
    day = as_of or clock.today()
    return [
        (
            row.project,
            Ask(
                row.code,
                row.asker.code,
                row.asked.code if row.asked else "",
                row.title,
                row.chain,
                ask_rules.waits_for(row, day),
                ask_rules.overdue(row, day),
                row.illustrative,
            ),
        )
        for row in asked.asks(actor=actor, as_of=as_of)
        if row.waits
    ]


def _obligations(actor: Actor, as_of: date | None) -> list[Commitment]:
    """What is owed: not what was delivered and waits to be accepted."""
    day = as_of or clock.today()
    return [
        Commitment(
            "obligation",
            row.code,
            row.debtor.code,
            row.creditor.code,
            _names(row),
            row.due_on,
            _status(row.late(day), row.state == "disputed", row.due_on, day),
            row.late(day),
            row.illustrative,
        )
        for row in obligation_rows(actor=actor, as_of=as_of, agreements=False)
        if row.state in ("open", "disputed") and not row.archived
    ]


def _hand_offs(actor: Actor, as_of: date | None) -> list[tuple[str, Commitment]]:
    """Hand-offs that are not delivered yet, or disputed, with their projects."""
    day = as_of or clock.today()
    return [
        (
            row.project.code,
            Commitment(
                "hand_off",
                row.code,
                row.giver.code,
                row.receiver.code,
                _names(row),
                row.due,
                _status(row.overdue(day) or 0, row.state == "disputed", row.due, day),
                row.overdue(day) or 0,
                row.illustrative,
            ),
        )
        for row in hand_offs(actor=actor, as_of=as_of)
        if row.is_open and row.state != "delivered"
    ]


def _status(late: int, disputed: bool, due: date | None, day: date) -> str:
    if late or disputed:
        return "late" if late else "disputed"
    return "soon" if due is not None and due <= day + SOON else "ontrack"


def _names(row: Any) -> dict[str, str]:
    return {"hans": row.name_hans, "hant": row.name_hant, "en": row.name_en}
