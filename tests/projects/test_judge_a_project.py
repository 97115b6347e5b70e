"""A lead judges a project otherwise than the rules: with a reason, beside the computed status, for a while."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from kangjiansheng.core import clock
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects import queries
from kangjiansheng.projects.operations import claims, projects
from kangjiansheng.projects.queries.claims import claim_on
from kangjiansheng.projects.rules import freshness
from kangjiansheng.projects.views.because import because

PATH = "/projects/KJS-003"


@pytest.fixture
def lead(actor):
    return actor("lead")


@pytest.fixture
def project(lead):
    return queries.project(actor=lead, code="KJS-003")


def say(project, lead, **more):
    facts = {"status": "risk", "reason": "审评沟通顺利", "until": clock.today() + timedelta(14)} | more
    return claims.claim(project, facts.pop("status"), actor=lead, version=project.version, **facts)


def test_it_holds_until_its_last_day_and_changes_no_computed_status(project, lead):
    before = queries.portfolio(actor=lead, codes=["KJS-003"])[0].status
    say(project, lead)
    found = claim_on(project, clock.today())
    assert (found.status, found.reason) == ("risk", "审评沟通顺利")
    assert queries.portfolio(actor=lead, codes=["KJS-003"])[0].status == before
    assert claim_on(project, clock.today() + timedelta(14)) is not None
    assert claim_on(project, clock.today() + timedelta(15)) is None
    assert claim_on(project, clock.today() - timedelta(1)) is None


def test_the_last_word_counts_and_can_be_taken_back(project, lead):
    say(project, lead)
    say(project, lead, status="slip", reason="补充资料")
    assert claim_on(project, clock.today()).status == "slip"
    claims.withdraw(project, actor=lead, version=project.version)
    assert claim_on(project, clock.today()) is None


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"status": "done"}, "projects:claim-unknown"),
        ({"reason": ""}, "projects:claim-unfounded"),
        ({"until": timedelta(31)}, "projects:claim-until"),
        ({"until": timedelta(-1)}, "projects:claim-until"),
    ],
)
def test_a_claim_needs_a_reason_and_an_end(project, lead, facts, code):
    if "until" in facts:
        facts = {"until": clock.today() + facts["until"]}
    with pytest.raises(RuleBroken) as caught:
        say(project, lead, **facts)
    assert caught.value.code == code


def test_nobody_judges_what_was_put_away(project, lead):
    projects.archive(project, actor=lead, version=project.version)
    with pytest.raises(RuleBroken, match="projects:archived"):
        say(project, lead)


@given(st.integers(0, 400))
def test_what_was_said_ages(days):
    today = clock.today()
    found = freshness.age(today - timedelta(days), today)
    assert found == ("old" if days >= 22 else "aging" if days >= 8 else "fresh")
    assert freshness.age(None, today) == "silent"


def test_the_reasons_are_the_rules_own_figures(app, lead):
    with app.test_request_context():
        row = queries.portfolio(actor=lead, codes=["KJS-003"])[0]
        one = next(m for m in row.milestones if m.code == "A180")
        text = "；".join(because(one, clock.today()))
        assert f"晚 {one.slip} 天" in text and one.baseline.isoformat() in text
        later = clock.today() + timedelta(40)
        assert "天没有人确认过" in "；".join(because(one, later))


def form_of(answer):
    tree = html.document_fromstring(answer.get_data(as_text=True))
    return dict(tree.xpath("//form[contains(@action, '/claim')]")[0].form_values())


@pytest.mark.long
def test_on_the_page_it_stands_beside_the_computed_status(client):
    lead = client("lead")
    data = form_of(lead.get(PATH)) | {"judged": "ontrack", "reason": "审评沟通顺利"}
    refused = lead.post(f"{PATH}/claim", data=data | {"until": "2030-01-01"})
    assert refused.status_code == 422 and "审评沟通顺利" in refused.get_data(as_text=True)
    assert lead.post(f"{PATH}/claim", data=data).status_code == 303
    text = client("executive").get(PATH).get_data(as_text=True)
    assert "负责人判断" in text and "审评沟通顺利" in text
    again = lead.get(PATH)
    tree = html.document_fromstring(again.get_data(as_text=True))
    back = dict(tree.xpath("//form[contains(@action, '/claim/withdrawal')]")[0].form_values())
    assert lead.post(f"{PATH}/claim/withdrawal", data=back).status_code == 303
    assert "审评沟通顺利" not in client("executive").get(PATH).get_data(as_text=True).split("历史")[0]


def test_when_it_has_ended_the_page_shows_it_no_more(client):
    lead = client("lead")
    data = form_of(lead.get(PATH)) | {"judged": "ontrack", "reason": "审评沟通顺利"}
    assert lead.post(f"{PATH}/claim", data=data).status_code == 303
    with time_machine.travel((clock.now() + timedelta(20)).timestamp()):
        assert "审评沟通顺利" not in client("executive").get(PATH).get_data(as_text=True)


def test_others_judge_nothing(client):
    assert client("executive").post(f"{PATH}/claim").status_code == 403
    assert client("partner").post(f"{PATH}/claim").status_code == 404
