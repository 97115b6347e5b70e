"""Open risks rated high, or not reviewed in time, stand in what needs attention, for those who may see them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview.rules import attention
from kangjiansheng.projects.models import Risk
from kangjiansheng.projects.operations import risks as operations
from kangjiansheng.projects.rules import risks as rules
from tests.overview.rows import DAY, P, Told, ahead
from tests.support.critic import Critic

TITLE = "IND 补充资料的准备时间不够"
HIGH = f"风险“{TITLE}”：可能性 4 × 影响 4 = 16。"


@dataclass(frozen=True)
class R:
    number: int = 1
    kind: str = "risk"
    title: str = "风险"
    owner: dict[str, str] | None = None
    likelihood: int | None = 4
    impact: int = 4
    review_on: date | None = None
    life: str = "open"
    milestones: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        return rules.score(self.likelihood, self.impact)

    @property
    def level(self) -> str:
        return rules.level(self.likelihood, self.impact)


def matters(reader: Critic, path: str = "/overview") -> dict[str, str]:
    """What the list says, by the address to which it leads."""
    answer = reader.get(path)
    assert answer.status_code == 200
    tree = html.document_fromstring(answer.text)
    found = tree.xpath("//section[@id='attention']//li")
    return {li.xpath(".//a")[0].get("href"): " ".join(li.text_content().split()) for li in found}


@pytest.mark.long
@pytest.mark.parametrize(("who", "path"), [("executive", "/"), ("executive", "/overview"), ("lead", "/")])
def test_a_high_risk_stands_there_with_its_reason(client: Callable[..., Critic], who: str, path: str) -> None:
    said = matters(client(who), path)["/projects/KJS-003/risks/1"]
    assert HIGH in said and "复核 2026-12-07" in said and "牵涉 A140" in said
    assert "其后 3 项未完成" in said and "另有 2 项风险要看" in said


@pytest.mark.long
def test_a_review_that_is_due_is_said_with_its_days(
    app: Flask, client: Callable[..., Critic], time_machine: Any
) -> None:
    with app.app_context(), writing():
        for risk in db.session.scalars(select(Risk).where(Risk.number < 4, Risk.life != "closed")):
            operations.close(risk, "已处理", actor=system_actor(), version=None)
    assert not any("/risks/" in href for href in matters(client("executive")))
    time_machine.move_to(clock.now() + timedelta(10))
    said = matters(client("executive"))["/projects/KJS-003/risks/4"]
    assert "可能性 3 × 影响 3 = 9。复核日期已过 7 天。" in said


@pytest.mark.long
def test_who_may_not_see_the_project_learns_nothing(client: Callable[..., Critic]) -> None:
    for who, path in (("partner", "/"), ("partner", "/overview"), ("outsider", "/"), ("lead2", "/overview")):
        text = client(who).get(path).text
        assert TITLE not in text and "/risks/" not in text
    file = client("partner").get("/overview/tables/attention.csv").get_data(as_text=True)
    assert "KJS-003" not in file


@pytest.mark.long
def test_the_file_holds_it_and_a_past_day_only_what_was_written_then(client: Callable[..., Critic]) -> None:
    reader = client("executive")
    file = reader.get("/overview/tables/attention.csv").get_data(as_text=True)
    assert f"R1 {TITLE}" in file and HIGH in file
    past = matters(reader, "/overview?as_of=2026-10-31")
    assert past and not any("/risks/" in href for href in past)


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh-Hant", "可能性 4 × 影響 4 = 16。"), ("en", "likelihood 4 × impact 4 = 16.")],
)
def test_in_the_readers_language(client: Callable[..., Critic], lang: str, words: str) -> None:
    assert words in matters(client("executive", lang))["/projects/KJS-003/risks/1"]


def test_a_point_of_the_rating_counts_as_a_day_of_slip() -> None:
    base = date(2027, 1, 1)
    slow = P("P-1", id=1, milestones=(ahead(base, base + timedelta(17)),))
    late = P("P-2", id=2, milestones=(ahead(DAY - timedelta(1), DAY - timedelta(1)),))
    quiet = P("P-3", id=3, milestones=(ahead(base, base),))
    paused = P("P-4", id=4, claimed="ON_HOLD", milestones=(ahead(base, base),))
    risks = {3: [R(number=2)], 2: [R(likelihood=None, impact=5)], 4: [R()]}
    told = Told([slow, late, quiet, paused])
    found = told.of(attention.attention(told.day, [], risks, told.naming)).rows
    kinds = [(one.project.code, type(one).__name__) for one in found]
    assert kinds == [("P-2", "Matter"), ("P-2", "Threat"), ("P-1", "Matter"), ("P-3", "Threat")]
    heavy = {3: [R(number=2, milestones=("A020",)), R(number=1, impact=5)]}
    alone = Told([quiet])
    only = alone.of(attention.attention(alone.day, [], {1: heavy[3]}, alone.naming)).rows
    assert isinstance(only[0], attention.Threat) and only[0].risk.number == 1 and only[0].also == 1


@pytest.mark.parametrize(
    ("risk", "expected"),
    [
        (R(), True),
        (R(likelihood=3), False),
        (R(likelihood=None, impact=3), True),
        (R(likelihood=1, review_on=DAY - timedelta(1)), True),
        (R(likelihood=1, review_on=DAY), False),
        (R(life="closed", review_on=DAY - timedelta(1)), False),
    ],
)
def test_which_risks_need_somebody(risk: R, expected: bool) -> None:
    assert rules.presses(risk, DAY) is expected


@pytest.mark.long
@pytest.mark.parametrize("typed", ["准备时间不够", "準備時間", "KJS-003 供应商"])
def test_search_finds_risks_for_those_who_may_see_them(client: Callable[..., Critic], typed: str) -> None:
    def hrefs(who: str) -> set[str]:
        answer = client(who).get("/search", query_string={"q": typed})
        assert answer.status_code == 200
        return set(html.document_fromstring(answer.text).xpath("//main//a/@href"))

    assert any(href.startswith("/projects/KJS-003/risks/") for href in hrefs("lead"))
    assert not any("/risks/" in href for who in ("partner", "outsider") for href in hrefs(who))
