"""Somebody changes many milestones at once: selects, looks at old → new, consents, and takes it back."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.calendar import add_working_days
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.core.verify import problems
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Project
from kangjiansheng.projects.operations import bulk as operations
from kangjiansheng.projects.operations import milestones as single
from kangjiansheng.projects.rules.bulk import Wanted
from tests.support.bulk import MOVE, consent, listed, look, said, ticks
from tests.support.queries import queries_counted
from tests.support.typed import words

STATE = (
    "baseline",
    "current_plan",
    "forecast",
    "proposed",
    "actual",
    "state",
    "flagged",
    "owner_id",
    "reason_code",
)


@pytest.fixture
def kept(app: Any) -> Callable[[], dict[int, tuple[Any, ...]]]:
    """The state of all milestones, for comparing before and after."""

    def read() -> dict[int, tuple[Any, ...]]:
        with app.app_context():
            rows = db.session.execute(
                select(Milestone.id, *(getattr(Milestone, key) for key in (*STATE, "moves")))
            )
            return {row[0]: tuple(row[1:]) for row in rows}

    return read


def test_moving_some_shows_old_and_new_and_writes_one_change(client, app):
    lead = client("lead")
    rows = ticks(lead, "project=KJS-012&state=open&sort=project")[1:4]
    before = {m["code"]: m for m in listed(lead, "project=KJS-012")}
    preview = look(lead, rows, **MOVE)
    assert preview.status_code == 200
    shown = said(preview)
    assert len(shown) == 3
    for code, text in ((key.split()[1], text) for key, text in shown.items()):
        old = date.fromisoformat(before[code]["forecast"])
        assert old.isoformat() in text and (old + timedelta(10)).isoformat() in text
    assert {m["code"]: m for m in listed(lead, "project=KJS-012")} == before, "a preview writes nothing"
    answer = consent(lead, preview, follow="keep")
    assert answer.status_code == 303
    after = {m["code"]: m for m in listed(lead, "project=KJS-012")}
    changed = [code for code in after if after[code] != before[code]]
    assert sorted(changed) == sorted(key.split()[1] for key in shown)
    for code in changed:
        assert after[code]["forecast"] == str(date.fromisoformat(before[code]["forecast"]) + timedelta(10))
        assert after[code]["moves"] == before[code]["moves"] + 1
    page = words(lead.get(answer.location))
    assert "更改了 3 项" in page and "审评排队" in page and "监管审评" in page
    with app.app_context():
        change = db.session.get(ChangeSet, int(answer.location.rsplit("/", 1)[1]))
        entries = select(func.count()).where(MilestoneEntry.change_set_id == change.id)
        trail = select(func.count()).where(AuditEntry.change_set_id == change.id)
        assert change.label == "bulk" and db.session.scalar(entries) == db.session.scalar(trail) == 3
        assert list(problems(db.session())) == []


def test_working_days_are_those_of_china(client):
    lead = client("lead")
    rows = ticks(lead, "project=KJS-012&state=open&sort=project")[2:3]
    text = next(iter(said(look(lead, rows, **{**MOVE, "days": "30", "unit": "workday"})).values()))
    old = next(m for m in listed(lead, "project=KJS-012") if m["forecast"] and m["forecast"] in text)
    day, approximate = add_working_days(date.fromisoformat(old["forecast"]), 30)
    assert day.isoformat() in text
    assert ("约数" in text) == approximate


def test_an_earlier_date_needs_no_reason(client):
    lead = client("lead")
    rows = ticks(lead, "project=KJS-012&state=open&sort=project")[3:5]
    assert consent(lead, look(lead, rows, act="move", days="-5")).status_code == 303


def test_every_row_says_why_it_is_refused(client, app):
    lead = client("lead")
    every = {"every": "1"}
    shown = said(look(lead, [], "", **every, **{**MOVE, "days": "-400"}))
    assert len(shown) == len(listed(lead, ""))
    reasons = set(shown.values())
    assert any("已经过去，请填今天" in text for text in reasons)
    assert any("这个里程碑已经结束" in text for text in reasons)
    with app.app_context(), writing():
        db.session.scalar(select(Project).where(Project.code == "KJS-012")).archived_at = clock.now()
    with app.app_context():
        keys = db.session.execute(
            select(Milestone.id, Milestone.version)
            .join(Milestone.plan)
            .join(Project)
            .where(Project.code == "KJS-012")
        )
        rows = [f"{key}:{version}" for key, version in keys]
    assert set(said(look(lead, rows, **MOVE)).values()) == {"项目已归档，恢复之后才能修改。"}


def test_what_somebody_changed_meanwhile_is_refused_and_the_rest_is_done(client, actor):
    lead = client("lead")
    rows = ticks(lead, "project=KJS-003&state=open&sort=project")
    preview = look(lead, rows, **{**MOVE, "days": "40"})
    code = next(key.split()[1] for key, text in said(preview).items() if "→" in text or "到" in text)
    able = [key for key, text in said(preview).items() if "已经" not in text]
    me = actor("lead")
    with writing():
        thing = queries.milestone(actor=me, code="KJS-003", milestone_code=code)
        single.flag(thing, not thing.flagged, actor=me, version=None)
    answer = consent(lead, preview)
    assert answer.status_code == 200
    page = words(answer)
    assert "1 项被拒绝" in page and "您打开之后已有人修改" in page
    assert f"更改了 {len(able) - 1} 项" in page
    again = look(lead, rows, **{**MOVE, "days": "40"})
    assert all("已有人修改" in text for text in said(again).values())
    assert "0 项会更改" in words(again)


def test_nothing_left_to_change_writes_nothing(client, app, kept):
    lead = client("lead")
    rows = [value.split(":")[0] + ":9999" for value in ticks(lead, "project=KJS-003&state=open")]
    before = kept()
    answer = lead.post("/milestones/bulk/consent", data={"rows": ",".join(rows), **MOVE})
    assert answer.status_code == 422 and "什么都没有写入" in words(answer)
    assert kept() == before


def test_undo_brings_every_field_back_and_counts_no_move(client, app, kept):
    lead = client("lead")
    before = kept()
    answer = consent(lead, look(lead, [], "state=open", every="1", **MOVE))
    assert answer.status_code == 303
    assert kept() != before
    back = lead.post(f"{answer.location}/undo")
    assert back.status_code == 303
    assert kept() == before
    page = words(lead.get(answer.location))
    assert "这次更改已经撤销" in page and "整批撤销" not in page
    assert lead.post(f"{answer.location}/undo").status_code == 409
    with app.app_context():
        assert list(problems(db.session())) == []


@pytest.mark.long
def test_undo_leaves_what_was_said_since(client, actor, kept):
    lead = client("lead")
    rows = ticks(lead, "project=KJS-012&state=open&sort=project")[1:4]
    preview = look(lead, rows, **{**MOVE, "act": "flag"})
    codes = [key.split()[1] for key in said(preview)]
    answer = consent(lead, preview)
    me = actor("lead")
    with writing():
        thing = queries.milestone(actor=me, code="KJS-012", milestone_code=codes[0])
        single.flag(thing, False, actor=me, version=None)
    undone = lead.post(f"{answer.location}/undo")
    assert undone.status_code == 200
    assert "1 项被拒绝" in words(undone) and "之后已有人再次修改" in words(undone)
    assert not any(m["flagged"] for m in listed(lead, "project=KJS-012") if m["code"] in codes)


@pytest.mark.long
def test_only_who_did_it_takes_it_back(client):
    lead = client("lead")
    answer = consent(lead, look(lead, ticks(lead, "project=KJS-003&state=open")[:2], **MOVE))
    assert client("executive").get(answer.location).status_code == 200
    assert client("executive").post(f"{answer.location}/undo").status_code == 403
    assert client("outsider").get(answer.location).status_code == 404
    assert client("lead").get("/milestones/changes/1").status_code == 404, "no other act is shown there"


@pytest.mark.long
def test_handing_over_flagging_and_confirming(client, actor):
    lead = client("lead")
    rows = ticks(lead, "project=KJS-012&state=open&sort=project")[1:3]
    me = actor("lead").id
    handed = consent(lead, look(lead, rows, act="give", owner_id="0"))
    assert handed.status_code == 303
    owners = {m["owner"] for m in listed(lead, "project=KJS-012&state=open")}
    assert None in owners
    rows = ticks(lead, "project=KJS-012&state=open&sort=project")[1:3]
    assert consent(lead, look(lead, rows, act="give", owner_id=str(me))).status_code == 303
    rows = ticks(lead, "project=KJS-012&state=open&sort=project")[1:3]
    assert set(said(look(lead, rows, act="give", owner_id=str(me))).values()) == {"本来就由此人负责。"}
    assert {m["owner"] for m in listed(lead, "project=KJS-012&state=open")} == owners - {None}
    rows = ticks(lead, "project=KJS-012&state=open&sort=project")[1:3]
    assert consent(lead, look(lead, rows, act="flag")).status_code == 303
    assert sum(m["flagged"] for m in listed(lead, "project=KJS-012")) >= 2
    flagged = ticks(lead, "project=KJS-012&state=open&sort=project")[1:3]
    assert set(said(look(lead, flagged, act="flag")).values()) == {"已经标记了风险。"}
    assert consent(lead, look(lead, flagged, act="on_track")).status_code == 303


def test_nobody_gets_what_they_cannot_answer_for(client, actor):
    lead = client("lead")
    rows = ticks(lead, "project=KJS-012&state=open")[:2]
    answer = look(lead, rows, act="give", owner_id=str(actor("outsider").id))
    assert set(said(answer).values()) == {"负责人需要是项目成员或其联合实验室的成员。"}


@pytest.mark.long
def test_a_member_proposes_and_the_executive_has_no_ticks(client, app, actor):
    from kangjiansheng.projects.models import ProjectMember

    partner = actor("partner")
    with writing():
        project = db.session.scalar(select(Project).where(Project.code == "KJS-001"))
        db.session.add(
            ProjectMember(
                project_id=project.id, person_id=partner.id, role="member", valid_from=clock.today()
            )
        )
    member = client("partner")
    rows = ticks(member, "project=KJS-001&state=open&sort=project")
    preview = look(member, rows, **MOVE)
    assert any("待负责人确认" in text for text in said(preview).values())
    others = {
        key: text
        for key, text in said(look(member, [], "", every="1", **MOVE)).items()
        if "KJS-001" not in key
    }
    assert others and any(text == "您不能更新这个里程碑。" for text in others.values())
    assert consent(member, preview).status_code == 303
    assert any(m["proposed"] for m in listed(member, "project=KJS-001"))
    assert ticks(client("executive"), "") == []
    assert ticks(client("lead"), "as_of=2026-06-30") == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"look": "1"}, "请选择怎样更改"),
        ({"act": "nonsense"}, "请选择怎样更改"),
        ({"act": "move", "reason": "REGULATOR"}, "请填 −730 到 730 之间的整数"),
        ({"act": "move", "days": "0", "reason": "REGULATOR"}, "请填 −730 到 730 之间的整数"),
        ({"act": "move", "days": "9999", "reason": "REGULATOR"}, "请填 −730 到 730 之间的整数"),
        ({"act": "move", "days": "5"}, "请选择一个主要原因"),
        ({"act": "give"}, "请选择交给谁"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(client, data, sentence):
    lead = client("lead")
    rows = ticks(lead, "project=KJS-003&state=open")[:2]
    answer = look(lead, rows, note="写了一半", **data)
    assert answer.status_code == 422
    assert sentence in words(answer) and "写了一半" in answer.get_data(as_text=True)
    assert "/consent" not in answer.get_data(as_text=True)


@pytest.mark.long
def test_broken_and_empty_selections(client, monkeypatch):
    lead = client("lead")
    assert "没有选中任何里程碑" in words(look(lead, []))
    assert "没有选中任何里程碑" in words(look(lead, ["x:y", "1", "99999999999:1", "-3:2"]))
    unseen = look(lead, ["999999:1"])
    assert "没有选中任何里程碑" in words(unseen)
    monkeypatch.setattr("kangjiansheng.projects.views.bulk.AT_MOST", 3)
    answer = look(lead, [], "", every="1")
    assert answer.status_code == 422 and "一次最多更改 3 项" in words(answer)
    assert client("lead").post("/milestones/bulk?as_of=2026-06-30", data=MOVE).status_code == 403
    assert client(None).post("/milestones/bulk/consent", data=MOVE).status_code == 401


@pytest.mark.long
def test_whom_it_concerns_is_told_once(client, app, actor):
    lead = client("lead")
    rows = ticks(lead, "project=KJS-001,KJS-003&state=open") or ticks(lead, "state=open")
    consent(lead, look(lead, rows, **MOVE))
    with app.app_context():
        told = db.session.execute(
            select(Notification.person_id, func.count())
            .where(Notification.template == "projects:bulk")
            .group_by(Notification.person_id)
        ).all()
    assert all(count == 1 for _person, count in told)
    assert actor("lead").id not in {person for person, _count in told}


@pytest.mark.long
def test_many_rows_cost_no_more_statements_to_look_at(client):
    lead = client("lead")

    def cost(rows: list[str]) -> int:
        look(lead, rows, **MOVE)
        with queries_counted() as seen:
            look(lead, rows, **MOVE)
        return len(seen)

    rows = ticks(lead, "state=open")
    assert len(rows) > 10
    assert cost(rows[:1]) == cost(rows)


@pytest.mark.long
def test_taking_back_reads_as_much_for_twenty_as_for_one(actor):
    lead = actor("lead")
    rows = [m for p in queries.portfolio(actor=lead) for m in p.milestones if m.is_open][:20]
    assert len(rows) == 20

    def read(some: list[queries.MilestoneRow]) -> int:
        with writing():
            versions = select(Milestone.id, Milestone.version).where(Milestone.id.in_({m.id for m in some}))
            seen = {key: version for key, version in db.session.execute(versions)}
            done = operations.apply(seen, Wanted(act="on_track"), actor=lead)
            number = done.change.id
        db.session.expire_all()
        with queries_counted() as counted, writing():
            assert operations.undo(db.session.get(ChangeSet, number), actor=lead) == (len(some), [])
        assert done.refused == []
        return sum(one.startswith("SELECT") for one in counted)

    assert read(rows[:1]) == read(rows)
    now = {m.id: m.confirmed_at for p in queries.portfolio(actor=lead) for m in p.milestones}
    assert {m.id: now[m.id] for m in rows} == {m.id: m.confirmed_at for m in rows}
