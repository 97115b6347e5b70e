"""The plan of a laboratory that was begun by mistake is taken back whole, while nothing was recorded in it."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import func, select

from kangjiansheng.core import verify
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import Stale, db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Milestone, MilestoneEntry, MilestoneLink, Plan
from kangjiansheng.projects.operations import milestones, plans
from kangjiansheng.projects.operations.starting import start_lab_plan
from kangjiansheng.projects.operations.withdrawing import take_back
from kangjiansheng.projects.queries.lab_plans import lab_plans
from tests.projects.test_plan_of_a_lab import E050, PLAN, START, lab, start
from tests.support.typed import opened, send, typed

BACK = f"{PLAN}/withdrawal"


@pytest.fixture
def begun(app: Flask, actor: Callable) -> Flask:
    with app.app_context(), writing():
        start(actor("lead"))
    return app


def the_plan(actor, code: str = "JL-01") -> Plan:
    return queries.lab_plan(actor=actor("lead"), code=code)


def first(actor) -> Milestone:
    return queries.milestone(actor=actor("lead"), of="labs", code="JL-01", milestone_code="E050")


def back(actor, **more):
    return take_back(the_plan(actor), actor=actor("lead"), version=lab().version, **more)


def test_a_director_takes_it_back_and_may_begin_anew(begun: Flask, client: Callable, actor: Callable) -> None:
    director = client("lead")
    page = director.get(PLAN).text
    assert BACK in page
    refused = typed(director, BACK, note="建错了")
    assert refused.status_code == 422 and "确实要收回时" in refused.text
    answer = typed(director, BACK, note="建错了", sure="y")
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/labs/JL-01")
    home = html.document_fromstring(director.get("/labs/JL-01").text).get_element_by_id("plan").text_content()
    assert "建设计划已收回" in home and "开始建设计划" in home
    assert "已经收回" in director.get(PLAN).text and BACK not in director.get(PLAN).text
    assert "增加里程碑" in page and "增加里程碑" not in director.get(PLAN).text, "it is begun anew instead"
    assert "撤销" in director.get(f"{PLAN}/history").text
    assert "E050" not in director.get("/milestones?lab=JL-01").text
    with begun.app_context():
        assert lab_plans(actor=actor("lead"), codes=["JL-01"]) == []
        act = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (act.act, act.after["note"]) == ("projects:plan:take-back", "建错了")
        assert list(verify.problems(db.session)) == []
    assert "已经收回" in director.get(BACK).text
    new = f"{PLAN}/new"
    anew = {"start": "2026-12-01", "typical": "y", "past_ok": "y", "built_ok": "y"}
    assert send(director, new, opened(director, new, new), **anew).status_code == 303
    with begun.app_context():
        row = lab_plans(actor=actor("lead"), codes=["JL-01"])[0]
        live = [m for m in row.milestones if m.state == "open"]
        assert live and all(m.baseline and m.baseline >= date(2026, 12, 1) for m in live)
        assert all(m.owner_label for m in live)
        waits = db.session.scalar(
            select(func.count(MilestoneLink.id)).where(MilestoneLink.milestone_id.in_([m.id for m in live]))
        )
        assert waits and waits >= len(live) - 2
    assert director.get(PLAN).status_code == 200 and BACK in director.get(PLAN).text


def test_it_may_be_taken_back_once_more(in_app: Flask, actor: Callable) -> None:
    start(actor("lead"))
    back(actor)
    found = lab()
    facts = {"pathway": "E_jointlab", "start": START, "typical": True, "past_ok": True}
    plan = start_lab_plan(found, actor=actor("lead"), version=found.version, **facts)
    assert plan.id == the_plan(actor).id
    codes = [m.code for m in plan.milestones]
    assert len(codes) == len(set(codes)) and len({m.position for m in plan.milestones}) == len(codes)
    back(actor)
    with pytest.raises(RuleBroken) as caught:
        back(actor)
    assert caught.value.code == "projects:plan-not-there"


def test_the_ledger_keeps_what_was_begun(in_app: Flask, actor: Callable) -> None:
    start(actor("lead"))
    before = db.session.scalar(select(func.count(MilestoneEntry.id)))
    many = len(the_plan(actor).milestones)
    change = back(actor)
    written = db.session.scalars(
        select(MilestoneEntry).where(MilestoneEntry.change_set_id == change.id)
    ).all()
    assert db.session.scalar(select(func.count(MilestoneEntry.id))) == before + many == before + len(written)
    assert {(e.kind, e.state, e.baseline, e.owner_id) for e in written} == {("undo", "cancelled", None, None)}
    assert all(e.undoes_id for e in written)


def test_a_plan_without_dates_that_was_cancelled_step_by_step_was_not_taken_back(
    app: Flask, client: Callable, actor: Callable
) -> None:
    with app.app_context(), writing():
        start(actor("lead"), start=None, typical=False)
        for milestone in the_plan(actor).milestones:
            milestones.cancel(milestone, actor=actor("lead"), version=milestone.version)
    page = client("lead").get(PLAN).text
    assert "已经收回" not in page and "增加里程碑" in page and BACK not in page
    home = html.document_fromstring(client("lead").get("/labs/JL-01").text).get_element_by_id("plan")
    assert "建设计划已收回" not in home.text_content()
    with app.app_context():
        assert [row.code for row in lab_plans(actor=actor("lead"), codes=["JL-01"])] == ["JL-01"]
        with pytest.raises(RuleBroken) as refused:
            facts = {"pathway": "E_jointlab", "start": START, "typical": True, "past_ok": True}
            start_lab_plan(lab(), actor=actor("lead"), version=lab().version, **facts)
        assert refused.value.code == "projects:plan-there"
        assert lab_plans(actor=actor("lead"), codes=["JL-01"], as_of=date(2026, 11, 23))


def said(actor) -> None:
    milestones.on_track(first(actor), actor=actor("lead"), version=first(actor).version)


def reached(actor) -> None:
    milestones.done(first(actor), date(2026, 11, 20), actor=actor("lead"), version=first(actor).version)


def cancelled(actor) -> None:
    milestones.cancel(first(actor), actor=actor("lead"), version=first(actor).version)


def stopped(actor) -> None:
    plans.stop_clock(first(actor), date(2026, 11, 20), actor=actor("lead"), version=first(actor).version)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (said, "projects:plan-recorded"), (reached, "projects:plan-reached"), (cancelled, "projects:plan-recorded"),
        (stopped, "projects:plan-used"),
    ],
)  # fmt: skip
def test_it_stays_once_something_was_recorded(in_app: Flask, actor: Callable, act, code: str) -> None:
    start(actor("lead"))
    act(actor)
    with pytest.raises(RuleBroken) as caught:
        back(actor)
    assert caught.value.code == code


def test_a_stale_form_is_refused_and_a_reason_stands_on_the_page(
    begun: Flask, client: Callable, actor: Callable
) -> None:
    with begun.app_context(), pytest.raises(Stale):
        take_back(the_plan(actor), actor=actor("lead"), version=lab().version - 1)
    with begun.app_context(), writing():
        said(actor)
    page = client("lead").get(BACK).text
    assert "E050 在计划建立之后又有记录" in page and '<form class="sheet form"' not in page
    assert BACK not in client("lead").get(PLAN).text
    assert E050 in client("lead").get(PLAN).text


def test_only_its_directors_take_it_back(begun: Flask, client: Callable) -> None:
    for short, status in (("executive", 403), ("lead2", 404), ("outsider", 404)):
        assert client(short).post(BACK, data={"sure": "y", "version": "1"}).status_code in (status, 403, 404)
    assert BACK not in client("executive").get(PLAN).text


def test_a_program_takes_it_back(begun: Flask, client: Callable, actor: Callable) -> None:
    director = client("lead")
    tag = director.get("/api/v1/labs/JL-01").headers["ETag"]
    for headers, given, status in (({}, {"sure": True}, 428), ({"If-Match": tag}, {}, 422)):
        assert director.post(f"/api/v1{BACK}", json=given, headers=headers).status_code == status
    answer = director.post(f"/api/v1{BACK}", json={"sure": True, "note": "建错了"}, headers={"If-Match": tag})
    assert answer.status_code < 300, answer.text[:300]
    with begun.app_context():
        assert lab_plans(actor=actor("lead"), codes=["JL-01"]) == []
