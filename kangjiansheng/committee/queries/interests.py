"""Declared interests, who has declared, and what the register proposes for a meeting."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.committee.models import (
    AgendaItem,
    Committee,
    CommitteeMember,
    Declaration,
    Interest,
    Meeting,
)
from kangjiansheng.committee.queries.visible import visible_items
from kangjiansheng.committee.rules import interests as rules
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import InstitutionMember, LabPartner
from kangjiansheng.projects.models import ProjectLab, ProjectMember, ProjectParty


def _shown(actor: Actor) -> ColumnElement[bool]:
    """Of interests in single items, those whose item the reader may see: else a secret would stand here."""
    return or_(Interest.agenda_item_id.is_(None), Interest.agenda_item_id.in_(visible_items(actor)))


def interests(
    committee: Committee, *, actor: Actor, person_id: int | None = None, meeting: Meeting | None = None
) -> list[Interest]:
    """Interests declared to a committee, those that hold first; of one person, or also of one meeting."""
    query = (
        select(Interest)
        .where(Interest.committee_id == committee.id, _shown(actor))
        .options(
            joinedload(Interest.person),
            joinedload(Interest.institution),
            joinedload(Interest.project),
            joinedload(Interest.item).joinedload(AgendaItem.meeting),
        )
        .order_by(Interest.valid_to.is_not(None), Interest.person_id, Interest.id.desc())
    )
    if person_id is not None:
        query = query.where(Interest.person_id == person_id)
    if meeting is not None:
        query = query.where(Interest.meeting_id == meeting.id)
    return list(db.session.scalars(query))


def declarations(committee: Committee, year: int) -> dict[int, Declaration]:
    """The last yearly declaration of each member in a year."""
    query = (
        select(Declaration)
        .where(
            Declaration.committee_id == committee.id,
            Declaration.year == year,
            Declaration.meeting_id.is_(None),
        )
        .order_by(Declaration.id)
    )
    return {row.person_id: row for row in db.session.scalars(query)}


def declared_for(meeting: Meeting) -> dict[int, Declaration]:
    """The last declaration of each member for a meeting."""
    query = select(Declaration).where(Declaration.meeting_id == meeting.id).order_by(Declaration.id)
    return {row.person_id: row for row in db.session.scalars(query)}


@dataclass
class Proposed:
    """What the register proposes for one item, by person."""

    item: AgendaItem
    proposals: list[rules.Proposal]


def proposed(meeting: Meeting, items: Iterable[AgendaItem]) -> dict[int, list[rules.Proposal]]:
    """The proposals for these items, by item: five statements, however many items and members."""
    about = list(items)
    projects = {item.project_id for item in about if item.project_id is not None}
    seats = meeting.seated
    parties, teams = _parties(projects), _teams(projects, meeting)
    matters = [
        rules.Matter(
            item.id,
            item.project_id,
            frozenset(parties.get(item.project_id or 0, ())),
            frozenset(teams.get(item.project_id or 0, ())),
        )
        for item in about
    ]
    found: dict[int, list[rules.Proposal]] = {}
    for one in rules.propose(matters, _held(meeting), _homes(seats, meeting)):
        found.setdefault(one.item_id, []).append(one)
    return found


def _held(meeting: Meeting) -> list[rules.Held]:
    day = meeting.held_on
    query = select(Interest).where(
        Interest.committee_id == meeting.committee_id,
        Interest.valid_from <= max(day, clock.today()),
        or_(Interest.valid_to.is_(None), Interest.valid_to >= day),
        or_(Interest.meeting_id.is_(None), Interest.meeting_id == meeting.id),
    )
    return [
        rules.Held(row.person_id, row.kind, row.institution_id, row.project_id, row.agenda_item_id, row.text)
        for row in db.session.scalars(query)
    ]


def _homes(seats: Iterable[CommitteeMember], meeting: Meeting) -> dict[int, frozenset[int]]:
    """The institutions that each seat belongs to: as the seat says, and as the institutions know."""
    found = {m.person_id: {m.institution_id} - {None} for m in seats}
    query = select(InstitutionMember.person_id, InstitutionMember.institution_id).where(
        InstitutionMember.person_id.in_(list(found)), holds_on(InstitutionMember, meeting.held_on)
    )
    for person, institution in db.session.execute(query):
        found[person].add(institution)
    return {person: frozenset(i for i in homes if i is not None) for person, homes in found.items()}


def _parties(projects: set[int]) -> dict[int, set[int]]:
    """The institutions of each project: its parties, and the partners of its laboratories."""
    direct = select(ProjectParty.project_id, ProjectParty.institution_id).where(
        ProjectParty.project_id.in_(projects)
    )
    through = (
        select(ProjectLab.project_id, LabPartner.institution_id)
        .join(LabPartner, LabPartner.lab_id == ProjectLab.lab_id)
        .where(ProjectLab.project_id.in_(projects))
    )
    found: dict[int, set[int]] = {}
    for project, institution in db.session.execute(direct.union(through)):
        found.setdefault(project, set()).add(institution)
    return found


def _teams(projects: set[int], meeting: Meeting) -> dict[int, set[int]]:
    query = select(ProjectMember.project_id, ProjectMember.person_id).where(
        ProjectMember.project_id.in_(projects),
        ProjectMember.role.in_(("lead", "member")),
        holds_on(ProjectMember, meeting.held_on),
    )
    found: dict[int, set[int]] = {}
    for project, person in db.session.execute(query):
        found.setdefault(project, set()).add(person)
    return found
