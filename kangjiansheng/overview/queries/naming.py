"""What the trail calls the things of this floor: OWN-1, KJS-003 and not a key."""

from collections.abc import Callable, Mapping

from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Institution
from kangjiansheng.overview.models import OwnRates, PartyArchive, ProjectValue, Scenario, UsualRates
from kangjiansheng.projects.models import Project

Namer = Callable[[set[int]], Mapping[int, str]]


def _own_rates(keys: set[int]) -> Mapping[int, str]:
    query = select(OwnRates.id, OwnRates.code).where(OwnRates.id.in_(keys))
    return {row[0]: row[1] for row in db.session.execute(query)}


def _usual_rates(keys: set[int]) -> Mapping[int, str]:
    query = select(UsualRates.id, UsualRates.code).where(UsualRates.id.in_(keys))
    return {row[0]: row[1] for row in db.session.execute(query)}


def _values(keys: set[int]) -> Mapping[int, str]:
    query = select(ProjectValue.id, Project.code).join(Project, Project.id == ProjectValue.project_id)
    return {row[0]: row[1] for row in db.session.execute(query.where(ProjectValue.id.in_(keys)))}


def _scenarios(keys: set[int]) -> Mapping[int, str]:
    query = select(Scenario.id).where(Scenario.id.in_(keys))
    return {key: f"S-{key}" for key in db.session.scalars(query)}


def _archives(keys: set[int]) -> Mapping[int, str]:
    query = select(PartyArchive.id, PartyArchive.number, Institution.code).join(PartyArchive.institution)
    rows = db.session.execute(query.where(PartyArchive.id.in_(keys)))
    return {row.id: f"{row.code}-{row.number}" for row in rows}


CODES: dict[str, Namer] = {
    "rate_set": _own_rates,
    "usual_rates": _usual_rates,
    "project_value": _values,
    "scenario": _scenarios,
    "party_archive": _archives,
}
