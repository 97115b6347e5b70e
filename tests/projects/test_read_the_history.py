"""The history of a project: clocks, gates, evidence, risks, approvals, baselines, beside the milestones' ledger."""

import io
from datetime import timedelta

import pytest
from lxml import html

from kangjiansheng.core import clock
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.operations import baselines, claims, evidence, gates, milestones, plans, risks
from kangjiansheng.projects.operations import validity as holding
from kangjiansheng.projects.operations.plans import Wait
from kangjiansheng.projects.queries.evidence import evidence as piece
from kangjiansheng.projects.queries.history import acts_of
from kangjiansheng.projects.views.histories import KINDS
from tests.projects.test_as_it_stood import RISK
from tests.support import papers
from tests.support.queries import queries_counted

PROJECT = "/projects/KJS-003"
PATH = f"{PROJECT}/history"


@pytest.fixture
def lead(actor):
    return actor("lead")


def find(lead, code="A140"):
    return queries.milestone(actor=lead, code="KJS-003", milestone_code=code)


def project(lead):
    return queries.project(actor=lead, code="KJS-003")


def lines(visitor, query=""):
    """Act, who, why and what changed of each line, newest first."""
    page = html.document_fromstring(visitor.get(f"{PATH}{query}").get_data(as_text=True))
    return [" ".join(" ".join(line.itertext()).split()) for line in page.xpath("//ol[@class='hist-l']/li")]


@pytest.fixture
def told(lead, actor, client):
    """One act of each kind, in this order."""
    today = clock.today()
    visitor = client("lead")
    visitor.post(
        f"{PROJECT}/milestones/A140/evidence",
        data={"files": [(io.BytesIO(papers.PDF), "通知书.pdf")], "kind": "E1"},
    )
    with writing():
        stop = plans.stop_clock(find(lead, "A170"), today, actor=lead, version=None, note="补充稳定性数据")
        plans.start_clock(stop, today, actor=lead, version=None)
        plans.set_schedule(
            find(lead, "A170"),
            actor=lead,
            version=None,
            names={"hans": "改名", "hant": "", "en": ""},
            duration=30,
            unit="workday",
            waits=[Wait("A140", 5, "workday")],
        )
    with writing():
        found = piece(actor=lead, code="KJS-003", milestone_code="A140", number=1)
        evidence.judge(found, "refused", actor=actor("executive"), version=None, note="缺签字页")
        gates.add_criterion(find(lead), {"hans": "3 批连续合格"}, actor=lead)
        gates.judge_criterion(find(lead), 1, "unmet", actor=lead, version=None, note="只有 2 批")
        gates.decide(
            find(lead), "stop", actor=lead, decided_on=today, body="公司立项委员会", reasons="数据不足"
        )
    with writing():
        risk = risks.create_risk(project(lead), actor=lead, owner_id=lead.id, title="供体不足", **RISK)
        risks.close(risk, "已签新的供体", actor=lead, version=None)
        held = holding.create_validity(
            project(lead),
            actor=lead,
            kind="ethics",
            label="伦审-7",
            valid_from=today,
            valid_to=today + timedelta(days=90),
            note="",
        )
        holding.end(held, "换发新批件", actor=lead, version=None)
        claims.claim(
            project(lead),
            "risk",
            reason="排队",
            until=today + timedelta(days=7),
            actor=lead,
            version=None,
        )
        baselines.set_baseline(
            project(lead).plan, "新计划", reason="审评延长", authority="公司办公会", actor=lead, version=None
        )
    return visitor


def test_everything_is_there_in_order_with_who_and_why(told):
    found = lines(told)
    wanted = [  # from the oldest to the newest
        ("上传证据", "A140", "通知书.pdf"),
        ("停钟", "A170", "补充稳定性数据"),
        ("恢复计时", "A170", clock.today().isoformat()),
        ("修改工期与依赖", "A170 改名", "A140 +5 个工作日"),
        ("不接受证据", "A140", "缺签字页"),
        ("增加阶段门标准", "A140", "3 批连续合格"),
        ("判断阶段门标准", "未达到", "只有 2 批"),
        ("记录阶段门决策", "终止", "公司立项委员会", "数据不足"),
        ("登记风险", "供体不足"),
        ("关闭风险", "已签新的供体"),
        ("登记有效期", "伦理批件", "伦审-7"),
        ("终止有效期", "换发新批件"),
        ("负责人判断", "有风险", "排队"),
        ("冻结新基线", "新计划", "审评延长（批准：公司办公会）"),
    ]
    places = []
    for words in wanted:
        place = [n for n, line in enumerate(found) if all(word in line for word in words)]
        assert len(place) == 1, (words, found[:40])
        places.append(place[0])
    assert places == sorted(places, reverse=True)
    by_lead = [place for place in places if "不接受证据" not in found[place]]
    assert all("实验室负责人（血液肿瘤）" in found[place] for place in by_lead)


@pytest.mark.long
def test_one_kind_alone(told):
    shown = {kind: lines(told, f"?kind={kind}") for kind in KINDS}
    assert "关闭风险" in shown["risks"][0] and "登记风险" in shown["risks"][1]
    assert all("A140" in line for line in shown["gates"]) and len(shown["gates"]) >= 3
    assert len(shown["evidence"]) == 2 and "冻结新基线" in shown["plan"][0]
    assert sum(map(len, shown.values())) == len(lines(told))
    assert len(lines(told, "?kind=unknown")) == len(lines(told))


@pytest.mark.long
def test_a_past_day_does_not_know_what_came_later(told, lead):
    day = (clock.today() - timedelta(days=1)).isoformat()
    text = " ".join(lines(told, f"?as_of={day}"))
    for word in ("停钟", "供体不足", "改名", "新计划", "伦审-7", "终止"):
        assert word not in text
    assert "停钟" in " ".join(lines(told))


def test_other_projects_and_other_readers_are_kept_apart(told, lead, client):
    codes = [p.code for p in queries.portfolio(actor=lead) if p.code != "KJS-003"]
    other = queries.project(actor=lead, code=codes[0])
    assert not {act.entry.id for act in acts_of(other.plan, actor=lead)} & {
        act.entry.id for act in acts_of(project(lead).plan, actor=lead)
    }
    for name in ("partner", "outsider"):
        answer = client(name).get(PATH)
        assert answer.status_code == 404 and "供体不足" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(("language", "words"), [("en", "Upload evidence"), ("zh-Hant", "上載證據")])
def test_in_the_readers_language(client, language, words):
    visitor = client("lead", language)
    data = {"files": [(io.BytesIO(papers.PDF), "通知书.pdf")], "kind": "E1"}
    visitor.post(f"{PROJECT}/milestones/A140/evidence", data=data)
    assert words in lines(visitor)[0] and "通知书.pdf" in lines(visitor, "?kind=evidence")[0]


@pytest.mark.long
def test_many_acts_cost_no_more(told, lead):
    def cost():
        told.get(PATH)
        with queries_counted() as seen:
            told.get(PATH)
        return len(seen)

    before = cost()
    with writing():
        for n in range(5):
            risks.create_risk(project(lead), actor=lead, owner_id=lead.id, title=f"R{n}", **RISK)
            milestones.give_to(find(lead), None if n % 2 == 0 else lead.id, actor=lead, version=None)
    assert cost() == before <= 15


def test_a_plan_changed_by_an_import_names_no_authority(client):
    page = client("lead").get("/projects/KJS-012/milestones/B050").get_data(as_text=True)
    assert "调整计划" in page and "portfolio" not in page
