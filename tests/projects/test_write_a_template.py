"""Executives and administrators write the pathways: a draft from what is there, step by step, until it is published."""

from dataclasses import replace

import pytest
from lxml import html
from sqlalchemy import func, select

from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.projects import queries as project_queries
from kangjiansheng.projects.models import Milestone, Plan, TemplateVersion
from kangjiansheng.projects.operations import projects, templates
from kangjiansheng.projects.queries import templates as queries
from kangjiansheng.projects.rules.vocabulary import modalities
from kangjiansheng.projects.rules.vocabulary import templates as reference
from tests.support.typed import typed, words

PATH = "/templates/D_iit"
FACTS = {
    "name_hans": "样例",
    "modality": min(modalities()),
    "stage": "DISCOVERY",
    "status": "ACTIVE",
    "confidentiality": "parties",
    "lab_codes": (),
    "lead_lab": "JL-01",
}


@pytest.fixture
def executive(actor):
    return actor("executive")


@pytest.fixture
def draft(executive):
    return templates.begin(queries.published_version("D_iit"), actor=executive, reason="审批变快了")


def codes(version):
    return [step["code"] for step in version.milestones]


def new_step(**more):
    step = reference()["D_iit"].milestones[0]
    return replace(step, **{"code": "D015", "predecessors": (), "optional": False, **more})


def start(executive, code, **more):
    return projects.create_project(actor=executive, code=code, pathway="D_iit", **FACTS | more)


def test_new_plans_are_made_from_what_was_published_last_and_running_ones_keep_theirs(draft, executive):
    one = start(executive, "KJS-901")
    was = [(m.code, m.duration) for m in one.plan.milestones]
    first = one.plan.template_version
    templates.put_step(draft, new_step(predecessors=("D010",)), actor=executive, version=draft.version)
    templates.remove_step(draft, "D020", actor=executive, version=draft.version)
    assert start(executive, "KJS-902").plan.template_version is first  # a draft is for nobody yet
    templates.publish(draft, actor=executive, version=draft.version, note="2026 年起适用")
    other = start(executive, "KJS-903")
    db.session.expire_all()
    assert other.plan.template_version_id == draft.id and "D015" in [m.code for m in other.plan.milestones]
    assert "D020" not in [m.code for m in other.plan.milestones]
    assert one.plan.template_version is first and first.status == "retired"
    assert [(m.code, m.duration) for m in one.plan.milestones] == was
    assert project_queries.project(actor=executive, code="KJS-003").plan.template_version.number == 1


def test_a_step_joins_after_what_it_waits_for_and_leaves_a_bridge(draft, executive):
    templates.put_step(draft, new_step(predecessors=("D010",)), actor=executive, version=draft.version)
    assert codes(draft).index("D015") == codes(draft).index("D010") + 1
    templates.put_step(
        draft,
        replace(queries.of(draft).milestone("D020"), predecessors=("D015",)),
        actor=executive,
        version=draft.version,
        replacing="D020",
    )
    templates.remove_step(draft, "D015", actor=executive, version=draft.version)
    assert queries.of(draft).milestone("D020").predecessors == ("D010",)


def test_another_code_is_followed_by_those_that_wait(draft, executive):
    item = queries.of(draft).milestone("D010")
    waiting = [s.code for s in queries.of(draft).milestones if "D010" in s.predecessors]
    templates.put_step(
        draft, replace(item, code="D011"), actor=executive, version=draft.version, replacing="D010"
    )
    assert [s.code for s in queries.of(draft).milestones if "D011" in s.predecessors] == waiting != []


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"code": "D020"}, "projects:code-taken", "code"),
        ({"code": "d 1"}, "projects:code-invalid", "code"),
        ({"code": "X901"}, "projects:code-invalid", "code"),
        ({"predecessors": ("Z999",)}, "projects:wait-unknown", "predecessors"),
        ({"duration_min": -1}, "projects:duration-range", "shortest"),
        ({"duration_max": 2410, "duration_unit": "month"}, "projects:duration-range", "longest"),
        ({"duration_min": 9, "duration_max": 3}, "projects:template-durations", "longest"),
        ({"duration_unit": "fortnight"}, "projects:template-unit", "unit"),
    ],
)
def test_what_makes_no_plan_is_refused(draft, executive, change, code, field):
    with pytest.raises(RuleBroken) as caught:
        templates.put_step(draft, new_step(**change), actor=executive, version=draft.version)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_steps_that_would_wait_for_each_other_are_named(draft, executive):
    steps = queries.of(draft).milestones
    last = next(s for s in reversed(steps) if s.predecessors)
    first = steps[0]
    with pytest.raises(RuleBroken) as caught:
        templates.put_step(
            draft,
            replace(first, predecessors=(last.code,)),
            actor=executive,
            version=draft.version,
            replacing=first.code,
        )
    members = caught.value.facts["members"].split(" → ")
    assert caught.value.code == "projects:cycle" and members[0] == members[-1]
    assert {first.code, last.code} <= set(members)


def test_a_step_moves_but_never_before_what_it_waits_for(draft, executive):
    templates.put_step(draft, new_step(), actor=executive, version=draft.version)
    before = codes(draft)
    templates.shift_step(draft, "D015", up=True, actor=executive, version=draft.version)
    assert codes(draft) == [*before[:-2], before[-1], before[-2]]
    second = queries.of(draft).milestone("D020")
    with pytest.raises(RuleBroken) as caught:
        templates.shift_step(draft, second.code, up=True, actor=executive, version=draft.version)
    assert caught.value.facts == {"code": "D020", "before": "D010"}


def test_there_is_one_draft_and_a_published_version_stands(draft, executive):
    with pytest.raises(RuleBroken, match="template-drafted"):
        templates.begin(queries.published_version("D_iit"), actor=executive, reason="又一个")
    with pytest.raises(Stale):
        templates.remove_step(draft, "D020", actor=executive, version=draft.version + 1)
    with pytest.raises(RuleBroken, match="template-unfounded"):
        templates.publish(draft, actor=executive, version=draft.version, note=" ")
    templates.publish(draft, actor=executive, version=draft.version, note="可以")
    with pytest.raises(RuleBroken, match="template-frozen"):
        templates.remove_step(draft, "D020", actor=executive, version=draft.version)
    published = select(func.count()).where(
        TemplateVersion.code == "D_iit", TemplateVersion.status == "published"
    )
    assert db.session.scalar(published) == 1


def test_a_draft_that_was_given_up_is_kept_and_its_number_too(draft, executive):
    templates.give_up(draft, actor=executive, version=draft.version)
    assert queries.published_version("D_iit").number == 1
    again = templates.begin(queries.published_version("D_iit"), actor=executive, reason="再来")
    assert again.number == 3


@pytest.mark.long
def test_on_the_pages_from_the_draft_to_the_next_project(client, app):
    reader = client("executive")
    assert "凭经验，可信度中" in words(reader.get(PATH))
    assert reader.post(f"{PATH}/1/draft", data={"reason": ""}).status_code == 422
    assert reader.post(f"{PATH}/1/draft", data={"reason": "审批变快了"}).status_code == 303
    step = {
        "code": "D015",
        "name_hans": "预审",
        "predecessors": ["D010"],
        "shortest": "5",
        "longest": "10",
        "unit": "workday",
        "evidence": "预审意见 | 預審意見 | Opinion\n会议纪要",
        "kind": "source",
        "confidence": "high",
        "basis": "院内规定",
        "version": "1",
    }
    wrong = typed(reader, f"{PATH}/2/steps/new", **{**step, "shortest": "11"})
    assert wrong.status_code == 422 and "最长不能短于最短（11）" in words(wrong) and "预审" in wrong.text
    assert typed(reader, f"{PATH}/2/steps/new", **step).status_code == 303
    stale = typed(reader, f"{PATH}/2/steps/D015", **{**step, "name_hans": "预先审查"})
    assert stale.status_code == 409 and "预审" in words(stale)
    shown = words(reader.get(f"{PATH}/2?against=1"))
    assert "1 个步骤不同" in shown and "5–10 个工作日" in shown and "预审意见；会议纪要" in shown
    assert reader.post(f"{PATH}/2/steps/D015/up", data={"version": "2"}).status_code == 422
    assert reader.post(f"{PATH}/2/publication", data={"note": "", "version": "2"}).status_code == 422
    assert (
        reader.post(f"{PATH}/2/publication", data={"note": "院内规定更新", "version": "2"}).status_code == 303
    )
    assert "院内规定更新" in words(reader.get(PATH))
    with app.app_context():
        assert queries.published_version("D_iit").number == 2


@pytest.mark.long
def test_everybody_reads_and_few_write(client, app):
    for name in ("outsider", "lead"):
        tree = html.document_fromstring(client(name).get(PATH).text)
        assert not tree.xpath("//form[contains(@action, '/draft')]")
        assert client(name).post(f"{PATH}/1/draft", data={"reason": "我想改"}).status_code == 403
    assert client("admin").get(f"{PATH}/1").status_code == 200
    assert client("lead").get(f"{PATH}/7").status_code == 404


def test_a_template_leads_to_a_project_that_is_made_from_it(client):
    reader = client("lead")
    tree = html.document_fromstring(reader.get("/templates/F_techtransfer").text)
    (address,) = tree.xpath("//a[contains(@href, '/projects/new')]/@href")
    tree = html.document_fromstring(reader.get(address).text)
    assert tree.xpath("//select[@name='pathway']/option[@selected]/@value") == ["F_techtransfer"]
    assert "/projects/new" not in client("outsider").get("/templates/F_techtransfer").text


def test_a_project_says_from_which_version_its_plan_was_made(client):
    tree = html.document_fromstring(client("lead").get("/projects/KJS-003").text)
    assert tree.xpath("//a[starts-with(@href, '/templates/') and contains(., '第 1 版')]")


def test_all_versions_come_with_the_source_of_their_durations(app):
    with app.app_context():
        for row in db.session.scalars(select(TemplateVersion)):
            assert queries.of(row).milestones == reference()[row.code].milestones
        assert db.session.scalar(select(func.count(Plan.id)).where(Plan.template_version_id.is_(None))) == 0
        assert db.session.scalar(select(func.count(Milestone.id))) > 0
