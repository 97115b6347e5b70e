"""A new laboratory has the milestones of its set-up; until it is accepted it takes on no GMP preparation."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs import operations as labs
from kangjiansheng.projects.models import Milestone, Plan, Project, ProjectMember, TemplateVersion
from kangjiansheng.projects.operations import gates, milestones, plans, projects, reference
from kangjiansheng.projects.rules.gates import Condition
from tests.support.acting import who
from tests.support.typed import typed, words

LAB = {"code": "JL-77", "name_hans": "细胞药物递送联合实验室", "lead_code": "SPH", "partner_codes": ["RJ"]}


def made(**more):
    return labs.create_lab(actor=who("executive"), **LAB | more)


def of(lab, code):
    query = select(Milestone).join(Plan).where(Plan.lab_id == lab.id, Milestone.code == code)
    return db.session.scalars(query).one()


def project(pathway="A_drug"):
    return projects.create_project(
        actor=who("executive"), code="KJ-771", name_hans="递送项目", modality="CAR_T_AUTO", stage="CMC", status="ACTIVE", pathway=pathway, lab_codes=["JL-77"],
        lead_lab="JL-77",
    )  # fmt: skip


def milestone(found, code):
    return next(m for m in found.plan.milestones if m.code == code)


def done(one, on=None):
    return milestones.done(one, on or clock.today(), actor=system_actor(), version=None)


def decide(lab, verdict, **more):
    facts = {"decided_on": clock.today(), "body": "管理委员会", "reasons": "见验收意见"}
    return gates.decide(of(lab, "E110"), verdict, actor=who("executive"), **facts | more)


@pytest.mark.long
def test_registering_makes_the_milestones_of_the_set_up_in_the_same_act(client, app):
    executive = client("executive")
    assert typed(executive, "/labs/new", **LAB, start="2026-11-22").status_code == 422  # yesterday
    assert executive.get("/labs/JL-77").status_code == 404
    assert typed(executive, "/labs/new", **LAB).status_code == 303
    text = words(executive.get("/labs/JL-77/plan"))
    assert "验收/揭牌" in text and "年度评估" in text
    with app.app_context():
        lab = db.session.scalars(select(Plan).where(Plan.lab.has(code="JL-77"))).one().lab
        assert of(lab, "E010").baseline == date(2027, 2, 23)  # three months at most, from today
        acts = ("labs:lab:create", "projects:plan:start")
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.act.in_(acts))).all()
        assert len({entry.change_set_id for entry in entries[-2:]}) == 1
        with pytest.raises(RuleBroken, match="code-taken"):
            made()


@pytest.mark.long
def test_without_a_start_its_milestones_have_no_day_and_an_import_makes_none(in_app):
    lab = made()
    assert {
        m.baseline for m in db.session.scalars(select(Milestone).join(Plan).where(Plan.lab_id == lab.id))
    } == {None}
    other = labs.ensure_lab("JL-88", name_hans="导入的实验室", lead=None, actor=system_actor())
    assert db.session.scalar(select(Plan.id).where(Plan.lab_id == other.id)) is None


@pytest.mark.long
def test_until_it_is_accepted_it_completes_no_gmp_preparation_and_adds_none(in_app):
    lab = made()
    found = project()
    assert done(milestone(found, "A020")).kind == "done"  # no GMP
    with pytest.raises(RuleBroken) as refused:
        done(milestone(found, "A080"))
    assert (refused.value.code, refused.value.field) == ("projects:lab-not-accepted", "actual")
    assert refused.value.facts["lab"] == "JL-77"
    version = (
        found.plan.template_version
    )  # a version in which an optional step that the plan lacks is GMP, too
    version.milestones = [s | {"meaning": "gmp"} if s["code"] == "A090" else s for s in version.milestones]
    with pytest.raises(RuleBroken) as refused:
        plans.add_milestone(
            found.plan, actor=system_actor(), version=None, code="A090", names={"hans": "IIT启动"}
        )
    assert (refused.value.code, refused.value.field) == ("projects:lab-not-accepted", "code")
    decide(lab, "conditional", conditions=[Condition("补交报告", clock.today() + timedelta(days=9))])
    assert (
        lab.accepted_on is None
    )  # it is accepted once the conditions are met, and the gate is passed without any
    labs.step_lab(lab, "set_up", actor=who("executive"), version=None)
    with pytest.raises(RuleBroken) as refused:  # the day comes from the gate, nobody types it
        labs.step_lab(lab, "operating", actor=who("executive"), version=None, accepted_on=clock.today())
    assert (refused.value.code, refused.value.facts["code"]) == ("labs:accepted-by-gate", "E110")
    decide(lab, "go")
    assert lab.accepted_on == clock.today()
    with pytest.raises(RuleBroken, match="before-acceptance"):
        done(milestone(found, "A080"), clock.today() - timedelta(days=1))
    assert done(milestone(found, "A080")).kind == "done"
    decide(lab, "go", decided_on=clock.today() - timedelta(days=5))
    assert lab.accepted_on == clock.today()  # the first acceptance counts


@pytest.mark.long
def test_the_page_the_form_and_the_refusal_say_why(client, app):
    with app.app_context(), writing():
        made()
        project()
    executive = client("executive")
    facts = {"pathway": "A_drug", "lead_lab": "JL-77", "start": "2027-01-04", "typical": "y", "preview": "1"}
    preview = words(executive.post("/projects/new", data=facts))
    assert "牵头实验室 JL-77 细胞药物递送联合实验室 尚未验收" in preview and "A070、A080 要等验收" in preview
    assert "尚未验收" not in words(
        executive.post("/projects/new", data=facts | {"pathway": "F_techtransfer", "lead_lab": ""})
    )
    here = "/projects/KJ-771/milestones/A080"
    assert "牵头实验室 JL-77 细胞药物递送联合实验室 尚未验收" in words(executive.get(here))
    assert "尚未验收" not in words(executive.get("/projects/KJ-771/milestones/A020"))
    with app.app_context(), writing():
        found = db.session.scalars(select(Project).where(Project.code == "KJ-771")).one()
        person = who("lead").id
        db.session.add(
            ProjectMember(project_id=found.id, person_id=person, role="lead", valid_from=date(2025, 1, 1))
        )
    lead = client("lead")
    form = {"choice": "done", "actual": "2026-11-23", "version": "1"}
    answer = lead.post(f"{here}/update", data=form)
    assert answer.status_code == 422
    assert "不能承接。请先通过该实验室的验收阶段门" in words(answer)
    assert "/labs/JL-77" in answer.get_data(as_text=True)


def test_what_steps_mean_is_filled_in_where_it_was_never_said_and_nowhere_else(in_app):
    rows = {row.code: row for row in db.session.scalars(select(TemplateVersion))}
    old, said = rows["A_drug"], rows["D_iit"]
    old.milestones = [{key: value for key, value in s.items() if key != "meaning"} for s in old.milestones]
    said.milestones = [s | {"meaning": ""} for s in said.milestones]
    db.session.flush()
    reference.load_reference(actor=system_actor())
    assert [s["code"] for s in old.milestones if s["meaning"]] == ["A070", "A080"]
    assert not any(s["meaning"] for s in said.milestones)
