"""What a page links to is what it shows: the files of every list, and the rows behind every number."""

import csv
import io

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
