"""The value chain: what is counted is what the rows say, what is held up comes first, and a long link has pages."""

import re
from datetime import date

import pytest
from lxml import html

from kangjiansheng.projects.queries import chain, portfolio
from kangjiansheng.projects.queries.hand_offs import hand_offs
from kangjiansheng.projects.rules import chain as rules
from tests.support.acting import who

CODE = re.compile(r"KJS-\d{3}")
TODAY = date(2026, 11, 23)


def places(reader, day):  # type: ignore[no-untyped-def]
    """Each project that the reader sees with where it stands, from all of its rows."""
    owed = hand_offs(actor=reader, as_of=day)
    return {
        row.code: rules.place(
            row.stage,
            row.milestones,
            [one for one in owed if one.project.id == row.id],
            day or TODAY,
            resting=row.resting,
        )
        for row in portfolio(actor=reader, as_of=day)
    }


def held_up(place):  # type: ignore[no-untyped-def]
    return bool(place.late or place.overdue)


@pytest.mark.parametrize("day", [None, date(2026, 11, 22)], ids=["now", "yesterday"])
@pytest.mark.parametrize("short", ["executive", "partner", "lead", "outsider"])
def test_what_is_counted_is_what_the_rows_say(app, short, day):
    with app.app_context():
        reader = who(short)
        every, found = places(reader, day), chain.value_chain(actor=reader, as_of=day)
    assert found.total == len(every) and found.blocked == sum(map(held_up, every.values()))
    assert found.without == sum(one.hand_off is None and bool(one.ahead) for one in every.values())
    for part in found.links:
        there = {code for code, one in every.items() if one.link == part.code}
        assert {row.code for row, _owed in part.shown.items} == there and part.shown.total == len(there)
        held = [held_up(every[row.code]) for row, _owed in part.shown.items]
        assert held == sorted(held, reverse=True)
        for row, owed in part.shown.items:
            one = rules.place(row.stage, row.milestones, owed, day or TODAY, resting=row.resting)
            whole = every[row.code]
            assert (one.late, [m.code for m in one.overdue]) == (whole.late, [m.code for m in whole.overdue])
            assert (one.gate and one.gate.code) == (whole.gate and whole.gate.code)


def test_a_link_of_many_projects_shows_the_first_and_leads_to_all(client, monkeypatch):
    reader = client("executive")

    def read(address=""):  # type: ignore[no-untyped-def]
        tree = html.document_fromstring(reader.get(f"/value-chain{address}").text)
        return {part.get("id"): part for part in tree.findall(".//section[@id]") if part.get("id") != "main"}

    def codes(part):  # type: ignore[no-untyped-def]
        return [CODE.search(row.text_content())[0] for row in part.findall(".//tbody/tr")]

    link, every = max(((key, codes(part)) for key, part in read().items()), key=lambda one: len(one[1]))
    monkeypatch.setattr(chain, "SHOWN", 2)
    short = read()[link]
    assert codes(short) == every[:2] and f"这一环的全部 {len(every)} 个项目" in short.text_content()
    alone = read(f"?link={link}")
    assert list(alone) == [link] and codes(alone[link]) == every
    assert codes(read("?link=nonsense")[link]) == every[:2]
