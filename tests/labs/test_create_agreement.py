"""An executive registers an agreement."""

from datetime import date, timedelta

import pytest

from kangjiansheng.core import clock
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import operations, queries
from tests.support.typed import typed, words

NEW = {
    "code": "AGR-101",
    "name_hans": "成果转让协议",
    "kind": "transfer",
    "signatory_codes": ["SCMC", "SPH"],
    "implementing_codes": ["KJS"],
    "signed_on": "2025-10-12",
    "parent_code": "AGR-001",
}


def make(actor, **changes):
    wanted = {**NEW, "signed_on": date(2025, 10, 12), **changes}
    return operations.create_agreement(actor=actor, **wanted)


def test_an_agreement_is_registered_and_what_is_not_stated_says_so(client):
    executive = client("executive")
    answer = typed(executive, "/agreements/new", **NEW)
    assert (answer.status_code, answer.location) == (303, "/agreements/AGR-101")
    text = words(executive.get("/agreements/AGR-101"))
    assert "2 方签约" in text and "实施主体" in text and "到期日期 未载明" in text
    assert "AGR-101" in words(executive.get("/agreements/AGR-001"))  # it hangs under it


def test_signatory_and_implementing_entity_are_kept_apart(actor):
    made = make(actor("executive"))
    assert made.signatory_codes == ["SCMC", "SPH"]
    assert made.implementing_codes == ["KJS"]


TOMORROW = timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"signatory_codes": ["SPH"]}, "labs:too-few-signatories", "signatory_codes"),
        ({"signatory_codes": ["SPH", "SPH"]}, "labs:too-few-signatories", "signatory_codes"),
        ({"signatory_codes": ["SPH", "NOBODY"]}, "labs:institution-unknown", "signatory_codes"),
        ({"signatory_codes": ["SPH", "SHMPA"]}, "labs:regulator-is-no-party", "signatory_codes"),
        ({"implementing_codes": ["SHMPA"]}, "labs:regulator-is-no-party", "implementing_codes"),
        ({"kind": "marriage"}, "labs:not-offered", "kind"),
        ({"confidentiality": "secret"}, "labs:not-offered", "confidentiality"),
        ({"signed_on": None, "year_inferred": True}, "labs:inferred-without-day", "signed_on"),
        ({"expires_on": date(2025, 10, 12)}, "labs:ends-too-early", "expires_on"),
        (
            {"effective_on": date(2026, 1, 1), "expires_on": date(2025, 12, 31)},
            "labs:ends-too-early",
            "expires_on",
        ),
        ({"parent_code": "AGR-777"}, "labs:agreement-unknown", "parent_code"),
        ({"code": "AGR-001"}, "labs:code-taken", "code"),
    ],
)
def test_what_cannot_be_is_refused(actor, changes, code, field):
    with pytest.raises(RuleBroken) as problem:
        make(actor("executive"), **changes)
    assert (problem.value.code, problem.value.field) == (code, field)


def test_nothing_is_signed_in_the_future(actor):
    with pytest.raises(RuleBroken) as problem:
        make(actor("executive"), signed_on=clock.today() + TOMORROW)
    assert problem.value.code == "labs:signed-in-future"


def test_a_regulator_may_witness(actor):
    assert make(actor("executive"), witness_codes=["SHMPA"]).witness_codes == ["SHMPA"]


def test_the_refusal_stands_beside_its_field_and_keeps_what_was_typed(client):
    answer = typed(client("executive"), "/agreements/new", **{**NEW, "signatory_codes": ["SPH"]})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "一份协议至少有两个签约方" in text and "成果转让协议" in text


def test_only_executives_register(client):
    for who in ("auditor", "admin", "lead", "partner", "outsider"):
        assert client(who).get("/agreements/new").status_code == 403
        assert client(who).post("/agreements/new", data=NEW).status_code == 403


def test_the_parties_are_told(client, actor):
    make_as = client("executive")
    typed(make_as, "/agreements/new", **NEW)
    assert "AGR-101" in words(client("partner").get("/notifications"))
    assert "AGR-101" not in words(client("member").get("/notifications"))


def test_an_agreement_at_team_level_is_told_to_directors_only(client):
    typed(client("executive"), "/agreements/new", **{**NEW, "confidentiality": "team"})
    assert "AGR-101" not in words(client("partner").get("/notifications"))
    assert client("partner").get("/agreements/AGR-101").status_code == 404


def test_the_agreement_that_one_may_not_see_cannot_be_named(actor):
    lead2 = actor("lead2")
    lab = queries.lab(actor=lead2, code="JL-02")
    with pytest.raises(RuleBroken) as problem:
        operations.edit_lab(
            lab,
            actor=lead2,
            version=None,
            name_hans=lab.name_hans,
            lead_code="SCMC",
            agreement_code="AGR-901",
        )
    assert problem.value.code == "labs:agreement-unknown"
