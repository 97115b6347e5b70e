"""The forecast over columns, of which only what was written is reckoned anew, says what it said when each entry was
read and every milestone drawn anew (`reference/forecast`)."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview.queries import foretold as product
from kangjiansheng.overview.rules.forecast import known as knowing
from kangjiansheng.overview.rules.forecast.days import MISSING, NEVER
from kangjiansheng.overview.rules.forecast.known import learn
from kangjiansheng.overview.rules.forecast.whole import foresee, recorded
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Project
from kangjiansheng.projects.operations import milestones, plans, projects
from kangjiansheng.projects.queries import portfolio
from tests.overview.histories import Told
from tests.overview.reference.forecast import reading, whole
from tests.overview.reference.forecast.book import Bond, Line, Node, Run

DAY = date(2026, 3, 2)


def said(found):  # type: ignore[no-untyped-def]
    """A forecast in plain values."""
    return [
        (
            e.id if hasattr(e, "id") else e.node.id, e.promise, e.p20, e.p50, e.p80, e.kept,
            e.count if hasattr(e, "count") else e.chance.count if e.chance else None,
        )
        for e in found.expected
    ]  # fmt: skip


def anything(seed: int) -> Told:
    """Plans in which everything happens in any order: steps that wait in both units, come, come back, are given up and
    bound otherwise later, in projects that rest for a while."""
    luck = Random(seed)
    nodes, lines, runs, bonds, later = [], [], [], {}, {}
    for project in range(80):
        begun = DAY.toordinal() - luck.randrange(100, 1500)
        for since in sorted(luck.sample(range(begun, begun + 1500), luck.randrange(1, 4))):
            runs.append(Run(project, since, luck.choice([NEVER, NEVER, since + luck.randrange(300, 900)])))
        for n in range(luck.randrange(1, 8)):
            key = project * 10 + n
            nodes.append(Node(key, project, f"T{n}", luck.random() < 0.3))
            if luck.random() < 0.6:
                bonds[key], later[key] = bond(luck, project, n), bond(luck, project, n)
            day, promise = begun + luck.randrange(60), begun + luck.randrange(20, 900)
            for _ in range(luck.randrange(2, 12)):
                state = luck.choices(("open", "done", "cancelled"), (5, 4, 1))[0]
                day = max(day, promise - 20) if state == "done" else day
                actual = min(day, promise + luck.randrange(-30, 90)) if state == "done" else 0
                plan = luck.choice([0, promise, promise - luck.randrange(60)])
                lines.append(Line(key, day, plan, luck.choice([plan, promise]), actual, state))
                day, promise = day + luck.randrange(90), promise + luck.randrange(-20, 120)
                if actual and luck.random() < 0.8:
                    break
    lines.sort(key=lambda line: line.day)
    half = DAY.toordinal() - 300
    return Told(
        nodes, lines, runs, lambda day: bonds if day < half else later, in_a_book=luck.randrange(1, 9)
    )


def bond(luck: Random, project: int, n: int) -> Bond:
    waits = tuple(
        (project * 10 + before, luck.randrange(-3, 9), luck.random() < 0.5)
        for before in luck.sample(range(n), luck.randrange(min(n, 3) + 1))
    )
    return Bond(waits, luck.choice([MISSING, luck.randrange(90)]), luck.random() < 0.3)


@pytest.mark.long
@pytest.mark.parametrize("seed", [3, 5, 6, 7])
def test_plans_that_do_anything_in_any_order(seed):
    told, day = anything(seed), DAY.toordinal()
    known = learn(told.closed(told.projects, day), day)
    ledger = whole.Ledger(DAY, told.nodes, told.lines, told.runs, told.bonds, told.working)
    new, old = foresee(told, known, told.projects, seed=seed), whole.foresee(ledger, seed=seed)
    assert said(new) == said(old) and any(e.p80 for e in old.expected)
    assert repr(recorded(told, known, told.projects, seed=seed)) == repr(whole.recorded(ledger, seed=seed))
    some = told.projects[::2]
    kept = known.renewed(learn(told.closed(some, day), day))
    assert kept.digest(told.projects) == known.digest(told.projects) and not known.moved(kept)


def acts(actor):  # type: ignore[no-untyped-def]
    """Acts of all kinds on which a forecast rests, one after another."""
    lead, executive = actor("lead"), actor("executive")

    def milestone(number):  # type: ignore[no-untyped-def]
        rows = [m for p in portfolio(actor=lead, codes=["KJS-003"]) for m in p.milestones if m.is_open]
        return db.session.get_one(Milestone, rows[number].id)

    def move():  # type: ignore[no-untyped-def]
        day = clock.today() + timedelta(days=200)
        milestones.will_slip(milestone(0), day, "SUPPLY", actor=lead, version=None)

    def reach_long_ago():  # type: ignore[no-untyped-def]
        milestones.done(milestone(1), clock.today() - timedelta(days=200), actor=lead, version=None)

    def take_back():  # type: ignore[no-untyped-def]
        entry = db.session.scalars(select(MilestoneEntry).order_by(MilestoneEntry.id.desc())).first()
        milestones.undo(entry, actor=lead)

    def bind():  # type: ignore[no-untyped-def]
        thing, other = milestone(1), milestone(0)
        names = {script: getattr(thing, f"name_{script}") for script in ("hans", "hant", "en")}
        plans.set_schedule(
            thing, actor=lead, version=None, names=names | {"hans": "另一步"}, duration=9, unit="workday",
            waits=[plans.Wait(other.code, 3, "workday")],
        )  # fmt: skip

    def add():  # type: ignore[no-untyped-def]
        plan, day = milestone(0).plan, clock.today() + timedelta(days=90)
        waits = [plans.Wait(milestone(0).code)]
        plans.add_milestone(
            plan, actor=lead, version=None, code="Z010", names={"hans": "新"}, day=day, waits=waits
        )

    def put_away():  # type: ignore[no-untyped-def]
        project = db.session.scalars(select(Project).where(Project.code == "KJS-001")).one()
        projects.archive(project, actor=executive, version=None)

    return [move, reach_long_ago, take_back, bind, add, put_away]


@pytest.mark.long
def test_what_was_written_is_reckoned_anew_and_nothing_else(app, actor, monkeypatch):  # type: ignore[no-untyped-def]
    """After each act and for readers of several rights, today and on a day before; and none of it reads all plans again."""
    learned: list[int] = []
    real = knowing._Part.__init__
    past = clock.today() - timedelta(days=100)

    def part(self, book, *more):  # type: ignore[no-untyped-def]
        learned.append(len(set(book.steps.project.tolist())))
        real(self, book, *more)

    monkeypatch.setattr(knowing._Part, "__init__", part)
    with app.test_request_context("/overview/forecast"):
        asked = [("executive", None), ("partner", None), ("executive", past)]
        for who, as_of in asked:
            product.foretold(actor=actor(who), as_of=as_of)
        before = product.foretold(actor=actor("executive"), as_of=None).forecast
        for act in acts(actor):
            with writing():
                act()
            learned.clear()
            kept = {one: product.foretold(actor=actor(one[0]), as_of=one[1]) for one in asked}
            assert set(learned) == {1} or act.__name__ in ("reach_long_ago", "take_back"), (act, learned)
            learned.clear()
            again = [product.foretold(actor=actor(who), as_of=as_of).forecast for who, as_of in asked]
            assert again == [kept[one].forecast for one in asked] and not learned, act
            for (who, as_of), found in kept.items():
                ledger = reading.read(actor=actor(who), as_of=as_of)
                assert said(found.forecast) == said(whole.foresee(ledger)), (act, who, as_of)
            assert kept["executive", None].forecast.inputs != before.inputs or act.__name__ == "take_back"
            before = kept["executive", None].forecast
        for who, as_of in asked:
            ledger = reading.read(actor=actor(who), as_of=as_of)
            assert repr(kept[who, as_of].record) == repr(whole.recorded(ledger)), (who, as_of)
        names = kept["executive", None].named
        assert "另一步" in {names[one.id].name_hans for one in before.expected}
        monkeypatch.setattr(product, "_memories", type(product._memories)())
        for (who, as_of), found in kept.items():
            anew = product.foretold(actor=actor(who), as_of=as_of)
            assert (anew.forecast.inputs, repr(anew.record)) == (found.forecast.inputs, repr(found.record))


def test_who_began_before_a_write_keeps_nothing_old_for_who_comes_later(app, actor, monkeypatch):  # type: ignore[no-untyped-def]
    """Ledgers are read first, then one waits for who reckons: meanwhile another one may have brought up the plans."""
    executive, columns = actor("executive"), product.columns
    with app.test_request_context("/overview/forecast"):
        product.foretold(actor=executive, as_of=None)
        early = [columns(actor=executive)]
        with writing():
            acts(actor)[4]()
        product.foretold(actor=actor("partner"), as_of=None)
        monkeypatch.setattr(
            product, "columns", lambda *, actor: early.pop() if early else columns(actor=actor)
        )
        for _again in range(2):
            found = product.foretold(actor=executive, as_of=None)
            assert said(found.forecast) == said(whole.foresee(reading.read(actor=executive, as_of=None)))
        assert not early and "Z010" in {found.named[one.id].code for one in found.forecast.expected}
