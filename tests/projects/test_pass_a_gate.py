"""A gate: what it asks for, whether that is met, what was decided, and the conditions that stop the next gate."""

import io
from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core import clock
from kangjiansheng.core.changes import begin
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import (
    GateCondition,
    GateDecision,
    Milestone,
    MilestoneLink,
    Plan,
    Project,
)
from kangjiansheng.projects.operations import gates, milestones
from kangjiansheng.projects.queries import gates as reading
from kangjiansheng.projects.queries import sheets
from kangjiansheng.projects.rules.gates import Condition, Standing, stopping
from kangjiansheng.projects.rules.milestones import MilestoneState
from kangjiansheng.projects.rules.sheets import steps
from tests.support import papers
from tests.support.typed import opened, send, words

GATE = "/projects/KJS-003/milestones/A140"
NEXT = "/projects/KJS-003/milestones/A150"
DECISION = {"verdict": "go", "decided_on": "2026-11-20", "body": "公司立项委员会"}


@pytest.fixture
def find(in_app):
    """A milestone of KJS-003 by its code."""

    def find(code="A140"):
        actor = actor_by_email("lead@kjs.example")
        return queries.milestone(actor=actor, code="KJS-003", milestone_code=code)

    return find


def soon(days=30):
    return clock.today() + timedelta(days=days)


def decide(visitor, gate=GATE, **changes):
    return send(
        visitor, f"{gate}/decisions", opened(visitor, f"{gate}/decisions/new", f"{gate}/decisions"), **changes
    )


def add(visitor, text="3 批连续合格", **changes):
    form = opened(visitor, f"{GATE}/criteria/new", f"{GATE}/criteria")
    return send(visitor, f"{GATE}/criteria", form, name_hans=text, **changes)


@pytest.mark.long
def test_the_dossier_shows_criteria_evidence_and_verdicts_and_who_owes_what(client):
    lead = client("lead")
    assert add(lead, kinds=["E1"]).status_code == 303
    before = words(lead.get(f"{GATE}/dossier"))
    assert "3 批连续合格" in before and "待判断" in before and "谁还欠什么" in before and "A130" in before
    lead.post(f"{GATE}/evidence", data={"files": [(io.BytesIO(papers.PDF), "通知书.pdf")], "kind": "E1"})
    text = words(lead.get(f"{GATE}/dossier"))
    # On its own line, under the criterion that rests on it, and under the two of the template.
    assert text.count("通知书.pdf") == 4
    assert "依据：60个工作日默示许可" in text and "经验默认值，不是规定" in text
    assert "审核：" in text
    assert "负责人只有一位" in text  # who brought it, so that somebody else has to judge
    owed = text.partition("谁还欠什么")[2]
    assert owed.index("执行管理层") < owed.index("审核：")
    assert "负责人只有一位" not in before
    for who, brings in (("lead", True), ("executive", False)):
        page = client(who).get(f"{GATE}/dossier").get_data(as_text=True)
        assert (f'href="{GATE}#evidence"' in page) is brings, who


@pytest.mark.long
def test_a_criterion_is_judged_with_a_reason_and_its_history_stays(client):
    lead = client("lead")
    add(lead)
    one = f"{GATE}/criteria/1"
    form = opened(lead, one, f"{one}/verdict")
    assert send(lead, f"{one}/verdict", form, verdict="").status_code == 422
    assert send(lead, f"{one}/verdict", form, verdict="unmet").status_code == 422
    assert send(lead, f"{one}/verdict", form, verdict="unmet", note="只有 2 批").status_code == 303
    assert "未达到" in words(lead.get(f"{GATE}/dossier"))
    assert send(lead, f"{one}/verdict", form, verdict="met").status_code == 409
    assert "只有 2 批" in words(lead.get(one)) and "判断阶段门标准" in words(lead.get(one))


@pytest.mark.long
def test_a_criterion_is_changed_and_removed(client):
    lead = client("lead")
    add(lead)
    one = f"{GATE}/criteria/1"
    form = opened(lead, one, one)
    assert send(lead, one, form, name_hans="").status_code == 422
    assert send(lead, one, form, name_hans="4 批", name_en="4 batches", position="7").status_code == 303
    assert "4 批" in words(lead.get(f"{GATE}/dossier"))
    assert "4 batches" in words(client_in(lead, "en").get(f"{GATE}/dossier"))
    lead.set_cookie("kjs_lang", "zh-Hans")
    assert send(lead, f"{one}/removal", opened(lead, one, f"{one}/removal")).status_code == 303
    assert "4 批" not in words(lead.get(f"{GATE}/dossier")) and lead.get(one).status_code == 404


def client_in(visitor, language):
    visitor.set_cookie("kjs_lang", language)
    return visitor


@pytest.mark.long
def test_criteria_of_the_template_stand_until_somebody_changes_them(find, client):
    with writing():
        version = find().plan.template_version
        version.milestones = [
            {
                **row,
                "criteria": [
                    {"name": {"hans": "模板的标准", "hant": "", "en": "Of the template"}, "evidence": ["E1"]}
                ],
            }
            if row["code"] == "A140"
            else row
            for row in version.milestones
        ]
    lead = client("lead")
    assert "模板的标准" in words(lead.get(f"{GATE}/dossier"))
    one = f"{GATE}/criteria/1"
    assert send(lead, f"{one}/verdict", opened(lead, one, f"{one}/verdict"), verdict="met").status_code == 303
    assert [(c.number, c.name_hans, c.verdict) for c in reading.criteria(find())] == [
        (1, "模板的标准", "met")
    ]
    assert add(lead, "另一条").status_code == 303
    assert [c.number for c in reading.criteria(find())] == [1, 2]


def test_other_words_are_the_projects_own_and_lose_the_source_of_the_old_ones(find, client):
    lead, one = client("lead"), f"{GATE}/criteria/1"
    assert reading.criteria(find())[0].basis["kind"] == "source"
    kept = opened(lead, one, one)
    assert send(lead, one, kept, name_en="In other English words").status_code == 303
    assert [c.basis["kind"] for c in reading.criteria(find())] == ["source", "memory"]
    assert send(lead, one, opened(lead, one, one), name_hans="受理后 90 天").status_code == 303
    db.session.expire_all()
    assert reading.criteria(find())[0].basis == {}
    assert "依据：60个工作日" not in words(lead.get(f"{GATE}/dossier"))


def test_a_go_is_recorded_with_the_dossier_of_the_moment(client, find):
    lead = client("lead")
    add(lead)
    assert decide(lead, **DECISION).status_code == 303
    text = words(lead.get(f"{GATE}/dossier"))
    assert "准予通过" in text and "公司立项委员会" in text and "2026-11-20" in text
    row = db.session.scalar(select(GateDecision).where(GateDecision.milestone_id == find().id))
    assert [one["text"] for one in row.dossier["criteria"]][2:] == ["3 批连续合格"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verdict": ""}, "请选择准予通过"),
        ({"decided_on": "2027-01-01"}, "不能晚于今天"),
        ({"body": ""}, "请写明由谁决定"),
        ({"verdict": "stop"}, "都要写明理由"),
        ({"verdict": "conditional", "reasons": "x"}, "至少要有一个条件"),
        ({"text_1": "补数据", "due_1": "2027-01-01"}, "只有“有条件通过”才有条件"),
        ({"verdict": "conditional", "reasons": "x", "text_1": "补数据"}, "请填写条件的期限"),
        ({"verdict": "conditional", "reasons": "x", "due_2": "2027-01-01"}, "请写明条件是什么"),
    ],
)
def test_what_a_decision_lacks_is_said_and_kept_typed(client, changes, said):
    lead = client("lead")
    answer = decide(lead, **{**DECISION, **changes})
    assert answer.status_code == 422 and said in words(answer)
    typed = changes.get("text_1", "补数据")
    assert "text_1" not in changes or typed in answer.get_data(as_text=True)
    with lead.application.app_context():
        found = select(GateDecision.id).join(Milestone).join(Plan).join(Project)
        assert db.session.scalar(found.where(Project.code == "KJS-003")) is None


def conditional(visitor, **changes):
    return decide(
        visitor,
        **{
            **DECISION,
            "verdict": "conditional",
            "reasons": "数据不全",
            "text_1": "补充脱靶数据",
            "due_1": soon().isoformat(),
            "text_2": "独立数据监查委员会",
            "due_2": soon(60).isoformat(),
            **changes,
        },
    )


@pytest.mark.long
def test_conditions_become_milestones_that_stop_the_next_gate(client, find):
    lead = client("lead")
    person = actor_by_email("lead@kjs.example").id
    assert conditional(lead, owner_1=str(person)).status_code == 303
    first, second = find("A140-C1"), find("A140-C2")
    assert (first.name_hans, first.baseline, first.owner_id) == ("补充脱靶数据", soon(), person)
    assert second.owner_id is None and first.kind == "milestone" and first.state == "open"
    links = set(
        db.session.scalars(
            select(MilestoneLink.predecessor_id).where(MilestoneLink.milestone_id == find("A150").id)
        )
    )
    assert {first.id, second.id} <= links
    page = words(lead.get("/projects/KJS-003"))
    assert "补充脱靶数据" in page
    for shown in (lead.get(f"{GATE}/dossier"), lead.get(f"{NEXT}/dossier")):
        assert "未指定负责人" not in words(shown), "what has no owner is the role's, as the table says"
    form = opened(lead, f"{NEXT}/edit", f"{NEXT}/update")
    done = {"choice": "done", "actual": clock.today().isoformat(), "version": form["version"]}
    refused = lead.post(f"{NEXT}/update", data=done)
    assert refused.status_code == 422
    assert "A140-C1 补充脱靶数据" in words(refused) and "A140-C2" in words(refused)
    assert decide(lead, NEXT, **DECISION).status_code == 422
    assert "A140-C1" in words(lead.get(f"{NEXT}/dossier"))


def test_the_gate_opens_when_the_conditions_are_done(client, find):
    lead = client("lead")
    conditional(lead)
    actor = actor_by_email("lead@kjs.example")
    with writing():
        milestones.done(find("A140-C1"), clock.today(), actor=actor, version=None)
    assert [m.code for m in reading.open_conditions(find("A150"))] == ["A140-C2"]
    assert [m.code for m in reading.open_conditions(find("A180"))] == ["A140-C2"]
    assert reading.open_conditions(find("A140")) == reading.open_conditions(find("A170")) == []
    with pytest.raises(RuleBroken, match="conditions-open"), writing():
        milestones.done(find("A150"), clock.today(), actor=actor, version=None)
    with writing():
        milestones.done(find("A140-C2"), clock.today(), actor=actor, version=None)
    with writing():
        milestones.done(find("A150"), clock.today(), actor=actor, version=None)
    assert find("A150").state == "done"


def test_a_cancelled_condition_still_stops_and_a_later_go_lifts_it(client, find):
    lead = client("lead")
    conditional(lead, text_2="", due_2="")
    actor = actor_by_email("lead@kjs.example")
    with writing():
        milestones.cancel(find("A140-C1"), actor=actor, version=None)
    assert [m.code for m in reading.open_conditions(find("A150"))] == ["A140-C1"]
    assert decide(lead, **{**DECISION, "reasons": "条件不再需要"}).status_code == 303
    assert reading.open_conditions(find("A150")) == []


def test_a_stop_deletes_nothing_and_offers_the_next_steps(client, find):
    lead = client("lead")
    count = len(db.session.scalars(select(Milestone.id)).all())
    assert decide(lead, **{**DECISION, "verdict": "stop", "reasons": "安全性不足"}).status_code == 303
    text = words(lead.get(f"{GATE}/dossier"))
    assert "终止" in text and "安全性不足" in text and "接下来" in text
    assert len(db.session.scalars(select(Milestone.id)).all()) == count


@pytest.mark.parametrize(
    ("who", "seen", "writes"),
    [
        ("executive", 200, 303),
        ("auditor", 200, 403),
        ("partner", 404, 404),
        ("outsider", 404, 404),
        ("lead2", 404, 404),
    ],
)
def test_who_sees_the_dossier_and_who_decides(client, who, seen, writes):
    visitor = client(who)
    assert visitor.get(f"{GATE}/dossier").status_code == seen
    answer = visitor.post(f"{GATE}/decisions", data=DECISION)
    assert answer.status_code == writes
    assert visitor.post(f"{GATE}/criteria", data={"name_hans": "x"}).status_code == (
        403 if seen == 200 else 404
    )


def test_what_is_no_gate_has_no_dossier(client):
    lead = client("lead")
    assert lead.get("/projects/KJS-003/milestones/A170/dossier").status_code == 404
    assert "阶段门资料" not in words(lead.get("/projects/KJS-003/milestones/A170"))


def test_a_past_day_shows_the_dossier_of_that_day(client):
    lead = client("lead")
    add(lead)
    conditional(lead)
    then = words(lead.get(f"{GATE}/dossier?as_of={clock.today() - timedelta(days=1)}"))
    assert "3 批连续合格" not in then and "数据不全" not in then and "记录决策" not in then
    assert "还没有决策" in then
    page = html.document_fromstring(lead.get(f"{GATE}/dossier?as_of=2026-06-30").get_data(as_text=True))
    assert page.xpath("//main//form[@method='post']") == []


def test_those_concerned_are_told(client, app):
    lead = client("executive")
    with app.app_context():
        person = actor_by_email("lead@kjs.example").id
    conditional(lead, owner_1=str(person))
    with app.app_context():
        told = set(
            db.session.scalars(
                select(Notification.person_id).where(Notification.template == "projects:gate-decided")
            )
        )
    assert person in told
    assert "有条件通过" in words(client("lead").get("/notifications"))


def test_a_decision_may_come_from_above_in_one_act(find):
    """The committee's effects: decision, condition and their entries belong to the change set that they bring."""
    actor = actor_by_email("executive@kjs.example")
    with writing():
        change = begin(actor=actor, source="decision")
        row = gates.decide(
            find(),
            "conditional",
            actor=actor,
            decided_on=clock.today(),
            body="科学委员会",
            reasons="见纪要",
            conditions=[Condition("补充统计附录", soon())],
            change=change,
        )
        condition = db.session.scalars(
            select(GateCondition).where(GateCondition.stops_id == find("A150").id)
        ).one()
        assert row.change_set_id == condition.change_set_id == change.id
        assert find("A140-C1").entries[0].change_set_id == change.id


def test_a_later_gate_waits_too_and_an_earlier_one_does_not():
    asked = [Standing("A-C1", gate_id=1, decision_id=5, stops_position=4, state="open")]
    assert stopping(asked, 3, {}) == []
    assert stopping(asked, 4, {}) == stopping(asked, 9, {}) == asked
    assert stopping(asked, 4, {1: 6}) == [] and stopping(asked, 4, {1: 4}) == asked


def test_no_sheet_says_it_done_either():
    """The Excel round trip takes the same rule, with the column that says it."""
    state = MilestoneState(baseline=clock.today(), plan=clock.today())
    asked = {"reason": None, "note": "", "right": "lead", "archived": False, "today": clock.today()}
    wanted = {"actual": clock.today()}
    assert [step.kind for step in steps(state, wanted, **asked)] == ["done"]
    with pytest.raises(RuleBroken, match="conditions-open") as refused:
        steps(state, wanted, held_by="A140-C1 补充脱靶数据", **asked)
    assert refused.value.field == "actual"
    assert steps(state, {"owner": 1}, held_by="A140-C1 补充脱靶数据", **asked)


@pytest.mark.long
def test_a_sheet_knows_which_gates_are_held(client, find):
    conditional(client("lead"), text_2="", due_2="")
    assert sheets.held()[find("A150").id] == "A140-C1 补充脱靶数据"
    assert find("A140").id not in sheets.held()
