"""Somebody writes risks down, changes, closes and reopens them; others read, filter, export, look back."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock, verify
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import Project, Risk
from kangjiansheng.projects.operations import risks as operations
from kangjiansheng.projects.queries.risks import risks
from tests.support.critic import Critic
from tests.support.queries import queries_counted
from tests.support.typed import typed, words

LIST = "/projects/KJS-003/risks"
NONE = "/projects/KJS-004/risks"  # nothing is written down there


def facts(**changed: Any) -> dict[str, Any]:
    """A risk as the form sends it to the operations."""
    return {
        "kind": "risk",
        "title": "试剂断供",
        "description": "",
        "likelihood": 4,
        "impact": 5,
        "response": "reduce",
        "measure": "备货",
        "owner_id": None,
        "review_on": clock.today() + timedelta(20),
        "life": "open",
        "milestone_codes": ["A170"],
    } | changed


def project(code: str = "KJS-003") -> Project:
    """A project by its code."""
    return db.session.scalars(select(Project).where(Project.code == code)).one()


def write(actor: Actor, **changed: Any) -> int:
    """Write a risk down, and give its key."""
    with writing():
        return operations.create_risk(project(), actor=actor, **facts(**changed)).id


def test_where_nothing_is_written_down_the_page_says_so(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    assert "还没有登记风险" in words(lead.get(NONE))
    assert "还没有登记风险" in lead.get("/projects/KJS-004").text
    lead.set_cookie("kjs_lang", "zh-Hant")
    assert "尚未登記風險" in lead.get(NONE).text
    lead.set_cookie("kjs_lang", "en")
    assert "No risks recorded yet" in lead.get(NONE).text


@pytest.mark.long
def test_the_way_through_the_pages(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    review = (clock.today() + timedelta(10)).isoformat()
    answer = typed(lead, f"{NONE}/new", title="供者不足", likelihood="4", impact="4", review_on=review)
    assert answer.status_code == 303
    shown = words(lead.get(NONE))
    assert "供者不足" in shown and "高风险 16" in shown and "1 项未关闭" in shown
    assert "供者不足" in words(lead.get("/projects/KJS-004"))
    answer = typed(lead, f"{NONE}/1/edit", impact="2", life="watching")
    assert answer.status_code == 303
    page = words(lead.get(f"{NONE}/1"))
    assert (
        "中风险 8" in page
        and "跟踪中" in page
        and "4 较大 2 较小" in page.replace("从 ", "").replace("到 ", "")
    )
    answer = typed_closing(lead, f"{NONE}/1", "已有足够供者")
    assert answer.status_code == 303
    page = words(lead.get(f"{NONE}/1"))
    assert "已关闭" in page and "已有足够供者" in page and "重新打开" in page
    assert "供者不足" not in words(lead.get(NONE)) and "供者不足" in words(lead.get(f"{NONE}?life=all"))
    version = lead.get(f"{NONE}/1").text.split('name="version" value="')[1].split('"')[0]
    assert lead.post(f"{NONE}/1/reopening", data={"version": version}).status_code == 303
    with app.app_context():
        assert list(verify.problems(db.session())) == []


def typed_closing(client: Critic, path: str, reason: str) -> Any:
    """Close a risk as its page offers it."""
    version = (
        client.get(path).text.split('id="version" name="version" type="hidden" value="')[1].split('"')[0]
    )
    return client.post(f"{path}/closure", data={"version": version, "reason": reason})


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", " ", "请填写此项"),
        ("title", "x" * 201, "最多 200 个字符，现在有 201 个。"),
        ("impact", "9", "选"),
        ("review_on", "2026-02-30", "没有 30 日"),
        ("review_on", "2020-01-01", "已经过去"),
        ("review_on", "", "请填写此项"),
    ],
)
def test_bad_input_is_named_at_its_field_and_kept(
    app: Flask, client: Callable[..., Critic], field: str, value: str, said: str
) -> None:
    lead = client("lead")
    good = {"title": "留住这句话", "review_on": (clock.today() + timedelta(9)).isoformat()}
    answer = typed(lead, f"{NONE}/new", **{**good, field: value})
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert field == "title" or "留住这句话" in answer.get_data(as_text=True)
    with app.app_context():
        assert not risks(project("KJS-004").id)


def test_an_issue_has_no_likelihood_and_counts_as_certain(actor: Callable[[str], Actor]) -> None:
    key = write(actor("lead"), kind="issue", likelihood=None, impact=3)
    (row,) = [one for one in risks(project().id) if one.id == key]
    assert (row.likelihood, row.score, row.level) == (None, 15, "high")


def test_owners_and_milestones_must_be_the_projects(actor: Callable[[str], Actor]) -> None:
    outsider = actor("outsider")
    with pytest.raises(RuleBroken, match="owner-outside"):
        write(actor("lead"), owner_id=outsider.id)
    with pytest.raises(RuleBroken, match="risk-milestone"):
        write(actor("lead"), milestone_codes=["Z999"])


def test_a_new_owner_is_told_and_may_change_it(actor: Callable[[str], Actor]) -> None:
    lead = actor("lead")
    with writing():
        risk = operations.create_risk(project(), actor=system_actor(), **facts(owner_id=lead.id))
        address = f"/projects/KJS-003/risks/{risk.number}"
    query = select(Notification).where(Notification.address == address, Notification.person_id == lead.id)
    (notice,) = db.session.scalars(query)
    assert notice.facts["illustrative"] is True


def test_a_stale_form_shows_both_sides(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    with app.app_context(), pytest.raises(Stale), writing():
        risk = db.session.scalars(select(Risk).where(Risk.number == 1)).first()
        assert risk is not None
        operations.edit_risk(risk, actor=system_actor(), version=99, **facts())
    with app.app_context(), writing():
        risk = db.session.scalars(select(Risk).where(Risk.number == 1)).first()
        assert risk is not None
        opened = risk.version
        operations.edit_risk(risk, actor=system_actor(), version=opened, **facts(title="别人的写法"))
    answer = typed(lead, f"{LIST}/1/edit", title="我的写法", version=str(opened))
    assert answer.status_code == 409
    assert "别人的写法" in answer.get_data(as_text=True) and "我的写法" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "reads", "adds"),
    [
        ("executive", 200, 200),
        ("lead", 200, 200),
        ("auditor", 200, 403),
        ("member", 200, 403),
        ("lead2", 404, 404),
        ("outsider", 404, 404),
        ("admin", 404, 404),
    ],
)
def test_who_reads_and_who_writes(client: Callable[..., Critic], who: str, reads: int, adds: int) -> None:
    visitor = client(who)
    assert visitor.get(LIST).status_code == reads
    assert visitor.get(f"{LIST}.csv").status_code == reads
    assert visitor.get(f"{LIST}/1").status_code == reads
    assert visitor.get(f"{LIST}/new").status_code == adds
    assert visitor.get(f"{LIST}/1/edit").status_code == adds
    assert visitor.post(f"{LIST}/1/closure", data={}).status_code == (422 if adds == 200 else adds)


def test_what_is_not_there_answers_404(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    for path in (f"{LIST}/999", f"{LIST}/999/edit", "/projects/NOWHERE/risks", f"{LIST}/{2**40}"):
        assert lead.get(path).status_code == 404


def test_a_late_review_is_said_everywhere(app: Flask, client: Callable[..., Critic]) -> None:
    with app.app_context():
        key = write(system_actor(), title="该复核了")
        with writing():
            db.session.get_one(Risk, key).review_on = clock.today() - timedelta(12)
    lead = client("lead")
    for path in (LIST, "/projects/KJS-003", f"{LIST}?late=1"):
        shown = words(lead.get(path))
        assert "复核已过期 12 天" in shown and "1 项复核已过期" in shown, path
    assert words(lead.get(f"{LIST}?late=1")).count("供应商") == 0
    lead.set_cookie("kjs_lang", "en")
    assert "Review overdue by 12 days" in words(lead.get(LIST))


def test_a_milestone_names_what_threatens_it(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    page = lead.get("/projects/KJS-003/milestones/A140")
    assert "IND 补充资料的准备时间不够" in words(page) and "慢病毒载体" not in words(page)
    assert "risks/new?milestone=A140" in page.text
    form = lead.get(f"{LIST}/new?milestone=A140").text
    assert 'selected value="A140"' in form
    assert "risks/new" not in client("auditor").get("/projects/KJS-003/milestones/A140").text


def test_the_matrix_leads_to_its_rows(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    page = lead.get(LIST)
    assert 'href="/projects/KJS-003/risks?cell=4-4"' in page.text
    kept = words(lead.get(f"{LIST}?cell=4-4"))
    assert "IND 补充资料" in kept and "慢病毒载体" not in kept
    assert "没有符合条件的风险" in words(lead.get(f"{LIST}?cell=1-1"))


@pytest.mark.long
def test_the_files_hold_exactly_what_is_shown(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    answer = lead.get(f"{LIST}.csv?level=high")
    head, *lines = csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")))
    titles = [line[head.index("简述")] for line in lines]
    assert titles == ["IND 补充资料的准备时间不够", "慢病毒载体只有一家供应商", "一批临床样品运输超温"]
    assert all("示例数据" in line for line in lines)
    assert lead.get(f"{LIST}.xlsx").data.startswith(b"PK")


@pytest.mark.long
def test_a_past_day_shows_what_stood_then_and_nothing_to_change(
    app: Flask, client: Callable[..., Critic], time_machine: Any
) -> None:
    with app.app_context():
        key = write(system_actor(), title="当时的写法")
        day, number = clock.today(), db.session.get_one(Risk, key).number
    time_machine.move_to(clock.now() + timedelta(3))
    with app.app_context(), writing():
        risk = db.session.get_one(Risk, key)
        operations.edit_risk(risk, actor=system_actor(), version=None, **facts(title="后来的写法"))
    lead = client("lead")
    past = lead.get(f"{LIST}?as_of={day}")
    assert "当时的写法" in past.text and "后来的写法" not in past.text and "risks/new" not in past.text
    assert "后来的写法" in lead.get(LIST).text
    one = lead.get(f"{LIST}/{number}?as_of={day}").text
    assert "当时的写法" in one and 'method="post"' not in one.split("<main")[1].split("</main>")[0]
    assert lead.get(f"{LIST}/{number}?as_of={day - timedelta(1)}").status_code == 404
    assert day < date.max


@pytest.mark.long
def test_pages_cost_the_same_with_many_risks(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    for path in (LIST, "/projects/KJS-003"):
        lead.get(path)
        with queries_counted() as few:
            lead.get(path)
        with app.app_context():
            for _number in range(5):
                write(system_actor())
        with queries_counted() as many:
            lead.get(path)
        assert len(many) == len(few), many.shown


def test_an_archived_project_takes_none(app: Flask, client: Callable[..., Critic]) -> None:
    with app.app_context(), writing():
        project().archived_at = clock.now()
    lead = client("lead")
    assert "risks/new" not in lead.get(LIST).text
    with app.app_context(), pytest.raises(RuleBroken, match="archived"):
        write(system_actor())
