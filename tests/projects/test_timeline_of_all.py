"""All projects on one timeline: every dated milestone is a mark, is counted in one, or lies outside the window."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from lxml import html

from kangjiansheng.core import paging
from tests.support.typed import words


def drawn(client: Any, query: str = "") -> Any:
    """The page of the timeline."""
    answer = client.get(f"/milestones?view=timeline&{query}")
    assert answer.status_code == 200
    return html.document_fromstring(answer.get_data(as_text=True))


def rows(page: Any) -> dict[str, dict[str, Any]]:
    """What each project's row shows: marks as (title, address), and how many lie before and after."""
    found = {}
    for row in page.xpath("//div[@class='tl-r']"):
        outside = {"‹": 0, "›": 0}
        for text in row.xpath(".//*[contains(@class,'tl-o')]"):
            sign = "‹" if "‹" in text.text else "›"
            outside[sign] = int(re.sub(r"\D", "", text.text))
        found[row.xpath(".//a[contains(@class,'code')]")[0].text] = {
            "marks": [(a.findtext("title"), a.get("href")) for a in row.xpath(".//svg/a")],
            "outside": sum(outside.values()),
        }
    return found


def api(client: Any, query: str = "") -> list[dict[str, Any]]:
    return client.get(f"/api/v1/milestones?{query}").get_json()["data"]


@pytest.mark.long
@pytest.mark.parametrize(
    "query", ["", "zoom=quarter", "zoom=all", "zoom=nonsense", "zoom=year&at=2024-01", "at=xx"]
)
@pytest.mark.parametrize("who", ["executive", "partner"])
def test_every_dated_milestone_is_somewhere(client: Callable[..., Any], who: str, query: str) -> None:
    reader = client(who)
    shown = rows(drawn(reader, query))
    dated = [m for m in api(reader) if m["actual"] or m["forecast"] or m["current_plan"] or m["baseline"]]
    assert set(shown) == {m["project"] for m in dated}
    for code, row in shown.items():
        titles = [line for title, _address in row["marks"] for line in title.split("\n")]
        assert len(titles) + row["outside"] == sum(m["project"] == code for m in dated)
    if query == "zoom=all":
        assert all(row["outside"] == 0 for row in shown.values())


@pytest.mark.long
def test_a_mark_says_what_it_is_and_leads_there(client: Callable[..., Any]) -> None:
    reader = client("executive", "en")
    row = rows(drawn(reader, "project=KJS-014&zoom=quarter"))["KJS-014"]
    title, address = next(mark for mark in row["marks"] if "A190" in mark[0])
    assert address == "/projects/KJS-014/milestones/A190"
    assert re.search(r"2026-11-30, Slipped, \+21 days$", title), title
    assert reader.get(address).status_code == 200


@pytest.mark.long
def test_filters_count_here_too(client: Callable[..., Any]) -> None:
    reader = client("executive")
    slipped = {m["project"] for m in api(reader, "status=slip")}
    assert slipped and set(rows(drawn(reader, "status=slip&zoom=all"))) == slipped
    assert "没有符合条件的里程碑" in words(reader.get("/milestones?view=timeline&q=nothing-like-this"))
    assert "没有对您开放的里程碑" in words(client("outsider").get("/milestones?view=timeline"))


@pytest.mark.long
def test_groups_hold_all_projects_once(client: Callable[..., Any]) -> None:
    for by in ("lab", "family", "project"):
        page = drawn(client("executive"), f"by={by}")
        codes = [a.text for a in page.xpath("//div[@class='tl-r']//a[contains(@class,'code')]")]
        assert len(codes) == len(set(codes)) == 20
        heads = page.xpath("//h3[@class='tl-g']")
        assert (len(heads) > 2) == (by != "project")
        if heads:
            assert sum(int(h.xpath("./span")[0].text) for h in heads) == 20


@pytest.mark.long
def test_today_and_the_weeks_in_which_china_rests(client: Callable[..., Any]) -> None:
    page = drawn(client("executive"))
    axis = [t.text for t in page.xpath("//div[@class='tl-h']//text")]
    assert "今天" in axis and "春节" in axis and "国庆" in axis
    assert (
        len(page.xpath("//*[@class='tl-bg']/*[local-name()='rect']")) == 3
    )  # 国庆 2026, 春节 2027, 国庆 2027
    past = drawn(client("executive"), "at=2024-01")
    assert "今天" not in [t.text for t in past.xpath("//div[@class='tl-h']//text")]


@pytest.mark.long
def test_a_past_day_keeps_its_links_in_the_past(client: Callable[..., Any]) -> None:
    page = drawn(client("executive"), "as_of=2026-06-30")
    links = page.xpath("//div[@class='tl-r']//a/@href")
    assert links and all("as_of=2026-06-30" in link for link in links)
    assert page.xpath("//div[@class='tl-b']//*[@class='tl-t']")


@pytest.mark.long
def test_a_phone_gets_what_is_open_by_month(client: Callable[..., Any]) -> None:
    reader = client("lead")
    page = drawn(reader, "zoom=year&state=open")
    months = [h.text.strip() for h in page.xpath("//h3[contains(@class,'grp-m')]")]
    assert months and months == sorted(months)
    items = page.xpath("//a[@class='ag-i']")
    inside = [
        m for m in api(reader, "state=open") if m["forecast"] and "2026-08" <= m["forecast"] < "2027-12"
    ]
    assert len(items) == len(inside)


def test_the_sentence_counts_what_is_drawn(client: Callable[..., Any]) -> None:
    reader = client("executive")
    slipped = [m for m in api(reader, "status=slip") if "2026-08" <= (m["forecast"] or "") < "2027-12"]
    late = [
        m for m in api(reader, "status=late") if "2026-08" <= (m["forecast"] or m["baseline"]) < "2027-12"
    ]
    page = words(reader.get("/milestones?view=timeline"))
    assert f"20 个项目，这段时间 {len(late)} 项逾期，{len(slipped)} 项推迟" in page.replace("， ", "，")


@pytest.mark.parametrize("by", ["", "lab", "family"])
def test_pages_of_the_timeline_hold_each_row_once_and_say_the_same_of_all(
    client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    reader = client("executive")
    query = f"zoom=all&by={by}"
    whole = drawn(reader, query)
    monkeypatch.setattr(paging, "cut", partial(paging.cut, size=8))
    pages = [drawn(reader, f"{query}&page={number}") for number in (1, 2, 3)]
    assert [row for page in pages for row in rows(page).items()] == list(rows(whole).items())
    assert [len(rows(page)) for page in pages[:2]] == [8, 8] and len(rows(pages[2])) > 2
    said = {page.xpath("string(//section[contains(@class,'tl-s')]//h2)") for page in (whole, *pages)}
    assert len(said) == 1 and re.search(r"\d+ 项逾期", said.pop())


def test_the_list_on_a_phone_says_that_it_is_of_one_page(
    client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its months have a number only where they hold all, and none is empty for what other pages have."""
    reader = client("executive")

    def agenda(query: str) -> tuple[str, list[str]]:
        (part,) = drawn(reader, query).xpath("//div[contains(@class,'tl-a')]")
        return part.text_content(), part.xpath(".//h3/span/text()")

    told, numbers = agenda("zoom=all")
    assert numbers and "只列出这一页" not in told
    monkeypatch.setattr(paging, "cut", partial(paging.cut, size=8))
    told, numbers = agenda("zoom=all")
    assert not numbers and "只列出这一页的项目" in told
    told, _numbers = agenda("zoom=quarter&at=2015-01")
    assert "这一页的项目在这段时间没有里程碑" in told and "。这段时间没有里程碑" not in told
