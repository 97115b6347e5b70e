"""Records are kept as long as their kind demands: nothing goes before, a hold keeps it after, two people let it go, and
what is left says what there was."""

import hashlib
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text, true
from sqlalchemy.exc import DBAPIError, IntegrityError

from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.committee.models import Action, AgendaItem, BacklogItem, Committee, Minutes, Paper
from kangjiansheng.core import clock, files, verify
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.copies.making import make
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileBlob, FileRef
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.quotas import Shelf
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Agreement, Obligation
from kangjiansheng.overview import policies
from kangjiansheng.overview.models import Disposal, LegalHold
from kangjiansheng.overview.operations import retention
from kangjiansheng.overview.queries.retention import KINDS, by_place, may_go, tallies, tally
from kangjiansheng.overview.rules.retention import KINDS as KNOWN
from kangjiansheng.overview.rules.retention import begun_before
from kangjiansheng.overview.views import retention as views
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.operations import projects
from tests.projects.test_bring_evidence import upload
from tests.support import papers
from tests.support.acting import who
from tests.support.app import PASSWORD
from tests.support.at_once import both
from tests.support.critic import Critic
from tests.support.disposing import dispose
from tests.support.typed import opened, send, words

ALL, KIND = "/admin/retention", "/admin/retention/kinds/evidence"
FIRST, OTHER = "/projects/KJS-003/milestones/A140", "/projects/KJS-002/milestones/A180"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SOLE = papers.PDF + b"%sole"


def propose(visitor: Critic, why: str = "期限已满") -> Any:
    return visitor.post(f"{KIND}/disposals", data={"reason": why})


def hold(visitor: Critic, scope: str, place: str = "", why: str = "监管检查") -> Any:
    return visitor.post(f"{ALL}/holds", data={"scope": scope, "place": place, "reason": why})


def refuses(app: Flask, statement: str) -> None:
    with app.app_context(), pytest.raises((DBAPIError, IntegrityError)), writing():
        db.session.execute(text(statement))


@pytest.mark.long
def test_kept_held_and_disposed_of(app: Flask, client: Callable[..., Critic], tmp_path: Path) -> None:
    lead, admin = client("lead"), client("admin")
    brought = {"files": upload(("放行报告.pdf", papers.PDF), ("唯一.pdf", SOLE)), "kind": "E1"}
    assert lead.post(f"{FIRST}/evidence", data=brought).status_code == 303
    same = {"files": upload(("同一份.pdf", papers.PDF)), "kind": "other"}
    assert lead.post(f"{OTHER}/evidence", data=same).status_code == 303
    assert [client(one).get(ALL).status_code for one in ("lead", "executive", "auditor")] == [403, 403, 200]
    assert client("auditor").post(f"{KIND}/disposals", data={"reason": "x"}).status_code == 403
    former = Actor(7, "x")
    assert not policies.refuses_disposal(former, Disposal(proposed_by_id=7)), "who keeps records no more"

    # A period is set with a reason; nothing goes before it is over, by no door.
    assert "30 年" in words(admin.get(KIND)) and "没有可以销毁的" in words(admin.get(KIND))
    said = propose(admin)
    assert said.status_code == 422 and "期限未满不能销毁" in words(said)
    form = opened(admin, KIND, KIND)
    short = {"years": "2", "source": "院内制度第 7 条"}
    assert send(admin, KIND, form, **short, reason="").status_code == 422
    assert send(admin, KIND, form, **short, reason="缩短为两年").status_code == 303
    assert send(admin, KIND, form, years="101", source="x", reason="x").status_code == 422
    assert send(admin, KIND, form, years="3", source="x", reason="x").status_code == 409, "set meanwhile"
    refuses(app, "UPDATE file_ref SET disposed_at = at, disposal_id = 1")
    refuses(app, "DELETE FROM file_ref")
    refuses(app, "REPLACE INTO file_ref SELECT * FROM file_ref")
    with app.app_context(), writing():
        project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
        projects.archive(project, actor=who("executive"), version=project.version)

    with time_machine.travel(clock.now() + timedelta(days=729)):
        assert propose(client("admin")).status_code == 422, "the year has not gone round"

    with time_machine.travel(clock.now() + timedelta(days=732)) as later:
        admin, auditor = client("admin"), client("auditor")
        assert admin.post("/admin/people/CAST-PARTNER/roles", data={"role": "security"}).status_code == 303
        security = client("partner")
        assert "2 项可以销毁" in words(admin.get(KIND)), "the project that goes on keeps its file"

        # A hold keeps it: on the laboratory of the project, the project, or everything.
        for scope, place, why in (
            ("project", "KJS-999", "没有这个编号"), ("project", "", "请填写要保全的"), ("all", "KJS-003", "请改选范围"),
        ):  # fmt: skip
            said = hold(admin, scope, place)
            assert said.status_code == 422 and why in words(said)
        lab = re.search(r"JL-\d+", lead_lab(app))[0]  # type: ignore[index]
        for number, (scope, place) in enumerate((("lab", lab), ("project", "kjs-003"), ("all", "")), start=1):
            assert hold(security, scope, place).status_code == 303
            assert propose(admin).status_code == 422, scope
            lift = f"{ALL}/holds/{number}/lift"
            assert security.post(lift, data={"why": ""}).status_code == 422
            assert security.post(lift, data={"why": "检查结束"}).status_code == 303
        assert hold(security, "project", "KJS-002").status_code == 303

        # One proposes, another approves, who shows once more who it is.
        assert propose(admin, "").status_code == 422
        page = propose(admin)
        one = page.location
        assert page.status_code == 303 and propose(admin).status_code == 422, "one waits"
        assert "销毁单 1 等待批准" in words(security.get("/notifications"))
        assert f"可以批准：{label(app, 'partner')}" in words(admin.get(one))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(views, "holders", lambda: {"security": []})
            assert "现在没有可以批准的人" in words(admin.get(one))
        approval = {"password": PASSWORD, "remark": "已核对"}
        said = admin.post(f"{one}/approve", data=approval)
        assert said.status_code == 422 and "申请人不能批准" in words(said)
        assert security.post(f"{one}/approve", data={"password": "wrong"}).status_code == 422
        assert "放行报告" not in admin.get(one).text and "放行报告" in auditor.get(one).text
        assert security.post(f"{one}/refuse", data={"remark": "先问项目"}).status_code == 303
        assert security.post(f"{one}/approve", data=approval).status_code == 422, "it was decided"
        one = propose(admin).location
        steps: list[Callable[[], object]] = [
            lambda: retention.place_hold("all", "", "监管检查", actor=who("partner")),
            lambda: retention.approve(
                db.session.get_one(Disposal, 2), Given(password=PASSWORD), actor=who("partner")
            ),
        ]
        assert sorted(both(app, lambda: steps.pop(0)())) == ["", "overview:disposal-held"], (
            "at the same moment"
        )
        said = security.post(f"{one}/approve", data=approval)
        assert said.status_code == 422 and "2 项现在不能销毁" in words(said)
        assert security.post(f"{ALL}/holds/5/lift", data={"why": "检查结束"}).status_code == 303
        assert security.post(f"{one}/approve", data=approval).status_code == 303

        assert "核验方式 从 — 到 登录密码" in " ".join(words(security.get(one)).split())

        # What is left says what there was; the bytes go a little later, but for what another file needs.
        reader = client("executive")
        told = words(reader.get(f"{FIRST}/evidence/1"))
        assert "放行报告.pdf" in told and "（销毁单 2）" in told and "SHA-256" in told
        gone = reader.get(f"{FIRST}/evidence/1/files/1")
        assert gone.status_code == 410 and "只留下名称和 SHA-256" in words(gone)
        assert reader.get(f"{OTHER}/evidence/1/files/1").data == papers.PDF
        with app.app_context():
            root = files.folder()
            stored = db.session.scalars(select(FileBlob.sha256)).all()
            lone, shared = (files.place(root, hashlib.sha256(one).hexdigest()) for one in (SOLE, papers.PDF))
        later.shift(timedelta(minutes=30))
        with app.app_context(), writing():
            retention.empty()
            assert files.sweep() == 0
        assert lone.exists(), "a copy that began before still reads it"
        later.shift(timedelta(minutes=31))
        with app.app_context(), writing():
            retention.empty()
            retention.empty()
        assert not lone.exists() and shared.exists()
        later.shift(timedelta(hours=1))
        with app.app_context(), writing():
            files.put(root, lone.name, SOLE)  # of an upload that was refused in the end
            assert files.sweep() == 1 and shared.exists() and not lone.exists()
        assert "已清除 1 项" in words(auditor.get(one)) and "别处还要用" in words(auditor.get(one))
        assert reader.get(f"{FIRST}/evidence/2/files/1").status_code == 410

        # Trail, files and copies are whole without the bytes; no row of it can be changed.
        with app.app_context():
            assert [*verify.problems(db.session()), *files.problems(db.session(), root)] == []
            assert make(app.config["SETTINGS"], tmp_path / "copy.kjs")["files"]["count"] == len(stored) - 1
            acts = db.session.scalars(
                select(AuditEntry.act).where(AuditEntry.thing == "disposal").order_by(AuditEntry.seq)
            )
            assert [act.rsplit(":")[-1] for act in acts] == [
                "propose",
                "refuse",
                "propose",
                "approve",
                "empty",
            ]
        refuses(
            app, "UPDATE file_ref SET disposed_at = NULL, disposal_id = NULL WHERE disposed_at IS NOT NULL"
        )
        refuses(app, "UPDATE disposal SET decided_by_id = proposed_by_id")
        refuses(app, "DELETE FROM disposal_file")

        # Old messages go in the same way, and at once.
        with app.app_context(), writing():
            for at in (clock.now(), LONG_AGO):
                db.session.add(Notification(person_id=1, template="x", facts={}, address="", created_at=at))
            waits = Outbox(dedup_key="y", to="x", template="x", facts={}, due_at=LONG_AGO)
            db.session.add_all(
                [waits, Outbox(dedup_key="x", to="x", template="x", facts={}, due_at=LONG_AGO, state="sent")]
            )
        letters = f"{ALL}/kinds/messages"
        said = admin.post(f"{letters}/disposals", data={"reason": "x"})
        assert said.status_code == 422, "any hold keeps them"
        assert security.post(f"{ALL}/holds/4/lift", data={"why": "检查结束"}).status_code == 303
        one = admin.post(f"{letters}/disposals", data={"reason": "期限已满"}).location
        assert "2 条" in words(security.get(one)), "neither what waits nor what is new"
        assert security.post(f"{one}/approve", data=approval).status_code == 303
        assert "已清除 2 项" in words(auditor.get(one))
        with app.app_context():
            left = select(Outbox.dedup_key).where(Outbox.due_at == LONG_AGO)
            assert db.session.scalars(left).all() == ["y"]

        # The same file brought again is there again.
        again = {"files": upload(("又一份.pdf", SOLE)), "kind": "other"}
        assert client("lead").post(f"{OTHER}/evidence", data=again).status_code == 303
        assert reader.get(f"{OTHER}/evidence/2/files/1").data == SOLE


@pytest.mark.long
def test_a_hold_after_the_approval_brings_back_what_it_keeps(
    app: Flask, client: Callable[..., Critic]
) -> None:
    lead = client("lead")
    for place, data in ((FIRST, SOLE), (OTHER, SOLE + b"2"), (OTHER, SOLE + b"3")):
        brought = {"files": upload(("x.pdf", data)), "kind": "other"}
        assert lead.post(f"{place}/evidence", data=brought).status_code == 303
    with app.app_context(), writing():
        for project in db.session.scalars(select(Project).where(Project.code.in_(["KJS-002", "KJS-003"]))):
            projects.archive(project, actor=who("executive"), version=project.version)
        retention.set_period(
            "evidence", actor=who("admin"), version=None, years=2, source="院内制度", reason="缩短"
        )
    with time_machine.travel(clock.now() + timedelta(days=732)) as later:
        admin = client("admin")
        one = propose(admin).location
        waits, security, reader = "1 份销毁单等您批准", client("partner"), client("executive")
        for late in ("PARTNER", "EXECUTIVE"):  # who gets the right afterwards finds on home what waits
            assert waits not in words((security if late == "PARTNER" else reader).get("/"))
            granted = {"role": "security"}
            assert admin.post(f"/admin/people/CAST-{late}/roles", data=granted).status_code == 303
            assert waits in words((security if late == "PARTNER" else reader).get("/"))
        assert waits not in words(admin.get("/")), "she proposed it"
        assert security.post(f"{one}/approve", data={"password": PASSWORD}).status_code == 303
        refuses(app, "UPDATE file_ref SET disposed_at = NULL, disposal_id = NULL")
        first, others = f"{FIRST}/evidence/1/files/1", f"{OTHER}/evidence/%s/files/1"
        assert reader.get(first).status_code == 410

        # At once: it opens again, takes room again, is in copies again; who proposed it and who approved it are told.
        assert hold(security, "project", "KJS-003").status_code == 303
        assert reader.get(first).data == SOLE and reader.get(others % 1).status_code == 410
        told = "销毁单 1：1 份文件因保全恢复"
        assert told in words(admin.get("/notifications"))
        assert "1 份文件因批准之后设的保全没有销毁" in words(admin.get(one))
        assert "因保全恢复已销毁的文件" in words(admin.get(one))
        later.shift(timedelta(minutes=61))

        # What came under the hold by another way is asked for once more, right before the bytes go.
        with app.app_context(), writing():
            db.session.add(
                LegalHold(
                    scope="all", place="", reason="x", placed_by_id=who("admin").id, placed_at=clock.now()
                )
            )
        with app.app_context(), writing():
            retention.empty()
        assert [reader.get(others % number).status_code for number in (1, 2)] == [200, 200]
        assert "销毁单 1：2 份文件因保全恢复" in words(security.get("/notifications"))
        assert "已清除 0 项" in words(admin.get(one)) and "别处还要用" not in words(admin.get(one))
        with app.app_context():
            named = [*verify.problems(db.session()), *files.problems(db.session(), files.folder())]
            assert named == ["legal_hold id 2: belongs to no audit entry"], "the one that came by another way"
            acts = select(AuditEntry.act, AuditEntry.after).where(AuditEntry.thing == "disposal")
            trail = {act.rsplit(":")[-1]: after for act, after in db.session.execute(acts)}
        assert trail["bring-back"]["held"] == 2 and trail["empty"]["emptied"] == 0

        # Once the holds are lifted, the same files may be proposed anew.
        for number in (1, 2):
            assert security.post(f"{ALL}/holds/{number}/lift", data={"why": "检查结束"}).status_code == 303
        one = propose(admin).location
        assert security.post(f"{one}/approve", data={"password": PASSWORD}).status_code == 303
        later.shift(timedelta(minutes=61))
        with app.app_context(), writing():
            retention.empty()
        assert "已清除 3 项" in words(admin.get(one)), "once a hold comes later, nothing is brought back"
        assert hold(security, "all").status_code == 303
        assert reader.get(first).status_code == 410


@pytest.mark.long
def test_a_hold_brings_nothing_back_of_which_the_bytes_went_before_a_crash(
    app: Flask, client: Callable[..., Critic]
) -> None:
    brought = {"files": upload(("x.pdf", SOLE)), "kind": "other"}
    assert client("lead").post(f"{FIRST}/evidence", data=brought).status_code == 303
    with app.app_context(), writing():
        project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
        projects.archive(project, actor=who("executive"), version=project.version)
        retention.set_period(
            "evidence", actor=who("admin"), version=None, years=2, source="院内制度", reason="缩短"
        )
    with time_machine.travel(clock.now() + timedelta(days=732)) as later:
        admin, security = client("admin"), client("partner")
        granted = {"role": "security"}
        assert admin.post("/admin/people/CAST-PARTNER/roles", data=granted).status_code == 303
        one = propose(admin).location
        assert security.post(f"{one}/approve", data={"password": PASSWORD}).status_code == 303
        later.shift(timedelta(minutes=61))
        with pytest.raises(KeyboardInterrupt), app.app_context(), writing():
            retention.empty()
            raise KeyboardInterrupt
        assert hold(security, "all").status_code == 303
        assert client("executive").get(f"{FIRST}/evidence/1/files/1").status_code == 410
        with app.app_context(), writing():
            assert [*files.problems(db.session(), files.folder())] == []
            retention.empty()
        assert "已清除 1 项" in words(admin.get(one))


def label(app: Flask, short: str) -> str:
    with app.app_context():
        return who(short).label


def lead_lab(app: Flask) -> str:
    with app.app_context():
        project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
        return next(row.lab.code for row in project.labs)


def put(thing: str, thing_id: int) -> None:
    blob = FileBlob(sha256=hashlib.sha256(f"{thing} {thing_id}".encode()).hexdigest(), size=10, media_type="")
    db.session.add(FileRef(blob=blob, thing=thing, thing_id=thing_id, name="x", by_id=1, at=LONG_AGO))


def ended_and_held(years: int = 2) -> dict[str, tuple[int, int]]:
    db.session.flush()
    found = tallies(dict.fromkeys(KINDS, years))
    for kind, one in found.items():
        assert sum(place.ended for place in by_place(kind, years)) == one.ended
        assert len(may_go(kind, years)) == one.may_go
    return {kind: (one.ended, one.held) for kind, one in found.items() if kind != "evidence"}


@pytest.mark.long
def test_every_kind_ends_with_what_it_concerns_and_is_held_by_it(app: Flask) -> None:
    assert KINDS.keys() == {kind for kind, one in KNOWN.items() if one.files}
    assert begun_before(30, date(2028, 2, 29)) == date(1998, 2, 28) and begun_before(0, clock.today()) is None
    with app.app_context(), time_machine.travel(clock.now() + timedelta(days=16 * 366)):
        project = db.session.scalars(select(Project).where(Project.code == "KJS-011")).one()
        committee = db.session.scalars(select(Committee)).one()
        free, concerned = (
            db.session.scalars(select(AgendaItem).where(which).order_by(AgendaItem.id)).first()
            for which in (AgendaItem.project_id.is_(None), AgendaItem.project_id == project.id)
        )
        waits = BacklogItem(
            committee_id=committee.id,
            kind="hear",
            name_hans="x",
            life="waiting",
            proposed_by_id=1,
            proposed_at=LONG_AGO,
        )
        papers_ = [Paper(item=free, title="x", position=9), Paper(item=concerned, title="x", position=9)]
        papers_ += [Paper(title="x", position=9)]
        db.session.add_all([*papers_, waits])
        db.session.flush()
        kept = Paper(backlog_item_id=waits.id, title="x", position=9)
        db.session.add(kept)
        db.session.flush()
        for paper in (*papers_, kept):
            put("paper", paper.id)
        for item in (free, concerned):
            minutes = select(Minutes).where(Minutes.meeting_id == item.meeting_id)
            put("minutes", db.session.scalars(minutes).one().id)
            actions = select(Action).where(Action.project_id.is_not_distinct_from(item.project_id))
            put("action", db.session.scalars(actions.order_by(Action.id)).first().id)
        for kind in (Agreement, Obligation):
            thing = db.session.scalars(select(kind).order_by(kind.id)).first()
            put(kind.__tablename__, thing.id)
            thing.archived_at = LONG_AGO

        both = {"agreements": (1, 0), "obligations": (1, 0)}
        assert ended_and_held() == {"papers": (1, 0), "proofs": (0, 0), "scans": (0, 0), **both}, (
            "the charter: 30 years"
        )
        assert ended_and_held(0) == dict.fromkeys(ended_and_held(), (0, 0)), "for ever"
        committee.retention_years = 1
        assert ended_and_held() == {"papers": (2, 0), "proofs": (1, 0), "scans": (1, 0), **both}, (
            "the project goes on"
        )
        project.archived_at = LONG_AGO
        assert ended_and_held() == {"papers": (3, 0), "proofs": (2, 0), "scans": (2, 0), **both}
        assert {kind: one.held for kind, one in ((k, tally(k, 40)) for k in KINDS)} == dict.fromkeys(KINDS, 0)

        lab = next(row.lab_id for row in project.labs)
        of_all = {"agreements": (1, 1), "obligations": (1, 1)}
        of_project = {"papers": (3, 2), "proofs": (2, 1), "scans": (2, 1), **of_all}
        whole = {"papers": (3, 3), "proofs": (2, 2), "scans": (2, 2), **of_all}
        for scope, place, expected in (
            ("project", project.id, of_project),
            ("lab", lab, of_project),
            ("committee", committee.id, whole),
            ("all", None, whole),
            ("project", 1, {"papers": (3, 1), "proofs": (2, 0), "scans": (2, 0), **of_all}),
        ):
            standing = LegalHold(scope=scope, place_id=place, reason="x", placed_by_id=1, placed_at=LONG_AGO)
            db.session.add(standing)
            assert ended_and_held() == expected, scope
            standing.lifted_at = LONG_AGO
        assert ended_and_held()["papers"] == (3, 0)


def test_bytes_that_are_brought_again_while_they_go_stay(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, put_as_ever = threading.Event(), files.put

    def bring(thing_id: int) -> None:
        with app.app_context(), writing():
            shelf = Shelf("", FileRef.thing_id == thing_id, lambda _actor: true())
            facts = {"actor": who("lead"), "at": clock.now(), "within": shelf}
            files.attach("agreement", thing_id, "x.pdf", SOLE, **facts)  # type: ignore[arg-type]

    def put_slowly(root: Path, sha256: str, data: bytes) -> None:
        put_as_ever(root, sha256, data)  # the bytes are still there
        seen.set()
        time.sleep(0.3)

    bring(7001)
    with app.app_context(), writing():
        dispose(db.session.scalars(select(FileRef).where(FileRef.thing_id == 7001)).one())
    monkeypatch.setattr(files, "put", put_slowly)
    again = threading.Thread(target=bring, args=(7002,), daemon=True)
    again.start()
    assert seen.wait(30)
    digest = hashlib.sha256(SOLE).hexdigest()
    with app.app_context(), writing():
        assert files.remove([digest]) == 0
    again.join(30)
    with app.app_context():
        assert files.read(files.folder(), digest) == SOLE
