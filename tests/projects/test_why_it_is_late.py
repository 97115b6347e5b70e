"""Somebody asks what cost the delay of a project: the plan is run again without each reason."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core.charts import text_width
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Plan
from kangjiansheng.projects.operations import milestones as operations
from kangjiansheng.projects.queries.delays import delays
from tests.support.critic import Critic

HOME = "/projects/KJS-003"


def shown(client: Critic, path: str = HOME) -> str:
    """The words of the chart and its table."""
    page = html.document_fromstring(client.get(path).get_data(as_text=True))
    (chart,) = page.xpath("//section[@id='chart-delay']")
    return " ".join(" ".join(chart.itertext()).split())


def found(code: str, as_of: date | None = None) -> Any:
    """Why the last milestone of a project comes late, and by how much it does."""
    actor = system_actor()
    (row,) = queries.portfolio(actor=actor, codes=[code], as_of=as_of)
    plan = db.session.scalar(select(Plan.id).where(Plan.project_id == row.id))
    said = queries.ledger(actor=actor, plan_id=plan, as_of=as_of)
    return row, delays(row, queries.network(plan), said)


def test_parts_make_the_slip_of_the_last_milestone(app: Flask) -> None:
    with app.app_context():
        for code in ("KJS-001", "KJS-003", "KJS-005", "KJS-010"):
            row, why = found(code)
            last = next(m for m in row.milestones if m.id == why.end)
            assert why.total == last.slip
            assert sum(one.days for one in why.causes) - why.recovered + why.remainder == last.slip


def test_the_page_says_what_cost_most(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    text = shown(lead)
    assert "A180 RP2D确定晚 102 天，最多的 56 天出在 A080，没有记录原因" in text
    assert "合计 +102" in text and "追回 −21" in text
    lead.set_cookie("kjs_lang", "en")
    assert "102 days late, most of it, 56 days, at A080, with no reason recorded" in shown(lead)


@pytest.mark.long
def test_one_sentence_ends_before_the_next_begins(client: Callable[..., Critic]) -> None:
    def said(at: str) -> str:
        page = html.document_fromstring(lead.get(HOME).get_data(as_text=True))
        (found,) = page.xpath(at)
        return " ".join(found.text_content().split())

    lead = client("lead")
    assert "（示例）。注意：中心资质" in said("//p[@id='pj-say']")
    assert "的交接还没有登记。交接条件：" in said("//p[contains(@class, 'pj-chain')]")
    lead.set_cookie("kjs_lang", "en")
    assert "（示例）. Note: Site" in said("//p[@id='pj-say']")
    chain = said("//p[contains(@class, 'pj-chain')]")
    assert "Market. No hand-off towards Clinic is registered yet. Conditions: " in chain


def test_on_a_phone_words_beside_bars_and_marks_have_room(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    lead.set_cookie("kjs_lang", "en")
    page = html.document_fromstring(lead.get(HOME).get_data(as_text=True))
    for name in ("delay", "timeline"):
        (text,) = page.xpath(f"//script[@id='fig-{name}']/text()")
        figure = json.loads(text)
        layout, phone = figure["layout"], figure["mobile"]["layout"]
        margin = layout["margin"] | phone.get("margin", {})
        beside = [note["text"] for note in layout["annotations"] if note.get("xshift")]
        assert beside and all(text_width(text) <= margin["r"] + 1 for text in beside if "day" in text)
        labels = phone.get("yaxis", layout["yaxis"])["ticktext"]
        assert all(text_width(label) <= margin["l"] for label in labels)


def test_a_recorded_reason_stands_with_its_days(app: Flask, client: Callable[..., Critic]) -> None:
    with app.app_context(), writing():
        thing = queries.milestone(actor=system_actor(), code="KJS-003", milestone_code="A140")
        assert thing is not None
        operations.will_slip(thing, date(2027, 3, 17), "REGULATOR", actor=system_actor(), version=None)
    with app.app_context():
        _row, why = found("KJS-003")
        worst = why.causes[0]
        assert (worst.reason, worst.days) == ("REGULATOR", max(one.days for one in why.causes))
        _row, before = found("KJS-003", date(2026, 11, 20))
        assert "REGULATOR" not in {one.reason for one in before.causes}
    assert "来自监管" in shown(client("lead"))


def test_a_project_in_time_shows_no_such_chart(client: Callable[..., Critic]) -> None:
    assert 'id="chart-delay"' not in client("executive").get("/projects/KJS-006").text


def test_the_whole_timeline_connects_the_critical_path(client: Callable[..., Critic]) -> None:
    lead = client("lead")

    def connected(path: str) -> list[list[str]]:
        page = html.document_fromstring(lead.get(path).get_data(as_text=True))
        (text,) = page.xpath("//script[@id='fig-timeline']/text()")
        lines = [one for one in json.loads(text)["data"] if one.get("line", {}).get("dash") == "dash"]
        return [line["x"] for line in lines]

    # A120, A150, A170, A180: each on its day
    assert connected(f"{HOME}?view=timeline") == [["2026-09-20", "2026-12-24", "2027-02-15", "2028-04-14"]]
    assert connected(HOME) == []
