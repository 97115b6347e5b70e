"""The illustrative portfolio: imported from the packaged files as any other, led by two of the cast. The files of a portfolio
give no reasons: those of what slips are invented beside them, and each says so."""

import json
from importlib.resources import files

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.operations import imports
from kangjiansheng.projects.queries.imports import compare

LEADS = {"JL-01": "lead@kjs.example", "JL-02": "lead2@kjs.example"}


def load(*, actor: Actor) -> None:
    """Import the files, with the reasons; the two lab leads lead the projects of their laboratories and own the
    milestones."""
    found = compare(_files())
    if found.errors:
        raise ValueError(f"the packaged portfolio has errors: {found.errors[0]}")
    people = select(Person.email, Person.id).where(Person.email.in_(LEADS.values()))
    ids = {row.email: row.id for row in db.session.execute(people)}
    leads = {code: ids[email] for code, email in LEADS.items()}
    imports.apply(found, actor=actor, leads=leads, reasons=_reasons())


def _reasons() -> dict[tuple[str, str], tuple[str, str]]:
    text = files("kangjiansheng.demonstration").joinpath("data/reasons.json").read_text("utf-8")
    return {
        (project, code): (reason, note)
        for project, said in json.loads(text).items()
        for code, (reason, note) in said.items()
    }


def _files() -> dict[str, bytes]:
    folder = files("kangjiansheng.demonstration").joinpath("data/portfolio")
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(".csv")}
