"""The archives of a party: which one there is, how it stands, and whether it may still be taken."""

from pathlib import Path

from flask import current_app
from sqlalchemy import Select, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import Meeting, Minutes
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs.models import Agreement, Company, Institution, Obligation, SharedResource
from kangjiansheng.labs.queries import inside_obligations
from kangjiansheng.labs.queries.residents import inside_companies
from kangjiansheng.labs.queries.resources import inside_resources
from kangjiansheng.labs.queries.visible import any_member_of
from kangjiansheng.overview.models import PartyArchive
from kangjiansheng.overview.queries.party_data import Scope, files, scope_of
from kangjiansheng.overview.queries.party_data.committee import with_minutes
from kangjiansheng.overview.rules import archives as rules
from kangjiansheng.projects.models import Ask, Project, Result
from kangjiansheng.projects.queries import asks
from kangjiansheng.projects.queries.results import may_see_result

HALF = ".part"


def folder() -> Path:
    """Where the files lie until their days are over."""
    instance: Path = current_app.config["SETTINGS"].instance
    return instance / "archives"


def place(archive: PartyArchive) -> Path:
    """Where the file of an archive lies, if it has one."""
    return folder() / archive.file


def _read() -> Select[PartyArchive]:
    return select(PartyArchive).options(
        joinedload(PartyArchive.institution, innerjoin=True),
        joinedload(PartyArchive.asked_by, innerjoin=True),
        joinedload(PartyArchive.task),
    )


def latest(institution_id: int) -> PartyArchive | None:
    """The one that was asked for last."""
    query = _read().where(PartyArchive.institution_id == institution_id)
    return db.session.scalar(query.order_by(PartyArchive.number.desc()).limit(1))


def current(institution_id: int) -> PartyArchive | None:
    """The one that is waited for or lies ready. Whoever asks holds the row of the institution."""
    query = _read().where(PartyArchive.institution_id == institution_id, PartyArchive.life.in_(rules.CURRENT))
    return db.session.scalar(query.execution_options(populate_existing=True))


def next_number(institution_id: int) -> int:
    """The number of the next one of an institution."""
    query = select(func.max(PartyArchive.number)).where(PartyArchive.institution_id == institution_id)
    return (db.session.scalar(query) or 0) + 1


def archive(*, actor: Actor, code: str, number: int) -> PartyArchive | None:
    """An archive of an institution by its number."""
    query = _read().join(Institution, Institution.id == PartyArchive.institution_id)
    return db.session.scalar(query.where(Institution.code == code, PartyArchive.number == number))


def offered(*, actor: Actor, code: str, number: int) -> PartyArchive | None:
    """The same when its file can be taken, by this person too."""
    found = archive(actor=actor, code=code, number=number)
    return found if found is not None and standing(found) == rules.READY else None


def wanted(archive_id: int) -> PartyArchive | None:
    """An archive that still waits to be made."""
    query = _read().where(PartyArchive.id == archive_id, PartyArchive.life == rules.ASKED)
    return db.session.scalar(query.execution_options(populate_existing=True))


def is_wanted(archive_id: int) -> bool:
    """The same, asked again while it is being made."""
    return db.session.scalar(_life(archive_id)) == rules.ASKED


def _life(archive_id: int) -> Select[str]:
    return select(PartyArchive.life).where(PartyArchive.id == archive_id)


def standing(found: PartyArchive | None) -> str:
    """How it stands: none, waiting, running, failed, ready, gone, outdated; or the life of one that is over. `gone`:
    the file is not here any more. `outdated`: the party may not see all any more that is in it, or something of it was disposed of."""
    if found is None:
        return "none"
    if found.life == rules.ASKED:
        state = found.task.state if found.task else "failed"
        return "running" if state == "done" else state
    if found.life != rules.READY:
        return found.life
    if found.expires_at is None or found.expires_at <= clock.now():
        return "expired"
    if not place(found).is_file():
        return "gone"
    now = held(scope_of(any_member_of(found.institution)), db.session.connection())
    whole = all(set(ids) <= set(now[kind]) for kind, ids in found.holds.items())
    return rules.READY if whole else "outdated"


def held(scope: Scope, connection: Connection) -> dict[str, list[int]]:
    """The ids of what an archive holds whose readers may change, by kind."""
    standing = with_minutes(scope)
    asked = {
        "project": [scope.projects],
        "agreement": [scope.agreements],
        "joint_lab": [scope.labs],
        "obligation": [select(Obligation.id).where(inside_obligations(scope.actor))],
        "ask": [select(Ask.id).where(asks.may_see(scope.actor))],
        "result": [select(Result.id).where(may_see_result(scope.actor))],
        "company": [select(Company.id).where(inside_companies(scope.actor))],
        "shared_resource": [select(SharedResource.id).where(inside_resources(scope.actor))],
        "agenda_item": [scope.items],
        "minutes": [standing.with_only_columns(Minutes.id)],
        "file_ref": [
            query.with_only_columns(FileRef.id).where(FileRef.disposed_at.is_(None))
            for query in files.stored(scope)
        ],
    }
    return {
        kind: sorted(key for query in queries for key in connection.scalars(query))
        for kind, queries in asked.items()
    }


def confidential(found: PartyArchive) -> list[tuple[str, int]]:
    """What of it is not open to all, as its owners' lists of who opened it name it."""
    told = select(Minutes.id).join(Minutes.meeting).where(Meeting.source == "")
    told = told.where(Minutes.id.in_(found.holds["minutes"]))
    things = [("minutes", key) for key in db.session.scalars(told)]
    for kind in (Project, Agreement):
        query = select(kind.id).where(
            kind.id.in_(found.holds[kind.__tablename__]), kind.confidentiality != "open"
        )
        things += [(kind.__tablename__, key) for key in db.session.scalars(query)]
    return things
