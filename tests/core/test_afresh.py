"""What a view acts on is loaded once for a page that is opened, and once more after a save that was refused."""

import pytest

from tests.support.queries import queries_counted

PAGES = {
    "/meetings/SAC-2026-06/edit": ("secretary", "FROM meeting"),
    "/projects/KJS-003/edit": ("executive", "FROM project"),
}


def loaded(act, table):
    with queries_counted() as seen:
        answer = act()
    return answer, sum(f"{table} LEFT OUTER JOIN" in " ".join(text.split()) for text in seen)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_opened_loads_its_thing_once(client, path):
    who, table = PAGES[path]
    answer, times = loaded(lambda: client(who).get(path), table)
    assert (answer.status_code, times) == (200, 1)


def test_a_refused_save_shows_the_thing_as_it_stands(client):
    secretary = client("secretary")
    answer, times = loaded(
        lambda: secretary.post("/meetings/SAC-2026-06/edit", data={"version": "1", "name_hans": ""}),
        "FROM meeting",
    )
    assert (answer.status_code, times) == (422, 2)
