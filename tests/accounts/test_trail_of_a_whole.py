"""The trail of a meeting, a project or a laboratory holds what was recorded of its parts, too."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Select, select

from kangjiansheng.accounts.queries import TrailFilter
from kangjiansheng.accounts.queries.trails import trail, trail_count
from kangjiansheng.core import belonging, clock
from kangjiansheng.core import trail as said
from kangjiansheng.core.db import Base, db
from tests.support.critic import Critic
from tests.support.queries import queries_counted
from tests.support.sheets import change, checked, consent, taken_along, work

# What names a thing and is still no part of it: it is of its own, and holds others.
OF_THEIR_OWN = {
    ("committee", "joint_lab"), ("joint_lab", "agreement"), ("agreement", "agreement"),
    ("plan", "template_version"), ("paragraph", "agenda_item"), ("decision", "agenda_item"),
    ("action", "agenda_item"), ("motion", "agenda_item"), ("decision", "project"), ("action", "project"),
    ("agenda_item", "project"), ("agenda_item", "milestone"), ("backlog_item", "project"),
    ("backlog_item", "milestone"), ("interest", "project"), ("company_decision", "decision"),
    ("decision_effect", "milestone"), ("decision_effect", "plan"), ("decision", "paragraph"),
    ("motion", "paragraph"), ("motion", "decision"), ("paragraph", "paragraph"), ("ask", "obligation"),
    ("obligation_link", "obligation"), ("project_entry", "joint_lab"), ("consent", "draft_version"),
    ("gate_condition", "gate_decision"), ("review_decision", "gate_decision"),
}  # fmt: skip


def one(kind: str, code: str) -> int:
    table = Base.metadata.tables[kind]
    found = db.session.scalar(select(table.c.id).where(table.c.code == code))
    assert found is not None
    return int(found)


def kinds_of(wanted: TrailFilter) -> set[str]:
    return {entry.thing for entry in trail(wanted, limit=10_000)}


def test_each_kind_that_hangs_on_a_thing_with_parts_is_declared(app: Flask) -> None:
    """Whatever names a thing that has parts, and can stand in the trail, is one of them, or is named above."""
    known = {(whole, part) for whole, parts in belonging._parts.items() for part, _of in parts}
    missing = {
        (name, key.column.table.name)
        for name in said._things
        if name in Base.metadata.tables
        for key in Base.metadata.tables[name].foreign_keys
        if belonging.has_parts(key.column.table.name)
        and (key.column.table.name, name) not in known
        and not {name, key.column.table.name} & {"draft_paragraph", "paragraph_revision"}
        and name not in ("milestone_entry", "project_entry", "baseline_row")
    }
    assert missing <= OF_THEIR_OWN, missing - OF_THEIR_OWN


def test_a_meeting_is_found_with_its_agenda_its_minutes_and_what_follows(
    client: Callable[..., Critic], app: Flask
) -> None:
    with app.app_context():
        number = one("meeting", "SAC-2026-02")
        kinds = kinds_of(TrailFilter(thing="meeting", number=number))
        assert {"meeting", "minutes", "paragraph", "decision", "action"} <= kinds
        alone = TrailFilter(thing="meeting", number=number, alone=True)
        assert kinds_of(alone) == {"meeting"} and trail_count(alone) == len(trail(alone))
        whole = TrailFilter(thing="meeting", number=number)
        found = trail(whole, limit=10_000)
        assert [entry.seq for entry in found] == sorted({entry.seq for entry in found}, reverse=True)
        assert trail_count(whole) == len(found)
        others = {entry.thing_id for entry in found if entry.thing == "meeting"}
        assert others == {number}, "no other meeting"
        for act in {entry.act for entry in found}:
            some = trail(TrailFilter(thing="meeting", number=number, act=act), limit=10_000)
            assert some == [entry for entry in found if entry.act == act]
    visitor = client("auditor")
    path = f"/audit?thing=meeting&one=meeting.{number}"
    page = visitor.get(path).text
    assert "连同属于它的全部" in page and "SAC-2026-02" in page
    itself = visitor.get(f"{path}&alone=1").text
    assert "只有它本身" in itself and 'name="alone" value="1"' in itself
    rows = csv.DictReader(
        io.StringIO(visitor.get(path.replace("/audit", "/audit.csv")).text.lstrip("\ufeff"))
    )
    assert {row["thing"] for row in rows} == kinds
    listed = visitor.get(path.replace("/audit", "/api/v1/audit")).get_json()["data"]
    assert {row["thing"] for row in listed} - {"meeting"}


def test_a_project_is_found_with_its_milestones_risks_gates_and_the_sheets_of_them(
    client: Callable[..., Critic], app: Flask
) -> None:
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=clock.today() + timedelta(days=60), reason="ETHICS")
    address = checked(app, lead, grid)
    assert consent(lead, address).status_code == 303
    work(app)
    with app.app_context():
        found = kinds_of(TrailFilter(thing="project", number=one("project", "KJS-003")))
        assert {"project", "risk", "import_batch"} <= found
        other = kinds_of(TrailFilter(thing="project", number=one("project", "KJS-020")))
        assert "project" in other and "import_batch" not in other
        lab = kinds_of(TrailFilter(thing="joint_lab", number=one("joint_lab", "JL-01")))
        assert {"joint_lab", "lab_paper"} <= lab


@pytest.mark.parametrize("kind", ["meeting", "project", "joint_lab", "minutes", "person"])
def test_all_of_it_is_asked_in_one_statement(in_app: Flask, kind: str) -> None:
    with queries_counted() as asked:
        trail(TrailFilter(thing=kind, number=1))
    assert len(asked) == 1, asked.shown


def test_a_link_for_a_reader_belongs_to_what_it_shows(in_app: Flask) -> None:
    statement: Select[str, int] = belonging.whole("project", 1)  # type: ignore[assignment]
    assert "reader_link" in str(statement)
