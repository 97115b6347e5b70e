"""The year of a laboratory comes from the ledgers; an executive records what was decided, and what follows happens."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import LabReview
from kangjiansheng.labs.operations.reviews import record_review
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.operations.milestones import done
from kangjiansheng.projects.operations.starting import start_lab_plan
from kangjiansheng.projects.queries.lab_reviews import unsettled, year_of
from kangjiansheng.projects.rules.lab_review import figures
from tests.labs.test_exports import workbook
from tests.support.acting import who
from tests.support.queries import queries_counted
from tests.support.typed import opened, send, words

HERE = "/labs/JL-01/review"
FIRST, LAST = date(2026, 1, 1), date(2026, 11, 23)


@dataclass
class Row:
    id: int
    baseline: date | None
    actual: date | None
    state: str = "open"
    kind: str = "milestone"


def lab(code="JL-01"):
    return labs.lab(actor=who("executive"), code=code)


def test_the_figures_of_a_year():
    rows = [
        Row(1, date(2026, 3, 1), date(2026, 2, 20), "done"),  # kept, ten days early
        Row(2, date(2026, 3, 1), date(2026, 4, 1), "done"),  # late, but as was promised by then
        Row(3, date(2025, 12, 1), date(2026, 6, 1), "done"),  # was due the year before, later than promised
        Row(4, date(2026, 5, 1), None),  # due, and not there
        Row(5, date(2026, 5, 1), None, "cancelled"),
        Row(6, date(2026, 5, 1), date(2026, 5, 1), "done", "decision"),
        Row(7, date(2027, 1, 1), date(2025, 5, 1), "done"),  # neither due nor reached within the year
        Row(8, date(2026, 12, 24), None),  # due after the day
    ]
    promised = {1: None, 2: date(2026, 4, 1), 3: date(2026, 1, 1)}
    found = figures(rows, promised, FIRST, LAST)
    assert (found.due, found.kept, found.kept_rate) == (3, 1, 0.3333)
    assert (found.reached, found.median_slip) == (3, 31)
    assert (found.judged, found.held, found.held_rate) == (2, 1, 0.5)
    assert figures([], {}, FIRST, LAST).kept_rate is None


@pytest.mark.long
def test_the_page_the_workbook_and_a_past_day(client, app):
    lead = client("lead")
    page = words(lead.get(HERE))
    assert "2026 年度评估" in page and "这一年还没有结束" in page and "示例实验室生物安全备案" in page
    with app.app_context():
        found = year_of(lab(), 2026, actor=who("executive"))
        assert f"应完成 {found.whole.due} 项" in page and found.whole.reached > 0
        assert found.whole.due == sum(line.figures.due for line in found.lines)
        old = year_of(lab(), 2025, actor=who("executive"))
        assert (old.last, old.running) == (date(2025, 12, 31), False)
        early = year_of(lab(), 2026, actor=who("executive"), as_of=date(2026, 3, 31))
        assert early.last == date(2026, 3, 31) and early.whole.reached < found.whole.reached
        with queries_counted() as one:
            year_of(lab("JL-05"), 2026, actor=who("executive"))
        with queries_counted() as many:
            year_of(lab(), 2026, actor=who("executive"))
        assert len(many) <= len(one) + 3, many.shown  # promises, rooms and who has booked them
    rows = workbook(lead.get(f"{HERE}.xlsx?year=2026"))
    assert rows[-1][1] == "合计" and int(float(rows[-1][2])) == found.whole.due
    assert lead.get(f"{HERE}?year=2023").status_code == 404
    assert lead.get(f"{HERE}?year=2027").status_code == 404
    for who_, path in (("lead", HERE), ("executive", f"{HERE}?as_of=2026-10-01")):
        assert 'name="outcome"' not in client(who_).get(path).get_data(as_text=True)
    for short in ("outsider", "partner"):
        assert client(short).get(HERE).status_code == 404
        assert client(short).get(f"{HERE}.xlsx").status_code == 404
    assert lead.post(HERE).status_code == 403


@pytest.mark.long
def test_an_executive_renews_with_a_later_end_and_a_reason(client, app):
    executive, there = client("executive"), f"{HERE}?year=2026"
    form = opened(executive, there, there)
    refused = send(executive, there, form, outcome="renew", reason="产出达标", expires_on="2027-01-01")
    assert refused.status_code == 422 and "新的到期日期须晚于 2027-09-09" in words(refused)
    assert send(executive, there, form, outcome="renew", reason="").status_code == 422
    done = send(executive, there, form, outcome="renew", reason="产出达标", expires_on="2030-09-09")
    assert (done.status_code, done.location) == (303, there)
    late = send(executive, there, form, outcome="conditions", reason="另有看法")
    assert late.status_code == 409 and "产出达标" in words(late), "who was second sees what stands there"
    assert "续约， 至 2030-09-09" in words(executive.get(there)).replace("续约，至", "续约， 至")
    assert "2030-09-09" in words(executive.get("/labs/JL-01"))
    with app.app_context():
        made = db.session.scalars(select(LabReview)).one()
        acts = select(AuditEntry.act).where(AuditEntry.change_set_id == made.change_set_id)
        assert set(db.session.scalars(acts)) == {"labs:lab:review", "labs:agreement:edit"}
    assert "2030-09-09" not in words(executive.get(f"{HERE}?as_of=2026-11-20"))


def test_closing_asks_what_is_still_open(in_app):
    with writing():
        executive, there = who("executive"), lab()
        left = unsettled(there, actor=executive)
        assert left.projects and left.people == 1 and left.papers == 4
        facts = {
            "actor": executive,
            "version": 1,
            "year": 2026,
            "reason": "任务完成",
            "left_open": left.count,
        }
        with pytest.raises(RuleBroken, match="closing-open"):
            record_review(there, outcome="close", **facts)
        made = record_review(there, outcome="close", settled=True, **facts)
        assert (there.life, made.left_open) == ("closed", left.count)
        with pytest.raises(RuleBroken, match="review-not-at-work"):
            record_review(there, outcome="conditions", **facts | {"version": made.version})


@pytest.mark.long
def test_a_review_and_the_gate_at_which_it_is_decided_are_said_once(client, app):
    """Whichever is recorded first fills in the other, and they cannot say two things."""
    with app.app_context(), writing():
        start_lab_plan(lab(), actor=who("lead"), version=None, pathway="E_jointlab")
    executive, lead, there = client("executive"), client("lead"), f"{HERE}?year=2026"
    gate = "/labs/JL-01/milestones/{}/decisions"

    # The review first, with the gate of the yearly evaluation.
    form = opened(executive, there, there)
    assert form.getlist("gates") == ["E120"]
    facts = {"outcome": "conditions", "reason": "先补齐 SOP"}
    assert send(executive, there, form, **facts).status_code == 422, "conditions have a last day"
    assert send(executive, there, form, **facts, due_1="2027-03-01").status_code == 303
    text = words(lead.get("/labs/JL-01/milestones/E120/dossier"))
    assert "依据 2026 年度评估结论：有条件继续" in text and "E120-C1" in text and "先补齐 SOP" in text
    assert "阶段门 E120：有条件通过" in words(lead.get(there))
    with app.app_context():
        made = db.session.scalars(select(LabReview)).one()
        acts = select(AuditEntry.act).where(AuditEntry.change_set_id == made.change_set_id)
        assert {"labs:lab:review", "projects:gate:decide"} <= set(db.session.scalars(acts))

    # The gate of the renewal first, as something new; the review then takes it over and cannot say otherwise.
    act = gate.format("E130")
    form = opened(lead, f"{act}/new", act)
    assert (form["verdict"], form["reasons"].strip()) == ("conditional", "先补齐 SOP")
    form.poplist("review")
    facts = {"verdict": "go", "body": "双方", "reasons": "条件已满足", "text_1": ""}
    assert send(lead, act, form, **facts).status_code == 422, "the condition of E120 is open"
    with app.app_context(), writing():
        condition = db.session.scalars(select(Milestone).where(Milestone.code == "E120-C1")).one()
        done(condition, date(2026, 11, 23), actor=who("lead"), version=None)
    assert send(lead, act, form, **facts).status_code == 303
    dossier = "/labs/JL-01/milestones/E130/dossier"
    assert "记为年度评估结论" in words(executive.get(dossier)) and "记为年度评估结论" not in words(
        lead.get(dossier)
    )
    form = opened(executive, there, there)
    assert (form["outcome"], form["reason"].strip(), form.getlist("gates")) == (
        "renew",
        "条件已满足",
        ["E130"],
    )
    refused = send(executive, there, form, outcome="close", settled="y")
    assert refused.status_code == 422 and "E130 的决策不一致" in words(refused)
    assert send(executive, there, form, expires_on="2030-09-09").status_code == 303
    assert "依据 2026 年度评估结论：续约" in words(lead.get(dossier))
    assert "记为年度评估结论" not in words(executive.get(dossier))

    # That review waits for the other gate: its form is filled in, and cannot say otherwise either.
    act = gate.format("E120")
    form = opened(lead, f"{act}/new", act)
    assert form["verdict"] == "go" and send(lead, act, form, body="双方", verdict="stop").status_code == 422
    assert send(lead, act, form, body="双方").status_code == 303
    assert words(lead.get(there)).count("阶段门 E120") == 2
    assert opened(executive, there, there)["reason"].strip() == ""
