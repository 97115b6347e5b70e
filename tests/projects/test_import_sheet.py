"""A sheet goes out, is edited anywhere, and comes back: dry run, consent, one act, and back again."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core import audit, clock, verify
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import (
    ImportBatch,
    ImportRow,
    Milestone,
    MilestoneEntry,
    Project,
    ProjectMember,
)
from kangjiansheng.projects.operations import milestones as operations
from kangjiansheng.projects.operations.ledger import STATE
from tests.support.sheets import change, checked, consent, grid_of, imported, send, taken_along, work
from tests.support.typed import words
from tests.support.workbooks import xlsx

PATH = "/milestones/import"


def later(days: int = 60) -> date:
    return clock.today() + timedelta(days=days)


def find(code: str = "A140", project: str = "KJS-003", who: str = "lead") -> Milestone:
    actor = actor_by_email(f"{who}@kjs.example")
    assert actor is not None
    found = queries.milestone(actor=actor, code=project, milestone_code=code)
    assert found is not None
    return found


def totals() -> list[int]:
    """How many rows the tables have that a dry run must not touch, and the sum of all versions."""
    kinds: tuple[Any, ...] = (MilestoneEntry, ChangeSet, audit.AuditEntry, Notification)
    counts = [db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]
    return [*counts, db.session.scalar(select(func.sum(Milestone.version))) or 0]


def text(answer: Any) -> str:
    """The page as it was sent, and after it what a reader reads."""
    page = answer.get_data(as_text=True)
    return page + (words(answer).replace("， ", "，") if "<main" in page else "")


def join(app: Any, who: str, role: str = "member", project: str = "KJS-003") -> None:
    with app.app_context(), writing():
        person = actor_by_email(f"{who}@kjs.example")
        found = db.session.scalars(select(Project).where(Project.code == project)).one()
        assert person is not None
        db.session.add(
            ProjectMember(project_id=found.id, person_id=person.id, role=role, valid_from=date(2025, 1, 1))
        )


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("who", ["lead", "executive"])
def test_what_comes_back_unchanged_changes_nothing(app, client, language, kind, who):
    person = client(who, language)
    data = person.get(f"/milestones/sheet.{kind}").data
    with app.app_context():
        before = totals()
    address = checked(app, person, data, f"milestones.{kind}")
    with app.app_context():
        assert totals() == before
        batch = db.session.scalars(select(ImportBatch)).one()
        assert batch.state == "checked" and batch.counts["same"] == batch.counts["rows"] > 10
        assert (batch.faults, batch.content) == ([], None)
        assert batch.remarks == []
        rows = [
            (row.number, row.faults, row.remarks, row.changes)
            for row in db.session.scalars(select(ImportRow))
        ]
        assert rows == []
    assert person.get(address).status_code == 200


def test_the_export_of_the_list_is_not_said_to_agree_when_its_own_columns_were_changed(app, client):
    """The list's date column is forecast or actual in one, and is not read: an edit there must not look taken."""
    lead = client("lead")
    address = checked(app, lead, lead.get("/milestones.xlsx").data, "milestones.xlsx")
    page = lead.get(address).get_data(as_text=True)
    assert "表格与系统一致" not in page and "有些列没有读取" in page
    assert '<details class="above" open>' in page and "预测或实际" in page
    to_edit = lead.get("/milestones/sheet.xlsx")
    assert (
        "milestones-to-edit-2026-11-23.xlsx" in to_edit.headers["Content-Disposition"]
    )  # one tells them apart on disk
    same = lead.get(checked(app, lead, to_edit.data)).get_data(as_text=True)
    assert "表格与系统一致" in same and '<details class="above"' not in same


def test_the_editable_sheet_holds_what_one_sees_and_its_last_column_is_hidden(client):
    grid = taken_along(client("partner"))
    assert {row[0] for row in grid[1:]} == {f"KJS-{n:03d}" for n in (1, 4, 10, 14, 15, 20)}
    own = taken_along(client("lead"), "?owner=me")
    assert 1 < len(own) < len(taken_along(client("executive")))


@pytest.mark.long
def test_a_date_moves_through_the_sheet_as_it_would_on_its_page(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    number = change(grid, "KJS-003", "A140", forecast=later(), reason="监管审评", note="补充资料")
    with app.app_context():
        before = totals()
        old = find()
        forecast, moves, version = old.forecast, old.moves, old.version
    address = checked(app, lead, grid)
    with app.app_context():
        assert totals() == before
    shown = text(lead.get(address))
    assert f"H{number}" in shown and forecast.isoformat() in shown and later().isoformat() in shown
    assert "1 行修改，0 行冲突，0 行有错" in shown
    assert consent(lead, address).status_code == 303
    assert "正在写入" in text(lead.get(address))
    assert work(app) == 1
    with app.app_context():
        new = find()
        assert (new.forecast, new.reason_code, new.note) == (later(), "REGULATOR", "补充资料")
        assert (new.moves, new.version, new.confirmed_by_id) == (
            moves + 1,
            version + 1,
            actor_by_email("lead@kjs.example").id,
        )
        entry = db.session.scalars(select(MilestoneEntry).order_by(MilestoneEntry.id.desc())).first()
        assert (entry.kind, entry.forecast, entry.change_set.source, entry.imported) == (
            "forecast",
            later(),
            "import",
            False,
        )
        assert new.confirmed_at == entry.recorded_at == entry.effective_at
        last = db.session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.seq.desc())).first()
        assert (last.act, last.after["milestones"]) == ("projects:sheet:apply", 1)
        assert list(verify.problems(db.session())) == []
    assert "导入 1 行，0 行没有导入" in text(lead.get(address))
    trail = text(client("auditor").get("/audit"))
    assert "导入里程碑表格" in trail and f"{address.rpartition('/')[2]} 里程碑.xlsx" in trail
    history = text(lead.get("/projects/KJS-003/milestones/A140"))
    assert f"<b>{later().isoformat()}</b>" in history and "补充资料" in history


@pytest.mark.long
def test_several_columns_of_a_row_are_several_acts_and_undo_takes_all_back(app, client):
    lead = client("lead")
    with app.app_context():
        old = {key: getattr(find(), key) for key in (*STATE, "confirmed_at")}
        version = find().version
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", plan=later(30), forecast=later(40), owner="CAST-LEAD", reason="ETHICS")
    address = checked(app, lead, grid)
    assert "1 行调整计划，需要说明原因和批准依据" in text(lead.get(address))
    refused = consent(lead, address, why="招标延后")
    assert (
        refused.status_code == 422
        and "请写明理由，以及由谁批准。" in text(refused)
        and "招标延后" in text(refused)
    )
    assert consent(lead, address, why="招标延后", authority="项目例会").status_code == 303
    work(app)
    assert "招标延后（批准：项目例会）" in text(lead.get("/projects/KJS-003/milestones/A140"))
    with app.app_context():
        assert (find().current_plan, find().forecast) == (later(30), later(40))
        kinds = [
            e.kind
            for e in db.session.scalars(select(MilestoneEntry).order_by(MilestoneEntry.id.desc()).limit(2))
        ]
        assert sorted(kinds) == ["forecast", "rebaseline"]
    assert lead.post(f"{address}/undo").status_code == 303
    assert work(app) == 1
    with app.app_context():
        assert {key: getattr(find(), key) for key in old} == old
        assert find().version == version + 2
        undone = list(db.session.scalars(select(MilestoneEntry).order_by(MilestoneEntry.id.desc()).limit(4)))
        assert [e.kind for e in undone] == ["undo", "undo", "forecast", "rebaseline"]
        assert [e.undoes_id for e in undone[:2]] == [undone[3].id, undone[2].id]
        assert undone[0].change_set.undoes_id == undone[2].change_set_id
        assert list(verify.problems(db.session())) == []
    assert "撤销 1 行，0 行没有撤销" in text(lead.get(address))


def test_what_somebody_changed_after_the_import_is_not_undone(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=later(40), reason="ETHICS")
    change(grid, "KJS-003", "A150", forecast=later(80), reason="ETHICS")
    address = imported(app, lead, grid)
    with app.app_context(), writing():
        operations.on_track(find(), actor=actor_by_email("lead@kjs.example"), version=None)
    lead.post(f"{address}/undo")
    work(app)
    with app.app_context():
        assert find().forecast == later(40)
        assert find("A150").forecast != later(80)
    shown = text(lead.get(address))
    assert "撤销 1 行，1 行没有撤销" in shown and "导入之后有人改过，没有撤销" in shown


def test_what_somebody_else_changed_meanwhile_is_shown_with_both_values(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    number = change(grid, "KJS-003", "A140", forecast=later(40), reason="ETHICS")
    with app.app_context(), writing():
        then = find().forecast
        operations.will_slip(
            find(), later(50), "OTHER", actor=actor_by_email("lead@kjs.example"), version=None
        )
    address = checked(app, lead, grid)
    shown = text(lead.get(address))
    assert "0 行修改，1 行冲突，0 行有错" in shown
    assert (
        f"导出时是 {then.isoformat()}，别人改成了 {later(50).isoformat()}，您写的是 {later(40).isoformat()}。"
        in shown
    )
    assert consent(lead, address).status_code == 422  # a conflict is not ticked by itself
    with app.app_context():
        row = db.session.scalars(select(ImportRow)).one()
        assert (row.kind, str(row.number), row.accepted) == ("conflict", number, False)
        ticks = {"seen": [str(row.id)], "accept": [str(row.id)]}
    assert lead.post(f"{address}/consent", data=ticks).status_code == 303
    work(app)
    with app.app_context():
        assert find().forecast == later(40)


@pytest.mark.long
def test_a_row_changed_between_dry_run_and_consent_is_left_out_and_the_others_go_on(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=later(40), reason="ETHICS")
    change(grid, "KJS-003", "A150", forecast=later(80), reason="ETHICS")
    address = checked(app, lead, grid)
    with app.app_context(), writing():
        operations.will_slip(
            find(), later(50), "OTHER", actor=actor_by_email("lead@kjs.example"), version=None
        )
    assert consent(lead, address).status_code == 303
    work(app)
    with app.app_context():
        assert (find().forecast, find("A150").forecast) == (later(50), later(80))
    shown = text(lead.get(address))
    assert "导入 1 行，1 行没有导入" in shown and "试算之后有人改过，没有导入" in shown
    again = checked(app, lead, grid)
    with app.app_context():
        assert [
            row.kind
            for row in db.session.scalars(
                select(ImportRow)
                .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
                .where(ImportBatch.code == again.split("/")[-1])
            )
        ] == ["conflict"]


def test_ticks_decide_and_a_missing_reason_is_asked_for_once(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=later(40), reason=None)
    change(grid, "KJS-003", "A150", forecast=later(80), reason=None)
    change(grid, "KJS-003", "A170", forecast=later(300), reason=None)
    address = checked(app, lead, grid)
    with app.app_context():
        ids = {row.code: str(row.id) for row in db.session.scalars(select(ImportRow))}
    ticks = {"seen": list(ids.values()), "accept": [ids["A140"], ids["A150"]]}
    bar = text(lead.post(f"{address}/rows", data=ticks, headers={"HX-Request": "true"}))
    assert "已勾选 2 行" in bar and "2 行改了预测却没写原因" in bar
    refused = lead.post(f"{address}/consent", data=ticks)
    assert refused.status_code == 422 and "请选一个主要原因" in text(refused)
    assert 'id="reason-err"' in text(refused), "beside its field, not only at the head"
    assert lead.post(f"{address}/consent", data={**ticks, "reason": "SUPPLY"}).status_code == 303
    work(app)
    with app.app_context():
        assert (find().reason_code, find("A150").reason_code) == ("SUPPLY", "SUPPLY")
        assert find("A170").forecast != later(300)


def test_an_earlier_date_needs_no_reason_and_one_long_before_the_project_is_a_slip_of_the_pen(app, client):
    lead = client("lead")
    with app.app_context():
        reason = find("A170").reason_code
    grid = taken_along(lead)
    change(grid, "KJS-003", "A170", forecast=later(3), reason=None)
    number = change(grid, "KJS-003", "A140", actual=date(1961, 5, 1))
    address = imported(app, lead, grid)
    shown = text(lead.get(address))
    assert "太早了：项目始于" in shown and f"J{number}" in shown
    with app.app_context():
        assert (find("A170").forecast, find("A170").reason_code) == (later(3), reason)


@pytest.mark.long
def test_another_reason_of_a_slip_is_taken_without_another_date(app, client):
    """As on its page: the date stands, nothing counts as a move; the note stays as the sheet has it."""
    lead = client("lead")
    with app.app_context(), writing():
        who = actor_by_email("lead@kjs.example")
        operations.will_slip(find(), later(), "REGULATOR", actor=who, version=None, note="等补充资料")
    with app.app_context():
        before = {key: getattr(find(), key) for key in STATE}
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", reason="ETHICS")
    address = checked(app, lead, grid)
    assert "1 行修改，0 行冲突，0 行有错" in text(lead.get(address))
    assert consent(lead, address).status_code == 303
    work(app)
    with app.app_context():
        assert {key: getattr(find(), key) for key in STATE} == {**before, "reason_code": "ETHICS"}
        last = db.session.scalars(select(MilestoneEntry).order_by(MilestoneEntry.id.desc())).first()
        assert (last.kind, last.forecast, last.reason_code) == ("forecast", later(), "ETHICS")
        assert list(verify.problems(db.session())) == []


def test_the_result_counts_what_was_not_written_and_lists_what_is_still_to_be_moved(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=later(400), reason="ETHICS")
    change(grid, "KJS-003", "A150", forecast="明年", reason="ETHICS")
    change(grid, "KJS-003", "A120", forecast="随时", reason="ETHICS")
    address = checked(app, lead, grid)
    trial = text(lead.get(f"{address}/effect"))
    assert consent(lead, address).status_code == 303
    work(app)
    shown = text(lead.get(address))
    assert "导入 1 行，2 行没有导入" in shown and f'hx-get="{address}/effect"' in shown
    after = text(lead.get(f"{address}/effect"))
    listed = re.findall(r'href="/projects/KJS-003/milestones/(\w+)"', after)
    assert "A170" in listed and "请逐项确认或顺延" in after
    told = re.search(r"行使 \d+ 个下游里程碑来不及，最多差 \d+ 天", trial)
    assert told and "导入的" + told[0] in after
    with app.app_context(), writing():
        operations.will_slip(
            find("A170"), later(900), "OTHER", actor=actor_by_email("lead@kjs.example"), version=None
        )
    assert "/milestones/A170" not in text(lead.get(f"{address}/effect"))


@pytest.mark.long
def test_a_row_that_came_later_than_said_is_reckoned_from_what_stood_before_it(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    done = clock.today() - timedelta(1)
    change(grid, "KJS-003", "A140", actual=done, state="已完成")
    address = checked(app, lead, grid)
    trial = text(lead.get(f"{address}/effect"))
    consent(lead, address)
    work(app)
    told = re.search(r"行使 \d+ 个下游里程碑来不及，最多差 \d+ 天", trial)
    after = text(lead.get(f"{address}/effect"))
    assert ("导入的" + told[0] if told else "导入的行没有使下游里程碑来不及") in after


@pytest.mark.long
def test_what_it_does_to_later_milestones_is_shown_before_consent_and_it_can_be_left_at_that(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=later(400), reason="ETHICS")
    address = checked(app, lead, grid)
    assert f'hx-get="{address}/effect"' in text(lead.get(address))
    piece = {"headers": {"HX-Request": "true"}}
    shown = text(lead.get(f"{address}/effect", **piece))
    assert "个下游里程碑来不及" in shown and "A170" in shown and "<html" not in shown
    assert "导入不会移动它们" in text(lead.get(f"{address}/effect"))
    assert client("lead2").get(f"{address}/effect").status_code == 404
    with app.app_context():
        before, acts = find("A170").forecast, audit.history("import_batch", 1)
    assert acts == []
    lead.post(f"{address}/rows", data={"all": "no", "show": "change"})
    assert "不影响下游里程碑" in text(lead.get(f"{address}/effect", **piece))
    assert client("executive").post(f"{address}/discarding").status_code == 403
    assert lead.post(f"{address}/discarding").status_code == 303
    assert "这次试算已放弃" in text(lead.get(address)) and "已放弃" in text(lead.get(PATH))
    assert lead.post(f"{address}/discarding").status_code == 422
    assert lead.post(f"{address}/consent", data={}).status_code == 422
    with app.app_context():
        assert db.session.scalar(select(func.count(ImportRow.id))) == 0 and find("A170").forecast == before
        assert [entry.act for entry in audit.history("import_batch", 1)] == ["projects:sheet:discard"]
    address = imported(app, lead, grid)  # the file may come once more
    with app.app_context():
        assert (find().forecast, find("A170").forecast) == (later(400), before)


def test_all_or_none_of_a_view(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=later(40), reason="ETHICS")
    address = checked(app, lead, grid)
    lead.post(f"{address}/rows", data={"all": "no", "show": "change"})
    assert "已勾选 0 行" in text(lead.get(address))
    assert lead.post(f"{address}/consent", data={}).status_code == 422
    lead.post(f"{address}/rows", data={"all": "yes", "show": "change"})
    assert "已勾选 1 行" in text(lead.get(f"{address}?show=change"))


def test_faults_are_said_with_sheet_cell_and_reason_in_the_readers_language(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    number = change(grid, "KJS-003", "A140", forecast="下周二")
    change(grid, "KJS-003", "A150", forecast="3/4/2027")
    grid.append(["KJS-999", None, "A140"])
    address = checked(app, lead, grid)
    sentences = {
        "zh-Hans": "日期无法识别，请写成 2026-11-20 这样。",
        "zh-Hant": "日期無法識別，請寫成 2026-11-20 這樣。",
        "en": "This date cannot be read. Write it like 2026-11-20.",
    }
    for language, sentence in sentences.items():
        shown = text(lead.get(f"{address}?show=fault&lang={language}"))
        assert sentence in shown and f"H{number}" in shown and "Sheet1" in shown and "下周二" in shown
    shown = text(lead.get(address))
    assert "可能是 2027-03-04，也可能是 2027-04-03" in shown
    assert "没有 KJS-999 A140 这个里程碑。" in shown and "确认导入 0 行" in shown


def test_what_one_may_not_see_is_like_what_is_not_there(app, client):
    grid = taken_along(client("executive"))
    rows = [grid[0], *[row for row in grid if row[0] == "KJS-003"]]
    partner = client("partner")
    address = checked(app, partner, rows)
    shown = text(partner.get(address))
    assert "没有 KJS-003 A140 这个里程碑。" in shown
    with app.app_context():
        kinds = {row.kind for row in db.session.scalars(select(ImportRow))}
        assert kinds == {"fault"}
        assert {row.milestone_id for row in db.session.scalars(select(ImportRow))} == {None}


@pytest.mark.parametrize(
    ("who", "said"), [("executive", "您可以查看这个里程碑，但不能更新它。"), ("partner", "")]
)
def test_rights_decide(app, client, who, said):
    join(app, "partner")
    person = client(who)
    grid = taken_along(person)
    change(grid, "KJS-003", "A140", forecast=later(40), reason="ETHICS")
    change(grid, "KJS-003", "A150", actual=clock.today())
    address = checked(app, person, grid)
    shown = text(person.get(address))
    if said:
        assert said in shown and "0 行修改，0 行冲突，2 行有错" in shown
        return
    assert "您只能提议新的预测日期" in shown
    consent(person, address)
    work(app)
    with app.app_context():
        assert find().proposed == later(40) and find().forecast != later(40)
        told = list(db.session.scalars(select(Notification).where(Notification.template == "projects:sheet")))
        assert told and {n.facts["count"] for n in told} == {1}


@pytest.mark.long
def test_one_notice_for_each_person_however_many_rows(app, client):
    join(app, "partner")
    lead = client("lead")
    grid = taken_along(lead)
    for code in ("A140", "A150", "A170"):
        change(grid, "KJS-003", code, forecast=later(400), reason="ETHICS")
    imported(app, lead, grid)
    with app.app_context():
        told = list(db.session.scalars(select(Notification).where(Notification.template == "projects:sheet")))
        partner = actor_by_email("partner@kjs.example")
        assert [(n.person_id, n.facts["count"]) for n in told] == [(partner.id, 3)]
        assert told[0].facts["about"] == ["/projects/KJS-003"]
    bell = text(client("partner").get("/notifications"))
    assert "用表格更新了 3 个里程碑" in bell and "KJS-003 A140、KJS-003 A150、KJS-003 A170" in bell


@pytest.mark.long
def test_a_batch_is_its_senders_and_those_who_read_all_see_it(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=later(40), reason="ETHICS")
    address = checked(app, lead, grid)
    for who, status in (
        ("lead2", 404),
        ("partner", 404),
        ("admin", 404),
        ("executive", 200),
        ("auditor", 200),
    ):
        assert client(who).get(address).status_code == status
        assert client(who).post(f"{address}/consent").status_code == (404 if status == 404 else 403)
        assert client(who).post(f"{address}/undo").status_code == (404 if status == 404 else 403)
        assert ("里程碑.xlsx" in text(client(who).get(PATH))) is (status == 200)
    assert (
        'method="post"'
        not in text(client("executive").get(address)).split('<main id="main"')[1].split("</main>")[0]
    )


@pytest.mark.long
def test_a_row_is_not_shown_to_who_may_no_longer_see_it(app, client):
    join(app, "partner")
    partner = client("partner")
    grid = taken_along(partner)
    change(grid, "KJS-003", "A140", forecast=later(40), reason="ETHICS")
    address = checked(app, partner, grid)
    assert "KJS-003" in text(partner.get(address))
    with app.app_context(), writing():
        person = actor_by_email("partner@kjs.example")
        for row in db.session.scalars(select(ProjectMember).where(ProjectMember.person_id == person.id)):
            db.session.delete(row)
    assert "KJS-003" not in text(partner.get(address))


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"%PDF-1.7", "a.xlsx", "这是 PDF 文件，不是表格"),
        (b"PK\x03\x04 torn", "a.xlsx", "文件已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "旧的 XLS 格式"),
        (b"a,b\n1,2\n", "a.csv", "没有找到里程碑"),
        ("项目编号,预测,实际\nKJS-003,2027-01-01,\n".encode(), "a.csv", "表头缺少“里程碑编号”这一列"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_in_words(app, client, data, name, said):
    lead = client("lead")
    address = checked(app, lead, data, name)
    shown = text(lead.get(address))
    assert said in shown and "改好后重新上传" in shown
    assert lead.post(f"{address}/consent").status_code == 422


def test_without_a_file_the_form_comes_back(client):
    lead = client("lead")
    assert lead.post(PATH, data={}).status_code == 422
    answer = lead.post(PATH, data={"file": (io.BytesIO(b""), "x.xlsx")})
    assert answer.status_code == 422 and "文件是空的，请重新选择。" in text(answer)


@pytest.mark.long
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030"])
def test_a_sheet_of_ones_own_in_the_encodings_of_the_region(app, client, encoding):
    lead = client("lead")
    rows = f"项目编号,里程碑编号,预测,主要原因,颜色\nkjs-003,a140,{later(40):%Y年%m月%d日},伦理审批,红\n"
    address = checked(app, lead, rows.encode(encoding), "自己的.csv")
    shown = text(lead.get(address))
    assert "1 行修改" in shown and "不认识的列没有导入：E 颜色。" in shown and "没有“系统标记”列" in shown
    consent(lead, address)
    work(app)
    with app.app_context():
        assert find().forecast == later(40)


def test_nothing_on_a_page_of_a_past_day(client):
    lead = client("lead")
    answer = lead.get(f"{PATH}?as_of=2026-06-30")
    assert (answer.status_code, answer.location) == (302, PATH)  # a page with a form opens as of today
    answer = lead.post(f"{PATH}?as_of=2026-06-30", data={"file": (io.BytesIO(b"x"), "x.csv")})
    assert answer.status_code == 400


def test_what_a_project_exports_cannot_be_imported_and_is_told_which_sheet_can(app, client):
    lead = client("lead")
    cols = "code,milestone,forecast,reason,note"
    grid = grid_of(lead.get(f"/milestones.xlsx?project=KJS-003&cols={cols}").data)
    assert grid[0][-2:] == ["说明", "示例数据"], "no two columns of one name"
    address = checked(app, lead, grid)
    shown = text(lead.get(address))
    assert "表头缺少“项目编号”这一列：项目页导出的表格不能导入" in shown
    assert 'href="/milestones/sheet.xlsx"' in shown


def test_a_reason_that_is_unknown_is_answered_with_those_that_are_known(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=later(90), reason="天气")
    shown = text(lead.get(checked(app, lead, grid)))
    assert "没有这个原因，可填：" in shown and "监管审评、" in shown


@pytest.mark.long
def test_progress_is_told_and_the_page_is_asked_for_again_at_the_end(app, client):
    lead = client("lead")
    address = send(lead, taken_along(lead))
    waiting = text(lead.get(address))
    assert 'hx-get="' in waiting and "排队中" in waiting
    assert "HX-Redirect" not in lead.get(f"{address}/progress").headers
    work(app)
    assert lead.get(f"{address}/progress").headers["HX-Redirect"] == address


@pytest.mark.long
def test_a_task_that_fails_is_tried_again_and_given_up_with_a_word(app, client, monkeypatch):
    from kangjiansheng.core import queue
    from kangjiansheng.projects import jobs

    def fails(_payload: Any, _report: Any) -> None:
        raise LookupError("broken")

    lead = client("lead")
    address = send(lead, taken_along(lead))
    monkeypatch.setattr(queue, "PAUSE", timedelta(0))
    with monkeypatch.context() as patched:
        patched.setitem(jobs.HANDLERS, "sheet-read", fails)
        assert work(app) == queue.ATTEMPTS
    shown = text(lead.get(address))
    assert "没有做完，什么都没有写入。" in shown
    assert lead.post(f"{address}/again").status_code == 303
    work(app)
    assert "试算结果" in text(lead.get(address))


@pytest.mark.long
def test_consent_twice_writes_once(app, client):
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=later(40), reason="ETHICS")
    address = checked(app, lead, grid)
    assert consent(lead, address).status_code == 303
    assert lead.post(f"{address}/consent").status_code == 422
    assert lead.post(f"{address}/rows", data={}).status_code == 422
    work(app)
    with app.app_context():
        before = totals()
        from kangjiansheng.projects.operations import sheets

        with writing():
            db.session.scalars(select(ImportBatch)).one().state = "applied"
        sheets.apply({"batch": 1, "actor": actor_by_email("lead@kjs.example").id}, lambda _done, _all: None)
        assert totals() == before


@pytest.mark.long
def test_the_statements_of_a_dry_run_do_not_grow_with_its_rows(app, client):
    from tests.support.queries import queries_counted

    lead = client("lead")
    counts = []
    for codes in (["A140"], ["A140", "A150", "A170"]):
        grid = taken_along(lead)
        for code in codes:
            change(grid, "KJS-003", code, forecast=later(400), reason="ETHICS", owner=None)
        address = checked(app, lead, grid)
        lead.get(address)
        with queries_counted() as seen:
            assert lead.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 15, counts


def test_merged_hidden_formulas_and_a_heading_further_down(app, client):
    def style(_book: Any, sheets: list[Any]) -> None:
        sheets[0].merge_range("A4:A5", "KJS-003")
        sheets[0].set_row(4, None, None, {"hidden": True})
        sheets[0].write_formula("C4", "=DATE(2027,3,15)", None, 46461)

    head = ["项目编号", "里程碑编号", "预测", "主要原因"]
    data = xlsx(
        [["十一月"], [], head, ["", "A140", "", "伦理审批"], ["", "A150", "２０２７．４．１", "伦理审批"]],
        style=style,
    )
    lead = client("lead")
    imported(app, lead, data)
    with app.app_context():
        assert (find().forecast, find("A150").forecast) == (date(2027, 3, 15), date(2027, 4, 1))


@pytest.mark.long
def test_the_list_of_milestones_and_my_milestones_lead_here(client):
    for path in ("/milestones", "/my/milestones"):
        assert re.search(
            r'href="/milestones/import"[^>]*>.*?导入表格', text(client("lead").get(path)), re.DOTALL
        )
    assert grid_of(client("lead").get("/milestones/sheet.xlsx").data)[0][0] == "项目编号"
