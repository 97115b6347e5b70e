"""The scanned sealed copy of minutes that stand: for those from whom nothing is withheld, and never without a trace."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Meeting, Minutes
from kangjiansheng.committee.operations import interests, reviews, scans
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.transactions import writing
from tests.support import papers
from tests.support.critic import Critic
from tests.support.disposing import dispose

BASE = "/meetings/SAC-2026-03/minutes"


def bring(visitor: Critic, data: bytes = papers.PDF, name: str = "盖章.pdf", base: str = BASE) -> int:
    return visitor.post(
        f"{base}/scans", data={"files": (io.BytesIO(data), name), "note": "第 1 页"}
    ).status_code


def test_the_secretary_adds_it_and_members_read_it(client: Callable[..., Critic], app: Flask) -> None:
    assert bring(client("secretary")) == 303
    member = client("member")
    assert "用印扫描件" in member.get(BASE).get_data(as_text=True)
    page = member.get(f"{BASE}/scans").get_data(as_text=True)
    assert "盖章.pdf" in page
    assert "附一份扫描件" not in page
    got = member.get(f"{BASE}/scans/1")
    assert (got.status_code, got.data) == (200, papers.PDF)
    assert bring(member) == 403
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "committee:scan:add")).one()
        assert entry.after["name"] == "盖章.pdf"


def test_what_is_not_taken(client: Callable[..., Critic], app: Flask) -> None:
    secretary = client("secretary")
    assert bring(secretary, b"nothing", "x.pdf") == 422
    assert bring(secretary, b"text", "x.txt") == 422
    assert secretary.post(f"{BASE}/scans", data={}).status_code == 422
    assert bring(secretary) == 303
    assert bring(secretary) == 422, "the same twice"
    with app.app_context(), writing():
        dispose(db.session.scalars(select(FileRef).where(FileRef.thing == "minutes")).one())
    assert bring(secretary) == 303, "it was disposed of"
    assert bring(secretary, base="/meetings/SAC-2026-04/minutes") == 422, "under review"


def test_who_does_not_see_everything_does_not_find_it(
    client: Callable[..., Critic],
) -> None:
    assert bring(client("secretary")) == 303
    assert client("outsider").get(f"{BASE}/scans").status_code == 404
    partly = "/meetings/SAC-2026-02/minutes"
    assert bring(client("secretary"), base=partly) == 303
    partner = client("partner")
    assert partner.get(partly).status_code == 200
    assert "用印扫描件" not in partner.get(partly).get_data(as_text=True)
    for path in ("/scans", "/scans/1"):
        assert partner.get(partly + path).status_code == 404


def test_a_recused_member_does_not_find_it(
    client: Callable[..., Critic],
    actor: Callable[[str], Actor],
    draft_minutes: Minutes,
    sign: Callable[..., object],
) -> None:
    item, secretary = draft_minutes.meeting.items[1], actor("secretary")
    interests.recuse(item, actor=secretary, person_id=actor("member").id, kind="whole")
    draft = reviews.open_review(draft_minutes, actor=secretary)
    for short in ("member", "member2", "chair"):
        sign(draft, short)
    db.session.commit()
    base = "/meetings/SAC-2026-05/minutes"
    assert bring(client("secretary"), base=base) == 303
    recused = client("member")
    assert "用印扫描件" not in recused.get(base).get_data(as_text=True)
    for path in ("/scans", "/scans/1"):
        assert recused.get(base + path).status_code == 404


def test_it_is_withdrawn_with_a_reason_and_stays_in_the_record(client: Callable[..., Critic]) -> None:
    secretary = client("secretary")
    bring(secretary)
    assert secretary.post(f"{BASE}/scans/1/withdrawal", data={"note": ""}).status_code == 422
    assert secretary.post(f"{BASE}/scans/1/withdrawal", data={"note": "缺页"}).status_code == 303
    assert secretary.get(f"{BASE}/scans/1").status_code == 404
    assert bring(secretary) == 303, "and comes again under the next number"
    assert secretary.get(f"{BASE}/scans/2").status_code == 200


def test_the_operation_itself_refuses(
    meeting: Callable[[str], Meeting], actor: Callable[[str], Actor]
) -> None:
    minutes = meeting("SAC-2026-05").minutes
    assert minutes is not None
    with pytest.raises(RuleBroken, match="scan-early"):
        scans.add(minutes, "x.pdf", papers.PDF, actor=actor("secretary"))
