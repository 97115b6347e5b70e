"""A resolution changes a project when its minutes are finalised: as it was signed, all of it or nothing, once."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from kangjiansheng.committee.models import AgendaItem, Decision, DecisionEffect, DraftVersion, Minutes
from kangjiansheng.committee.operations import committees, effects, meetings, outcomes, reviews, signatures
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.core import clock, transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification
from kangjiansheng.labs import queries as labs
from kangjiansheng.overview.queries import gates_waiting
from kangjiansheng.projects.models import GateDecision, Milestone, MilestoneEntry, Plan, Project
from kangjiansheng.projects.operations import gates, milestones
from kangjiansheng.projects.operations.starting import start_lab_plan
from kangjiansheng.projects.queries import schedule
from tests.committee.conftest import PASSWORD
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.programs import program
from tests.support.queries import queries_counted

MEETING, PROJECT = "SAC-2026-05", "KJS-015"


@pytest.fixture
def item(draft_minutes: Minutes) -> AgendaItem:
    """The item about KJS-015 of the eighth meeting."""
    return draft_minutes.meeting.items[1]


@pytest.fixture
def plan(in_app: Flask) -> Plan:
    return db.session.scalars(select(Plan).join(Project).where(Project.code == PROJECT)).one()


def opened(plan: Plan) -> list[Milestone]:
    """The open milestones of a plan that promise a day."""
    return [m for m in plan.milestones if m.state == "open" and m.kind == "milestone" and m.current_plan]


@pytest.fixture
def decision(draft_minutes: Minutes, item: AgendaItem, actor: Callable[[str], Actor]) -> Decision:
    return outcomes.record_decision(
        draft_minutes, actor=actor("secretary"), kind="D", text="同意调整计划。", item=item
    )


@pytest.fixture
def finalise(
    draft_minutes: Minutes, actor: Callable[[str], Actor], sign: Callable[..., Any]
) -> Callable[..., Any]:
    """`finalise(between)`: freeze, do something in between, and sign until the minutes stand."""

    def act(between: Callable[[], object] = lambda: None) -> DraftVersion:
        draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
        between()
        for short in ("member", "member2", "chair"):
            sign(draft, short)
        assert draft_minutes.life == "approved"
        db.session.flush()
        return draft

    return act


def later(m: Milestone, days: int = 30) -> dt.date:
    assert m.current_plan is not None
    return m.current_plan + dt.timedelta(days=days)


def replan(
    item: AgendaItem, actor: Callable[[str], Actor], m: Milestone, decision: Decision, day: dt.date
) -> DecisionEffect:
    """A resolution is to move a milestone."""
    return effects.propose(
        item, actor=actor("executive"), kind="rebaseline", plan=m.plan, milestone=m, decision=decision, day=day
    )  # fmt: skip


def test_a_milestone_is_planned_anew_when_the_last_signature_is_given(
    plan: Plan,
    item: AgendaItem,
    decision: Decision,
    actor: Callable[[str], Actor],
    finalise: Callable[..., Any],
) -> None:
    m = opened(plan)[0]
    before, after = m.current_plan, later(m)
    made = replan(item, actor, m, decision, after)
    draft = finalise(lambda: _still(m, before))
    assert m.current_plan == after
    told = next(d for d in draft.header["decisions"].values() if d.get("effects"))["effects"]
    assert f"由 {before} 改为 {after}" in told[0]["text"], "the signers read it"
    assert reviews.recomputed(draft) == draft.sha256
    entry = db.session.scalars(
        select(MilestoneEntry).where(MilestoneEntry.milestone_id == m.id).order_by(MilestoneEntry.id.desc())
    ).first()
    assert entry is not None
    assert (made.life, made.change_set_id) == ("in_force", entry.change_set_id)
    with pytest.raises(RuleBroken, match="undo-decision"):
        milestones.undo(entry, actor=actor("executive"))


def _still(m: Milestone, day: dt.date | None) -> None:
    assert m.current_plan == day, "nothing happens before"


@pytest.mark.long
@pytest.mark.parametrize("verdict", ["go", "conditional", "stop"])
def test_a_gate_is_decided_with_its_conditions(
    verdict: str,
    in_app: Flask,
    draft_minutes: Minutes,
    item: AgendaItem,
    decision: Decision,
    plan: Plan,
    actor: Callable[[str], Actor],
    finalise: Callable[..., Any],
) -> None:
    gate = next(m for m in opened(plan) if m.gate)
    asked = [{"text": "补充可比性数据", "due": "2027-01-31"}] if verdict == "conditional" else []
    effects.propose(
        item, actor=actor("executive"), kind="gate", plan=plan, milestone=gate, decision=decision,
        verdict=verdict, conditions=asked,
    )  # fmt: skip
    finalise()
    made = db.session.scalars(select(GateDecision).where(GateDecision.milestone_id == gate.id)).one()
    assert made.verdict == verdict
    assert "同意调整计划" not in made.reasons, "the words of the minutes stay in the minutes"
    assert [c.milestone_id for c in made.conditions] == [
        m.id for m in db.session.scalars(select(Milestone).where(Milestone.name_hans == "补充可比性数据"))
    ]


@pytest.mark.long
def test_a_project_gets_a_new_baseline(
    plan: Plan,
    item: AgendaItem,
    decision: Decision,
    actor: Callable[[str], Actor],
    finalise: Callable[..., Any],
) -> None:
    m = opened(plan)[0]
    milestones.will_slip(m, later(m, 20), "PROCESS", actor=actor("executive"), version=None, follow="keep")
    effects.propose(
        item, actor=actor("executive"), kind="baseline", plan=plan, decision=decision, name="委员会议定"
    )
    finalise()
    assert m.current_plan == m.forecast


# Which of three effects finds its milestone changed in between, in every way: property of "all or nothing".
@pytest.mark.long
@pytest.mark.parametrize("changed", [c for n in range(4) for c in itertools.combinations(range(3), n)])
def test_all_effects_of_a_resolution_come_about_or_none(
    changed: tuple[int, ...],
    plan: Plan,
    item: AgendaItem,
    decision: Decision,
    actor: Callable[[str], Actor],
    finalise: Callable[..., Any],
) -> None:
    three = opened(plan)[:3]
    for m in three:
        replan(item, actor, m, decision, later(m))
    planned = {m.id: m.current_plan for m in three}

    def between() -> None:
        for n in changed:
            milestones.set_plan(
                three[n],
                later(three[n], 7),
                actor=actor("executive"),
                version=None,
                note="改",
                authority="会",
            )
            planned[three[n].id] = three[n].current_plan

    wanted = {m.id: later(m) for m in three}
    finalise(between)
    rows = list(db.session.scalars(select(DecisionEffect)))
    assert {m.id: m.current_plan for m in three} == (planned if changed else wanted)
    assert {row.life for row in rows} == {"not_applied" if changed else "in_force"}
    bells = list(
        db.session.scalars(select(Notification).where(Notification.template == "committee:effects-held"))
    )
    assert bool(bells) == bool(changed)


def test_a_gate_decided_and_a_plan_moved_meanwhile_hold_what_was_signed(
    draft_minutes: Minutes,
    plan: Plan,
    item: AgendaItem,
    decision: Decision,
    actor: Callable[[str], Actor],
    finalise: Callable[..., Any],
) -> None:
    """What was signed of a gate and of a baseline is not done over what came about in the days of signing."""
    who = actor("executive")
    gate = next(m for m in opened(plan) if m.gate)
    m = next(m for m in opened(plan) if not m.gate and m.forecast != m.current_plan)
    other = outcomes.record_decision(
        draft_minutes, actor=actor("secretary"), kind="D", text="另一条。", item=item
    )
    given = {"actor": who, "plan": plan}
    effects.propose(item, kind="gate", milestone=gate, decision=decision, verdict="stop", **given)
    effects.propose(item, kind="baseline", decision=other, name="新基线", **given)

    def between() -> None:
        gates.decide(gate, "stop", actor=who, decided_on=clock.today(), body="公司", reasons="另行商定")
        milestones.set_plan(m, later(m, 7), actor=who, version=None, note="改", authority="会")

    finalise(between)
    held = {row.kind: (row.life, row.refusal) for row in db.session.scalars(select(DecisionEffect))}
    assert held == {
        "gate": ("not_applied", "committee:effect-decided"),
        "baseline": ("not_applied", "committee:effect-moved"),
    }


def test_one_resolution_is_held_and_another_applied(
    draft_minutes: Minutes,
    plan: Plan,
    item: AgendaItem,
    decision: Decision,
    actor: Callable[[str], Actor],
    finalise: Callable[..., Any],
) -> None:
    first, second = opened(plan)[:2]
    other = outcomes.record_decision(
        draft_minutes, actor=actor("secretary"), kind="D", text="另一条。", item=item
    )
    for m, one in ((first, decision), (second, other)):
        replan(item, actor, m, one, later(m))
    wanted = later(second)
    finalise(lambda: milestones.cancel(first, actor=actor("executive"), version=None))
    assert second.current_plan == wanted
    lives = {row.milestone_id: (row.life, row.refusal) for row in db.session.scalars(select(DecisionEffect))}
    assert lives == {first.id: ("not_applied", "committee:effect-moved"), second.id: ("in_force", "")}


def test_what_cannot_be_applied_is_not_put_to_signature(
    draft_minutes: Minutes, plan: Plan, item: AgendaItem, decision: Decision, actor: Callable[[str], Actor]
) -> None:
    m = opened(plan)[0]
    replan(item, actor, m, decision, later(m))
    with pytest.raises(RuleBroken, match="effect-twice"):
        effects.propose(
            item, actor=actor("executive"), kind="rebaseline", plan=plan, milestone=m, day=later(m, 9)
        )
    milestones.cancel(m, actor=actor("executive"), version=None)
    with pytest.raises(RuleBroken, match="effect-moved"):
        reviews.open_review(draft_minutes, actor=actor("secretary"))


def test_a_resolution_that_was_voted_down_changes_nothing(
    draft_minutes: Minutes, plan: Plan, item: AgendaItem, actor: Callable[[str], Actor]
) -> None:
    m = opened(plan)[0]
    lost = outcomes.record_decision(
        draft_minutes, actor=actor("secretary"), kind="D", text="同意。", item=item,
        votes={"votes_for": 1, "votes_against": 5},
    )  # fmt: skip
    who = actor("executive")
    made = effects.propose(
        item, actor=who, kind="rebaseline", plan=plan, milestone=m, decision=lost, day=later(m)
    )
    with pytest.raises(RuleBroken, match="effect-rejected"):
        reviews.open_review(draft_minutes, actor=actor("secretary"))
    effects.carry(made, None, actor=actor("secretary"))
    assert reviews.open_review(draft_minutes, actor=actor("secretary")).header["decisions"]


def test_what_no_resolution_carries_changes_nothing_and_recommendations_carry_none(
    draft_minutes: Minutes,
    plan: Plan,
    item: AgendaItem,
    actor: Callable[[str], Actor],
    finalise: Callable[..., Any],
) -> None:
    m = opened(plan)[0]
    asked = outcomes.record_decision(
        draft_minutes, actor=actor("secretary"), kind="R", text="建议。", item=item
    )
    made = effects.propose(item, actor=actor("lead"), kind="rebaseline", plan=plan, milestone=m, day=later(m))
    effects.carry(made, asked, actor=actor("secretary"))
    before = m.current_plan
    finalise()
    assert m.current_plan == before
    assert made.life == "proposed"


def test_the_database_keeps_what_was_settled(
    plan: Plan,
    item: AgendaItem,
    decision: Decision,
    actor: Callable[[str], Actor],
    finalise: Callable[..., Any],
) -> None:
    m = opened(plan)[0]
    made = replan(item, actor, m, decision, later(m))
    finalise()
    made.life = "proposed"
    with pytest.raises(DatabaseError):
        db.session.flush()


@pytest.mark.long
def test_a_lead_proposes_and_the_secretary_lets_the_resolution_carry_it(
    client: Callable[..., Critic], app: Flask, in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    with app.app_context(), transactions.writing():
        minutes = db.session.scalars(
            select(Minutes).join(Minutes.meeting).where(Minutes.life == "draft")
        ).one()
        item = minutes.meeting.items[1]
        number = item.id
        decision = outcomes.record_decision(
            minutes, actor=actor("secretary"), kind="D", text="同意。", item=item
        )
        named = decision.number
        plan = db.session.scalars(select(Plan).where(Plan.project_id == item.project_id)).one()
        m = opened(plan)[0]
        code, before, after = m.code, m.current_plan, later(m)
        later_on = [one.code for one in schedule.effects(m, after)]
        assert later_on
    place = f"/meetings/{MEETING}/items/{number}/effects"
    executive = client("executive")
    assert code in executive.get(place).text
    typed = {"kind": "rebaseline", "milestone": code, "day": str(after)}
    assert executive.post(place, data=typed | {"day": str(before)}).status_code == 422
    assert executive.post(place, data=typed | {"milestone": "X1"}).status_code == 422
    assert executive.post(place, data=typed).status_code == 303
    with app.app_context():
        effect = db.session.scalars(select(DecisionEffect.id)).one()
    secretary = client("secretary")
    page = secretary.get(place).text
    assert f"{before} 改为 {after}" in page, "put before the committee by those who may"
    assert secretary.post(place, data=typed).status_code == 403, "the secretary sees no milestones of it"
    assert secretary.post(f"{place}/{effect}/decision", data={"decision": named}).status_code == 303
    assert client("outsider").get(place).status_code == 404
    member = client("member")
    assert member.get(place).status_code == 403
    (told,) = program(app, client, "executive")("GET", place).get_json()["data"]
    assert (told["kind"], told["of"], told["milestone"]) == ("rebaseline", PROJECT, code)
    assert (told["before"], told["after"]) == (str(before), str(after))
    assert (told["life"], told["decision"], told["number"]) == ("proposed", named, effect)
    assert told["text"] in page and [one["code"] for one in told["later"]] == later_on
    (kept,) = program(app, client, "secretary")("GET", place).get_json()["data"]
    assert kept == told | {"later": []}, "the secretary sees no milestones of it"
    for short, status in (("outsider", 404), ("member", 403)):
        assert program(app, client, short)("GET", place).status_code == status


@pytest.mark.long
def test_the_milestone_names_the_resolution_to_those_who_see_it(
    client: Callable[..., Critic],
    app: Flask,
    plan: Plan,
    item: AgendaItem,
    decision: Decision,
    actor: Callable[[str], Actor],
    finalise: Callable[..., Any],
) -> None:
    m = opened(plan)[0]
    replan(item, actor, m, decision, later(m))
    finalise()
    number, code = decision.number, m.code
    db.session.commit()
    executive = client("executive")
    page = executive.get(f"/projects/{PROJECT}/milestones/{code}").text
    assert f"/decisions/{number}" in page
    shown = executive.get(f"/decisions/{number}").text
    assert "已照此改动" in shown and "改为" in shown
    assert "已照此改动" in executive.get(f"/meetings/{MEETING}/minutes").text
    for form in ("minutes.md", "minutes.json"):
        assert "改为" in executive.get(f"/meetings/{MEETING}/{form}").text
    (signed,) = program(app, client, "executive")("GET", f"/decisions/{number}/effects").get_json()["data"]
    assert (signed["milestone"], signed["life"], signed["not_applied"]) == (code, "in_force", None)
    assert signed["text"] in shown
    hidden = program(app, client, "outsider")
    assert hidden("GET", f"/decisions/{number}/effects").status_code == 404


@pytest.mark.long
def test_a_steering_committee_accepts_its_laboratory(app: Flask, client: Callable[..., Critic]) -> None:
    """An item names a gate of the laboratory that the committee steers; what was signed is decided there."""
    with app.app_context():
        lead, admin = who("lead"), who("admin")
    with app.app_context(), transactions.writing():
        lab = labs.lab(actor=who("executive"), code="JL-01")
        lab.accepted_on, lab.confidentiality = None, "team"
        start_lab_plan(lab, actor=lead, version=None, pathway="E_jointlab")
        jsc = committees.create_committee(
            actor=admin, code="JSC", name_hans="指导委员会", kind="steering", lab_id=lab.id
        )
        seats = [("lead", "secretary"), ("chair", "chair"), ("member2", "member"), ("member", "member")]
        for number, (short, office) in enumerate(seats, 1):
            committees.add_member(
                jsc, actor=admin, person_id=who(short).id, office=office, name_hans="示例", seat=number
            )
        meeting = meetings.create_meeting(jsc, actor=lead, held_on=clock.today())
        code = meeting.code
    page, outsider = client("lead"), client("member2")
    agenda, typed_ = (
        f"/meetings/{code}/agenda",
        {"name_hans": "是否验收", "kind": "decide", "minutes_planned": "15"},
    )
    assert "JL-01/E110" in page.get(agenda).text
    assert page.post(agenda, data=typed_ | {"gate": "JL-01/E110", "project": "KJS-002"}).status_code == 422
    assert page.post(agenda, data=typed_ | {"gate": "JL-01/E110"}).status_code == 303
    assert "E110" in page.get(f"/meetings/{code}").text
    for address in (f"/meetings/{code}", f"/api/v1/meetings/{code}"):
        assert "E110" not in outsider.get(address).text, "not inside the laboratory"
    with app.app_context(), transactions.writing():
        item = db.session.scalars(select(AgendaItem).where(AgendaItem.name_hans == "是否验收")).one()
        number, gate_id = item.id, item.gate_id
        assert gates_waiting(None) >= {gate_id}
        meetings.record_attendance(
            item.meeting, dict.fromkeys([who(short).id for short, _office in seats], "on_site"), actor=lead
        )
        writing.start(item.meeting, actor=lead)
        minutes = item.meeting.minutes
        made = outcomes.record_decision(minutes, actor=lead, kind="D", text="同意验收。", item=item)
        resolution = made.number
    effects_of = f"/meetings/{code}/items/{number}/effects"
    shown = page.get(effects_of).text
    assert "E110" in shown and "E130" in shown and outsider.get(effects_of).status_code == 403
    data = {"kind": "gate", "milestone": "E110", "verdict": "go", "decision": resolution}
    assert page.post(effects_of, data=data).status_code == 303
    with app.app_context(), transactions.writing():
        minutes = db.session.get_one(AgendaItem, number).meeting.minutes
        draft = reviews.open_review(minutes, actor=lead)
        told = next(d for d in draft.header["decisions"].values() if d.get("effects"))["effects"]
        assert "JL-01 E110" in told[0]["text"] or told[0]["project"] == "JL-01"
        for signer in [row.person_id for row in draft.signers]:
            short = next(one for one, _office in seats if who(one).id == signer)
            given = {"meaning": "approve", "shown_sha256": draft.sha256, "password": PASSWORD}
            signatures.sign(draft, actor=who(short), **given)
        assert minutes.life == "approved"
    with app.app_context():
        lab = labs.lab(actor=who("executive"), code="JL-01")
        assert lab.accepted_on == clock.today()
        decision = db.session.scalars(select(GateDecision).where(GateDecision.milestone_id == gate_id)).one()
        assert (decision.verdict, decision.body) == ("go", "指导委员会")
    assert "指导委员会" in page.get("/labs/JL-01/milestones/E110/dossier").text


def test_many_changes_of_an_item_are_shown_with_as_many_statements_as_one(
    app: Flask, client: Callable[..., Critic], actor: Callable[[str], Actor]
) -> None:
    """On the page and to programs: of each kind one, and then four; what each does later is told of it alone."""
    with app.app_context():
        minutes = db.session.scalars(
            select(Minutes).join(Minutes.meeting).where(Minutes.life == "draft")
        ).one()
        number = minutes.meeting.items[1].id
    place, executive = f"/meetings/{MEETING}/items/{number}/effects", client("executive")
    read, counts = program(app, client, "executive"), []
    for upto in (1, 4):
        with app.app_context(), transactions.writing():
            item = db.session.get_one(AgendaItem, number)
            plan = db.session.scalars(select(Plan).where(Plan.project_id == item.project_id)).one()
            decision = outcomes.record_decision(
                item.meeting.minutes, actor=actor("secretary"), kind="D", text="同意。", item=item
            )
            for place_of, m in enumerate(opened(plan)[:upto]):
                row = {"plan_id": plan.id, "agenda_item_id": item.id, "proposed_by_id": actor("executive").id}
                row |= {"decision_id": decision.id}
                if upto == 1 or place_of:
                    db.session.add(DecisionEffect(kind="rebaseline", milestone_id=m.id, day=later(m), **row))
                    db.session.add(DecisionEffect(kind="baseline", name=f"基线 {place_of}", **row))
            wanted = {
                m.code: [one.code for one in schedule.effects(m, later(m))] for m in opened(plan)[:upto]
            }
        found = []
        for ask in (lambda: executive.get(place), lambda: read("GET", place)):
            ask()
            with queries_counted() as seen:
                answer = ask()
            assert answer.status_code == 200
            found.append(len(seen))
        counts.append(found)
        told = {one["milestone"]: one for one in answer.get_json()["data"] if one["milestone"]}
        assert {code: [m["code"] for m in one["later"]] for code, one in told.items()} == wanted
        assert any(wanted.values())
    assert counts[0] == counts[1], seen.shown
