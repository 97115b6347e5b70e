"""What One Table shows of what a reader may see: parties, commitments, asks; the chains and the seats of projects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Institution, LabPartner
from kangjiansheng.labs.queries.obligations import obligation_rows
from kangjiansheng.labs.queries.visible import own_institutions
from kangjiansheng.overview.rules import four_chains as chain_rules
from kangjiansheng.overview.rules import table as rules
from kangjiansheng.overview.rules.four_chains import Chained
from kangjiansheng.overview.rules.table import Ask, Commitment, Seat, Table
from kangjiansheng.projects.queries import asks as asked
from kangjiansheng.projects.queries.hand_offs import hand_offs
from kangjiansheng.projects.queries.obligations import linked_projects
from kangjiansheng.projects.queries.portfolio import portfolio
from kangjiansheng.projects.queries.rows import ProjectRow
from kangjiansheng.projects.rules import asks as ask_rules

SOON = timedelta(days=14)


def table(*, actor: Actor, as_of: date | None = None) -> Table:
    """The table on a day, of what the actor may see today."""
    commitments = [*_obligations(actor, as_of), *(one for _project, one in _hand_offs(actor, as_of))]
    return rules.table(_seats().values(), commitments, [one for _project, one in _asks(actor, as_of)])


def own_codes(actor: Actor) -> set[str]:
    """The codes of the institutions to which the actor belongs today."""
    return set(
        db.session.scalars(select(Institution.code).where(Institution.id.in_(own_institutions(actor))))
    )


def chains(*, actor: Actor, as_of: date | None = None) -> list[Chained]:
    """The chains of each project that is at work, those that are held up most first."""
    rows = [row for row in portfolio(actor=actor, as_of=as_of) if not row.resting]
    of_project = linked_projects(actor=actor, as_of=as_of)
    linked = [(code, one) for one in _obligations(actor, as_of) for code in of_project.get(one.code, ())]
    owed, asks = _by_project([*_hand_offs(actor, as_of), *linked]), _by_project(_asks(actor, as_of))
    seats = _seated(rows)
    found = [
        chain_rules.chained(row, owed[row.code], asks[row.code], bool(seats[row.code]["capital"]))
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.blocked, one.project.code))


@dataclass(frozen=True)
class Seated:
    """A project with who sits for it in each of the six sectors."""

    project: ProjectRow
    filled: Mapping[str, list[Seat]]
    lacks: list[str]


def seats(*, actor: Actor, as_of: date | None = None) -> list[Seated]:
    """Who sits for each project that is at work, those that lack most first."""
    rows = [row for row in portfolio(actor=actor, as_of=as_of) if not row.resting]
    seated = _seated(rows)
    lacks = rules.gaps({code: [s for s, there in by.items() if there] for code, by in seated.items()})
    found = [Seated(row, seated[row.code], lacks[row.code]) for row in rows]
    return sorted(found, key=lambda one: (-len(one.lacks), one.project.code))


def _seated(rows: Iterable[ProjectRow]) -> dict[str, dict[str, list[Seat]]]:
    """Project by code → sector → those of its parties, and of the partners of its laboratories, that belong to it."""
    known, partners = _seats(), defaultdict(set)
    for lab_id, code in db.session.execute(
        select(LabPartner.lab_id, Institution.code).join(
            Institution, Institution.id == LabPartner.institution_id
        )
    ):
        partners[lab_id].add(code)
    found = {}
    for row in rows:
        codes = {party.code for party in row.parties}.union(*(partners[lab.id] for lab in row.labs))
        there = [known[code] for code in sorted(codes) if code in known]
        found[row.code] = {sector: [s for s in there if sector in s.sectors] for sector in rules.SECTORS}
    return found


def _seats() -> dict[str, Seat]:
    """All institutions as seats: everybody sees that they are there. Three statements."""
    query = select(Institution).options(selectinload(Institution.aliases), selectinload(Institution.sectors))
    return {row.code: _seat(row) for row in db.session.scalars(query)}


def _seat(row: Institution) -> Seat:
    return Seat(
        row.code, _names(row), tuple(one.text for one in row.aliases), tuple(row.sector_codes), row.regulator
    )


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
        for row in obligation_rows(actor=actor, as_of=as_of)
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
