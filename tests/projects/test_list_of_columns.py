"""The list of projects is chosen over columns; it shows what whole rows say, today and on past days, to each reader."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.operations import projects as operations
from kangjiansheng.projects.queries import portfolio
from kangjiansheng.projects.queries.lists import ProjectFilter, projects
from kangjiansheng.projects.queries.rows import ProjectRow
from kangjiansheng.projects.rules.milestones import SEVERITY
from kangjiansheng.projects.rules.vocabulary import stages
from tests.projects.reference.milestone_lists import found
from tests.support.acting import who

ORDERS = {
    "code": lambda row: row.code,
    "name": lambda row: sort_key()(name_of(row)),
    "status": lambda row: (SEVERITY.index(row.status), -(row.worst_slip or 0), row.code),
    "stage": lambda row: (stages()[row.stage].order, row.code),
    "next": lambda row: ((row.next and row.next.promised) or date.max, row.code),
    "slip": lambda row: (-(row.worst_slip if row.worst_slip is not None else -(10**6)), row.code),
}


def fits(row: ProjectRow, key: str, value: str) -> bool:
    """What a filter means, of the row."""
    if key in ("lab", "party"):
        return value in [one.code for one in (row.labs if key == "lab" else row.parties)]
    return value == getattr(row, {"group": "indication_group"}.get(key, key))


def words(row: ProjectRow) -> list[str]:
    """Where a word is looked for."""
    said = [row.code, row.name_hans, row.name_hant, row.name_en, *row.indication.values()]
    for ref in (*row.labs, *row.parties):
        said += [ref.code, ref.name_hans, ref.name_hant, ref.name_en]
    return said


def asked(row: ProjectRow) -> list[str]:
    """Words that are there, in other scripts and cases, beside each other, and not at all."""
    lab, party = row.labs[0], row.parties[0]
    return [
        row.code[-3:], row.name_hans[:2], f"{lab.code.lower()} {row.name_en[:4].upper()}", row.indication["hans"][:2],
        party.name_hans[:3], party.code.lower(), lab.name_hant[:4], "聯合 臨床", "nothing at all", row.family,
    ]  # fmt: skip


def told(row: ProjectRow) -> ProjectRow:
    """All that a list shows of a row: of its milestones it has only some."""
    assert row.worst_slip in {None, *(m.slip for m in row.milestones)}
    return replace(row, milestones=(), since={}, updated_at=None)


@pytest.mark.long
def test_the_columns_say_what_the_rows_say(app: Flask) -> None:
    with app.test_request_context():
        with writing():
            thing = db.session.scalars(select(Project).where(Project.code == "KJS-010")).one()
            operations.archive(thing, actor=who("executive"), version=None)
        for short in ("executive", "partner", "outsider"):
            for day in (None, date(2026, 6, 30), date(2025, 1, 31)):
                every = portfolio(actor=who(short), as_of=day, archived=True)
                there = [row for row in every if not row.archived]
                for sort, order in ORDERS.items():
                    shown = projects(ProjectFilter(sort=sort), actor=who(short), as_of=day)
                    expected = sorted(there, key=order)
                    assert [told(row) for row in shown] == [told(row) for row in expected], (short, day, sort)
                    assert [row.worst_slip for row in shown] == [row.worst_slip for row in expected]
                away = projects(ProjectFilter(archived="1"), actor=who(short), as_of=day)
                assert [row.code for row in away] == [row.code for row in every if row.archived]
                if not there:
                    continue
                one = there[len(there) // 2]
                for key, value in {
                    "status": one.status, "stage": one.stage, "family": one.family, "lab": one.labs[0].code,
                    "party": one.parties[0].code, "pathway": one.pathway, "group": one.indication_group,
                    "claimed": one.claimed,
                }.items():  # fmt: skip
                    shown = projects(ProjectFilter(**{key: value}), actor=who(short), as_of=day)
                    assert [row.code for row in shown] == [
                        row.code for row in there if fits(row, key, value)
                    ], (short, day, key)
                for q in asked(one):
                    shown = projects(ProjectFilter(q=q), actor=who(short), as_of=day)
                    expected = [row for row in there if found(q, words(row))]
                    assert [row.code for row in shown] == [row.code for row in expected], (short, day, q)
