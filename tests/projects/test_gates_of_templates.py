"""What gates ask for is part of a pathway's template: shipped, written in drafts, taken along into projects."""

from dataclasses import replace

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import TemplateVersion
from kangjiansheng.projects.operations import projects, templates
from kangjiansheng.projects.operations.reference import load_reference
from kangjiansheng.projects.queries import gates as reading
from kangjiansheng.projects.queries import templates as queries
from kangjiansheng.projects.rules import criteria as rules
from kangjiansheng.projects.rules.templates import differences, put, without
from kangjiansheng.projects.rules.vocabulary import Name, TemplateCriterion
from kangjiansheng.projects.rules.vocabulary import templates as reference
from tests.projects.test_write_a_template import FACTS
from tests.support.typed import opened, send, words

PATH = "/templates/D_iit"


@pytest.fixture
def executive(actor):
    return actor("executive")


@pytest.fixture
def draft(executive):
    return templates.begin(queries.published_version("D_iit"), actor=executive, reason="补充标准")


def texts(version, code):
    return [one.name.hans for one in queries.of(version).milestone(code).criteria]


def one(text="研究者确认", kinds=("E1",), **more):
    return TemplateCriterion(Name(text, "", ""), kinds, "memory", "low", **more)


@pytest.mark.parametrize("template", reference().values(), ids=lambda template: template.code)
def test_every_gate_that_is_shipped_says_what_it_asks_for_and_where_that_comes_from(template):
    for step in template.milestones:
        assert bool(step.criteria) == step.gate, step.code
        known = rules.kinds_of(template.milestones, step)
        for item in step.criteria:
            assert item.kinds
            assert set(item.kinds) <= set(known), step.code
            assert item.kind in ("source", "memory")
            assert bool(item.source.hans) == (item.kind == "source"), "memory names no source, a source does"
            assert item.confidence in ("high", "medium", "low")


@pytest.mark.long
def test_a_draft_is_given_criteria_compared_and_published_and_running_plans_keep_theirs(client, executive):
    with writing():
        templates.begin(queries.published_version("D_iit"), actor=executive, reason="补充标准")
    writer, draft = client("executive"), f"{PATH}/2"
    add = f"{draft}/steps/D090/criteria/new"
    sent = send(
        writer,
        add,
        opened(writer, add),
        name_hans="入组的前 3 例已观察 28 天",
        name_en="The first three participants were observed for 28 days",
        kinds=["E1"],
        kind="memory",
    )
    assert sent.status_code == 303
    page = words(writer.get(draft))
    assert "入组的前 3 例已观察 28 天" in page
    assert "经验默认值，不是规定" in page
    change = f"{draft}/steps/D090/criteria/1"
    form = opened(writer, change)
    assert send(writer, change, form, name_hans="SRC建议继续").status_code == 303
    assert send(writer, change, form, name_hans="别的").status_code == 409
    assert send(writer, change, opened(writer, change), name_hans="").status_code == 422
    version = opened(writer, change)["version"]
    assert writer.post(f"{draft}/steps/D090/criteria/2/remove", data={"version": version}).status_code == 303
    compared = words(writer.get(f"{draft}?against=1"))
    for text in ("SRC建议继续", "SRC或DSMB建议继续", "严重不良事件均已处理并报告", "入组的前 3 例"):
        assert text in compared.partition("个步骤不同")[2].partition("14 步")[0], text
    sent = send(writer, f"{draft}/publication", opened(writer, draft, f"{draft}/publication"), note="施行")
    assert sent.status_code == 303
    assert "已经定稿" in words(writer.get(change))
    with writing():
        made = projects.create_project(actor=executive, code="KJS-901", pathway="D_iit", **FACTS)
        gate = next(m for m in made.plan.milestones if m.code == "D090")
        assert [c.name_hans for c in reading.criteria(gate)][-1] == "入组的前 3 例已观察 28 天"
    running = words(client("lead2").get("/projects/KJS-020/milestones/D090/dossier"))
    assert "SRC或DSMB建议继续" in running
    assert "入组的前 3 例" not in running


def test_criteria_move_and_leave_by_their_place(draft, executive):
    first, second, third = texts(draft, "D090")
    templates.shift_criterion(draft, "D090", 3, up=True, actor=executive, version=draft.version)
    assert texts(draft, "D090") == [first, third, second]
    templates.remove_criterion(draft, "D090", 1, actor=executive, version=draft.version)
    assert texts(draft, "D090") == [third, second]
    with pytest.raises(Stale):
        templates.remove_criterion(draft, "D090", 1, actor=executive, version=1)


def test_what_a_gate_cannot_ask_for_is_refused(draft, executive):
    def put_one(code, item):
        templates.put_criterion(draft, code, item, actor=executive, version=draft.version)

    with pytest.raises(RuleBroken, match="not-a-gate"):
        put_one("D010", one())
    with pytest.raises(RuleBroken, match="criterion-text"):
        put_one("D090", one(""))
    put_one("D090", one(kinds=("E1", "E9", "D010:E1", "D080:E1")))
    last = queries.of(draft).milestone("D090").criteria[-1]
    assert last.kinds == ("E1", "D080:E1"), "only what the gate or what it waits for is expected to show"
    step = queries.of(draft).milestone("D090")
    with pytest.raises(RuleBroken, match="criteria-left"):
        templates.put_step(
            draft, replace(step, gate=False), actor=executive, version=draft.version, replacing="D090"
        )


def kinds(steps, code):
    return [item.kinds for item in next(step for step in steps if step.code == code).criteria]


def test_criteria_follow_the_evidence_on_which_they_rest():
    steps = reference()["B_818"].milestones
    by_code = {step.code: step for step in steps}
    assert kinds(steps, "B080")[0] == ("B070:E2",)
    filing = by_code["B070"]
    turned = put(steps, replace(filing, evidence=filing.evidence[::-1]), replacing="B070")
    assert kinds(turned, "B080")[0] == ("B070:E1",)
    mended = put(
        steps, replace(filing, evidence=(filing.evidence[0], Name("回执", "", ""))), replacing="B070"
    )
    assert kinds(mended, "B080")[0] == ("B070:E2",)
    called = put(steps, replace(filing, code="B075"), replacing="B070")
    assert kinds(called, "B080")[0] == ("B075:E2",)
    own = put(steps, replace(by_code["B080"], code="B085"), replacing="B080")
    assert kinds(own, "B085") == kinds(steps, "B080")
    gone = without(reference()["B_818"], "B070")
    assert kinds(gone, "B080")[0] == ()
    apart = put(steps, replace(by_code["B080"], predecessors=("B060",)), replacing="B080")
    assert kinds(apart, "B080")[0] == ()
    assert differences(steps, turned)[0].fields == ("evidence",)


def old_edition(version):
    """The version as an installation has it from before gates had criteria."""
    version.milestones = [{k: v for k, v in row.items() if k != "criteria"} for row in version.milestones]
    version.edition = 1


def test_an_installation_takes_the_new_edition_and_its_plans_stay_as_they_are(in_app, executive):
    with writing():
        old_edition(queries.published_version("D_iit"))
    gate = next(
        m
        for m in db.session.scalars(select(reading.Milestone).where(reading.Milestone.code == "D110"))
        if m.plan.project.code == "KJS-020"
    )
    assert reading.criteria(gate) == []
    for _again in range(2):
        with writing():
            load_reference(actor=executive)
    rows = db.session.scalars(select(TemplateVersion).where(TemplateVersion.code == "D_iit")).all()
    assert [(row.number, row.edition, row.status) for row in rows] == [
        (1, 1, "retired"),
        (2, reference()["D_iit"].version, "published"),
    ]
    assert len(texts(rows[1], "D110")) == 2
    db.session.expire_all()
    assert reading.criteria(gate) == [], "a running plan is not changed by a template"


def test_a_version_of_ones_own_is_not_replaced_by_a_new_edition(client, executive):
    with writing():
        old_edition(queries.published_version("D_iit"))
        mine = templates.begin(queries.published_version("D_iit"), actor=executive, reason="自己的")
        templates.publish(mine, actor=executive, version=mine.version, note="自己的")
    with writing():
        load_reference(actor=executive)
    rows = db.session.scalars(select(TemplateVersion).where(TemplateVersion.code == "D_iit")).all()
    assert [(row.number, row.edition, row.status) for row in rows][1:] == [
        (2, None, "published"),
        (3, reference()["D_iit"].version, "retired"),
    ]
    assert "正在使用的是本单位自己的版本" in words(client("executive").get(f"{PATH}/3"))


def test_the_preview_of_a_plan_names_what_its_gates_will_ask_for(client):
    lead = client("lead")
    answer = lead.post("/projects/new", data={"pathway": "F_techtransfer", "preview": "y", "start": ""})
    (preview,) = html.document_fromstring(answer.text).xpath("//section[@id='preview']")
    assert "协议定价的公示不少于15日" in preview.text_content()
    assert lead.get(f"{PATH}/1/steps/D090/criteria/new").status_code == 403
