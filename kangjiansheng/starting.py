"""Starting data: the reference data of every installation (founding facts, pathways), without demonstration."""

from datetime import date

from flask import current_app
from sqlalchemy import func, select

from kangjiansheng.accounts import operations
from kangjiansheng.accounts.models import SYSTEM, Account, Person, SystemRole
from kangjiansheng.committee.operations.founding import load_reference as load_committee
from kangjiansheng.core import search
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.operations import load_reference as load_founding
from kangjiansheng.projects.operations.reference import load_reference as load_templates


def load_reference() -> None:
    """Put in what is missing of the reference data, and make the index of the search if it is none of this
    version's; running it again changes nothing."""
    with writing():
        actor = _system()
        for load in LOADERS:
            load(actor=actor)
    if not search.is_current():
        with writing():
            search.rebuild()


def _system() -> Actor:
    person = db.session.scalar(select(Person).where(Person.code == SYSTEM))
    if person is None:
        person = Person(code=SYSTEM, name_hans="系统", name_hant="系統", name_en="System")
        db.session.add(person)
        db.session.flush()
        actor = Actor(person.id, person.name_hans, frozenset({"system"}))
        db.session.add(SystemRole(person_id=person.id, role="system", valid_from=date(2024, 9, 10)))
        record("accounts:person:create", person, actor=actor, before={}, source="command")
    return Actor(person.id, person.name_hans, frozenset({"system"}))


def is_empty() -> bool:
    """True while nobody can sign in."""
    return not db.session.scalar(select(func.count(Account.id)))


def first_run_path() -> str:
    """The address of the first-run page, with the secret that only this machine's operator sees."""
    return f"/first-run/{operations.first_run_secret(current_app.config['SETTINGS'].instance)}"


LOADERS: list = [load_founding, load_templates, load_committee]  # type: ignore[type-arg]
