"""What projects refuse: each refusal by its code and at its field, with nothing changed before it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing as committed
from kangjiansheng.labs.models import Booking, Institution, JointLab
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.models import HandOff, ImportBatch, ImportRow, Milestone, Project
from kangjiansheng.projects.operations import (
    asks,
    bookings,
    bulk,
    evidence,
    gates,
    hand_offs,
    lab_reviews,
    milestones,
    people,
    plans,
    projects,
    results,
    risks,
    starting,
    templates,
    validity,
)
from kangjiansheng.projects.operations.sheets import receiving
from kangjiansheng.projects.policies import hand_offs as who_may
from kangjiansheng.projects.queries import hand_offs as handing
from kangjiansheng.projects.queries.templates import published_version
from kangjiansheng.projects.rules import bulk as many
from kangjiansheng.projects.rules import criteria
from kangjiansheng.projects.rules import hand_offs as hand_off_rules
from kangjiansheng.projects.rules import templates as template_rules
from kangjiansheng.projects.rules.milestones import MilestoneState
from kangjiansheng.projects.rules.vocabulary import Name, TemplateCriterion, modalities
from kangjiansheng.projects.rules.vocabulary import templates as reference
from kangjiansheng.projects.views import trials
from tests.support import papers
from tests.support.critic import Critic
from tests.support.refusing import refused
from tests.support.sheets import change, checked, consent, taken_along, work

Cast = Callable[[str], Actor]
FACTS: dict[str, Any] = {
    "name_hans": "样例", "modality": min(modalities()), "stage": "DISCOVERY", "status": "ACTIVE",
    "confidentiality": "parties", "pathway": "D_iit", "lab_codes": (), "lead_lab": "JL-01",
}  # fmt: skip
RISK: dict[str, Any] = {
    "kind": "risk", "title": "试剂断供", "description": "", "likelihood": 4, "impact": 5, "response": "reduce",
    "measure": "备货", "owner_id": None, "life": "open",
}  # fmt: skip


def ahead(days: int) -> date:
    return clock.today() + timedelta(days=days)


def project(code: str = "KJS-003") -> Project:
    return db.session.scalars(select(Project).where(Project.code == code)).one()


def step(who: Actor, code: str = "A140") -> Milestone:
    found = queries.milestone(actor=who, code="KJS-003", milestone_code=code)
    assert found is not None
    return found


def test_of_a_project(actor: Cast) -> None:
    who = actor("executive")
    for code, field, wrong in (
        ("code-invalid", "code", {"code": "../KJS"}),
        ("pathway-unknown", "pathway", {"pathway": "Z"}),
        ("confidentiality-unknown", "confidentiality", {"confidentiality": "all"}),
        ("lab-unknown", "lead_lab", {"lead_lab": "JL-99"}),
        ("party-unknown", "parties", {"party_codes": ["NONE"]}),
    ):
        with refused(f"projects:{code}", field):
            projects.create_project(actor=who, **({"code": "KJS-901"} | FACTS | wrong))
    one = project()
    given: dict[str, Any] = {"actor": who, "version": one.version}
    with refused("projects:role-unknown", "role"):
        people.add_member(one, actor("member2").id, "king", **given)
    with refused("projects:person-unknown", "person_id"):
        people.add_member(one, actor("outsider").id, "member", actor=actor("lead"), version=one.version)
    with refused("projects:days-reversed", "valid_to"):
        people.add_member(one, actor("member2").id, "member", valid_to=ahead(-1), **given)
    with refused("projects:person-unknown"):
        people.end_member(one, 0, **given)
    with refused("projects:register-unknown", "register"):
        projects.register_number(one, "song", "1", **given)
    with refused("projects:register-unknown"):
        projects.remove_number(one, 0, **given)
    with refused("projects:not-archived"):
        projects.restore(one, **given)
    handed = db.session.scalars(select(HandOff).where(HandOff.project_id == one.id)).first()
    projects.archive(one, **given)
    given["version"] = one.version
    with refused("projects:already-archived"):
        projects.archive(one, **given)
    late: list[Callable[[], object]] = [
        lambda: people.add_member(one, actor("member2").id, "member", **given),
        lambda: projects.register_number(one, "nct", "NCT01234567", **given),
        lambda: projects.remove_number(one, 0, **given),
        lambda: risks.create_risk(one, actor=who, **RISK),
        lambda: hand_offs.create(one, actor=who, items=["一袋"]),
    ]
    if handed:
        late.append(lambda: hand_offs.withdraw(handed, "不要了", actor=who, version=handed.version))
    for act in late:
        with refused("projects:archived"):
            act()


def test_of_a_milestone(actor: Cast) -> None:
    who = actor("executive")
    one, done = step(who), next(m for m in project().plan.milestones if m.state == "done")
    for act in (
        lambda: milestones.flag(done, True, actor=who, version=done.version),
        lambda: plans.stop_clock(done, ahead(-3), actor=who, version=done.version),
    ):
        with refused("projects:not-open"):
            act()
    with refused("projects:days-reversed", "last"):
        plans.stop_clock(one, ahead(-3), actor=who, version=one.version, last=ahead(-4))
    said = milestones.on_track(one, actor=who, version=one.version)
    taken = milestones.undo(said, actor=who)
    for entry in (said, taken):
        with refused("projects:undo-twice"):
            milestones.undo(entry, actor=who)
    with refused("projects:too-many-rows"):
        bulk.apply(dict.fromkeys(range(many.AT_MOST + 1), 1), many.Wanted("on_track"), actor=who)
    state = MilestoneState()
    with refused("projects:no-date-to-move"):
        many.outcome(state, many.Wanted("move", 3), clock.today(), confirmed=True, flagged=False)


def test_of_a_gate_and_its_evidence(actor: Cast) -> None:
    who = actor("executive")
    gate, plain = step(who), next(m for m in project().plan.milestones if not m.gate and m.state == "open")
    piece = evidence.add(plain, [("a.pdf", papers.PDF)], actor=who, kind="other")[0]
    for brought in ([], [("a.pdf", papers.PDF), ("b.jpg", papers.JPEG)]):
        with refused("projects:one-file", "files"):
            evidence.replace(piece, brought, actor=who, version=piece.version)
    with refused("projects:withdraw-reason", "note"):
        evidence.withdraw(piece, actor=who, version=piece.version, note="")
    row = gates.add_criterion(gate, {"hans": "3 批连续合格"}, actor=who)
    with refused("projects:criterion-text", "name_hans"):
        gates.add_criterion(gate, {"hans": "", "en": "Three lots"}, actor=who)
    gates.remove_criterion(gate, row.number, actor=who, version=row.version)
    with refused("projects:criterion-removed"):
        gates.judge_criterion(gate, row.number, "met", actor=who, version=row.version)
    given: dict[str, Any] = {"actor": who, "decided_on": clock.today(), "body": "公司"}
    with refused("projects:not-a-gate"):
        gates.decide(plain, "go", **given)
    with refused("projects:review-gone", "review"):
        lab_reviews.decide_by_review(gate, "go", **given)
    milestones.cancel(gate, actor=who, version=gate.version)
    with refused("projects:not-open"):
        gates.decide(gate, "go", **given)


@pytest.mark.long
def test_of_a_risk_and_what_a_project_holds(actor: Cast) -> None:
    who, outsider = actor("executive"), actor("outsider").id
    one = risks.create_risk(project(), actor=who, review_on=ahead(20), **RISK)
    with refused("projects:owner-outside", "owner_id"):
        risks.give_risk(one, outsider, actor=who)
    with refused("projects:risk-closing", "reason"):
        risks.close(one, "", actor=who, version=one.version)
    risks.close(one, "已有供货", actor=who, version=one.version)
    for act in (
        lambda: risks.close(one, "又", actor=who, version=one.version),
        lambda: risks.give_risk(one, who.id, actor=who),
        lambda: risks.edit_risk(one, actor=who, version=one.version, review_on=ahead(20), **RISK),
    ):
        with refused("projects:risk-closed"):
            act()
    risks.reopen(one, actor=who, version=one.version)
    with refused("projects:risk-not-closed"):
        risks.reopen(one, actor=who, version=one.version)
    held = validity.create_validity(
        project(), actor=who, kind="ethics", label="伦审 1 号", valid_from=None, valid_to=ahead(90), note=""
    )
    with refused("projects:validity-ending", "reason"):
        validity.end(held, "", actor=who, version=held.version)
    booking = db.session.scalars(select(Booking)).first()
    assert booking is not None
    project().illustrative = not booking.resource.illustrative
    db.session.flush()
    with refused("projects:booking-mixed", "project"):
        bookings.name_project(booking, "KJS-003", actor=who)


@pytest.mark.long
def test_of_an_ask(actor: Cast) -> None:
    who = actor("executive")
    (mine, *_rest), theirs = policies.speaks_for(who), actor("partner")
    own = db.session.get_one(Institution, mine)
    other = db.session.get_one(Institution, next(iter(policies.speaks_for(theirs))))
    words: dict[str, Any] = {"title": "请给模板", "chain": "talent", "text": ""}
    for field, wrong in (("from_code", {"from_code": "NONE"}), ("to_code", {"to_code": "NONE"})):
        with refused("labs:institution-unknown", field):
            asks.raise_ask(actor=who, **({"from_code": own.code} | words | wrong))
    one = asks.raise_ask(actor=who, from_code=own.code, to_code=other.code, **words)
    given: dict[str, Any] = {"actor": theirs, "version": one.version}
    owed = {"name": "", "due_on": ahead(9), "debtor_code": other.code}
    for code, field, wrong in (
        ("projects:ask-not-yours", "debtor_code", {"debtor_code": own.code}),
        ("projects:ask-due", "due_on", {"due_on": None}),
        ("projects:ask-due", "due_on", {"due_on": ahead(-1)}),
    ):
        with refused(code, field):
            asks.agree(one, **given, **(owed | wrong))
    with refused("projects:ask-answer", "words"):
        asks.answer(one, "", **given)
    with refused("projects:ask-answer", "words"):
        asks.decline(one, "", **given)
    with refused("projects:ask-closing", "words"):
        asks.close(one, "", **given)
    asks.answer(one, "在看", **given)
    with refused("projects:ask-answered"):
        asks.edit_ask(one, actor=who, version=one.version, to_code=other.code, **words)


@pytest.mark.long
def test_of_a_hand_off(actor: Cast) -> None:
    who = actor("executive")
    here = project("KJS-010")
    parties = [one.id for one in handing.parties_of(here.id)]
    facts = {"kind": "cells", "name_hans": "制剂", "giver_id": parties[0], "receiver_id": parties[1]}
    for code, field, wrong in (
        ("hand-off-kind", "kind", {"kind": "song"}),
        ("hand-off-name", "name_hans", {"name_hans": ""}),
        ("hand-off-party", "giver_id", {"giver_id": 0}),
        ("hand-off-party", "receiver_id", {"receiver_id": None}),
        ("hand-off-itself", "receiver_id", {"receiver_id": parties[0]}),
        ("hand-off-items", "items", {"items": []}),
        ("hand-off-items-many", "items", {"items": [str(n) for n in range(hand_off_rules.MOST_ITEMS + 1)]}),
        ("hand-off-items-many", "items", {"items": ["袋" * 201]}),
        ("hand-off-items-twice", "items", {"items": ["一袋", "一袋"]}),
        ("risk-milestone", "milestone", {"milestone_code": "Z999"}),
    ):
        with refused(f"projects:{code}", field):
            hand_offs.create(here, actor=who, **({"items": ["一袋"]} | facts | wrong))
    one = hand_offs.create(here, actor=who, items=["一袋"], **facts)
    with refused("projects:hand-off-day", "day"):
        hand_offs.name_day(one, "giver", None, actor=who, version=one.version)
    with refused("projects:hand-off-no-day"):
        hand_offs.agree(one, "giver", actor=who, version=one.version)
    hand_offs.name_day(one, "giver", ahead(9), actor=who, version=one.version)
    with refused("projects:hand-off-no-day"):
        hand_offs.agree(one, "giver", actor=who, version=one.version)
    with refused("projects:hand-off-reason", "reason"):
        hand_offs.withdraw(one, "", actor=who, version=one.version)
    hand_offs.agree(one, "receiver", actor=who, version=one.version)
    given = Given(password="kangjiansheng")
    hand_offs.deliver(
        one, actor=who, version=one.version, ticked=[row.position for row in one.items], given=given
    )
    with refused("projects:hand-off-same-hand"):
        hand_offs.receive(
            one, actor=who, version=one.version, ticked=[row.position for row in one.items], given=given
        )
    with refused("projects:hand-off-step"):
        hand_offs.agree(one, "receiver", actor=who, version=one.version)
    assert who_may.raise_one(actor("lead"), project())
    assert not who_may.raise_one(actor("outsider"), project())


def test_of_a_result_a_pathway_a_laboratory(actor: Cast) -> None:
    who = actor("executive")
    old = db.session.scalars(select(results.Result)).first()
    assert old is not None
    results.archive_result(old, actor=who)
    with refused("projects:result-archived"):
        results.edit_result(old, actor=who, version=old.version)
    base = published_version("D_iit")
    assert base is not None
    with refused("projects:template-unfounded", "reason"):
        templates.begin(base, actor=who, reason=" ")
    draft = templates.begin(base, actor=who, reason="更快")
    for code, wrong in (
        ("meaning", {"meaning": "song"}),
        ("acceptance", {"meaning": "review", "gate": False}),
    ):
        item = replace(reference()["D_iit"].milestones[0], code="D015", predecessors=(), **wrong)
        with refused(f"projects:template-{code}", "meaning"):
            templates.put_step(draft, item, actor=who, version=draft.version)
    steps = reference()["D_iit"].milestones
    with refused("projects:template-empty"):
        template_rules.whole(tuple(replace(one, optional=True) for one in steps))
    gate = next(one for one in steps if one.gate)
    asked = tuple(TemplateCriterion(Name(str(n), "", "")) for n in range(criteria.MOST))
    full = tuple(replace(one, criteria=asked) if one is gate else one for one in steps)
    with refused("projects:criteria-many", "name_hans"):
        criteria.put(full, gate.code, TemplateCriterion(Name("又一", "", "")))
    lab = db.session.scalars(select(JointLab).where(JointLab.code == "JL-01")).one()
    starting.start_lab_plan(lab, actor=who, version=lab.version, pathway="E_jointlab")
    with refused("labs:not-offered", "outcome"):
        lab_reviews.review(
            lab, actor=who, outcome="song", reason="", version=lab.version, year=2026,
            gates=[one.milestone.code for one in lab_reviews.gates_of(lab)],
        )  # fmt: skip
    bare = db.session.scalars(select(JointLab).where(JointLab.code == "JL-05")).one()
    given: dict[str, Any] = {"actor": who, "pathway": "E_jointlab"}
    taken = project("KJS-004")
    was, taken.code = taken.code, bare.code
    db.session.flush()
    with refused("projects:code-taken"):
        starting.start_lab_plan(bare, version=bare.version, **given)
    taken.code, bare.archived_at = was, clock.now()
    db.session.flush()
    with refused("projects:lab-over"):
        starting.start_lab_plan(bare, version=bare.version, **given)


def test_of_a_sheet(actor: Cast) -> None:
    who = actor("lead")
    with refused("projects:sheet-large", "file"):
        receiving.receive("a.xlsx", b"a" * (receiving.LARGEST + 1), actor=who)
    batch = receiving.receive("a.xlsx", b"PK", actor=who)
    with refused("projects:sheet-not-now"):
        receiving.again(batch, actor=who)


def test_of_a_sheet_when_it_is_written(app: Flask, client: Callable[..., Critic]) -> None:
    """What the dry run saw is looked at again when it is written: a reason, a founder, a project may be gone."""
    lead = client("lead")
    grid = taken_along(lead)
    codes = ("A140", "A170", "A180")
    change(grid, "KJS-003", codes[0], plan=ahead(500))
    change(grid, "KJS-003", codes[1], forecast=ahead(600))
    change(grid, "KJS-003", codes[2], forecast=ahead(700))
    address = checked(app, lead, grid)
    sent = consent(lead, address, why="招标延后", authority="项目例会", reason="ETHICS")
    assert sent.status_code == 303
    with app.app_context(), committed():
        batch = db.session.scalars(select(ImportBatch)).one()
        batch.reason_code, batch.authority = None, ""
        rows = {row.code: row for row in db.session.scalars(select(ImportRow))}
        rows[codes[1]].wanted = {
            key: value for key, value in rows[codes[1]].wanted.items() if key != "because"
        }
        rows[codes[2]].milestone_id = project("KJS-004").plan.milestones[0].id
    work(app)
    with app.app_context():
        rows = {row.code: row for row in db.session.scalars(select(ImportRow))}
        assert [rows[code].faults[0]["code"] for code in codes] == [
            "projects:baseline-unfounded", "projects:reason-missing", "projects:sheet-gone",
        ]  # fmt: skip
        assert db.session.scalars(select(ImportBatch.counts)).one()["applied"] == 0


def test_of_a_record_that_no_form_can_carry(
    client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "LARGEST_PACKED", 9)
    data = (Path(__file__).parents[1] / "data" / "trials" / "chictr.xml").read_bytes()
    again = client("lead").post("/import/trial", data={"record": (BytesIO(data), "f.xml"), "lab": "JL-01"})
    assert again.status_code == 422 and "请用命令行导入" in again.text
