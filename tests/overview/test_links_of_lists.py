"""What a page links to is what it shows: the files of every list, and the rows behind every number."""

import csv
import io
import re

import pytest
from lxml import html

LISTS = [
    "/projects",
    "/milestones",
    "/labs",
    "/partners",
    "/agreements",
]
QUERIES = [
    "",
    "q=KJS-003",
    "lab=JL-04&state=done",
    "status=slip",
    "as_of=2026-06-30",
    "as_of=2026-06-30&lab=JL-04",
]


def files(reader, address):
    """The addresses of the CSV files that a list offers."""
    answer = reader.get(address)
    assert answer.status_code == 200, address
    links = (a.get("href") for a in html.document_fromstring(answer.text).iter("a"))
    return [link for link in links if link and ".csv" in link]


def lines(reader, address):
    """The rows of a CSV file without its head."""
    answer = reader.get(address)
    assert answer.status_code == 200 and answer.mimetype == "text/csv", address
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))[1:]


@pytest.mark.long
@pytest.mark.parametrize("path", LISTS)
def test_a_list_offers_the_file_of_what_it_shows_whoever_opened_it_before(client, path):
    """Twice round, since the links of the first address must not stay for the second one."""
    readers = [client("executive"), client("lead")]
    for reader in readers:
        for query in QUERIES:
            address = f"{path}?{query}" if query else path
            (link,) = files(reader, address)
            assert link == f"{path}.csv?{query}" if query else f"{path}.csv", address
    for query in ("q=KJS-003", "as_of=2026-06-30"):
        assert lines(readers[0], files(readers[0], f"{path}?{query}")[0]) == lines(
            readers[0], f"{path}.csv?{query}"
        )


def test_the_file_of_a_laboratorys_reached_milestones_holds_as_many_as_the_page_says(client):
    reader = client("executive")
    client("lead").get("/milestones?project=KJS-003")
    address = "/milestones?lab=JL-04&state=done"
    shown = reader.get("/api/v1" + address).get_json()["data"]
    assert len(lines(reader, files(reader, address)[0])) == len(shown) > 0


def counted(reader, address):
    """How many rows the list at an address holds."""
    return len(reader.get("/api/v1" + address).get_json()["data"])


@pytest.mark.long
@pytest.mark.parametrize("who", ["executive", "partner"])
@pytest.mark.parametrize("query", ["", "as_of=2026-06-30", "compare=2026-10-31"])
def test_every_number_of_the_board_opens_exactly_its_rows(client, who, query):
    reader = client(who)
    tree = html.document_fromstring(reader.get(f"/overview?{query}").text)
    tiles = tree.find_class("kpis")[0].findall("a")
    assert len(tiles) == 4
    for tile in tiles:
        number = re.match(r"\d+", tile.find_class("v")[0].text_content())
        whole = re.search(
            r"(\d+) 项中 \d+ 项准时", tile.text_content()
        )  # a share opens the whole of which it is one
        if number or whole:
            assert counted(reader, tile.get("href")) == int(whole[1] if whole else number[0]), tile.get(
                "href"
            )
    cells = [a for a in tree.iter("a") if "项准时" in (a.get("title") or "") and "health" in a.get("href")]
    assert cells
    for cell in cells:
        assert counted(reader, cell.get("href")) == int(re.match(r"\d+", cell.get("title"))[0])
    for link in tree.get_element_by_id("moves").iter("a"):
        number = re.search(r"的 (\d+) 项", link.text_content())
        if number:
            assert counted(reader, link.get("href")) == int(number[1]), link.get("href")
    matters = re.match(r"\d+", tree.get_element_by_id("attention").find(".//h2").text_content())
    assert not matters or len(tree.get_element_by_id("attention").findall(".//ol/li")) == int(matters[0])


@pytest.mark.parametrize("figure", ["nonsense", "health:yesterday:JL-01", "slipped:1", "health"])
def test_a_figure_that_is_none_is_refused(client, figure):
    assert client("executive").get(f"/milestones?figure={figure}").status_code == 400


@pytest.mark.long
def test_the_list_of_a_figure_says_which_and_its_file_holds_the_same(client):
    reader = client("executive")
    page = reader.get("/milestones?figure=slipped").text
    assert "总览中的一个数字" in page and 'name="figure"' in page
    (link,) = files(reader, "/milestones?figure=slipped")
    assert len(lines(reader, link)) == counted(reader, "/milestones?figure=slipped") > 0
