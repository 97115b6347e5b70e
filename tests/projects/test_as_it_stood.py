"""A past day shows what stood then: links, owners, names, numbers, evidence, gates, laboratories. Nothing of today."""

import io
from datetime import date, timedelta

import pytest
import time_machine

from kangjiansheng.core import clock
from kangjiansheng.core.changes import record
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import ClockStop
from kangjiansheng.projects.operations import evidence, gates, milestones, plans, risks
from kangjiansheng.projects.operations.plans import Wait
from kangjiansheng.projects.queries.evidence import evidence as piece
from kangjiansheng.projects.queries.validity import validities_on
from kangjiansheng.projects.rules.gates import Condition
from tests.support import papers
from tests.support.queries import queries_counted
from tests.support.typed import opened, send, typed, words

PROJECT = "/projects/KJS-003"
GATE = f"{PROJECT}/milestones/A140"


@pytest.fixture
def next_day():
    """`next_day()`: from now on it is noon of the day after; the day before can be looked back at."""
    travelling = []

    def go():
        before = clock.today()
        travelling.append(time_machine.travel(clock.end_of(before).timestamp() + 12 * 3600, tick=True))
        travelling[-1].start()
        return before.isoformat()

    yield go
    for one in reversed(travelling):
        one.stop()


@pytest.fixture
def lead(actor):
    return actor("lead")


def find(lead, code="A140"):
    return queries.milestone(actor=lead, code="KJS-003", milestone_code=code)


def then(lead, day, code="KJS-003"):
    return queries.portfolio(actor=lead, as_of=date.fromisoformat(day), codes=[code])[0]


@pytest.mark.long
def test_names_durations_and_dependencies_are_those_of_the_day(lead, client, next_day):
    before = queries.portfolio(actor=lead, codes=["KJS-003"])[0]
    network = queries.network(find(lead).plan_id)
    day = next_day()
    with writing():
        facts = {"names": {"hans": "改名", "hant": "", "en": "Renamed"}, "duration": 99, "unit": "workday"}
        plans.set_schedule(find(lead), actor=lead, version=None, waits=[Wait("A010", 5)], **facts)
    stood = then(lead, day)
    keys = ("name_hans", "name_en", "duration", "unit")
    assert [[getattr(m, key) for key in keys] for m in stood.milestones] == [
        [getattr(m, key) for key in keys] for m in before.milestones
    ]
    again = queries.network(find(lead).plan_id, then=stood)
    assert {key: list(found) for key, found in again.links.items() if found} == {
        key: list(found) for key, found in network.links.items() if found
    }
    visitor = client("lead")
    assert "改名" in words(visitor.get(GATE)) and "改名" not in words(visitor.get(f"{GATE}?as_of={day}"))
    dossier = words(visitor.get(f"{GATE}/dossier?as_of={day}"))
    assert "A130" in dossier and "A010" not in dossier and "改名" not in dossier
    assert "A010" in words(visitor.get(f"{GATE}/dossier"))


@pytest.mark.long
def test_a_clock_stands_on_the_days_on_which_that_was_known(lead, client, next_day):
    first = clock.today() - timedelta(days=3)
    with writing():
        number = plans.stop_clock(find(lead, "A170"), first, actor=lead, version=None, note="发补").id
    one = next_day()
    with writing():
        plans.start_clock(db.session.get(ClockStop, number), clock.today(), actor=lead, version=None)
    two = next_day()
    page = f"{PROJECT}/milestones/A170"
    visitor = client("lead")
    assert "仍停着" in words(visitor.get(f"{page}?as_of={one}"))
    assert "仍停着" not in words(visitor.get(f"{page}?as_of={two}"))
    assert "停钟" in words(visitor.get(f"{page}?as_of={two}"))
    earlier = (date.fromisoformat(one) - timedelta(days=1)).isoformat()
    assert "停钟" not in words(visitor.get(f"{page}?as_of={earlier}"))


@pytest.mark.long
def test_the_dossier_has_the_owners_evidence_and_verdicts_of_the_day(lead, actor, client, next_day):
    visitor = client("lead")
    visitor.post(f"{GATE}/evidence", data={"files": [(io.BytesIO(papers.PDF), "通知书.pdf")], "kind": "E1"})
    owner = find(lead, "A130").owner
    one = next_day()
    with writing():
        found = piece(actor=lead, code="KJS-003", milestone_code="A140", number=1)
        evidence.judge(found, "accepted", actor=actor("executive"), version=None)
        milestones.give_to(find(lead, "A130"), None, actor=lead, version=None)
    now, past = words(visitor.get(f"{GATE}/dossier")), words(visitor.get(f"{GATE}/dossier?as_of={one}"))
    assert "通知书.pdf" in past and "审核：" in past and "审核：" not in now
    assert owner.name_hans in past
    earlier = (date.fromisoformat(one) - timedelta(days=1)).isoformat()
    assert "通知书.pdf" not in words(visitor.get(f"{GATE}/dossier?as_of={earlier}"))


@pytest.mark.long
def test_a_condition_is_open_on_the_day_on_which_it_was(lead, client, next_day):
    with writing():
        made = gates.decide(
            find(lead),
            "conditional",
            actor=lead,
            decided_on=clock.today(),
            body="公司立项委员会",
            reasons="批次还不够",
            conditions=[Condition("补充稳定性数据", clock.today() + timedelta(days=30))],
        )
        assert made.verdict == "conditional"
    day = next_day()
    with writing():
        milestones.done(find(lead, "A140-C1"), clock.today(), actor=lead, version=None)
    visitor = client("lead")
    assert "未完成" in words(visitor.get(f"{GATE}/dossier?as_of={day}")).split("决策")[1]
    assert "条件 1 项，完成 1 项" in words(visitor.get(PROJECT))
    assert "条件 1 项，完成 0 项" in words(visitor.get(f"{PROJECT}?as_of={day}"))


@pytest.mark.long
def test_registry_numbers_and_claims_of_the_day(lead, client, next_day):
    day = next_day()
    visitor = client("lead")
    form = opened(visitor, f"{PROJECT}/people", f"{PROJECT}/numbers")
    assert send(visitor, f"{PROJECT}/numbers", form, register="NCT", number="NCT06000000").status_code == 303
    edited = typed(visitor, f"{PROJECT}/edit", status="ON_HOLD", name_hans="改了名的项目")
    assert edited.status_code == 303, words(edited)
    now, past = words(visitor.get(PROJECT)), words(visitor.get(f"{PROJECT}?as_of={day}"))
    assert "NCT06000000" in now and "NCT06000000" not in past
    assert "改了名的项目" in now and "改了名的项目" not in past
    for page in ("risks", "history", "baselines"):
        assert "改了名的项目" not in words(visitor.get(f"{PROJECT}/{page}?as_of={day}"))


@pytest.mark.long
def test_what_an_import_told_later_says_so(client):
    text = words(client("lead").get(f"{PROJECT}?as_of=2026-06-30"))
    assert "取自 2026-11-23 的导入，当时的没有记录" in text
    assert "当时的没有记录" not in words(client("lead").get(PROJECT))


@pytest.mark.long
def test_laboratories_are_called_as_they_were_and_keep_their_projects(lead, client, next_day):
    day = next_day()
    lab = queries.project(actor=lead, code="KJS-003").labs[0].lab
    code, old = lab.code, lab.name_hans
    typed(client("executive"), f"/labs/{code}/edit", name_hans="改名的实验室")
    reader = client("executive")
    assert "改名的实验室" in words(reader.get(PROJECT))
    assert old in words(reader.get(f"{PROJECT}?as_of={day}"))
    assert "改名的实验室" not in words(reader.get(f"{PROJECT}?as_of={day}"))
    with writing():
        queries.project(actor=lead, code="KJS-003").labs.clear()
    assert "KJS-003" not in words(reader.get(f"/labs/{code}"))
    assert "KJS-003" in words(reader.get(f"/labs/{code}?as_of={day}"))


def test_agreements_are_those_of_the_laboratories_of_the_day(lead, actor, next_day):
    executive = actor("executive")
    plan = queries.project(actor=lead, code="KJS-003").plan
    now = queries.portfolio(actor=lead, codes=["KJS-003"])[0]
    before = [row.agreement for row in validities_on(plan, now, actor=executive)]
    day = next_day()
    with writing():
        lab = queries.project(actor=lead, code="KJS-003").labs[0].lab
        state = lab.state()
        lab.agreement_id = None
        record("labs:lab:edit", lab, actor=executive, before=state)
    stood = then(lead, day)
    found = validities_on(plan, stood, actor=executive, as_of=date.fromisoformat(day))
    assert [row.agreement for row in found] == before and any(before)
    now = queries.portfolio(actor=lead, codes=["KJS-003"])[0]
    assert not any(row.agreement for row in validities_on(plan, now, actor=executive))


@pytest.mark.long
def test_my_milestones_are_those_that_were_mine(lead, next_day):
    mine = {one.milestone.id for one in queries.mine(actor=lead)}
    assert mine
    day = next_day()
    with writing():
        for p in queries.portfolio(actor=lead):
            for m in p.milestones:
                if m.owner_id == lead.id and m.is_open:
                    one = queries.milestone(actor=lead, code=p.code, milestone_code=m.code)
                    milestones.give_to(one, None, actor=lead, version=None)
    assert queries.mine(actor=lead) == []
    assert {one.milestone.id for one in queries.mine(actor=lead, as_of=date.fromisoformat(day))} == mine


RISK = {
    "kind": "risk",
    "description": "",
    "likelihood": 3,
    "impact": 4,
    "response": "reduce",
    "measure": "",
    "review_on": date(2027, 3, 1),
    "life": "open",
}


@pytest.mark.long
def test_a_risk_keeps_the_milestones_of_the_day(lead, client, next_day):
    facts = RISK | {"title": "供体不足", "owner_id": lead.id}
    with writing():
        made = risks.create_risk(
            queries.project(actor=lead, code="KJS-003"), actor=lead, milestone_codes=["A140"], **facts
        )
        number = made.number
    day = next_day()
    visitor = client("lead")
    path = f"{PROJECT}/risks/{number}"
    typed(visitor, f"{path}/edit", milestones=[], title="供体充足")
    now, past = words(visitor.get(path)), words(visitor.get(f"{path}?as_of={day}"))
    assert "A140" in past and "供体不足" in past and "修改风险" not in past
    assert "供体充足" in now and "修改风险" in now


@pytest.mark.long
def test_many_risks_with_owners_cost_a_past_day_nothing(lead, client, next_day):
    visitor = client("lead")
    day = next_day()
    path = f"{PROJECT}?as_of={day}"

    def cost():
        visitor.get(path)
        with queries_counted() as seen:
            assert visitor.get(path).status_code == 200
        # The test's own context keeps who signed in the day before, whose session each request then touches.
        return len([one for one in seen if "session.id = " not in str(one)])

    before = cost()
    facts = RISK | {"owner_id": lead.id}
    with time_machine.travel(clock.end_of(clock.today() - timedelta(days=1)).timestamp() - 3600), writing():
        for n in range(3):
            risks.create_risk(queries.project(actor=lead, code="KJS-003"), actor=lead, title=f"R{n}", **facts)
    assert cost() == before <= 15
    assert "R2" in words(visitor.get(f"{PROJECT}/risks?as_of={day}"))
