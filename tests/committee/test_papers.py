"""Papers of an item: versions, types, who keeps them and who may see them."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.committee.models import Meeting, Paper
from kangjiansheng.committee.operations import interests, meetings, papers
from kangjiansheng.committee.queries import papers as reading
from kangjiansheng.core import transactions
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef
from tests.support.critic import Critic
from tests.support.disposing import dispose
from tests.support.papers import EXE, PDF, pdf

PLANNED = "SAC-2026-06"


def brought(name: str, data: bytes) -> tuple[io.BytesIO, str]:
    """A file as a browser sends it."""
    return io.BytesIO(data), name


def put(app: Flask, title: str = "安全性报告") -> tuple[int, int]:
    """A paper on the first item; the keys of both."""
    with app.app_context(), transactions.writing():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        secretary = actor_by_email("secretary@kjs.example")
        assert secretary
        return one.items[0].id, papers.add(one.items[0], "a.pdf", pdf("一"), actor=secretary, title=title).id


def test_each_version_of_a_paper_has_its_entry_in_the_trail(app: Flask) -> None:
    item, number = put(app)
    with app.app_context(), transactions.writing():
        secretary = actor_by_email("secretary@kjs.example")
        paper = db.session.get(Paper, number)
        assert secretary and paper
        papers.replace(paper, "b.pdf", pdf("二"), actor=secretary, note="补了附表")
    with app.app_context():
        of_item = AuditEntry.thing == "agenda_item", AuditEntry.thing_id == item
        rows = db.session.scalars(select(AuditEntry).where(*of_item).order_by(AuditEntry.seq)).all()
        told = [(row.act, row.actor_id, row.after["name"]) for row in rows if "paper" in row.act]
    assert told == [
        ("committee:paper:add", secretary.id, "a.pdf"),
        ("committee:paper:replace", secretary.id, "b.pdf"),
    ]


@pytest.mark.long
def test_a_paper_in_pages_with_its_versions(client: Callable[..., Critic], app: Flask) -> None:
    secretary = client("secretary")
    with app.app_context():
        item = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one().items[0].id
    place = f"/meetings/{PLANNED}/items/{item}/papers"
    assert secretary.post(place, data={"title": ""}).status_code == 422
    assert secretary.post(place, data={"files": brought("a.exe", EXE)}).status_code == 422
    assert secretary.post(place, data={"files": brought("风险 评估.pdf", PDF)}).status_code == 303
    with app.app_context():
        number = db.session.scalars(select(Paper.id)).one()
    assert "风险 评估" in client("member").get(f"/meetings/{PLANNED}").text
    one = f"/meetings/{PLANNED}/papers/{number}"
    same = secretary.post(f"{one}/replacement", data={"files": brought("b.pdf", PDF)})
    assert same.status_code == 422 and "与现行版本相同" in same.text
    newer = {"files": brought("b.pdf", pdf("二")), "note": "补了附表"}
    assert secretary.post(f"{one}/replacement", data=newer).status_code == 303
    member = client("member")
    assert member.get(one).data == pdf("二")
    with app.app_context(), transactions.writing():
        dispose(db.session.scalars(select(FileRef).where(FileRef.name == "b.pdf")).one())
    again = secretary.post(f"{one}/replacement", data={"files": brought("c.pdf", pdf("二"))})
    assert again.status_code == 303, "the same was disposed of"
    assert member.get(one).data == pdf("二") and member.get(f"{one}/versions/2").status_code == 410
    assert member.get(f"{one}/versions/1").data == PDF
    assert member.get(f"{one}/versions/4").status_code == 404
    text = member.get(place).text
    assert "第 1 版" in text and "补了附表" in text and "换成新版" not in text
    assert "风险" in member.get("/search?q=风险 评估").text
    assert member.post(f"{one}/withdrawal").status_code == 403
    assert secretary.post(f"{one}/withdrawal").status_code == 303
    for gone in (one, f"{one}/versions/1"):
        assert member.get(gone).status_code == 404 == secretary.get(gone).status_code
    assert "<mark" not in member.get("/search?q=风险 评估").text


@pytest.mark.long
def test_who_does_not_see_the_item_finds_no_paper(client: Callable[..., Critic], app: Flask) -> None:
    item, number = put(app, "ZQXJ报告")
    one, member = f"/meetings/{PLANNED}/papers/{number}", client("member")
    assert member.get(one).status_code == 200
    assert client("outsider").get(one).status_code == 404
    with app.app_context(), transactions.writing():
        secretary, recused = (actor_by_email(f"{short}@kjs.example") for short in ("secretary", "member"))
        assert secretary and recused
        found = db.session.get_one(Paper, number).item
        assert found
        interests.recuse(found, actor=secretary, person_id=recused.id)
    for place in (one, f"{one}/versions/1", f"/meetings/{PLANNED}/items/{item}/papers"):
        assert member.get(place).status_code == 404
    assert "ZQXJ报告" not in member.get(f"/meetings/{PLANNED}").text
    assert "<mark" not in member.get("/search?q=ZQXJ报告").text
    assert client("member2").get(one).status_code == 200
    assert "<mark" in client("member2").get("/search?q=ZQXJ报告").text


def test_who_presents_the_item_brings_its_papers(client: Callable[..., Critic], app: Flask) -> None:
    item, number = put(app)
    place, lead = f"/meetings/{PLANNED}/items/{item}/papers", client("member")
    assert lead.post(place, data={"files": brought("c.pdf", pdf("三"))}).status_code == 403
    with app.app_context(), transactions.writing():
        found = db.session.get_one(Paper, number).item
        member = actor_by_email("member@kjs.example")
        assert found and member
        found.presenter_id = member.id
    assert lead.post(place, data={"files": brought("c.pdf", pdf("三"))}).status_code == 303


def test_papers_of_an_item_that_is_gone_are_nobody_s(
    actor: Callable[[str], Actor], meeting: Callable[[str], Meeting]
) -> None:
    """And no later paper takes over the key, and with it the files."""
    one, secretary = meeting(PLANNED), actor("secretary")
    item = meetings.add_item(one, actor=secretary, name_hans="临时", kind="hear")
    paper = papers.add(item, "a.pdf", PDF, actor=secretary)
    number = paper.id
    meetings.remove_item(item, actor=secretary)
    db.session.expire_all()
    assert reading.paper(actor=secretary, code=PLANNED, number=number) is None
    with pytest.raises(RuleBroken, match="paper-gone"):
        papers.replace(db.session.get_one(Paper, number), "b.pdf", pdf("二"), actor=secretary)
    assert papers.add(one.items[0], "c.pdf", pdf("三"), actor=secretary).id > number
