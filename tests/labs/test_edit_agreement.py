"""An executive changes an agreement, puts it away and takes it out."""

import pytest

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import operations, queries
from tests.support.programs import program
from tests.support.typed import opened, send, typed, words

EDIT = "/agreements/AGR-901/edit"


def test_a_change_shows_in_page_and_history(client):
    executive = client("executive")
    assert typed(executive, EDIT, expires_on="2028-12-31", kind="framework").status_code == 303
    text = words(executive.get("/agreements/AGR-901"))
    assert "修改协议" in text and "2028-12-31" in text and "框架协议" in text


def test_the_second_of_two_sees_both_versions(client):
    first, second = client("executive"), client("executive")
    mine = opened(second, EDIT)
    typed(first, EDIT, signatory_codes=["RJ", "SPH"])
    answer = send(second, EDIT, mine, signatory_codes=["RJ", "NCTM"])
    assert answer.status_code == 409
    text = words(answer)
    assert "签约方" in text and "国家转化医学中心（上海）" in text and "上海医药集团股份有限公司" in text


def test_a_line_that_did_not_change_keeps_its_scripts(client):
    typed(client("executive"), "/agreements/AGR-001/edit", stated_lines="优势互补、资源共享\n新的一条")
    text = words(client("executive", "en").get("/agreements/AGR-001"))
    assert "Complement each other and share resources" in text and "新的一条" in text


def test_an_agreement_does_not_hang_under_itself(actor):
    executive = actor("executive")
    top = queries.agreement(actor=executive, code="AGR-001")
    for code in ("AGR-901", "AGR-001"):
        with pytest.raises(RuleBroken) as problem:
            operations.edit_agreement(
                top,
                actor=executive,
                version=None,
                name_hans=top.name_hans,
                kind=top.kind,
                signatory_codes=top.signatory_codes,
                parent_code=code,
            )
        assert problem.value.code == "labs:agreement-in-circle"


def test_an_agreement_on_which_a_laboratory_rests_stays(client):
    executive = client("executive")
    archive = "/agreements/AGR-901/archive"
    answer = send(executive, archive, opened(executive, "/agreements/AGR-901", archive))
    assert answer.status_code == 422
    assert "JL-01" in words(answer)


def test_an_unused_agreement_is_archived_and_restored(client):
    executive = client("executive")
    new = {
        "code": "AGR-102",
        "name_hans": "保密协议",
        "kind": "confidentiality",
        "signatory_codes": ["RJ", "SPH"],
    }
    typed(executive, "/agreements/new", **new)
    archive = "/agreements/AGR-102/archive"
    assert send(executive, archive, opened(executive, "/agreements/AGR-102", archive)).status_code == 303
    assert "AGR-102" not in words(executive.get("/agreements"))
    assert "AGR-102" in words(executive.get("/agreements?archived=1"))
    assert executive.post("/agreements/AGR-102/restore").status_code == 303
    assert "AGR-102" in words(executive.get("/agreements"))


def test_nobody_else_edits_or_archives(client):
    for who, status in {"auditor": 403, "lead": 403, "member": 403, "outsider": 404, "admin": 404}.items():
        assert client(who).get(EDIT).status_code == status
        assert client(who).post(EDIT).status_code == status
        assert client(who).post("/agreements/AGR-901/archive").status_code == status
        assert client(who).post("/agreements/AGR-901/restore").status_code == status


def test_two_versions_are_read_beside_each_other(client):
    executive = client("executive")
    assert (
        typed(
            executive, EDIT, expires_on="2028-12-31", clause_lines="3.1 改写的条款\n3.2 载体\n4.1 随访"
        ).status_code
        == 303
    )
    assert typed(executive, EDIT, kind="framework").status_code == 303
    text = words(executive.get("/agreements/AGR-901/versions"))
    assert "共 3 版" in text and text.count("有改动") == 1, "the last change alone"
    text = words(executive.get("/agreements/AGR-901/versions?before=1&after=2"))
    assert (
        "2027-09-09" in text and "2028-12-31" in text and "改写的条款" in text and text.count("有改动") == 2
    )
    assert client("outsider").get("/agreements/AGR-001/versions").status_code == 403
    assert client("outsider").get("/agreements/AGR-901/versions").status_code == 404


def test_a_program_reads_the_versions_and_what_differs(client, app):
    executive = client("executive")
    assert typed(executive, EDIT, summary="共建细胞制备平台").status_code == 303
    read = program(app, client, "executive")
    newest, first = read("GET", "/agreements/AGR-901/versions").get_json()["data"]
    assert (newest["version"], newest["summary"]) == (2, "共建细胞制备平台")
    assert (first["version"], first["summary"]) != (2, "共建细胞制备平台")
    assert newest["by"]["zh-Hans"] and newest["since"] > first["since"]
    whole = read("GET", "/agreements/AGR-901").get_json()
    assert {key: newest[key] for key in whole} == whole
    found = read("GET", "/agreements/AGR-901/versions/comparison").get_json()
    assert (found["before"], found["after"]) == (1, 2)
    told = {row["field"]: row for row in found["differences"]}
    assert told["summary"]["after"] == "共建细胞制备平台" and told["summary"]["label"] == "摘要"
    page = words(executive.get("/agreements/AGR-901/versions"))
    assert all(row["after"] in page and row["before"] in page for row in told.values())
    same = read("GET", "/agreements/AGR-901/versions/comparison?before=2&after=2").get_json()
    assert same["differences"] == []
    assert read("GET", "/agreements/AGR-901/versions/comparison?after=9").status_code == 404
    for short, code, status in (("outsider", "AGR-001", 403), ("outsider", "AGR-901", 404)):
        for what in ("versions", "versions/comparison"):
            assert client(short).get(f"/api/v1/agreements/{code}/{what}").status_code == status


def test_a_version_names_no_agreement_that_its_reader_does_not_see(client, app):
    assert typed(client("executive"), EDIT, parent_code="AGR-902").status_code == 303
    lead = client("lead")
    assert lead.get("/agreements/AGR-902").status_code == 404
    read = program(app, client, "lead")
    for what in ("versions", "versions/comparison"):
        answer = read("GET", f"/agreements/AGR-901/{what}")
        assert answer.status_code == 200 and "AGR-902" not in answer.text
    assert read("GET", "/agreements/AGR-901/versions").get_json()["data"][0]["parent"] is None
    everything = program(app, client, "executive")
    assert "AGR-902" in everything("GET", "/agreements/AGR-901/versions").text
    assert "AGR-902" in everything("GET", "/agreements/AGR-901/versions/comparison").text
