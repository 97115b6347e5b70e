"""The pack before the meeting: frozen, the same bytes in any process, and for each reader what they may see."""

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.documents import pack_outline
from kangjiansheng.committee.models import Meeting, MeetingPack, Paper
from kangjiansheng.committee.operations import interests, meetings, packs, papers, publishing
from kangjiansheng.committee.queries import packs as reading
from kangjiansheng.core import transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import sha256
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.i18n import speaking
from kangjiansheng.core.outbox import Notification
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.disposing import dispose
from tests.support.papers import pdf

PLANNED = "SAC-2026-06"
NOTICE = "committee:pack-frozen"
ROOT = Path(__file__).parents[2]
RENDER = """
import hashlib, sys, orjson
from flask import Flask
from flask_babel import Babel
from kangjiansheng.committee.documents import pack
app = Flask("a")
Babel(app)
with app.test_request_context("/"):
    data = pack.rendered(orjson.loads(sys.stdin.buffer.read()), lambda digest: b"paper " + digest.encode())
print(hashlib.sha256(data).hexdigest())
"""


def frozen(app: Flask) -> None:
    """A pack with a paper on the second item."""
    with app.app_context(), transactions.writing():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        papers.add(one.items[1], "方案.pdf", pdf("一"), actor=who("secretary"), title="首例方案")
        packs.freeze(one, actor=who("secretary"))


def opened(client: Critic, number: int = 1) -> dict[str, bytes]:
    answer = client.get(f"/meetings/{PLANNED}/packs/{number}")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_agenda_papers_moves_and_actions(client: Callable[..., Critic], app: Flask) -> None:
    frozen(app)
    files = opened(client("executive"))
    paper = "papers/02-1-方案.pdf"
    assert list(files) == ["agenda.pdf", "agenda.md", "pack.json", paper, "SHA256SUMS"]
    assert files[paper] == pdf("一")
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {n: hashlib.sha256(d).hexdigest() for n, d in files.items() if n != "SHA256SUMS"}
    assert files["agenda.pdf"].startswith(b"%PDF")
    text = files["agenda.md"].decode()
    assert "首例方案" in text and "示例数据" in text and "未完成的行动项" in text and "→" in text
    assert "其余内容未对您开放" not in text
    with app.app_context():
        kept = db.session.scalars(select(MeetingPack)).one()
        assert kept.sha256 == sha256(kept.content) == orjson.loads(files["pack.json"])["sha256"]


@pytest.mark.long
def test_it_does_not_follow_later_changes(client: Callable[..., Critic], app: Flask) -> None:
    frozen(app)
    reader, before = client("executive"), opened(client("executive"))
    with app.app_context(), transactions.writing():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        item, secretary = one.items[1], who("secretary")
        meetings.edit_item(item, actor=secretary, version=None, name_hans="改了", minutes_planned=5)
        papers.replace(db.session.scalars(select(Paper)).one(), "新.pdf", pdf("二"), actor=secretary)
        meetings.edit_meeting(one, actor=secretary, version=None, place="别处")
    assert opened(reader) == before
    with app.app_context(), transactions.writing():
        packs.freeze(
            db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one(), actor=who("chair")
        )
    assert "改了" in opened(reader, 2)["agenda.md"].decode() and opened(reader) == before


@pytest.mark.long
def test_two_processes_give_the_same_bytes(app: Flask) -> None:
    """With other hashes, another zone and another day of the year in the process."""
    frozen(app)
    with app.app_context():
        content = orjson.dumps(
            reading.for_reader(db.session.scalars(select(MeetingPack)).one(), actor=who("executive"))
        )
    made = set()
    for seed, zone in (("1", "UTC"), ("2", "America/New_York")):
        env = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", RENDER], input=content, env=env, capture_output=True, check=True
        )
        made.add(done.stdout)
    assert len(made) == 1


@pytest.mark.long
def test_each_gets_what_they_may_see(client: Callable[..., Critic], app: Flask) -> None:
    frozen(app)
    whole = opened(client("executive"))
    with app.app_context(), transactions.writing():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        item = one.items[1]
        title = item.name_hans
        interests.recuse(item, actor=who("secretary"), person_id=who("member").id)
    kept = opened(client("member"))
    assert not any(name.startswith("papers/") for name in kept)
    for name, data in kept.items():
        if name == "agenda.pdf":  # its words are packed; it is set from the outline alone
            continue
        assert title not in data.decode() and "首例方案" not in data.decode(), name
    assert "其余内容未对您开放" in kept["agenda.md"].decode()
    assert orjson.loads(kept["pack.json"])["sha256"] is None
    assert opened(client("executive")) == whole
    assert client("outsider").get(f"/meetings/{PLANNED}/packs/1").status_code == 404
    assert client("member").post(f"/meetings/{PLANNED}/packs").status_code == 403
    # A member without a project learns no move of it; the same two readers get the same bytes.
    assert opened(client("member2")) == opened(client("member2"))
    with app.app_context():
        found = reading.for_reader(db.session.scalars(select(MeetingPack)).one(), actor=who("member2"))
        assert found["projects"].keys() == set() or all(row["code"] for row in found["projects"].values())


def test_the_pdf_says_what_the_reader_may_see(app: Flask) -> None:
    """Hours, presenters, kinds, moves, actions and digests for who sees all; a mark for who does not."""
    frozen(app)
    with app.app_context(), transactions.writing():
        kept = db.session.scalars(select(MeetingPack)).one()
        item = kept.meeting.items[1]
        title = item.name_hans
        whole = pack_outline.outline(reading.for_reader(kept, actor=who("executive")))
        interests.recuse(item, actor=who("secretary"), person_id=who("member").id)
        cut = pack_outline.outline(reading.for_reader(kept, actor=who("member")))
        with speaking("en"):
            english = pack_outline.outline(reading.for_reader(kept, actor=who("executive")))
    second = whole["items"][1]
    assert second["at"] == "09:40" and "汇报人" in second["about"] and "表决" in second["about"]
    assert second["papers"][0]["sha256"] == hashlib.sha256(pdf("一")).hexdigest()
    assert whole["moves"]["projects"][0]["rows"] and whole["actions"] and whole["sha256"]
    assert whole["illustrative"] == "示例数据" and whole["withheld"] == ""
    assert cut["withheld"] and cut["sha256"] == "" and title not in str(cut) and "首例方案" not in str(cut)
    assert english["title"] == "Meeting pack" and "Beijing time" in english["hours"]


@pytest.mark.long
def test_the_day_of_the_pdf_is_that_of_the_freezing(client: Callable[..., Critic], app: Flask) -> None:
    frozen(app)
    with app.app_context():
        at = db.session.scalars(select(MeetingPack)).one().frozen_at.astimezone(UTC)
    now = opened(client("executive"))["agenda.pdf"]
    with time_machine.travel("2026-11-30T09:00:00+08:00"):
        later = opened(client("executive"))["agenda.pdf"]
    assert f"D:{at:%Y%m%d%H%M%S}Z".encode() in now and later == now


def test_the_members_hear_of_it_without_its_items(app: Flask) -> None:
    """A recused member gets the same notice as the others; who froze it, and who is not invited, none."""
    with app.app_context(), transactions.writing():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        titles = [name for i in one.items for name in (i.name_hans, i.name_hant, i.name_en) if name]
        interests.recuse(one.items[1], actor=who("secretary"), person_id=who("member").id)
        packs.freeze(one, actor=who("secretary"))
    with app.app_context():
        told = list(db.session.scalars(select(Notification).where(Notification.template == NOTICE)))
        people = {row.person_id for row in told}
        assert {who("member").id, who("member2").id, who("chair").id} <= people
        assert not people & {who("secretary").id, who("outsider").id}
        assert len({orjson.dumps(row.facts) for row in told}) == 1
        assert not any(title in str(row.facts) for row in told for title in titles)


def draft_code() -> str:
    return db.session.scalars(select(Meeting.code).order_by(Meeting.id.desc()).limit(1)).one()


def test_nobody_hears_of_the_pack_of_a_draft(app: Flask) -> None:
    with app.app_context(), transactions.writing():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        draft = meetings.create_meeting(
            one.committee, actor=who("secretary"), held_on=one.held_on + timedelta(days=30), draft=True
        )
        meetings.add_item(draft, actor=who("secretary"), name_hans="先备", kind="hear")
        packs.freeze(draft, actor=who("secretary"))
    with app.app_context():
        query = select(Notification).where(Notification.template == NOTICE)
        assert list(db.session.scalars(query)) == []
    with app.app_context(), transactions.writing():
        draft = db.session.scalars(select(Meeting).order_by(Meeting.id.desc()).limit(1)).one()
        publishing.publish(draft, actor=who("secretary"))
    with app.app_context():
        told = list(db.session.scalars(query))
        assert {row.person_id for row in told} >= {who("chair").id, who("member2").id}, "now they do"
        assert {row.address for row in told} == {f"/meetings/{draft_code()}"}


def test_what_left_the_agenda_is_given_to_nobody(client: Callable[..., Critic], app: Flask) -> None:
    """Nobody can tell any more who might see it: not even when another item takes over its key."""
    frozen(app)
    with app.app_context(), transactions.writing():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        last, secretary = one.items[-1], who("secretary")
        title, key = last.name_hans, last.id
        meetings.remove_item(last, actor=secretary)
        again = meetings.add_item(one, actor=secretary, name_hans="后来的", kind="hear")
        assert again.id >= key
    text = opened(client("executive"))["agenda.md"].decode()
    assert title not in text and "其余内容未对您开放" in text


@pytest.mark.long
@pytest.mark.parametrize("disposed", [False, True])
def test_a_paper_that_was_taken_back_or_disposed_of_is_not_in_it(
    client: Callable[..., Critic], app: Flask, *, disposed: bool
) -> None:
    frozen(app)
    with app.app_context(), transactions.writing():
        if disposed:
            dispose(db.session.scalars(select(FileRef).where(FileRef.thing == "paper")).one())
        else:
            papers.withdraw(db.session.scalars(select(Paper)).one(), actor=who("secretary"))
    files = opened(client("executive"))
    assert not any(name.startswith("papers/") for name in files)
    said = files["agenda.md"].decode()
    assert ("“首例方案”（第 1 版）在冻结之后按保存期限的规定销毁" in said) is disposed
    assert ("有材料在冻结之后撤回" in said) is not disposed and ("首例方案" in said) is disposed


@pytest.mark.long
def test_a_version_that_is_not_in_the_pack_may_be_disposed_of(
    client: Callable[..., Critic], app: Flask
) -> None:
    with app.app_context(), transactions.writing():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        paper = papers.add(one.items[1], "方案.pdf", pdf("零"), actor=who("secretary"), title="首例方案")
        papers.replace(paper, "方案.pdf", pdf("一"), actor=who("secretary"))
        packs.freeze(one, actor=who("secretary"))
        of = select(FileRef).where(FileRef.thing == "paper", FileRef.version_no == 1)
        dispose(db.session.scalars(of).one())
    files = opened(client("executive"))
    assert [data for name, data in files.items() if name.startswith("papers/")] == [pdf("一")]
    assert "销毁" not in files["agenda.md"].decode()


def test_the_record_cannot_be_changed(app: Flask) -> None:
    frozen(app)
    with app.app_context(), transactions.writing():
        for statement in ("UPDATE meeting_pack SET number = 2", "DELETE FROM meeting_pack"):
            with pytest.raises(sa.exc.DBAPIError), db.session.begin_nested():
                db.session.execute(sa.text(statement))
        db.session.rollback()


def test_an_empty_agenda_is_not_frozen(
    actor: Callable[[str], Actor], meeting: Callable[[str], Meeting]
) -> None:
    one = meeting(PLANNED)
    for item in list(one.items):
        meetings.remove_item(item, actor=actor("secretary"))
    with pytest.raises(RuleBroken, match="pack-empty"):
        packs.freeze(one, actor=actor("secretary"))


@pytest.mark.long
def test_the_page_offers_it(client: Callable[..., Critic]) -> None:
    secretary = client("secretary")
    assert "还没有冻结材料包" in secretary.get(f"/meetings/{PLANNED}").text
    assert "还没有冻结材料包" not in client("member").get(f"/meetings/{PLANNED}").text
    assert secretary.post(f"/meetings/{PLANNED}/packs").status_code == 303
    assert f"/meetings/{PLANNED}/packs/1" in client("member").get(f"/meetings/{PLANNED}").text
