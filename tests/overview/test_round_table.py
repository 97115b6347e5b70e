"""The geometry and the arithmetic of One Table, over made-up parties: no database."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.overview.rules import round_table
from kangjiansheng.overview.rules.four_chains import Link, chained
from kangjiansheng.overview.rules.table import SECTORS, Ask, Commitment, Seat, gaps, in_order, pairs, table

DAY = date(2026, 11, 23)
CODES = [f"P{number:02}" for number in range(12)]
SEATS = [
    Seat(code, {"hans": code}, (), (SECTORS[number % 6],) if number < 11 else ())
    for number, code in enumerate(CODES)
]
GOVERNS = {seat.code for seat in SEATS if seat.governs}

between = st.lists(st.sampled_from(CODES), min_size=2, max_size=2, unique=True)


def told(commitments: Iterable[Commitment]) -> Counter[tuple[str, str, str]]:
    """Commitments as they can be counted."""
    return Counter((one.code, one.giver, one.taker) for one in commitments)


@st.composite
def owed(draw: st.DrawFn) -> Commitment:
    """One commitment between two of the parties."""
    giver, taker = draw(between)
    status = draw(st.sampled_from(["late", "soon", "ontrack", "disputed"]))
    due = draw(st.none() | st.integers(-90, 200).map(lambda days: DAY + timedelta(days)))
    return Commitment(
        "obligation", f"OB-{draw(st.integers(1, 9999)):04}", giver, taker, {"hans": "物"}, due, status
    )


def test_what_comes_next_is_not_what_is_disputed() -> None:
    """Nor is a dealing whose day has passed what is to be submitted next."""
    owed = [
        Commitment("obligation", "OB-1", "P00", "P01", {"hans": "异"}, DAY - timedelta(5), "disputed"),
        Commitment("obligation", "OB-2", "P00", "P01", {"hans": "物"}, DAY + timedelta(5), "ontrack"),
    ]
    line = table(SEATS, owed, []).line("P00")
    assert line and line.next and line.next.code == "OB-2" and line.overdue.owes == []
    alone = table(SEATS, owed[:1], []).line("P00")
    assert alone and alone.next and alone.next.status == "disputed"


@pytest.mark.long
@given(st.lists(owed(), max_size=40))
def test_each_commitment_is_owed_by_one_and_awaited_by_one(commitments: list[Commitment]) -> None:
    """Counted once as owed and once as awaited; what concerns a government body is a dealing and never counted."""
    found = table(SEATS, commitments, [])
    plain = [one for one in commitments if not {one.giver, one.taker} & GOVERNS]
    assert told(found.commitments) == told(plain)
    assert told(one for line in found.lines for one in line.waits) == told(plain)
    assert told(found.dealings) == told(commitments) - told(plain)
    assert found.late == sum(one.status == "late" for one in plain)
    assert sum(pairs(plain).values()) == len(plain)
    named = {code for one in commitments for code in (one.giver, one.taker)}
    assert {line.seat.code for line in found.lines} == named
    order = [(*SECTORS, "").index(line.seat.sector) for line in found.lines]
    assert order == sorted(order), "the parties of a sector sit together"
    for by in ("late", "sector", "due"):
        ledger = in_order(found.lines, by)
        assert {line.seat.code for line in ledger} == named - GOVERNS
    assert [line.late for line in in_order(found.lines, "late")] == sorted(
        (line.late for line in found.lines if not line.seat.governs), reverse=True
    )


@pytest.mark.long
@given(st.integers(1, 60))
def test_seats_stand_apart_and_within_the_drawing(count: int) -> None:
    """Neighbours do not touch, each is on its circle, and there and back run on curves of their own."""
    ring = round_table.ring(count)
    for spot in ring.spots:
        assert abs(hypot(spot.x - 410, spot.y - ring.middle) - ring.seats) < 1e-6
        assert (
            ring.seat < spot.x < round_table.WIDTH - ring.seat
            and ring.seat < spot.y < ring.height - ring.seat
        )
    for one, other in zip(ring.spots, ring.spots[1:], strict=False):
        assert hypot(one.x - other.x, one.y - other.y) > 2 * ring.seat
    both = [(a, b) for a in range(count) for b in range(count) if a != b]
    drawn = round_table.pulls(both, count)
    assert all(drawn[a, b] != drawn[b, a] for a, b in both)


def test_an_unanswered_ask_outweighs_a_quiet_plan() -> None:
    """A chain says its worst reason; an answered ask does not count."""

    class Project:
        code, lead_label, milestones, next = "KJS-001", "负责人", (), None

    ask = Ask("ASK-0001", "P00", "P01", "要洁净间", "industry", 9, True)
    heard = Ask("ASK-0002", "P00", "P01", "要人", "talent", None, False)
    late = Commitment("hand_off", "HO-0001", "P00", "P01", {"hans": "细胞"}, DAY, "ontrack")
    found = chained(Project(), [late], [ask, heard], funded=False, alone=0)
    said = {link.chain: (link.status, link.why) for link in found.links}
    assert said == {
        "innovation": ("idle", "no-milestone"),
        "industry": ("late", "ask-late"),
        "capital": ("idle", "unfunded"),
        "talent": ("ontrack", "staffed"),
    }
    assert sum(link.blocks for link in found.links) == 1 and Link("industry", "late", "ask-late").blocks


def test_who_lacks_a_hospital_and_a_funder() -> None:
    """The seats that nobody fills, in the order of the six."""
    assert gaps({"A": ["industry", "hospital"], "B": SECTORS}) == {
        "A": ["research", "university", "capital", "government"],
        "B": [],
    }


@pytest.mark.parametrize("seats", range(1, round_table.FEW + 1))
def test_no_name_lies_over_the_mark_of_what_is_late(seats: int) -> None:
    """The mark stands at the upper right of its seat, from 9 to 22 to the right and 7 to 20 above its middle."""
    for spot in round_table.ring(seats).spots:
        lines_end_above = spot.label_y + 18 <= spot.y - 20
        lines_begin_below = spot.label_y - 14 >= spot.y - 7
        beside = spot.anchor == "end" or (spot.anchor == "start" and spot.label_x >= spot.x + 22)
        assert lines_end_above or lines_begin_below or beside, spot
