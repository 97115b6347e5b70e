"""The three lists: filters in the address, search across scripts, order, pages, cost."""

import pytest
from lxml import html

from kangjiansheng.core.transactions import writing
from kangjiansheng.labs import operations, panels
from tests.support.queries import queries_counted
from tests.support.typed import words


def codes(client, path):
    page = html.document_fromstring(client.get(path).get_data(as_text=True))
    rows = page.xpath("//main//tbody/tr")
    return ["".join(row.itertext()).strip() for row in rows]


def institution_codes(client, query):
    page = html.document_fromstring(client.get(f"/partners?{query}").get_data(as_text=True))
    return [cell.text_content().strip() for cell in page.xpath("//main//tbody/tr/td[last()]")]


@pytest.mark.parametrize("q", ["瑞金", "瑞金醫院", "RUIJIN", "ｒｊ", "附属瑞金"])
def test_an_institution_is_found_by_any_of_its_names_in_any_script(client, q):
    assert institution_codes(client("outsider"), f"q={q}") == ["RJ"]


def test_the_search_works_from_the_other_language_too(client):
    reader = client("outsider", "en")
    assert [r for r in codes(reader, "/partners?q=幹細胞集團") if "China Stem Cells Group" in r]


def test_filters_stand_in_the_address_and_combine(client):
    reader = client("executive")
    assert set(institution_codes(reader, "sector=hospital")) == {"RJ", "SCMC", "CSCG"}
    assert institution_codes(reader, "sector=hospital&q=干细胞") == ["CSCG"]
    assert [row[:5] for row in codes(reader, "/labs?party=RJ")] == ["JL-01", "JL-03"]
    assert [row[:7] for row in codes(reader, "/agreements?kind=framework")] == ["AGR-001"]
    assert [row[:7] for row in codes(reader, "/agreements?party=CEMCS")] == ["AGR-904"]
    page = html.document_fromstring(reader.get("/labs?party=RJ&life=operating").get_data(as_text=True))
    assert page.xpath("//select[@name='party']/option[@selected]/@value") == ["RJ"]


def test_a_laboratory_is_found_by_its_partner(client):
    assert [row[:5] for row in codes(client("outsider"), "/labs?q=儿童医学中心")] == ["JL-02"]


def test_nothing_found_says_so_and_offers_a_way_out(client):
    text = words(client("outsider").get("/partners?q=月球"))
    assert "没有符合条件的机构" in text and "清除筛选" in text


def test_names_sort_as_readers_of_each_language_expect(client):
    hans = institution_codes(client("outsider"), "")
    assert hans.index("DHLS") < hans.index("NCTM") < hans.index("ZJADMIN")  # dong, guo, zhang
    english = institution_codes(client("outsider", "en"), "")
    assert english[0] == "CEMCS" and english.index("DHLS") < english.index("RCSC")


@pytest.mark.long
def test_long_lists_come_in_pages_that_keep_the_filter(client, app, actor):
    with writing():
        for number in range(60):
            operations.create_institution(
                actor=actor("executive"), code=f"X-{number:03d}", name_hans=f"示例机构 {number:03d}"
            )
    reader = client("outsider")
    assert len(institution_codes(reader, "q=示例机构")) == 50
    assert len(institution_codes(reader, "q=示例机构&page=2")) == 10
    page = html.document_fromstring(reader.get("/partners?q=示例机构").get_data(as_text=True))
    following = page.xpath("//a[@rel='next']/@href")[0]
    assert len(codes(reader, following)) == 10
    for wrong in ("0", "-1", "99", "two", "９"):
        assert reader.get(f"/partners?page={wrong}").status_code == 200


@pytest.mark.long
def test_a_list_costs_the_same_for_few_and_for_many(client, app, actor):
    reader = client("executive")
    paths = ("/partners", "/agreements", "/labs", "/partners?as_of=2026-01-15", "/labs?as_of=2026-01-15")
    paths += (
        "/agreements?as_of=2026-01-15",
        "/api/v1/labs",
        "/api/v1/agreements",
        "/labs.xlsx",
        "/partners/RJ",
    )

    def cost():
        found = {}
        for path in paths:
            reader.get(path)  # what a process reads anew after a write
            with queries_counted() as seen:
                assert reader.get(path).status_code == 200
            found[path] = len(seen)
        return found

    few = cost()
    executive = actor("executive")
    with writing():
        for number in range(30):
            parties = ["RJ", "SPH", "SCMC"]
            operations.create_institution(actor=executive, code=f"X-{number}", name_hans=f"示例机构{number}")
            operations.create_agreement(
                actor=executive, code=f"Y-{number}", name_hans="协议", kind="other", signatory_codes=parties
            )
            operations.create_lab(
                actor=executive,
                code=f"Z-{number}",
                name_hans=f"实验室{number}",
                lead_code="RJ",
                partner_codes=["SPH", f"X-{number}"],
                agreement_code=f"Y-{number}",
            )
    assert cost() == few
    assert max(few.values()) <= 15


def test_the_page_of_one_thing_keeps_to_its_budget(client, monkeypatch):
    for slot in ("lab", "institution", "agreement"):
        monkeypatch.setattr(panels, slot, [])  # what higher floors add is theirs to hold
    reader = client("executive")
    for path in ("/labs/JL-01", "/agreements/AGR-001", "/partners/SPH", "/labs/JL-01?as_of=2026-01-15"):
        with queries_counted() as seen:
            assert reader.get(path).status_code == 200
        assert len(seen) <= 20, seen.shown
