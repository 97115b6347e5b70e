"""A party takes its data out in one archive: what any of its members may see, nothing else, and whole."""

import csv
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
import time_machine
from flask import Flask
from sqlalchemy import insert, select

from kangjiansheng.committee.models import AgendaItem, Meeting, Recusal
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import row_digest
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import canonical
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.jobs import run_due
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.queue import Task
from kangjiansheng.core.traces import AccessTrace
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Institution, InstitutionMember, JointLab, SharedResource
from kangjiansheng.labs.queries.visible import any_member_of
from kangjiansheng.overview import jobs
from kangjiansheng.overview.models import PartyArchive
from kangjiansheng.overview.queries import archives, party_data
from kangjiansheng.overview.views.archives import making
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Project
from tests.permissions import doors, planted
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.disposing import dispose
from tests.support.queries import queries_counted
from tests.support.sheets import work

Client = Callable[..., Critic]
PAGE = "/partners/RJ/archive"
AT = datetime.fromisoformat("2026-11-23T12:00:00+08:00")


def _party() -> Institution:
    return db.session.scalars(select(Institution).where(Institution.code == "RJ")).one()


def _furnish(app: Flask) -> str:
    """Words in everything; a contact of RJ; one project of RJ for its team alone; an item of a meeting to come from
    which the contact is recused. The name of that item."""
    planted.plant(app)
    with app.app_context(), writing():
        member = who("member")
        row = select(InstitutionMember).where(InstitutionMember.person_id == member.id)
        db.session.scalars(row.where(InstitutionMember.institution_id == _party().id)).one().role = "contact"
        scope = party_data.scope_of(any_member_of(_party()))
        seen = list(db.session.scalars(select(Project).where(Project.id.in_(scope.projects))))
        item = _items()[0]
        item.name_hans = "zq-withheld-word"
        closed = next(one for one in seen if one.id != item.project_id and one.confidentiality != "open")
        closed.confidentiality = "team"
        db.session.add(Recusal(agenda_item_id=item.id, person_id=member.id, kind="whole"))
        narrow = db.session.scalars(party_data.files.evidence(scope).with_only_columns(FileRef.id)).first()
        db.session.get_one(FileRef, narrow).level = "team"
        return item.name_hans


def _items() -> list[AgendaItem]:
    """The items of meetings to come that RJ sees."""
    scope = party_data.scope_of(any_member_of(_party()))
    query = select(AgendaItem).join(Meeting).where(AgendaItem.id.in_(scope.items), Meeting.life == "planned")
    return list(db.session.scalars(query.order_by(AgendaItem.id)))


def _worked_off(app: Flask) -> PartyArchive:
    work(app)
    return db.session.scalars(select(PartyArchive).order_by(PartyArchive.id.desc())).first()  # type: ignore[return-value]


def _downloaded(client: Critic) -> bytes:
    with client.get(f"{PAGE}/2.zip") as answer:
        assert answer.status_code == 200
        return answer.data


def _checked(data: bytes) -> dict[str, bytes]:
    """The files of an archive, held against its list of digests and its manifest as anybody could do it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    sums = dict(reversed(line.split("  ", 1)) for line in found["SHA256SUMS"].decode().splitlines())
    assert set(sums) == set(found) - {"SHA256SUMS"}
    assert {name: hashlib.sha256(found[name]).hexdigest() for name in sums} == sums
    manifest = json.loads(found["manifest.json"])
    told = {one["path"]: (one["size"], one["sha256"]) for one in manifest["entries"]}
    assert told == {name: (len(found[name]), sums[name]) for name in sums if name != "manifest.json"}
    for name, content in found.items():
        if name.startswith("data/") and name.endswith(".json"):
            table = json.loads(content)
            assert canonical(table) == content
            sheet = list(
                csv.DictReader(io.StringIO(found[name.replace(".json", ".csv")].decode("utf-8-sig")))
            )
            assert len(sheet) == len(table["rows"])
            for line, row in zip(sheet, table["rows"], strict=True):
                assert line.keys() == row.keys()
                assert line["illustrative"] == json.dumps(row["illustrative"])
    return found


@pytest.mark.long
def test_an_archive_lives_from_the_asking_to_its_end(client: Client, app: Flask) -> None:
    secret = _furnish(app)
    for short in ("partner", "lead", "admin", "auditor"):
        assert client(short).get(PAGE).status_code == 403
    assert PAGE not in client("partner").get("/partners/RJ").get_data(as_text=True)
    executive, contact = client("executive"), client("member")
    assert PAGE in contact.get("/partners/RJ").get_data(as_text=True)
    assert "还没有申请过" in contact.get(PAGE).get_data(as_text=True)

    # Two who ask get one; what was taken back is not made.
    executive.post(f"{PAGE}/requests")
    contact.post(f"{PAGE}/requests")
    assert "排队中" in contact.get(PAGE, headers={"HX-Request": "true"}).get_data(as_text=True)
    contact.post(f"{PAGE}/1/withdrawal")
    with app.app_context():
        assert [one.life for one in db.session.scalars(select(PartyArchive))] == ["ended"]
        assert _worked_off(app).file == ""
    assert client("executive", "en").get(f"{PAGE}/1.zip").status_code == 404

    executive.post(f"{PAGE}/requests")
    with app.app_context():
        made = _worked_off(app)
        digest, size, number = made.sha256, made.size, made.number
        assert (made.life, number, made.illustrative) == ("ready", 2, True)
        assert db.session.scalars(
            select(Notification).where(Notification.template == "overview:archive")
        ).one()
        assert db.session.scalars(select(Outbox).where(Outbox.template == "overview:archive")).one()
    shown = contact.get(PAGE).get_data(as_text=True)
    assert digest in shown
    data = _downloaded(contact)
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (digest, size)

    # It is whole, it is labelled, and holds what the party sees: asked for by an executive, too.
    found = _checked(data)
    readme = found["README.md"].decode()
    assert all(word in readme for word in ("示例数据", "示例數據", "Illustrative", "sha256sum -c SHA256SUMS"))
    text = "\n".join([*found, *(one.decode("utf-8", "replace") for one in found.values())])
    marks = {(kind, int(key)) for kind, key in planted.MARK.findall(text)}
    with app.app_context():
        party, member = doors.seen_by(any_member_of(_party())), doors.seen_by(who("member"))
        assert {f"{kind} {key}" for kind, key in marks if key not in party[kind]} == set()
        assert {kind for kind, seen in party.items() if not seen <= member[kind]} == set()
        assert {kind for kind, seen in party.items() if seen} - {"company", "result"} <= {
            kind for kind, _key in marks
        }
        team = set(db.session.scalars(select(Project.id).where(Project.confidentiality == "team")))
        assert team and not {key for kind, key in marks if kind == "project"} & team
        narrow = set(db.session.scalars(select(FileRef.id).where(FileRef.level == "team")))
        assert narrow and not {key for kind, key in marks if kind == "evidence"} & narrow
        acts = list(db.session.scalars(select(AuditEntry.act).where(AuditEntry.thing == "party_archive")))
        assert acts == [f"overview:archive:{act}" for act in ("ask", "end", "ask", "make", "take")]
        traces = db.session.scalars(select(AccessTrace).where(AccessTrace.kind == "export")).all()
        assert {one.thing for one in traces} == {"project", "agreement", "minutes"}
        assert {one.person_id for one in traces} == {who("member").id}
    assert any(name.startswith("minutes/") for name in found)
    assert any(name.startswith("files/evidence/") for name in found)
    assert secret not in text  # a member is recused from it: for the others it is left out as well

    # Nor when a file of it was disposed of; another archive names that file, and does not hold it.
    with app.app_context():
        made = db.session.scalars(select(PartyArchive).where(PartyArchive.number == 2)).one()
        held = select(FileRef).where(FileRef.id.in_(made.holds["file_ref"]), FileRef.thing == "evidence")
        lone = db.session.scalars(held).first()
        assert lone is not None
        dispose(lone)
        assert archives.standing(made) == "outdated"
        rows = db.session.execute(party_data.files.evidence(party_data.scope_of(any_member_of(_party()))))
        assert [row.disposed_at for row in rows if row.sha256 == lone.blob.sha256] == [lone.disposed_at]
        db.session.rollback()

    # Once the party may not see all any more that is in it, it is given to nobody; seven days later it is gone.
    assert _downloaded(executive) == data
    for kind in (JointLab, SharedResource):
        with app.app_context():
            seen = party_data.scope_of(any_member_of(_party())).labs
            own = kind.id.in_(seen) if kind is JointLab else kind.lab_id.in_(seen)
            key = db.session.scalars(select(kind.id).where(own, kind.confidentiality == "parties")).first()
        for level, status in (("team", 404), ("parties", 200)):
            with app.app_context(), writing():
                db.session.get_one(kind, key).confidentiality = level
            with contact.get(f"{PAGE}/2.zip") as answer:
                assert answer.status_code == status, (kind, level)
    with app.app_context(), writing():
        db.session.add(Recusal(agenda_item_id=_items()[0].id, person_id=who("executive").id, kind="whole"))
    assert executive.get(f"{PAGE}/2.zip").status_code == contact.get(f"{PAGE}/2.zip").status_code == 404
    assert "不能再下载" in executive.get(PAGE).get_data(as_text=True)
    with time_machine.travel(clock.now() + timedelta(days=7, hours=1), tick=True), app.app_context():
        run_due([one for one in jobs.ROUNDS if one.kind == "archives"])
        gone = db.session.scalars(select(PartyArchive).where(PartyArchive.number == 2)).one()
        assert (gone.life, gone.file, gone.holds, list(archives.folder().iterdir())) == (
            "expired",
            "",
            {},
            [],
        )
        db.session.rollback()
    assert "已过期" in contact.get(PAGE).get_data(as_text=True)


def test_what_cannot_be_made_says_so_and_can_be_asked_for_again(client: Client, app: Flask) -> None:
    executive = client("executive")
    executive.post(f"{PAGE}/requests")
    with (
        mock.patch.object(making, "fill", side_effect=OSError("no room")),
        mock.patch("kangjiansheng.core.queue.PAUSE", timedelta(0)),
    ):
        work(app)
    assert "没有做成" in executive.get(PAGE).get_data(as_text=True)
    with app.app_context():
        assert db.session.scalars(select(Task.state)).one() == "failed"
        assert list(archives.folder().iterdir()) == []
    executive.post(f"{PAGE}/requests")
    with app.app_context():
        assert [one.life for one in db.session.scalars(select(PartyArchive))] == ["failed", "asked"]


@pytest.mark.long
def test_the_same_data_are_the_same_bytes_in_as_many_statements_and_as_much_memory(app: Flask) -> None:
    def made() -> tuple[bytes, int]:
        out = io.BytesIO()
        with queries_counted() as seen:
            making.fill(out, any_member_of(_party()), "RJ", AT, language="en")
        db.session.rollback()
        return out.getvalue(), len(seen)

    with app.app_context():
        archives.folder().mkdir()
        first, few = made()
        assert made() == (first, few)
        scope = party_data.scope_of(any_member_of(_party()))
        old = db.session.scalars(
            select(MilestoneEntry).join(Milestone).where(Milestone.plan_id.in_(scope.plans))
        ).first()
        assert old is not None
        values: dict[str, Any] = {
            key: getattr(old, key)
            for key in MilestoneEntry.__table__.columns.keys()  # noqa: SIM118
            if key not in ("id", "note")
        }
        values["digest"] = row_digest(MilestoneEntry.__mapper__, old)
        with writing():
            db.session.execute(insert(MilestoneEntry), [values | {"note": "n" * 2000} for _n in range(4000)])
        tracemalloc.start()
        with open(app.config["SETTINGS"].instance / "out.zip", "w+b") as out, queries_counted() as seen:
            making.fill(out, any_member_of(_party()), "RJ", AT, language="en")
            size = out.seek(0, 2)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(seen) == few
        assert size > len(first) + 2 * 4000 * 2000 > 2 * peak
