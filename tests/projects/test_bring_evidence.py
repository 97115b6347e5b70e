"""Somebody brings photographs and papers to a milestone; others judge them; nothing is ever deleted."""

import errno
import io
import os
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kangjiansheng import demonstration
from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core import clock, files
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import Evidence, Milestone, Plan, Project, ProjectMember
from kangjiansheng.projects.queries import evidence as reading
from kangjiansheng.projects.queries import milestone
from tests.support import papers
from tests.support.disposing import dispose
from tests.support.typed import opened, words

PATH = "/projects/KJS-003/milestones/A140"
BRING = f"{PATH}/evidence"
ONE = f"{PATH}/evidence/1"


def upload(*named):
    """Files as a browser sends them."""
    return [(io.BytesIO(data), name) for name, data in named]


def bring(visitor, *named, kind="E1", path=BRING, **more):
    return visitor.post(path, data={"files": upload(*named), "kind": kind, **more})


@pytest.fixture
def member(client, app):
    """The partner scientist as a member of the project: may bring evidence, does not lead."""
    with app.app_context(), writing():
        person = actor_by_email("partner@kjs.example")
        project = db.session.scalar(select(Project).where(Project.code == "KJS-003"))
        project.members.append(ProjectMember(person_id=person.id, role="member", valid_from=clock.today()))
    return client("partner")


@pytest.mark.long
def test_several_files_at_once_stand_on_the_milestone(client):
    lead = client("lead")
    answer = bring(lead, ("放行报告.pdf", papers.PDF), ("IMG_1.JPG", papers.JPEG), note="第 3 批")
    assert (answer.status_code, answer.location) == (303, f"{PATH}#evidence")
    text = words(lead.get(PATH))
    assert "放行报告.pdf" in text and "IMG_1.JPG" in text and "待审核" in text
    assert "第 3 批" in words(lead.get(ONE))
    assert "2 份文件" in words(lead.get("/projects/KJS-003"))


@pytest.mark.long
def test_what_the_template_expects_is_named_and_marked(client):
    lead = client("lead")
    before = words(lead.get(PATH))
    with lead.application.app_context():
        found = milestone(actor=_actor("lead"), code="KJS-003", milestone_code="A140")
        wanted = reading.expected([found.id])[found.id]
    assert len(wanted) >= 1
    for one in wanted:
        assert one.name["hans"] in before
    assert f"应有 {len(wanted)} 项" in before and f"还缺 {len(wanted)} 项" in before
    bring(lead, ("a.pdf", papers.PDF), kind="E1")
    after = words(lead.get(PATH))
    assert (f"还缺 {len(wanted) - 1} 项" in after) or "都有文件" in after


def _actor(short):
    return actor_by_email(f"{short}@kjs.example")


def test_the_file_comes_back_as_it_was_and_harmless(client):
    lead = client("lead")
    bring(lead, ("../../放行\u202e报告.html", papers.PDF), ("照片.png", papers.png()))
    pdf, picture = lead.get(f"{ONE}/files/1"), lead.get(f"{PATH}/evidence/2/files/1")
    assert pdf.data == papers.PDF and picture.data == papers.png()
    assert pdf.headers["Content-Disposition"].startswith("attachment")
    assert "filename*=UTF-8''" in pdf.headers["Content-Disposition"]
    assert "%E6%94%BE%E8%A1%8C%E6%8A%A5%E5%91%8A.html.pdf" in pdf.headers["Content-Disposition"]
    assert picture.headers["Content-Disposition"].startswith("inline")
    for answer, media in ((pdf, "application/pdf"), (picture, "image/png")):
        assert answer.mimetype == media
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
        # Neither may tell whether somebody brought the same bytes before, or when.
        assert "ETag" not in answer.headers and "Last-Modified" not in answer.headers


@pytest.mark.parametrize("who", ["outsider", "partner", "admin", "lead2"])
def test_who_does_not_see_the_milestone_sees_no_file(client, who):
    bring(client("lead"), ("a.pdf", papers.PDF))
    stranger = client(who)
    for path in (ONE, f"{ONE}/files/1"):
        assert stranger.get(path).status_code == 404
    assert bring(stranger, ("b.pdf", papers.pdf("b"))).status_code == 404


def test_who_sees_but_does_not_work_on_it_reads_only(client):
    bring(client("lead"), ("a.pdf", papers.PDF))
    auditor = client("auditor")
    assert auditor.get(f"{ONE}/files/1").data == papers.PDF
    assert "上传证据" not in words(auditor.get(PATH)) and "记录结论" not in words(auditor.get(ONE))
    assert bring(auditor, ("b.pdf", papers.pdf("b"))).status_code == 403
    assert auditor.post(f"{ONE}/verdict", data={"verdict": "accepted"}).status_code == 403
    assert auditor.post(f"{ONE}/withdrawal", data={"note": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("named", "kind", "said"),
    [
        ([], "E1", "请选择文件，或拍一张照片。"),
        ([("a.pdf", papers.PDF)] * 11, "E1", "一次最多上传 10 个文件。"),
        ([("a.pdf", papers.PDF)], "E99", "没有“E99”这一项证据"),
        ([("好.pdf", papers.PDF), ("坏.exe", papers.EXE)], "E1", "“坏.exe”不能上传"),
        ([("空.pdf", b"")], "E1", "“空.pdf”是空的"),
    ],
)
def test_what_is_refused_says_why_and_leaves_nothing(client, named, kind, said):
    lead = client("lead")
    answer = bring(lead, *named, kind=kind, note="请看第 4 页")
    assert answer.status_code == 422
    assert said in words(answer) and "请看第 4 页" in answer.get_data(as_text=True)
    with lead.application.app_context():
        assert (
            db.session.scalar(
                select(Evidence.id).join(Milestone).join(Plan).join(Project).where(Project.code == "KJS-003")
            )
            is None
        )
        refs = db.session.scalar(select(func.count(files.FileRef.id)))
        assert refs == len(demonstration.gates.PIECES)


@pytest.mark.long
def test_a_new_version_follows_and_the_old_one_stays(client):
    lead, chief = client("lead"), client("executive")
    bring(lead, ("v1.pdf", papers.PDF))
    form = opened(chief, ONE, f"{ONE}/verdict")
    assert chief.post(f"{ONE}/verdict", data={**form.to_dict(), "verdict": "accepted"}).status_code == 303
    form = opened(lead, ONE, f"{ONE}/versions").to_dict()
    same = lead.post(f"{ONE}/versions", data={**form, "files": upload(("v1 copy.pdf", papers.PDF))})
    assert same.status_code == 422 and "与第 1 版完全相同" in words(same)
    newer = papers.pdf("corrected")
    answer = lead.post(
        f"{ONE}/versions", data={**form, "files": upload(("v2.pdf", newer)), "note": "更正批号"}
    )
    assert answer.status_code == 303
    text = words(lead.get(ONE))
    assert "共 2 版" in text and "更正批号" in text and "还没有审核" in text
    assert lead.get(f"{ONE}/files/1").data == papers.PDF
    assert lead.get(f"{ONE}/files/2").data == newer
    stale = lead.post(f"{ONE}/versions", data={**form, "files": upload(("v3.pdf", papers.pdf("3")))})
    assert stale.status_code == 409


@pytest.mark.long
def test_the_same_file_may_follow_one_that_was_disposed_of(client):
    lead = client("lead")
    bring(lead, ("v1.pdf", papers.PDF))
    with lead.application.app_context(), writing():
        dispose(db.session.scalars(select(files.FileRef).where(files.FileRef.name == "v1.pdf")).one())
    form = opened(lead, ONE, f"{ONE}/versions").to_dict()
    again = {**form, "files": upload(("v1.pdf", papers.PDF))}
    assert lead.post(f"{ONE}/versions", data=again).status_code == 303
    assert lead.get(f"{ONE}/files/1").status_code == 410 and lead.get(f"{ONE}/files/2").data == papers.PDF


@pytest.mark.long
def test_four_eyes_who_brought_it_does_not_judge_it(client, member):
    lead = client("lead")
    bring(lead, ("mine.pdf", papers.PDF))
    assert "请由另一位负责人审核" in words(lead.get(ONE)) and "记录结论" not in words(lead.get(ONE))
    refused = lead.post(f"{ONE}/verdict", data={"verdict": "accepted", "version": "1"})
    assert refused.status_code == 422
    bring(member, ("theirs.pdf", papers.pdf("theirs")))
    other = f"{PATH}/evidence/2"
    assert member.post(f"{other}/verdict", data={"verdict": "accepted"}).status_code == 403
    form = opened(lead, other, f"{other}/verdict").to_dict()
    assert lead.post(f"{other}/verdict", data={**form, "verdict": ""}).status_code == 422
    silent = lead.post(f"{other}/verdict", data={**form, "verdict": "refused"})
    assert silent.status_code == 422 and "不接受时请写明原因" in words(silent)
    assert (
        lead.post(f"{other}/verdict", data={**form, "verdict": "refused", "note": "缺第 3 批"}).status_code
        == 303
    )
    assert "未接受" in words(member.get(other)) and "缺第 3 批" in words(member.get(PATH))


@pytest.mark.long
def test_those_concerned_are_told(client, member, app):
    lead = client("lead")
    bring(member, ("theirs.pdf", papers.PDF))
    form = opened(lead, ONE, f"{ONE}/verdict").to_dict()
    lead.post(f"{ONE}/verdict", data={**form, "verdict": "accepted"})
    with app.app_context():
        told = {
            row.template: row.person_id
            for row in db.session.scalars(
                select(Notification)
                .where(Notification.template.like("projects:evidence%"))
                .order_by(Notification.id)  # the demonstration has older ones
            )
        }
        assert told["projects:evidence-brought"] == _actor("lead").id
        assert told["projects:evidence-accepted"] == _actor("partner").id
    assert "theirs.pdf" in words(lead.get("/notifications")) and "接受了" in words(
        member.get("/notifications")
    )


@pytest.mark.long
def test_withdrawn_evidence_says_why_and_stays_in_the_record(client, member):
    lead = client("lead")
    bring(member, ("含姓名.pdf", papers.PDF))
    form = opened(member, ONE, f"{ONE}/withdrawal").to_dict()
    assert member.post(f"{ONE}/withdrawal", data={**form, "note": ""}).status_code == 422
    assert member.post(f"{ONE}/withdrawal", data={**form, "note": "含患者姓名"}).status_code == 303
    assert "已撤回 1 份" in words(lead.get(PATH)) and "含患者姓名" in words(lead.get(ONE))
    assert member.get(f"{ONE}/files/1").status_code == 403
    assert client("executive").get(f"{ONE}/files/1").status_code == 403
    assert lead.get(f"{ONE}/files/1").data == papers.PDF == client("auditor").get(f"{ONE}/files/1").data
    for act, data in (
        ("verdict", {"verdict": "accepted"}),
        ("withdrawal", {"note": "x"}),
        ("versions", {"files": upload(("b.pdf", papers.pdf("b")))}),
    ):
        assert lead.post(f"{ONE}/{act}", data={**data, "version": "2"}).status_code == 422


def test_done_with_a_photograph_is_one_tap_more(client, app):
    lead = client("lead")
    form = fields_of_card(lead)
    answer = lead.post(
        f"{PATH}/update",
        data={
            **form,
            "choice": "done",
            "actual": clock.today().isoformat(),
            "files": upload(("IMG.HEIC", papers.HEIC)),
            "kind": "E1",
        },
    )
    assert answer.status_code == 303
    text = words(lead.get(PATH))
    assert "完成于" in text and "IMG.HEIC" in text


def fields_of_card(visitor):
    form = opened(visitor, f"{PATH}/edit", f"{PATH}/update")
    return {name: value for name, value in form.items() if name in ("version", "back", "kind")}


def test_a_bad_file_says_so_and_the_milestone_is_not_done(client):
    lead = client("lead")
    data = {**fields_of_card(lead), "choice": "done", "actual": clock.today().isoformat()}
    answer = lead.post(f"{PATH}/update", data={**data, "files": upload(("x.exe", papers.EXE))})
    assert answer.status_code == 422 and "“x.exe”不能上传" in words(answer)
    assert "完成于" not in words(lead.get(PATH))
    assert lead.post(f"{PATH}/update", data=data).status_code == 303


def test_done_without_evidence_is_said_in_words_and_not_refused(client):
    lead = client("lead")
    data = {**fields_of_card(lead), "choice": "done", "actual": clock.today().isoformat()}
    assert lead.post(f"{PATH}/update", data=data).status_code == 303
    assert "已记为完成，但应有的证据还不齐" in words(lead.get(PATH))


def test_yesterday_knows_nothing_of_what_was_brought_today(client):
    lead = client("lead")
    bring(lead, ("today.pdf", papers.PDF))
    then = clock.today() - timedelta(days=1)
    text = words(lead.get(f"{PATH}?as_of={then}"))
    assert "today.pdf" not in text and "上传证据" not in text
    assert lead.get(f"{ONE}?as_of={then}").status_code == 404
    now = words(lead.get(f"{PATH}?as_of={clock.today()}"))
    assert "today.pdf" in now


def test_a_past_day_shows_the_verdict_of_that_day(client, app):
    """The revision of each day holds the whole state."""
    lead, chief = client("lead"), client("executive")
    bring(lead, ("a.pdf", papers.PDF))
    form = opened(chief, ONE, f"{ONE}/verdict").to_dict()
    chief.post(f"{ONE}/verdict", data={**form, "verdict": "accepted"})
    with app.app_context():
        piece = db.session.scalar(
            select(Evidence).join(Milestone).join(Plan).join(Project).where(Project.code == "KJS-003")
        )
        reader = actor_by_email("lead@kjs.example")
        now = reading.pieces([piece.milestone_id], actor=reader)
        folded = reading.pieces([piece.milestone_id], actor=reader, as_of=clock.today())
        assert now == folded and now[piece.milestone_id][0].verdict == "accepted"


def test_the_trail_holds_the_digest(client, app):
    lead = client("lead")
    bring(lead, ("a.pdf", papers.PDF))
    with app.app_context():
        entry = db.session.scalar(
            select(AuditEntry)
            .where(AuditEntry.act == "projects:evidence:add")
            .order_by(AuditEntry.seq.desc())
        )
        assert entry.after["sha256"] == db.session.scalar(
            select(files.FileBlob.sha256).order_by(files.FileBlob.id.desc())
        )
    assert "上传证据" in words(lead.get(ONE))
    assert "a.pdf" in words(client("auditor").get(f"/audit/{entry.seq}"))


@pytest.mark.long
def test_an_archived_project_takes_nothing(client):
    lead = client("lead")
    bring(lead, ("a.pdf", papers.PDF))
    project = opened(lead, "/projects/KJS-003/people", "/projects/KJS-003/archive").to_dict()
    assert lead.post("/projects/KJS-003/archive", data=project).status_code == 303
    assert bring(lead, ("b.pdf", papers.pdf("b"))).status_code == 422
    assert "上传" not in words(lead.get(ONE)).replace("上传证据", "")
    assert lead.get(f"{ONE}/files/1").status_code == 200


def test_the_row_of_the_table_takes_files_too(client):
    lead = client("lead")
    fragment = lead.get(f"{PATH}/edit?back=project", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert 'hx-encoding="multipart/form-data"' in fragment and 'type="file"' in fragment


def test_a_disk_that_takes_no_file_says_so_and_keeps_what_was_typed(client, monkeypatch):
    lead, fsync, left = client("lead"), os.fsync, []

    def failing(handle):
        if left and not left.pop():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", failing)
    for calls in ([False], [False, True]):  # of the bytes, and of the folder that names them
        left[:] = calls
        sent = {"files": upload(("x.pdf", papers.PDF)), "kind": "E1", "note": "第 3 批"}
        answer = lead.post(BRING, data=sent, headers={"Origin": "http://localhost"})
        assert answer.status_code == 503 and answer.headers["Retry-After"]
        assert "磁盘出错，这次没有保存" in answer.text and "附件请重新选择" in answer.text
        assert "<li>第 3 批</li>" in answer.text and f'action="{BRING}"' in answer.text
        with lead.application.app_context():
            there = [one for one in files.folder().rglob("*") if one.is_file()]
            assert papers.PDF not in [one.read_bytes() for one in there]
    left[:] = [False]
    answer = lead.post(f"/api/v1{BRING}", data={"files": upload(("x.pdf", papers.PDF)), "kind": "E1"})
    assert answer.status_code == 503 and "请告知管理员检查磁盘" in answer.get_json()["detail"]
    assert lead.get(ONE).status_code == 404 and bring(lead, ("x.pdf", papers.PDF)).status_code == 303
