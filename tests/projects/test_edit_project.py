"""Somebody registers a project, changes its facts, its people and its numbers, and puts it away."""

from datetime import date

import pytest
from lxml import html
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Milestone, MilestoneLink, Plan, Project, ProjectEntry
from kangjiansheng.projects.operations import projects as operations
from kangjiansheng.projects.rules.vocabulary import templates
from tests.support.typed import typed, words

NEW = {
    "code": "JL-01-901",
    "name_hans": "示例新项目",
    "name_en": "New example",
    "pathway": "D_iit",
    "modality": "CAR_T_AUTO",
    "stage": "DISCOVERY",
    "claimed": "ACTIVE",
    "lead_lab": "JL-01",
    "parties": ["RJ"],
    "start": "2027-01-04",
    "typical": "y",
}
OPTIONAL = ["A_drug:A090", "D_iit:D130"]  # of two pathways; only those of the chosen one count


def project(code="JL-01-901"):
    """A stored project."""
    return db.session.scalars(select(Project).where(Project.code == code)).one()


@pytest.mark.long
def test_a_director_registers_a_project_and_leads_it(client, app):
    lead = client("lead")
    answer = typed(lead, "/projects/new", **NEW)
    assert (answer.status_code, answer.location) == (303, "/projects/JL-01-901")
    text = words(lead.get("/projects/JL-01-901"))
    assert "示例新项目" in text and "实验室负责人（血液肿瘤）" in text
    with app.app_context():
        made = project()
        milestones = list(
            db.session.scalars(
                select(Milestone).join(Plan).where(Plan.project_id == made.id).order_by(Milestone.position)
            )
        )
        wanted = [item.code for item in templates()["D_iit"].milestones if not item.optional]
        assert [m.code for m in milestones] == wanted
        assert milestones[0].baseline == milestones[0].current_plan is not None
        assert all(m.owner_id == made.lead_id for m in milestones)
        assert db.session.scalar(
            select(MilestoneLink.id).where(MilestoneLink.milestone_id == milestones[-1].id)
        )


def test_without_a_start_the_milestones_have_no_date(client, app):
    typed(client("executive"), "/projects/new", **{**NEW, "start": "", "typical": ""})
    with app.app_context():
        rows = db.session.scalars(select(Milestone).join(Plan).where(Plan.project_id == project().id))
        assert all(row.baseline is None for row in rows)


@pytest.mark.long
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "KJS-001"}, "编号 KJS-001 已被使用"),
        ({"code": "kjs 1"}, "编号由 2 到 40 个大写字母"),
        ({"name_hans": ""}, "请填写此项"),
        ({"start": "2027-02-31"}, "2 月没有 31 日"),
        ({"start": "2999-12-31"}, "请填 1950 到 2100 年之间的日期"),
    ],
)
def test_what_cannot_be_registered_is_said(client, changes, sentence):
    answer = typed(client("executive"), "/projects/new", **{**NEW, **changes})
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_all_that_is_wrong_is_said_at_once(client):
    answer = typed(
        client("executive"),
        "/projects/new",
        **{**NEW, "code": "kjs 1", "name_hans": "", "start": "2027-02-31"},
    )
    text = words(answer)
    for sentence in ("编号由 2 到 40 个大写字母", "请填写此项", "2 月没有 31 日", "有 3 处需要修改"):
        assert sentence in text
    assert text.count("2 月没有 31 日") == 2  # in the list at the head and beside the field


@pytest.mark.long
def test_a_start_from_which_milestones_would_be_overdue_is_asked_about(client, app):
    reader = client("executive")
    answer = typed(reader, "/projects/new", **{**NEW, "start": "2020-01-06"})
    assert answer.status_code == 422 and "个里程碑的日期已经过去" in words(answer)
    assert "仍按这个起点建立" in words(answer)
    assert typed(reader, "/projects/new", **{**NEW, "start": "1900-01-06"}).status_code == 422
    answer = typed(reader, "/projects/new", **{**NEW, "start": "2020-01-06", "past_ok": "y"})
    assert answer.status_code == 303


def test_the_typical_dates_are_the_offer(client):
    tree = html.document_fromstring(client("lead").get("/projects/new").text)
    assert tree.xpath("//input[@name='typical']/@checked")
    assert tree.xpath("//form[@data-draft]")
    assert tree.xpath("//select[@name='lead_lab']/option/@value") == ["JL-01"]


@pytest.mark.long
def test_a_director_registers_only_for_the_own_laboratory(client):
    answer = typed(client("lead"), "/projects/new", **{**NEW, "lead_lab": "JL-05"})
    assert answer.status_code == 422
    with pytest.raises(RuleBroken, match="lab-not-led"), client("lead").application.app_context():
        operations.create_project(
            actor=actor_by_email("lead@kjs.example"),
            code="JL-01-909",
            pathway="D_iit",
            lab_codes=[],
            lead_lab="JL-05",
        )


@pytest.mark.long
def test_without_dates_nobody_is_asked_and_the_page_says_which_comes_next(client):
    lead = client("lead")
    before = lead.get("/my/milestones").text
    typed(lead, "/projects/new", **{**NEW, "start": "", "typical": ""})
    assert "JL-01-901" not in lead.get("/my/milestones").text and before
    text = words(lead.get("/projects/JL-01-901"))
    assert "还没有日期" in text and "没有等待中的里程碑" not in text


@pytest.mark.parametrize(
    ("who", "status"), [("outsider", 403), ("auditor", 403), ("partner", 403), ("admin", 403)]
)
def test_nobody_else_registers(client, who, status):
    assert client(who).get("/projects/new").status_code == status


@pytest.mark.long
def test_facts_change_and_the_ledger_keeps_both(client, app):
    lead = client("lead")
    answer = typed(lead, "/projects/KJS-003/edit", stage="PHASE_I", name_hant="雙靶點自體 CAR-T")
    assert answer.status_code == 303
    assert "I 期" in words(lead.get("/projects/KJS-003"))
    with app.app_context():
        query = select(ProjectEntry.stage).where(ProjectEntry.project_id == project("KJS-003").id)
        assert list(db.session.scalars(query.order_by(ProjectEntry.id))) == ["IND_REVIEW", "PHASE_I"]
    assert "修改项目资料" in words(lead.get("/projects/KJS-003/history"))


@pytest.mark.long
def test_two_people_edit_the_facts(client):
    from tests.support.typed import opened, send

    first, second = client("lead"), client("executive")
    path = "/projects/KJS-003/edit"
    stale = opened(second, path)
    assert typed(first, path, target="CD19").status_code == 303
    answer = send(second, path, stale, target="CD22")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "CD19" in text and "CD22" in text


@pytest.mark.long
def test_who_saved_first_is_named_in_the_language_of_the_page(client):
    from tests.support.typed import opened, send

    first, second = client("lead"), client("executive", "en")
    path = "/projects/KJS-003/edit"
    stale = opened(second, path)
    assert typed(first, path, target="CD19").status_code == 303
    text = send(second, path, stale, target="CD22").get_data(as_text=True)
    assert "Lab lead, haematology also changed this" in text
    assert "实验室负责人" not in text


@pytest.mark.parametrize(
    ("who", "status"), [("lead2", 404), ("partner", 404), ("auditor", 403), ("member", 403)]
)
def test_nobody_else_edits(client, who, status):
    assert client(who).get("/projects/KJS-003/edit").status_code == status


@pytest.mark.long
def test_the_archive(client):
    lead = client("lead")
    people = "/projects/KJS-019/people"
    assert typed_to(lead, people, "/projects/KJS-019/archive").status_code == 303
    assert "KJS-019" not in words(lead.get("/projects"))
    assert "KJS-019" in words(lead.get("/projects?archived=1"))
    text = words(lead.get("/projects/KJS-019"))
    assert "项目已归档" in text
    answer = lead.post(
        "/projects/KJS-019/milestones/A010/update", data={"choice": "on_track", "version": "1"}
    )
    assert answer.status_code == 422 and "恢复之后才能修改" in answer.get_data(as_text=True)
    assert typed_to(lead, people, "/projects/KJS-019/restore").status_code == 303
    assert "KJS-019" in words(lead.get("/projects"))


def typed_to(client, path, action, **changes):
    """Send one of the forms of a page."""
    from tests.support.typed import opened, send

    return send(client, action, opened(client, path, action), **changes)


@pytest.mark.long
def test_people_join_and_leave(client, app):
    lead, member = client("lead"), client("member")
    people = "/projects/KJS-003/people"
    with app.app_context():
        who = str(actor_by_email("member@kjs.example").id)
    joined = typed_to(lead, people, "/projects/KJS-003/members", person_id=who, role="member")
    assert joined.status_code == 303
    again = typed_to(lead, people, "/projects/KJS-003/members", person_id=who, role="reader")
    assert again.status_code == 422 and "已经是项目成员" in again.get_data(as_text=True)
    assert "您已加入项目 KJS-003" in member.get("/notifications").get_data(as_text=True)
    assert member.get("/projects/KJS-003/milestones/A140/edit").status_code == 200
    with app.app_context():
        row = next(one for one in queries.team(project("KJS-003").id) if one.person_id == int(who))
    assert typed_to(lead, people, f"/projects/KJS-003/members/{row.id}/end").status_code == 303
    assert member.get("/projects/KJS-003/milestones/A140/edit").status_code == 403


@pytest.mark.long
def test_the_last_lead_stays(client, app):
    lead = client("lead")
    with app.app_context():
        rows = queries.team(project("KJS-003").id)
        row = next(one for one in rows if one.role == "lead" and not one.of_lab)
    answer = typed_to(lead, "/projects/KJS-003/people", f"/projects/KJS-003/members/{row.id}/end")
    assert answer.status_code == 422 and "至少要有一位负责人" in answer.get_data(as_text=True)


@pytest.mark.long
def test_registry_numbers_are_checked_and_normalised(client):
    lead = client("lead")
    people, action = "/projects/KJS-003/people", "/projects/KJS-003/numbers"
    assert typed_to(lead, people, action, register="NCT", number=" nct 01234567").status_code == 303
    assert "NCT01234567" in words(lead.get("/projects/KJS-003"))
    assert typed_to(lead, people, action, register="NCT", number="NCT12").status_code == 303
    assert "NCT12 与 NCT 的格式不符" in words(lead.get("/projects/KJS-003"))
    nothing = typed_to(lead, people, action, register="NCT", number="#")
    assert nothing.status_code == 422 and "请填写登记号" in nothing.get_data(as_text=True)
    twice = typed_to(lead, people, action, register="NCT", number="NCT01234567")
    assert "已经登记过了" in twice.get_data(as_text=True)


def test_an_unknown_word_is_refused_by_the_operation_too(actor):
    lead = actor("lead")
    facts = {"lab_codes": ["JL-01"], "lead_lab": "JL-01", "party_codes": []}
    with pytest.raises(RuleBroken, match="modality-unknown"):
        operations.create_project(
            actor=lead, code="JL-01-909", pathway="D_iit", name_hans="x", modality="MAGIC", **facts
        )
    with pytest.raises(RuleBroken, match="lab-missing"), writing():
        operations.create_project(
            actor=lead,
            code="JL-01-909",
            pathway="D_iit",
            name_hans="x",
            modality="CAR_T_AUTO",
            stage="CMC",
            status="ACTIVE",
            start=date(2027, 1, 1),
            lab_codes=[],
            lead_lab="",
        )


@pytest.mark.long
def test_the_plan_is_seen_before_anything_is_saved(client, app):
    reader = client("executive")
    sent = {**NEW, "code": "", "name_hans": "", "start": "2027-01-04", "typical": "y", "optional": OPTIONAL}
    answer = typed(reader, "/projects/new", **sent, preview="y")
    text = words(answer)
    assert answer.status_code == 200 and "计划预览，还没有保存" in text and "D130" in text
    tree = html.document_fromstring(answer.text)
    assert tree.xpath("//input[@name='optional' and @checked]/@value") == OPTIONAL
    assert "A090" not in "".join(tree.xpath("//section[@id='preview']//text()"))
    days = tree.xpath("//section[@id='preview']//time/@datetime")
    assert len(days) == len(tree.xpath("//section[@id='preview']//tbody/tr")) and min(days) > "2027-01-04"
    with app.app_context():
        assert not db.session.scalar(select(Project.id).where(Project.code == ""))
    assert typed(reader, "/projects/new", **{**sent, "start": "2027-02-31"}, preview="y").status_code == 422


def test_the_optional_steps_of_the_chosen_pathway_are_taken_in(client, app):
    assert typed(client("executive"), "/projects/new", **NEW, optional=OPTIONAL).status_code == 303
    with app.app_context():
        rows = db.session.scalars(select(Milestone.code).join(Plan).where(Plan.project_id == project().id))
        wanted = [item.code for item in templates()["D_iit"].milestones]
        assert set(rows) == set(wanted)


@pytest.mark.long
@pytest.mark.parametrize("pathway", sorted(templates()))
def test_a_project_starts_from_each_pathway(client, app, pathway):
    stage = {"F_techtransfer": "TECH_TRANSFER"}.get(pathway, "DISCOVERY")
    answer = typed(client("executive"), "/projects/new", **{**NEW, "pathway": pathway, "stage": stage})
    assert answer.status_code == 303
    with app.app_context():
        rows = db.session.scalars(select(Milestone).join(Plan).where(Plan.project_id == project().id)).all()
        wanted = [item.code for item in templates()[pathway].milestones if not item.optional]
        assert sorted(row.code for row in rows) == sorted(wanted)
        assert all(row.baseline for row in rows)


def test_saving_a_project_as_it_opens_takes_nothing_from_it(client):
    lead = client("lead")
    before = lead.get("/api/v1/projects/KJS-003").get_json()["data"]
    assert before["parties"] and before["labs"]
    form = html.document_fromstring(lead.get("/projects/KJS-003/edit").text).xpath(
        "//form[.//*[@name='parties']]"
    )[0]
    assert lead.post("/projects/KJS-003/edit", data=MultiDict(form.form_values())).status_code == 303
    assert lead.get("/api/v1/projects/KJS-003").get_json()["data"] == before
