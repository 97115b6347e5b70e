"""An executive puts an institution away, and takes it out again."""

import pytest

from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.labs import operations, queries
from kangjiansheng.labs.queries import resting
from tests.support.typed import opened, send, words

ARCHIVE = "/partners/DHLS/archive"


def test_an_unused_institution_leaves_the_list_and_keeps_its_page(client):
    executive = client("executive")
    answer = send(executive, ARCHIVE, opened(executive, "/partners/DHLS", ARCHIVE))
    assert answer.status_code == 303
    page = executive.get(answer.location)
    assert "已归档" in words(page)
    assert "/partners/DHLS/restore" in page.get_data(as_text=True)  # undo, in the toast
    assert "东浩兰生" not in words(executive.get("/partners"))
    assert "东浩兰生" in words(executive.get("/partners?archived=1"))


def test_it_comes_back(client):
    executive = client("executive")
    send(executive, ARCHIVE, opened(executive, "/partners/DHLS", ARCHIVE))
    assert executive.post("/partners/DHLS/restore").status_code == 303
    text = words(executive.get("/partners/DHLS"))
    assert "归档机构" in text and "恢复机构" in text
    assert "东浩兰生" in words(executive.get("/partners"))


def test_what_is_in_use_is_refused_and_the_refusal_says_by_what(client):
    executive = client("executive")
    answer = send(
        executive, "/partners/NCTM/archive", opened(executive, "/partners/NCTM", "/partners/NCTM/archive")
    )
    assert answer.status_code == 422
    assert "AGR-901 · JL-01" in words(answer)


def test_higher_floors_have_a_say(actor, monkeypatch):
    executive = actor("executive")
    monkeypatch.setattr(resting, "higher", [lambda thing: ["KJS-999"]])
    found = queries.institution(actor=executive, code="DHLS")
    with pytest.raises(RuleBroken) as problem:
        operations.archive(found, actor=executive, version=found.version)
    assert problem.value.facts["by"] == "KJS-999"


def test_what_is_archived_is_not_edited(actor):
    executive = actor("executive")
    found = queries.institution(actor=executive, code="DHLS")
    operations.archive(found, actor=executive, version=found.version)
    with pytest.raises(RuleBroken) as problem:
        operations.edit_institution(found, actor=executive, version=None, name_hans="新名")
    assert problem.value.code == "labs:archived"


def test_a_stale_page_does_not_archive(actor):
    executive = actor("executive")
    found = queries.institution(actor=executive, code="DHLS")
    with pytest.raises(Stale):
        operations.archive(found, actor=executive, version=found.version - 1)


def test_nobody_else_archives(client):
    for who in ("auditor", "admin", "lead", "member", "outsider"):
        assert client(who).post(ARCHIVE).status_code == 403
        assert client(who).post("/partners/DHLS/restore").status_code == 403
