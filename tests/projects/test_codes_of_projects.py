"""Who registers a project for a laboratory gives it a code of that laboratory's series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.rules.codes import in_series, is_code, next_in_series
from tests.projects.test_edit_project import NEW
from tests.support.masking import masked
from tests.support.typed import typed, words


def test_no_refusal_tells_a_director_of_a_project_that_is_closed_to_her(client, app):
    """A code that is taken and one that nobody has get the same answer outside the series of her laboratories."""
    lead = client("lead2")
    assert lead.get("/projects/KJS-002").status_code == 404
    with app.app_context():
        assert db.session.scalar(select(Project.id).where(Project.code == "KJS-002"))
    taken, free = (
        typed(lead, "/projects/new", **{**NEW, "lead_lab": "JL-02", "code": code})
        for code in ("KJS-002", "KJS-999")
    )
    assert taken.status_code == free.status_code == 422
    assert "编号须以您的实验室的编号开头，例如 JL-" in words(taken) and "已被使用" not in words(taken)
    assert masked(taken).replace(b"KJS-002", b"KJS-999") == masked(free)


@pytest.mark.long
def test_the_next_code_of_her_laboratory_is_the_offer(client):
    lead = client("lead")

    def offered():
        return html.document_fromstring(lead.get("/projects/new").text).xpath("//input[@name='code']/@value")

    assert (
        offered() == ["JL-01-001"]
        and "以您的实验室的编号开头，例如 JL-01-001" in lead.get("/projects/new").text
    )
    typed(lead, "/projects/new", **NEW)
    assert offered() == ["JL-01-902"]
    answer = typed(lead, "/projects/new", **NEW)
    assert answer.status_code == 422 and "编号 JL-01-901 已被使用" in words(answer)
    tree = html.document_fromstring(client("executive").get("/projects/new").text)
    assert not tree.xpath("//input[@name='code']")[0].get("value")


@given(st.lists(st.integers(0, 10**6), max_size=8), st.lists(st.text("JL-0123AX", max_size=12), max_size=8))
def test_the_next_code_is_free_and_of_the_series(numbers, others):
    taken = [f"JL-01-{number}" for number in numbers] + others
    code = next_in_series("JL-01", taken)
    assert code not in taken and in_series(code, {"JL-01"}) and is_code(code)
