"""The reason of a slip stays its reason after somebody has said that the milestone is reached."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from lxml import html

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core import clock
from kangjiansheng.overview.queries import pack
from tests.overview.test_pack import at_now, on_page, tree
from tests.support.critic import Critic

PATH = "/projects/KJS-003/milestones/A140"


def _says(lead: Critic, **told: str) -> None:
    page = html.document_fromstring(lead.get(f"{PATH}/edit").text)
    (version,) = page.xpath("//form[contains(@action, '/update')]//input[@name='version']/@value")
    answer = lead.post(f"{PATH}/update", data={"version": version, "follow": "keep", **told})
    assert answer.status_code == 303, answer.text


def _cells(client: Callable[..., Critic]) -> str:
    """All cells of the pack up to now."""
    rows = on_page(tree(client("executive"), at_now())).values()
    return " ".join(cell for lines in rows for line in lines for cell in line)


@pytest.mark.long
def test_the_note_of_a_completion_is_no_reason_of_the_slip_before(client: Callable[..., Critic]) -> None:
    lead, today = client("lead"), clock.today()
    later = (today + timedelta(30)).isoformat()
    _says(lead, choice="will_slip", date=later, reason="SUPPLY", note="等第二批样本")
    _says(lead, choice="done", actual=today.isoformat(), note="报告已归档")
    assert "等第二批样本" in _cells(client) and "报告已归档" not in _cells(client)
    facts = html.document_fromstring(lead.get(PATH).text)
    said = {
        name.text_content().strip(): name.getnext().text_content()
        for name in facts.xpath("//dl[@class='facts']/dt")
    }
    assert said["说明"] == "报告已归档" and "报告" not in said.get("主要原因", "")


def test_what_is_said_at_the_end_counts_where_no_reason_was_given(
    client: Callable[..., Critic], app: Flask
) -> None:
    before = clock.now()
    _says(client("lead"), choice="done", actual=clock.today().isoformat(), note="比计划多做一轮复核")
    with app.app_context():
        reader = actor_by_email("executive@kjs.example")
        assert reader
        found = pack.reasons(None, actor=reader, since=before - timedelta(minutes=1), until=clock.now())
        assert [told.note for told in found.values()] == ["比计划多做一轮复核"]
