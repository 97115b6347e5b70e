"""A past day: things as they stood, nothing to edit."""

from datetime import date

import pytest
import time_machine
from lxml import html

from kangjiansheng.core import clock
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs import operations, queries
from tests.support.typed import typed, words


@pytest.fixture
def tomorrow():
    """The clock stands still at noon of the next day, so that today can be looked back at."""
    instant = clock.end_of(clock.today()).timestamp() + 12 * 3600
    with time_machine.travel(instant, tick=False):
        yield


def yesterday() -> str:
    return date.fromordinal(clock.today().toordinal() - 1).isoformat()


def test_a_page_of_yesterday_shows_what_stood_then(client, tomorrow):
    lead = client("lead")
    typed(lead, "/labs/JL-01/edit", mission="新的宗旨", partner_codes=["KJS"])
    typed(lead, "/labs/JL-01/life", life="review")
    now, then = words(lead.get("/labs/JL-01")), words(lead.get(f"/labs/JL-01?as_of={yesterday()}"))
    assert "新的宗旨" in now and "评估中" in now
    assert "新的宗旨" not in then and "让复发的血液肿瘤患者" in then.replace(" ", "")
    assert "运行中" in then and "上海医药集团股份有限公司" in then


def test_so_do_lists_and_their_files(client, tomorrow):
    executive = client("executive")
    typed(executive, "/partners/DHLS/edit", name_hans="改名的集团")
    typed(executive, "/labs/JL-01/life", life="review")
    day = yesterday()
    assert "改名的集团" in words(executive.get("/partners"))
    assert "东浩兰生集团" in words(executive.get(f"/partners?as_of={day}"))
    assert "JL-01" in words(executive.get("/labs?life=review"))
    assert "JL-01" not in words(executive.get(f"/labs?life=review&as_of={day}"))
    assert "东浩兰生集团" in executive.get(f"/partners.csv?as_of={day}").get_data(as_text=True)


def test_so_does_what_hangs_on_a_thing(client, tomorrow):
    executive = client("executive")
    typed(executive, "/labs/JL-05/edit", agreement_code="AGR-904", partner_codes=["KJS"])
    day = yesterday()
    assert "JL-05" in words(executive.get("/agreements/AGR-904"))
    assert "JL-05" not in words(executive.get(f"/agreements/AGR-904?as_of={day}"))
    name = "细胞制剂质量与分析联合实验室"
    assert name not in words(executive.get("/partners/FRONTIER"))
    assert name in words(executive.get(f"/partners/FRONTIER?as_of={day}"))


def test_partners_and_agreements_are_called_as_they_were(client, tomorrow):
    executive = client("executive")
    typed(executive, "/partners/RJ/edit", name_hans="改名的医院")
    typed(executive, "/agreements/AGR-901/edit", name_hans="改名的协议")
    now, then = words(executive.get("/labs/JL-01")), words(executive.get(f"/labs/JL-01?as_of={yesterday()}"))
    assert "改名的医院" in now and "改名的协议" in now
    facts = then.split("历史：")[0]
    assert "改名的" not in facts and "瑞金医院" in facts
    assert signs(executive, f"/labs/JL-01?as_of={yesterday()}") == signs(executive, "/labs/JL-01")


def signs(client, path):
    """The signs of the partners' sectors."""
    page = html.document_fromstring(client.get(path).get_data(as_text=True))
    found = page.xpath("//span[@class='pt']/text()")
    assert len(set(found)) > 1
    return found


def test_the_history_ends_with_the_day(client, tomorrow):
    executive = client("executive")
    typed(executive, "/partners/DHLS/edit", name_hans="改名的集团")
    assert "修改机构资料" in words(executive.get("/partners/DHLS"))
    assert "修改机构资料" not in words(executive.get(f"/partners/DHLS?as_of={yesterday()}"))


@pytest.mark.parametrize(
    "path", ["/labs", "/labs/JL-01", "/partners", "/partners/RJ", "/agreements", "/agreements/AGR-901"]
)
def test_on_a_past_day_there_is_nothing_to_edit(client, path):
    executive = client("executive")
    for address, expected in ((path, True), (f"{path}?as_of=2026-01-15", False)):
        page = html.document_fromstring(executive.get(address).get_data(as_text=True))
        main = page.find(".//main")
        edits = [a for a in main.xpath(".//a/@href") if a.endswith(("/edit", "/new", "/people", "/life"))]
        forms = main.xpath(".//form[@method='post']")
        assert bool(edits or forms) == expected


def test_links_keep_the_day(client):
    page = html.document_fromstring(client("lead").get("/labs?as_of=2026-01-15").get_data(as_text=True))
    hrefs = [h for h in page.xpath("//main//tbody//a/@href")]
    assert hrefs and all("as_of=2026-01-15" in href for href in hrefs)


def test_what_was_not_there_yet_is_not_found_and_says_so(client):
    executive = client("executive")
    answer = executive.get("/labs/JL-01?as_of=2015-01-01")
    assert answer.status_code == 404
    assert "还没有登记" in answer.get_data(as_text=True)
    assert "AGR-901" not in words(executive.get("/agreements?as_of=2024-09-30"))
    assert "AGR-001" in words(executive.get("/agreements?as_of=2024-09-10"))
    assert "AGR-001" not in words(executive.get("/agreements?as_of=2024-09-09"))


def test_a_past_day_shows_to_those_who_may_see_today(client):
    text = words(client("outsider").get("/labs/JL-01?as_of=2026-01-15"))
    assert "示例地点" not in text and "血液肿瘤细胞治疗联合实验室" in text


def test_a_copy_of_the_past_is_never_stored(actor, app):
    lead = actor("lead")
    lab = queries.lab(actor=lead, code="JL-01")
    with writing():
        lab = queries.lab(actor=lead, code="JL-01")
        copy = queries.as_it_stood(lab, date(2026, 1, 15))
        copy.mission = "nothing"
        copy.partners[0].contribution = "nothing"
    again = queries.lab(actor=lead, code="JL-01")
    assert again.mission != "nothing"
    assert all(row.contribution != "nothing" for row in again.partners)
    assert len(again.partners) == 4


def test_every_edit_leaves_a_state_that_can_be_read_back(actor):
    executive = actor("executive")
    found = queries.institution(actor=executive, code="SPH")
    operations.edit_institution(
        found, actor=executive, version=None, name_hans="改", alias_lines="甲\n乙", sector_codes=["capital"]
    )
    back = queries.as_it_stood(found, clock.today())
    assert back is not found
    assert back.state() == found.state()
