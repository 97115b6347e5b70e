"""The pack before the meeting: frozen, the same bytes in any process, and for each reader what they may see."""

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.committee.models import Meeting, MeetingPack, Paper
from kangjiansheng.committee.operations import interests, meetings, packs, papers
from kangjiansheng.committee.queries import packs as reading
from kangjiansheng.core import transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import sha256
from kangjiansheng.core.errors import RuleBroken
from tests.support.critic import Critic
from tests.support.papers import pdf

PLANNED = "SAC-2026-06"
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


def who(short: str) -> Actor:
    found = actor_by_email(f"{short}@kjs.example")
    assert found
    return found


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
    assert list(files) == ["agenda.md", "pack.json", paper, "SHA256SUMS"]
    assert files[paper] == pdf("一")
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {n: hashlib.sha256(d).hexdigest() for n, d in files.items() if n != "SHA256SUMS"}
    text = files["agenda.md"].decode()
    assert "首例方案" in text and "示例数据" in text and "未完成的行动项" in text and "→" in text
    assert "其余内容未对您开放" not in text
    with app.app_context():
        kept = db.session.scalars(select(MeetingPack)).one()
        assert kept.sha256 == sha256(kept.content) == orjson.loads(files["pack.json"])["sha256"]


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


def test_a_paper_that_was_taken_back_is_not_in_it(client: Callable[..., Critic], app: Flask) -> None:
    frozen(app)
    with app.app_context(), transactions.writing():
        papers.withdraw(db.session.scalars(select(Paper)).one(), actor=who("secretary"))
    files = opened(client("executive"))
    assert not any(name.startswith("papers/") for name in files)
    assert "首例方案" not in files["agenda.md"].decode() and "冻结之后撤回" in files["agenda.md"].decode()


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


def test_the_page_offers_it(client: Callable[..., Critic]) -> None:
    secretary = client("secretary")
    assert "还没有冻结材料包" in secretary.get(f"/meetings/{PLANNED}").text
    assert "还没有冻结材料包" not in client("member").get(f"/meetings/{PLANNED}").text
    assert secretary.post(f"/meetings/{PLANNED}/packs").status_code == 303
    assert f"/meetings/{PLANNED}/packs/1" in client("member").get(f"/meetings/{PLANNED}").text
