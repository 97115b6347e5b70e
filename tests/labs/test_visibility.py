"""Who sees what: the table of the public interface, for this floor."""

import pytest

from kangjiansheng.core import transactions
from kangjiansheng.labs import operations, queries
from tests.support.typed import words

ALL = {"AGR-001", "AGR-901", "AGR-902", "AGR-903", "AGR-904", "AGR-905"}
AGREEMENTS = {
    "executive": ALL,
    "auditor": ALL,
    "admin": {"AGR-001"},
    "lead": {"AGR-001", "AGR-901"},
    "lead2": {"AGR-001", "AGR-902"},
    "partner": {"AGR-001", "AGR-902"},
    "member": {"AGR-001", "AGR-901", "AGR-903"},
    "member2": {"AGR-001", "AGR-903"},
    "secretary": {"AGR-001"},
    "chair": {"AGR-001"},
    "outsider": {"AGR-001"},
}
INSIDE = {
    "executive": {"JL-01", "JL-02", "JL-03", "JL-04", "JL-05"},
    "auditor": {"JL-01", "JL-02", "JL-03", "JL-04", "JL-05"},
    "admin": set(),
    "lead": {"JL-01"},
    "lead2": {"JL-02"},
    "partner": {"JL-02"},
    "member": {"JL-01", "JL-03"},
    "member2": {"JL-03"},
    "outsider": set(),
}


@pytest.mark.parametrize("who", AGREEMENTS)
def test_agreements_in_list_page_json_and_export(client, who):
    reader = client(who)
    listed = {item["code"] for item in reader.get("/api/v1/agreements").json["items"]}
    assert listed == AGREEMENTS[who]
    text = words(reader.get("/agreements"))
    sheet = reader.get("/agreements.csv").get_data(as_text=True)
    for code in ALL:
        seen = code in AGREEMENTS[who]
        assert (code in text) == seen
        assert (f"\n{code}," in sheet) == seen
        status = 200 if seen else 404
        assert reader.get(f"/agreements/{code}").status_code == status
        assert reader.get(f"/api/v1/agreements/{code}").status_code == status


@pytest.mark.long
@pytest.mark.parametrize("who", INSIDE)
def test_the_inside_of_laboratories(client, who):
    reader = client(who)
    for code in INSIDE["executive"]:
        page = reader.get(f"/labs/{code}")
        assert page.status_code == 200
        text = words(page)
        inside = code in INSIDE[who]
        assert ("示例地点" in text) == inside, code
        assert ("历史" in text.replace("变更历史对", "")) == inside, code
        assert ("mission" in reader.get(f"/api/v1/labs/{code}").json) == inside


def test_everybody_sees_the_open_part(client):
    text = words(client("outsider").get("/labs/JL-02"))
    assert "儿童细胞治疗联合实验室" in text and "运行中" in text
    assert "上海交通大学医学院附属上海儿童医学中心" in text
    assert "AGR-902" not in text and "主任" not in text


def test_an_outsider_sees_the_open_agreement_without_history_and_other_peoples_agreements(client):
    text = words(client("outsider").get("/agreements/AGR-001"))
    assert "未载明" in text and "AGR-90" not in text and "谁在何时" not in text


@pytest.mark.long
def test_the_agreement_above_is_named_to_whom_sees_it(client, actor):
    executive = actor("executive")
    facts = {"name_hans": "协议", "kind": "other", "signatory_codes": ["RJ", "KJS"]}
    made = operations.create_agreement(actor=executive, code="AGR-103", **facts)
    operations.edit_agreement(made, actor=executive, version=None, parent_code="AGR-902", **facts)
    transactions.commit()
    paths = ("/agreements/AGR-103", "/api/v1/agreements/AGR-103", "/api/v1/agreements")
    for path in paths:
        assert "AGR-902" in client("executive").get(path).text, path
        assert "AGR-902" not in client("member").get(path).text, path


def test_the_search_does_not_tell_of_the_inside(client):
    assert "JL-02" not in words(client("outsider").get("/labs?q=更早等到"))
    assert "JL-02" not in words(client("outsider").get("/labs?q=AGR-902"))


def test_nobody_gets_in_without_signing_in(client):
    nobody = client(None)
    for path in ("/labs", "/labs/JL-01", "/partners", "/agreements", "/partners.csv", "/labs.xlsx"):
        assert nobody.get(path).status_code == 302
    for path in ("/api/v1/labs", "/api/v1/institutions", "/api/v1/agreements/AGR-001"):
        assert nobody.get(path).status_code == 401


def test_at_team_level_partners_see_the_open_part_only(actor):
    executive = actor("executive")
    lab = queries.lab(actor=executive, code="JL-02")
    operations.edit_lab(
        lab,
        actor=executive,
        version=None,
        name_hans=lab.name_hans,
        lead_code="SCMC",
        partner_codes=["SPH"],
        confidentiality="team",
    )
    assert not queries.sees_inside(actor("partner"), lab)
    assert queries.sees_inside(actor("lead2"), lab)


def test_a_witness_is_no_party(actor):
    executive = actor("executive")
    operations.create_agreement(
        actor=executive,
        code="AGR-103",
        name_hans="协议",
        kind="other",
        signatory_codes=["SPH", "KJS"],
        witness_codes=["RJ"],
    )
    assert queries.agreement(actor=actor("member"), code="AGR-103") is None


def test_the_people_of_an_institution_are_seen_by_its_own(client):
    assert "委员（血液学）" in words(client("member").get("/partners/RJ"))
    for who in ("partner", "outsider", "admin"):
        assert "委员（血液学）" not in words(client(who).get("/partners/RJ"))
