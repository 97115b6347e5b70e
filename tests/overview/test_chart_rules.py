"""How the charts count: stretches, gates, what ends, what is stale. All plain rows, against numbers worked by hand."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from math import exp, log, sqrt
from typing import Any

import pytest

from kangjiansheng.overview import charts
from kangjiansheng.overview.rules import cycles, expiries, narrowing, spoken, survival, yields
from kangjiansheng.overview.rules.expiries import Expiry
from kangjiansheng.overview.rules.yields import Verdict
from tests.overview.rows import DAY, Named, P, Told, ahead, done

# The 6-MP arm of Freireich and others (1963), with which the method is taught: weeks in remission, and whether it ended.
SIX_MP = (
    *[(6, True)] * 3, (6, False), (7, True), (9, False), (10, True), (10, False), (11, False), (13, True), (16, True),
    (17, False), (19, False), (20, False), (22, True), (23, True), (25, False), (32, False), (32, False), (34, False),
    (35, False),
)  # fmt: skip


def test_the_curve_is_that_of_the_textbook():
    steps = survival.curve(SIX_MP)
    assert [(s.time, s.at_risk, s.ended) for s in steps] == [
        (6, 21, 3), (7, 17, 1), (10, 15, 1), (13, 12, 1), (16, 11, 1), (22, 7, 1), (23, 6, 1),
    ]  # fmt: skip
    shares = [round(s.share, 4) for s in steps]
    assert shares == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    greenwood = [round(s.share * sqrt(s.spread or 0), 4) for s in steps]
    assert greenwood == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]


def test_the_median_is_where_half_have_ended_and_its_interval_may_be_open():
    found = survival.median(survival.curve(SIX_MP))
    assert found == survival.Median(23, 13, None)  # as R's survfit gives it with conf.type = "log-log"


def test_an_edge_worked_by_hand():
    step = survival.curve([(1, True), (2, True), (3, False), (4, True)])[1]
    spread = 1 / (4 * 3) + 1 / (3 * 2)
    assert (step.share, step.spread) == (pytest.approx(0.5), pytest.approx(spread))
    width = 1.959964 * sqrt(spread) / abs(log(0.5))
    assert step.within(-1) == pytest.approx(0.5 ** exp(width))
    assert step.within(1) == pytest.approx(0.5 ** exp(-width))


def test_half_is_half_though_the_shares_are_products():
    """Of an even number that all end one after another, half have ended with the one in the middle."""
    for number in range(10, 120, 2):
        found = survival.median(survival.curve([(n, True) for n in range(1, number + 1)]))
        assert found is not None and found.time == number // 2


def test_without_enough_that_ended_no_median_is_told():
    assert survival.median(survival.curve([(n, True) for n in range(1, 5)])) is None
    assert survival.median(survival.curve([(n, True) for n in range(1, 6)])) == survival.Median(3, 1, None)
    assert survival.median(survival.curve([(n, n < 6) for n in range(1, 20)])) is None  # most still run
    assert survival.curve([]) == () and survival.median(()) is None


def review(begin: date, end: date | None, **more: Any) -> P:
    last = replace(ahead(DAY), code="A140") if end is None else replace(done(end, end), code="A140")
    return P("P-1", milestones=(replace(done(begin, begin), code="A130"), last), **more)


def count(begin: date, end: date) -> tuple[int, bool]:
    return (end - begin).days * 5 // 7, begin.year < 2026


def test_a_stretch_counts_what_is_under_way_and_stops_watching_what_has_ended():
    runs = review(date(2026, 10, 1), None, id=1)
    ended = review(date(2026, 10, 1), None, id=2)
    reached = review(date(2026, 8, 1), date(2026, 9, 10), id=3)
    (found,) = cycles.cycles(Told([runs, ended, reached]).day, {2: date(2026, 10, 21)}, count)
    assert found.span.key == "ind_review"
    assert [(c.days, c.ended) for c in found.courses] == [(50, False), (40, True), (20, False)]
    assert (found.ended, found.open, found.median, found.approximate) == (1, 2, None, False)


def test_a_stretch_is_told_in_its_own_unit_and_drawn_in_calendar_days():
    reviews = [review(date(2025, 3, 1), date(2025, 3, 1 + n * 3), id=n) for n in range(1, 8)]
    (found,) = cycles.cycles(Told(reviews).day, {}, count)
    assert found.median is not None and found.told is not None and found.approximate
    assert (found.median.time, found.told.time) == (12, 12 * 5 // 7)
    assert cycles.slowest([found]) is found


def test_who_did_not_set_out_or_dropped_the_end_or_turned_time_round_is_left_out():
    start, end = replace(done(DAY, DAY), code="A130"), replace(done(DAY, DAY), code="A140")
    odd = (
        P("P-1", milestones=(end,)),
        P("P-2", milestones=(start,)),
        P("P-3", milestones=(start, replace(end, actual=None, state="cancelled"))),
        P("P-4", milestones=(start, replace(end, actual=date(2026, 11, 1)))),
        P("P-5", milestones=(replace(ahead(DAY), code="A130"), end)),
    )
    assert cycles.cycles(Told(odd).day, {}, count) == () and cycles.slowest(()) is None


def test_the_yield_of_a_gate_is_go_of_all_its_decisions():
    gates = [
        replace(done(DAY, DAY), code=code, id=n, gate=True)
        for n, code in enumerate(("A080", "A080", "A140", "A190"), 1)
    ]
    projects = [P("P-1", milestones=(gates[0], gates[2])), P("P-2", milestones=(gates[1], gates[3]))]
    told = [
        Verdict(1, "go", date(2026, 1, 1)), Verdict(2, "stop", date(2026, 2, 1)), Verdict(2, "go", date(2026, 3, 1)),
        Verdict(3, "conditional", date(2026, 4, 1)), Verdict(99, "go", date(2026, 5, 1)),
    ]  # fmt: skip
    seen = Told(projects)
    found = yields.yields(seen.day, told)
    assert [(g.code, len(g.decisions), g.count("go")) for g in found.gates] == [
        ("A080", 3, 2),
        ("A140", 1, 0),
    ]
    assert found.total == 4 and found.unrecorded == 1
    assert found.narrowest is found.gates[0]  # one decision at A140 tells nothing
    assert yields.yields(seen.day, told[:1]).narrowest is None


def test_what_ends_stands_in_its_month_and_what_has_ended_before_them():
    rows = [
        Expiry("agreement", date(2026, 11, 19), "AGR-1"), Expiry("ethics", DAY, "P-1"), Expiry("site", date(2026, 11, 30), "P-1"),
        Expiry("funding", date(2027, 10, 31), "P-2"), Expiry("agreement", date(2027, 11, 1), "AGR-2"),
    ]  # fmt: skip
    found = expiries.expiries(rows, DAY)
    assert [m.isoformat()[:7] for m in (found.months[0], found.months[-1])] == ["2026-11", "2027-10"]
    assert (found.counts("agreement")[0], found.counts("paper"), found.counts("qualification")[1]) == (
        1, (0, 1, *[0] * 10, 1), 1,
    )  # fmt: skip
    assert [row.code for row in found.lapsed] == ["AGR-1"] and len(found.coming) == 3 and found.later == 1


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def test_what_nobody_has_stood_by_is_counted_by_laboratory():
    lab = Named("JL-01")
    fresh = ahead(DAY, confirmed_at=at(date(2026, 11, 13)))
    aging, old = (replace(fresh, confirmed_at=at(day)) for day in (date(2026, 11, 12), date(2026, 10, 29)))
    silent = ahead(DAY)
    projects = [
        P("P-1", labs=(lab,), milestones=(fresh, aging, old, done(DAY, DAY))),
        P("P-2", milestones=(silent, silent)),
        P("P-3", labs=(lab,), claimed="ON_HOLD", milestones=(silent,)),
    ]
    seen = Told(projects)
    found = spoken.spoken(seen.day, {"JL-01": lab})
    assert [(row.lab.code if row.lab else "", row.stale) for row in found.labs] == [("", 2), ("JL-01", 1)]
    assert [found.labs[1].count(key) for key in spoken.AGES] == [1, 1, 1, 0]
    assert (found.total, found.stale) == (5, 3)
    assert found.labs[1].words[0].last == date(2026, 11, 13)
    assert found.labs[1].words[0].oldest == date(2026, 10, 29)


@dataclass(frozen=True)
class Filtered(P):
    parties: tuple[Any, ...] = ()
    pathway: str = "A_drug"
    other: dict[str, str] = field(default_factory=dict)


def test_a_narrowing_keeps_what_fits_all_that_is_asked():
    one = Filtered("P-1", labs=(Named("JL-01"),), parties=(Named("RJ"),), stage="PHASE_II")
    two = Filtered("P-2", labs=(Named("JL-02"),), parties=(Named("RJ"),), stage="IIT", pathway="D_iit")
    rows = [one, two]
    assert narrowing.narrow(rows, narrowing.Narrowing()) == rows
    for asked, kept in (
        ({"party": "RJ"}, rows), ({"lab": "JL-01"}, [one]), ({"stage": "II_III"}, [one]), ({"stage": "IIT"}, [two]),
        ({"pathway": "D_iit"}, [two]), ({"family": "NONE"}, []), ({"party": "RJ", "lab": "JL-02"}, [two]),
    ):  # fmt: skip
        wanted = narrowing.Narrowing(**asked)
        assert narrowing.narrow(rows, wanted) == kept and wanted.asked == asked


def test_the_parts_of_a_bar_are_told_by_shape_as_well_as_by_colour():
    parts = [charts.Part("in time", "ontrack", [6, 0]), charts.Part("overdue", "late", [2, 1])]
    drawn = charts.bars([charts.Row("one"), charts.Row("two")], parts)["data"]
    assert [trace["text"] for trace in drawn[:2]] == [["●\u20096", ""], ["■\u20092", "■\u20091"]]
