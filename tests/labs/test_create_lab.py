"""An executive registers a laboratory; an import finds or makes one."""

import pytest

from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import operations, queries
from kangjiansheng.labs.models import JointLab
from tests.support.typed import typed, words

NEW = {
    "code": "JL-77",
    "name_hans": "细胞药物递送联合实验室",
    "lead_code": "SPH",
    "partner_codes": ["RJ", "KJS"],
    "mission": "让药物到得了该到的地方。",
    "agreement_code": "AGR-001",
}


def test_a_laboratory_is_registered_as_proposed(client):
    executive = client("executive")
    answer = typed(executive, "/labs/new", **NEW)
    assert (answer.status_code, answer.location) == (303, "/labs/JL-77")
    text = words(executive.get("/labs/JL-77"))
    assert "筹划中" in text and "让药物到得了该到的地方" in text and "牵头单位" in text
    assert "登记联合实验室" in text


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"code": "jl"}, "labs:code-shape", "code"),
        ({"code": "JL-01"}, "labs:code-taken", "code"),
        ({"lead_code": "NOBODY"}, "labs:institution-unknown", "lead_code"),
        ({"lead_code": "SHMPA"}, "labs:regulator-is-no-party", "lead_code"),
        ({"partner_codes": ["SHMPA"]}, "labs:regulator-is-no-party", "partner_codes"),
        ({"agreement_code": "AGR-777"}, "labs:agreement-unknown", "agreement_code"),
        ({"agreement_code": "AGR-901"}, "labs:agreement-mixed", "agreement_code"),
        ({"confidentiality": "secret"}, "labs:not-offered", "confidentiality"),
    ],
)
def test_what_cannot_be_is_refused(actor, changes, code, field):
    with pytest.raises(RuleBroken) as problem:
        operations.create_lab(actor=actor("executive"), **{**NEW, **changes})
    assert (problem.value.code, problem.value.field) == (code, field)


def test_the_lead_named_among_the_partners_too_leads(actor):
    made = operations.create_lab(actor=actor("executive"), **{**NEW, "partner_codes": ["SPH", "RJ"]})
    assert (made.lead_code, made.partner_codes) == ("SPH", ["RJ"])


def test_a_lead_must_be_chosen(client):
    answer = typed(client("executive"), "/labs/new", **{**NEW, "lead_code": ""})
    assert answer.status_code == 422
    assert "请填写此项" in words(answer)


def test_only_executives_register(client):
    for who in ("auditor", "admin", "lead", "partner", "outsider"):
        assert client(who).get("/labs/new").status_code == 403
        assert client(who).post("/labs/new", data=NEW).status_code == 403


def test_an_import_finds_a_laboratory_by_code_and_leaves_it_alone(actor):
    system = actor("executive")
    found = operations.ensure_lab("JL-01", name_hans="另一个名字", lead=None, actor=system)
    assert found.name_hans == "血液肿瘤细胞治疗联合实验室"
    made = operations.ensure_lab(
        "JL-88",
        name_hans="新实验室",
        lead=queries.institution_by_name("上药"),
        actor=system,
        illustrative=True,
    )
    assert (made.lead_code, made.illustrative) == ("SPH", True)
    assert operations.ensure_lab("JL-88", name_hans="x", lead=None, actor=system) is made
    assert db.session.scalar(db.select(db.func.count(JointLab.id)).where(JointLab.code == "JL-88")) == 1


def test_an_import_finds_an_institution_by_any_name_and_makes_what_is_not_there(actor):
    system = actor("executive")
    directory = queries.Directory()

    def ensure(name):
        return operations.ensure_institution(name, actor=system, directory=directory)

    assert {ensure(n).code for n in ("瑞金医院", " 瑞金醫院", "RUIJIN HOSPITAL", "ＲＪ")} == {"RJ"}
    made = ensure("外地合作医院")
    assert made.code.startswith("ORG-")
    assert ensure("外地合作醫院") is made
