"""The board is counted over columns; it says what the rules say of each row, of every day and to every reader."""

import itertools
import random
from contextlib import nullcontext
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta

import pytest
import time_machine
from flask import g
from sqlalchemy import func, select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.calendar import Cut
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import JointLab
from kangjiansheng.overview.rules.rows import Named
from kangjiansheng.overview.views import dashboard
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Project, ProjectEntry
from kangjiansheng.projects.operations import milestones as operations
from kangjiansheng.projects.operations import plans, projects
from kangjiansheng.projects.queries import days, portfolio
from kangjiansheng.projects.queries.rows import MilestoneRow, ProjectRow, Ref
from kangjiansheng.projects.rules.days import once
from tests.overview.reference import board as reference
from tests.support.app import make, settings_for
from tests.support.queries import queries_counted
from tests.support.scattered import scatter

DAYS = ["2024-10-01", "2025-12-31", "2026-03-15", "2026-06-30", "2026-09-30", "2026-11-22"]


def plain(thing):
    """A board without the rows that it names: these by what they are known by."""
    if isinstance(thing, Named):
        thing = thing.row
    if isinstance(thing, ProjectRow):
        return "project", replace(thing, milestones=(), next=None, updated_at=None, since={})
    if isinstance(thing, MilestoneRow):
        return "milestone", thing
    if isinstance(thing, Ref):
        return "lab", thing.code, thing.name_hans
    if is_dataclass(thing):
        return {one.name: plain(getattr(thing, one.name)) for one in fields(thing)}
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    return [plain(one) for one in thing] if isinstance(thing, list | tuple) else thing


def compared(reader, as_of, compare, horizon=90):
    asking = dashboard.Asked(as_of, compare, horizon)
    told = dashboard.read(asking, actor=reader)
    expected = plain(reference.read(asking, actor=reader))
    for key, said in plain(told).items():
        assert said == expected[key], (key, as_of, compare)
    return told


@pytest.mark.long
@pytest.mark.parametrize("who", ["executive", "partner", "lead", "outsider"])
def test_the_demonstration_on_many_days(app, actor, who):
    with app.test_request_context("/overview"):
        g.as_of = None
        reader = actor(who)
        for horizon, then in zip((30, 90, 365), DAYS, strict=False):
            compared(reader, None, date.fromisoformat(then), horizon)
        for before, day in itertools.pairwise(DAYS):
            compared(reader, date.fromisoformat(day), date.fromisoformat(before))


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_ledgers_that_say_anything_in_any_order(app, actor, seed):
    with app.test_request_context("/overview"):
        g.as_of = None
        scatter(seed)
        dice = random.Random(seed)
        for who in ("executive", "partner", "outsider", "lead"):
            compared(actor(who), None, clock.today() - timedelta(days=dice.randrange(1, 300)), 365)
            for _ in range(4):
                day = clock.today() - timedelta(days=dice.randrange(1, 700))
                compared(actor(who), day, day - timedelta(days=dice.randrange(1, 200)))


def known(board):
    """What a board says, of the rows that it names only which they are."""

    def bare(thing):
        if isinstance(thing, Named):
            thing = thing.row
        if isinstance(thing, ProjectRow | MilestoneRow | Ref):
            return thing.code, getattr(thing, "status", ""), getattr(thing, "slip", None)
        if is_dataclass(thing):
            return {one.name: bare(getattr(thing, one.name)) for one in fields(thing)}
        if isinstance(thing, dict):
            return {key: bare(value) for key, value in thing.items()}
        return [bare(one) for one in thing] if isinstance(thing, list | tuple) else thing

    return bare(board)


@pytest.mark.long
@pytest.mark.parametrize("seed", [3, 4])
def test_a_past_day_says_what_a_database_said_that_was_stopped_then(databases, tmp_path, seed):
    day, compare = date(2026, 6, 30), date(2026, 3, 31)
    said = []
    for until, as_of in ((None, day), (day, None)):
        folder = tmp_path / str(as_of)
        folder.mkdir()
        app = make(settings_for(folder, databases.fresh("reference"), demo=False))
        with app.test_request_context("/overview"):
            g.as_of = as_of
            with writing():
                db.session.add_all(
                    JointLab(code=f"JL-{n}", name_hans=f"实验室 {n}", illustrative=True) for n in range(4)
                )
            scatter(seed, until=until)
            with nullcontext() if as_of else time_machine.travel(clock.end_of(day), tick=False):
                said.append(known(dashboard.read(dashboard.Asked(as_of, compare), actor=system_actor())))
            db.session.remove()
            db.engine.dispose()
    assert said[0]["answer"]["total"] > 10
    assert said[0] == said[1]


@pytest.fixture
def acts(actor):
    """Acts on projects of the demonstration, one after another, each committed."""
    lead, executive = actor("lead"), actor("executive")

    def milestone(number):
        rows = [m for p in portfolio(actor=lead, codes=["KJS-003"]) for m in p.milestones if m.is_open]
        return db.session.get_one(Milestone, rows[number].id)

    def move():
        thing = milestone(0)
        return operations.will_slip(thing, clock.today() + timedelta(400), "SUPPLY", actor=lead, version=None)

    def take_back():
        entry = db.session.scalars(select(MilestoneEntry).order_by(MilestoneEntry.id.desc())).first()
        operations.undo(entry, actor=lead)

    def reach():
        operations.done(milestone(-1), clock.today(), actor=lead, version=None)

    def add():
        names = {"hans": "新的一步"}
        plans.add_milestone(
            milestone(0).plan, actor=lead, version=None, code="Z010", names=names, day=clock.today()
        )

    def put_away():
        code = select(Project).where(Project.code == "KJS-001")
        projects.archive(db.session.scalars(code).one(), actor=executive, version=None)

    def register():
        facts = {"name_hans": "新项目", "modality": "CAR_T_AUTO", "stage": "CMC", "status": "ACTIVE"}
        (
            projects.create_project(
                code="JL-01-901",
                pathway="A_drug",
                actor=executive,
                lab_codes=["JL-01"],
                lead_lab="JL-01",
                **facts,
            ),
        )

    return [move, take_back, reach, add, put_away, register]


@pytest.mark.long
def test_what_was_committed_is_counted_without_reading_all_of_it_again(app, actor, acts):
    reader, compare = actor("executive"), date(2026, 9, 30)
    with app.test_request_context("/overview"):
        g.as_of = None
        before = compared(reader, None, compare)
        for act in acts:
            with writing():
                act()
            with queries_counted() as seen:
                after = dashboard.read(dashboard.Asked(None, compare), actor=reader)
            assert len(seen) <= 15, seen.shown
            assert known(compared(reader, None, compare)) == known(after) != known(before)
            before = after


def test_a_day_is_read_off_once_for_all_who_see_the_same(app, actor, acts):
    """For nobody else, no other instant of the day, and no longer than until somebody writes."""
    with app.test_request_context("/overview"):
        past = date(2026, 6, 30)
        (first,) = days(actor=actor("executive"), as_of=None)
        assert days(actor=actor("executive"), as_of=None, awaiting=[10**9])[0] is first
        assert days(actor=actor("auditor"), as_of=None)[0] is first
        partner = days(actor=actor("partner"), as_of=None)[0]
        assert partner is not first and int(partner.seen.sum()) < int(first.seen.sum())
        whole, cut = (
            days(actor=actor("executive"), as_of=day)[0] for day in (past, Cut.at(clock.start_of(past)))
        )
        assert whole is not cut and days(actor=actor("executive"), as_of=past)[0] is whole
        with writing():
            acts[0]()
        later = days(actor=actor("executive"), as_of=None)[0]
        assert later is not first and int((later.promised != first.promised).sum()) >= 1


def test_what_is_reckoned_of_days_is_reckoned_once(app, actor, acts):
    asked = []

    @once
    def behind(day, other, least=0):
        asked.append((day, other, least))
        return int((day.slip > least).sum()), int((other.slip > least).sum())

    with app.test_request_context("/overview"):
        today, past = days(actor=actor("executive"), as_of=None, others=[date(2026, 6, 30)])
        found = behind(today, past)
        assert found[0] and found[1]
        assert behind(*days(actor=actor("auditor"), as_of=None, others=[date(2026, 6, 30)])) == found
        assert len(asked) == 1  # for all who see the same
        assert behind(today, past, 30) < found
        assert behind(today, today) == (found[0], found[0])
        partner = days(actor=actor("partner"), as_of=None)[0]
        assert behind(partner, partner)[0] < found[0]
        assert len(asked) == 4
        with writing():
            acts[0]()
        later = days(actor=actor("executive"), as_of=None)[0]
        assert behind(later, later) and len(asked) == 5


def test_what_is_not_committed_is_not_counted(app, actor, acts):
    reader, compare = actor("executive"), date(2026, 9, 30)
    with app.test_request_context("/overview"):
        g.as_of = None
        before = known(dashboard.read(dashboard.Asked(None, compare), actor=reader))
        acts[0]()
        db.session.flush()
        after = dashboard.read(dashboard.Asked(None, compare), actor=reader)
        assert after.answer.cause.days == before["answer"]["cause"]["days"]
        db.session.rollback()


@pytest.mark.usefixtures("in_app")
def test_each_entry_of_a_ledger_is_part_of_an_act_in_the_trail():
    acts_ = select(AuditEntry.change_set_id)
    for ledger in (MilestoneEntry, ProjectEntry):
        left = select(func.count(ledger.id)).where(ledger.change_set_id.not_in(acts_))
        assert db.session.scalar(left) == 0


def test_another_database_under_the_same_process_is_noticed(app, actor, databases):
    """As when a backup is restored: nothing of what was known before is shown."""
    reader, compare = actor("executive"), date(2026, 9, 30)
    with app.test_request_context("/overview"):
        g.as_of = None
        before = known(dashboard.read(dashboard.Asked(None, compare), actor=reader))
        scatter(7)
        assert known(dashboard.read(dashboard.Asked(None, compare), actor=reader)) != before
        db.session.remove()
        db.engine.dispose()
        databases.same("demo")
        assert known(dashboard.read(dashboard.Asked(None, compare), actor=reader)) == before
