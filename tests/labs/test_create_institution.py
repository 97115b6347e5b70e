"""An executive registers an institution."""

import pytest

from kangjiansheng.core.changes import Revision
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import operations, queries
from tests.support.typed import typed, words

NEW = {
    "code": "EXAMPLE-1",
    "name_hans": "示例细胞研究所",
    "name_en": "Example Institute",
    "alias_lines": "示例所\n示例所\n Example  Inst. ",
    "sector_codes": ["research", "industry"],
}


def test_an_institution_is_registered_and_shown(client):
    executive = client("executive")
    answer = typed(executive, "/partners/new", **NEW)
    assert (answer.status_code, answer.location) == (303, "/partners/EXAMPLE-1")
    text = words(executive.get("/partners/EXAMPLE-1"))
    assert "示例细胞研究所" in text
    assert "登记机构" in text  # its history
    assert "Example Inst.、示例所" in text


def test_what_was_registered_leaves_one_revision_and_one_change_set(client, app):
    typed(client("executive"), "/partners/new", **NEW)
    with app.app_context():
        made = queries.institution_by_name("Example Institute")
        rows = list(db.session.scalars(db.select(Revision).filter_by(thing="institution", thing_id=made.id)))
        assert [row.version for row in rows] == [1]
        assert rows[0].state["sectors"] == ["industry", "research"]
        assert rows[0].state["aliases"] == ["Example Inst.", "示例所"]


@pytest.mark.parametrize("code", ["rj2", "A", "-A1", "A B", "甲", "A" * 41, "A/B"])
def test_a_code_that_cannot_stand_in_an_address_is_refused(client, code):
    answer = typed(client("executive"), "/partners/new", **{**NEW, "code": code})
    assert answer.status_code == 422
    assert NEW["name_hans"] in answer.get_data(as_text=True)  # what was typed is still there


def test_a_code_that_is_taken_is_refused_by_name(client):
    answer = typed(client("executive"), "/partners/new", **{**NEW, "code": "RJ"})
    assert answer.status_code == 422
    assert "编号 RJ 已被使用" in words(answer)


@pytest.mark.parametrize(
    "name", ["瑞金医院", "瑞金醫院", "ruijin hospital", "上海交通大學醫學院附屬瑞金醫院"]
)
def test_a_name_that_another_has_in_any_script_is_refused(actor, name):
    with pytest.raises(RuleBroken) as problem:
        operations.create_institution(actor=actor("executive"), code="NEW-1", name_hans=name)
    assert problem.value.code == "labs:name-taken"
    assert problem.value.facts["code"] == "RJ"


def test_a_sector_outside_the_six_is_refused(actor):
    with pytest.raises(RuleBroken) as problem:
        operations.create_institution(
            actor=actor("executive"), code="NEW-1", name_hans="新机构", sector_codes=["media"]
        )
    assert problem.value.field == "sector_codes"


@pytest.mark.parametrize("who", ["auditor", "admin", "lead", "partner", "member", "outsider"])
def test_only_executives_register(client, who):
    assert client(who).get("/partners/new").status_code == 403
    assert client(who).post("/partners/new", data=NEW).status_code == 403
    assert client(who).get("/partners/EXAMPLE-1").status_code == 404


def test_text_passes_the_gate(client):
    typed(client("executive"), "/partners/new", **{**NEW, "name_hans": "示例\u202e细胞\u200b  研究所"})
    assert "示例细胞 研究所" in words(client("outsider").get("/partners/EXAMPLE-1"))
