"""The demonstration's evidence, verdicts and conditions: labelled, by those who may, and in no figure of its day."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import actor_of, system_actor
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.demonstration.labs import BEGAN_ON
from kangjiansheng.labs.models import Institution
from kangjiansheng.overview import api
from kangjiansheng.projects import policies
from kangjiansheng.projects.models import Evidence, GateCriterion, GateDecision, Milestone
from tests.support.typed import words

pytestmark = pytest.mark.usefixtures("in_app")

EXPECTED = Path(__file__).parents[1] / "data" / "expected_metrics.json"


def as_actor(person_id: int) -> Actor:
    system = system_actor()
    return system if person_id == system.id else actor_of(db.session.get_one(Person, person_id))


@pytest.mark.long
def test_the_figures_of_its_day_are_those_of_the_definitions():
    expected = json.loads(EXPECTED.read_text("utf-8"))
    found = json.loads(json.dumps(api.on_day(date(2026, 11, 20), actor=system_actor())))
    assert {key: found[key] for key in expected} == expected


def test_everybody_did_what_they_may_do():
    pieces = db.session.scalars(select(Evidence)).all()
    assert len(pieces) == 6
    for piece in pieces:
        assert policies.update(as_actor(piece.file.by_id), piece.milestone)
        if piece.verdict:
            assert policies.judge(as_actor(piece.judged_by_id), piece)
    judged = [one for one in db.session.scalars(select(GateCriterion)) if one.verdict]
    assert len(judged) == 4
    for one in judged:
        assert policies.decide(as_actor(one.judged_by_id), one.milestone)


def test_all_of_it_is_labelled_and_names_no_institution():
    files = db.session.scalars(select(FileRef)).all()
    texts = [text for file in files for text in (file.name, file.note)]
    texts += db.session.scalars(select(Evidence.verdict_note).where(Evidence.verdict_note != "")).all()
    texts += db.session.scalars(select(GateCriterion.verdict_note).where(GateCriterion.verdict != "")).all()
    texts += db.session.scalars(select(GateDecision.reasons)).all()
    assert texts and all(text.startswith("示例") for text in texts)
    names = db.session.scalars(select(Institution.name_hans)).all()
    assert not [name for name in names for text in texts if name in text]


def test_its_conditions_are_named_in_three_scripts_and_stop_the_next_gate():
    (decision,) = db.session.scalars(select(GateDecision)).all()
    assert decision.decided_on > BEGAN_ON
    asked = [db.session.get_one(Milestone, one.milestone_id) for one in decision.conditions]
    assert [one.code for one in asked] == ["A190-C1", "A190-C2"]
    assert all(len({one.name_hans, one.name_hant, one.name_en}) == 3 for one in asked)
    stopped = {db.session.get_one(Milestone, one.stops_id).code for one in decision.conditions}
    assert stopped == {"A230"}
    named = select(AuditEntry.after).where(AuditEntry.act == "projects:milestone:schedule")
    assert {one["name_en"] for one in db.session.scalars(named)} >= {one.name_en for one in asked}


@pytest.mark.long
def test_the_dossier_shows_what_was_brought_beside_the_expected_and_who_judges_it(client):
    text = words(client("lead2").get("/projects/KJS-020/milestones/D090/dossier"))
    assert "其他材料" in text and "示例_安全性汇总表.pdf 未接受" in text
    assert "示例_安全性汇总表_补充.pdf 待审核" in text
    assert "执行管理层 审核：其他材料" in text  # the only one who leads has brought it


@pytest.mark.long
def test_open_conditions_are_owed(client):
    text = words(client("executive").get("/projects/KJS-009/milestones/A190/dossier"))
    assert "都齐了" not in text
    assert "项目负责人 A190-C1 末例受试者180天随访数据核对完毕 A190-C2" in text
    then = words(client("executive").get("/projects/KJS-009/milestones/A190/dossier?as_of=2026-11-20"))
    assert "都齐了" not in then and "A190-C1" not in then
