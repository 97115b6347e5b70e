"""Somebody writes down what a project holds for a while; pages, chart and preview say months ahead what lapses."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock, verify
from kangjiansheng.core.changes import record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Agreement
from kangjiansheng.projects.models import Project, Validity
from kangjiansheng.projects.operations import validity as operations
from kangjiansheng.projects.queries.validity import validities
from tests.support.critic import Critic
from tests.support.queries import queries_counted
from tests.support.typed import opened, send, typed, words

HOME = "/projects/KJS-003"
NONE = "/projects/KJS-004"  # nothing is written down there
LEFT = "中心资质 2027-01-31 到期，比 A170 的预测 2027-02-15 早 15 天"


def project(code: str = "KJS-003") -> Project:
    """A project by its code."""
    return db.session.scalars(select(Project).where(Project.code == code)).one()


def facts(**changed: Any) -> dict[str, Any]:
    """An approval as the form sends it to the operations."""
    return {
        "kind": "ethics",
        "label": "伦审 1 号",
        "valid_from": None,
        "valid_to": date(2027, 3, 1),
        "note": "",
        "milestone_code": "",
    } | changed


@pytest.mark.long
def test_a_forecast_beyond_the_end_is_said_everywhere(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    page = lead.get(HOME)
    shown = words(page)
    assert f"注意：{LEFT}。" in shown  # in the sentence of the project
    assert shown.count(LEFT) >= 3  # and in the panel, and in the table beside the chart
    assert "1 项到期太早" in shown and "1 项 90 天内到期" in shown
    assert LEFT in words(lead.get(f"{HOME}/milestones/A170"))
    assert "中心资质" not in words(lead.get(f"{HOME}/milestones/A180")).split("台账")[0]
    assert LEFT in words(lead.get(f"{HOME}?view=timeline"))
    lead.set_cookie("kjs_lang", "en")
    assert (
        "Note: Site qualification ends on 2027-01-31, 15 days before A170 is expected on 2027-02-15."
        in words(lead.get(HOME)).replace(" ,", ",").replace(" .", ".")
    )


def test_a_slip_says_before_saving_what_would_lapse(client: Callable[..., Critic]) -> None:
    lead = client("lead")

    def effect(day: str) -> str:
        address = f"{HOME}/milestones/A140/effect?choice=will_slip&date={day}&reason=regulator"
        return lead.get(address).get_data(as_text=True)

    later = effect("2027-01-16")  # thirty days more: the first patient moves on too
    assert "比 A170 的预测 2027-03-18 早 46 天" in later and "先到期" in later
    assert "经费" not in later  # another milestone comes next, in time
    assert "A170 的预测 2027-05-01 早 90 天" in effect("2027-03-01")
    assert "先到期" not in effect("2026-12-17")  # where it is


@pytest.mark.long
def test_the_way_through_the_pages(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    assert "批件、经费、资质有期限" in words(lead.get(NONE)) or "合作协议" in words(lead.get(NONE))
    end = (clock.today() + timedelta(30)).isoformat()
    answer = typed(lead, f"{NONE}/validity/new", kind="site", label="三院药物临床试验机构", valid_to=end)
    assert answer.status_code == 303
    assert f"中心资质 {end} 到期" in words(lead.get(NONE))
    later = (clock.today() + timedelta(1500)).isoformat()
    assert typed(lead, f"{NONE}/validity/1/edit", valid_to=later).status_code == 303
    assert f"中心资质 {later} 到期，还有 1500 天" in words(lead.get(NONE))
    form = opened(lead, f"{NONE}/validity/1/edit", f"{NONE}/validity/1/ending")
    assert send(lead, f"{NONE}/validity/1/ending", form, reason="").status_code == 422
    assert send(lead, f"{NONE}/validity/1/ending", form, reason="换了中心").status_code == 303
    page = words(lead.get(NONE))
    assert f"中心资质 {later}" not in page and "中心资质 三院药物临床试验机构：换了中心" in page.replace(
        " ：", "："
    )
    with app.app_context():
        assert list(verify.problems(db.session())) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("valid_to", "", "请填写此项"),
        ("valid_to", "2027-02-30", "没有 30 日"),
        ("valid_from", "2028-01-01", "早于第一天 2028-01-01"),
        ("label", "x" * 201, "最多 200 个字符"),
        ("milestone", "Z999", "选"),
    ],
)
def test_bad_input_is_named_at_its_field_and_kept(
    app: Flask, client: Callable[..., Critic], field: str, value: str, said: str
) -> None:
    good = {"kind": "ethics", "valid_to": "2027-03-01", "note": "留住这句话"}
    answer = typed(client("lead"), f"{NONE}/validity/new", **{**good, field: value})
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True) and "留住这句话" in answer.get_data(as_text=True)
    with app.app_context():
        assert not db.session.scalars(
            select(Validity).where(Validity.project_id == project("KJS-004").id)
        ).all()


def test_a_stale_form_shows_both_sides(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    path = f"{HOME}/validity/1/edit"
    form = opened(lead, path)
    with app.app_context(), writing():
        held = db.session.scalars(select(Validity).where(Validity.number == 1)).one()
        operations.edit_validity(held, actor=system_actor(), version=None, **facts(label="别人的写法"))
    answer = send(lead, path, form, label="我的写法")
    assert answer.status_code == 409
    assert "别人的写法" in answer.get_data(as_text=True) and "我的写法" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "writes"),
    [("executive", 200), ("lead", 200), ("auditor", 403), ("member", 403), ("lead2", 404), ("admin", 404)],
)
def test_who_writes(client: Callable[..., Critic], who: str, writes: int) -> None:
    visitor = client(who)
    assert visitor.get(f"{HOME}/validity/new").status_code == writes
    assert visitor.get(f"{HOME}/validity/1/edit").status_code == writes
    assert visitor.post(f"{HOME}/validity/1/ending", data={}).status_code == (
        422 if writes == 200 else writes
    )
    if writes == 403:
        assert "validity/new" not in visitor.get(HOME).text and LEFT in words(visitor.get(HOME))


def test_agreements_of_the_laboratories_count_too(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    assert (
        'href="/agreements/AGR-901"' in lead.get(HOME).text.split('id="validity"')[1].split("</section>")[0]
    )
    with app.app_context(), writing():
        agreement = db.session.scalars(select(Agreement).where(Agreement.code == "AGR-901")).one()
        before = agreement.state()
        agreement.expires_on = date(2026, 12, 10)
        record("labs:agreement:edit", agreement, actor=system_actor(), before=before)
    assert "合作协议 2026-12-10 到期，比 A140 的预测 2026-12-17 早 7 天" in words(lead.get(HOME))


@pytest.mark.long
def test_a_past_day_shows_what_was_held_then(
    app: Flask, client: Callable[..., Critic], time_machine: Any
) -> None:
    with app.app_context():
        day = clock.today()
    time_machine.move_to(clock.now() + timedelta(3))
    with app.app_context(), writing():
        held = db.session.scalars(select(Validity).where(Validity.number == 1)).one()
        operations.end(held, "换发新批件", actor=system_actor(), version=None)
    lead = client("lead")
    assert LEFT not in words(lead.get(HOME)) and "换发新批件" in words(lead.get(HOME))
    past = lead.get(f"{HOME}?as_of={day}")
    assert LEFT in words(past) and "validity/new" not in past.text and "换发新批件" not in past.text
    assert LEFT not in words(lead.get(f"{HOME}?as_of={day - timedelta(1)}"))


@pytest.mark.long
def test_pages_cost_the_same_with_many(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    for path in (HOME, f"{HOME}/milestones/A170"):
        lead.get(path)
        with queries_counted() as few:
            lead.get(path)
        with app.app_context(), writing():
            for _number in range(5):
                operations.create_validity(project(), actor=system_actor(), **facts(milestone_code="A170"))
        with queries_counted() as many:
            lead.get(path)
        assert len(many) == len(few), many.shown


def test_what_is_ended_or_of_an_archived_project_stays(app: Flask) -> None:
    with app.app_context(), writing():
        held = db.session.scalars(select(Validity).where(Validity.number == 1)).one()
        operations.end(held, "换发", actor=system_actor(), version=None)
        with pytest.raises(RuleBroken, match="validity-ended"):
            operations.edit_validity(held, actor=system_actor(), version=None, **facts())
        with pytest.raises(RuleBroken, match="risk-milestone"):
            operations.create_validity(project(), actor=system_actor(), **facts(milestone_code="Z999"))
        project().archived_at = clock.now()
        with pytest.raises(RuleBroken, match="archived"):
            operations.create_validity(project(), actor=system_actor(), **facts())
        assert len(validities(project().plan, actor=system_actor())) == 4
