"""The four chains and the seats of projects: what is counted over all, and each project once over the pages."""

import re
from datetime import date
from functools import partial

import pytest
from lxml import html

from kangjiansheng.core.paging import cut
from kangjiansheng.overview.queries import table as queries
from kangjiansheng.overview.rules.four_chains import chained
from kangjiansheng.overview.rules.table import SECTORS
from kangjiansheng.projects.queries import portfolio
from tests.support.acting import who

CODE = re.compile(r"KJS-\d{3}")


@pytest.fixture(params=[None, date(2026, 11, 22)], ids=["now", "yesterday"])
def day(request):  # type: ignore[no-untyped-def]
    return request.param


@pytest.fixture(params=["executive", "partner", "lead", "outsider"])
def reader(app, request):  # type: ignore[no-untyped-def]
    with app.app_context():
        yield who(request.param)


def at_work(reader, day):  # type: ignore[no-untyped-def]
    return {row.code: row for row in portfolio(actor=reader, as_of=day) if not row.resting}


def test_chains_say_what_the_rows_say_and_most_held_up_come_first(reader, day):
    found, whole = queries.chains(actor=reader, as_of=day), at_work(reader, day)
    rows = found.shown.items
    assert {row.project.code for row in rows} == whole.keys() and found.total == len(whole)
    blocked = [sum(link.blocks for link in row.links) for row in rows]
    assert blocked == sorted(blocked, reverse=True)
    assert found.held_up == sum(map(bool, blocked))
    for row in rows:
        project = whole[row.project.code]
        alone = sum(m.is_open and m.owner_id is None for m in project.milestones)
        plain = chained(project, [], [], False, alone=alone)
        assert all(
            link == other or link.why.startswith("ask")
            for link, other in zip(row.links[::3], plain.links[::3], strict=True)
        )


def test_who_leads_is_what_the_page_of_the_project_says(reader, day):
    for row in queries.chains(actor=reader, as_of=day).shown.items:
        link = row.links[3]
        if not link.why.startswith("ask"):
            led = bool(row.project.lead_label or row.project.owner_role)
            assert (link.why == "no-lead") != led, row.project.code


def test_seats_are_counted_over_all_projects(reader, day):
    found, whole = queries.seats(actor=reader, as_of=day), at_work(reader, day)
    lacks = {row.project.code: row.lacks for row in found.shown.items}
    assert lacks.keys() == whole.keys() and found.total == len(whole)
    assert found.lacking == {sector: sum(sector in one for one in lacks.values()) for sector in SECTORS}
    for sector in SECTORS:
        some = queries.seats(actor=reader, as_of=day, lack=sector)
        assert some.shown.total == found.lacking[sector] == len(some.shown.items)


@pytest.mark.parametrize("path", ["/table/chains", "/table/seats"])
def test_pages_hold_each_project_once(client, monkeypatch, path):
    reader = client("executive")

    def shown(number):  # type: ignore[no-untyped-def]
        rows = html.document_fromstring(reader.get(f"{path}?page={number}").text).findall(".//tbody/tr")
        return [CODE.search(row.text_content())[0] for row in rows]

    every = shown(1)
    monkeypatch.setattr(queries, "cut", partial(cut, size=7))
    pages = [shown(number) for number in (1, 2, 3)]
    assert [code for page in pages for code in page] == every and len(pages[0]) == 7 < len(every)
