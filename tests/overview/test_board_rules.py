"""What the board says of a portfolio, on plain rows."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.overview.rules import (
    answer,
    attention,
    figures,
    gates,
    health,
    moves,
    outlook,
    pipeline,
    slips,
)
from kangjiansheng.overview.rules.rows import OnAgenda, Spell, Waiting
from kangjiansheng.projects.rules.ledgers import number
from kangjiansheng.projects.rules.vocabulary import families, stage_columns, stages
from tests.overview.rows import DAY, M, Named, P, Told, ahead, done

days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
STATUSES = ["ontrack", "risk", "slip", "late", "gate", "pause", "idle", "done"]
STATUSES_BY_NEED = ["gate", "late", "slip", "risk", "pause", "ontrack"]
CLAIMS = ["ACTIVE", "AT_RISK", "OVERDUE", "ON_HOLD", "TERMINATED", "COMPLETED", "OUT_LICENSED"]


@given(st.lists(st.tuples(st.sampled_from(STATUSES), st.sampled_from(CLAIMS))))
def test_every_project_is_told_once(rows: list[tuple[str, str]]) -> None:
    projects = [P(f"P-{n}", id=n, status=status, claimed=claim) for n, (status, claim) in enumerate(rows)]
    told = Told(projects)
    said = answer.answer(told.day, figures.on_time(told.day), gates.gates(told.day, [], 0), told.naming)
    assert sum(number for _, number in said.groups) == said.total == len(rows)
    assert all(number > 0 for _, number in said.groups)
    assert [group for group, _ in said.groups] == [g for g in answer.GROUPS if g in dict(said.groups)]


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_is_rounded_halves_up(part: int, more: int) -> None:
    share = figures.Share(part, part + more)
    if share.percent is None:
        assert part + more == 0
    else:
        assert share.percent == int(100 * part / (part + more) + 0.5)


@given(st.lists(st.tuples(days, days)), days)
def test_on_time_counts_by_hand(pairs: list[tuple[date, date]], day: date) -> None:
    reached = np.array([number(actual) for actual, _base in pairs])
    base = np.array([number(base) for _actual, base in pairs])
    share = figures.on_time_share(figures.Reached(reached, reached <= base, base), number(day))
    inside = [(a, b) for a, b in pairs if day - timedelta(days=365) < a <= day]
    assert share == figures.Share(len([1 for a, b in inside if a <= b]), len(inside))


def test_the_rate_changes_in_points_against_what_was_known_then() -> None:
    then = date(2026, 9, 30)
    projects = [
        P("P-1", milestones=(done(date(2026, 10, 5), date(2026, 10, 1), id=1), done(then, then, id=2)))
    ]
    before = {1: {"baseline": date(2026, 10, 1)}, 2: {"baseline": then, "actual": then, "state": "done"}}
    told = Told(projects, before, then)
    rate = figures.on_time(told.day, told.past)
    assert (rate.now.percent, rate.then.percent, rate.change) == (50, 100, -50)
    assert len(rate.months) == 12 and rate.months[-1] == (DAY, 50)


def test_nothing_done_says_no_rate() -> None:
    rate = figures.on_time(Told([P("P-1")]).day)
    assert rate.now.percent is None and rate.change is None


def test_slipped_counts_from_fifteen_days_in_running_projects_only() -> None:
    base = date(2027, 1, 1)
    rows = (
        ahead(base, base + timedelta(14)),
        ahead(base, base + timedelta(15)),
        ahead(base, base + timedelta(45)),
    )
    projects = [P("P-1", milestones=rows), P("P-2", claimed="ON_HOLD", milestones=rows)]
    told = Told(projects)
    found = figures.slipped(told.day, told.past)
    assert (found.now, found.median) == (2, 30)


def test_due_counts_both_ends_and_overdue_apart() -> None:
    at = [DAY - timedelta(1), DAY, DAY + timedelta(90), DAY + timedelta(91)]
    told = Told([P("P-1", milestones=tuple(ahead(day, day) for day in at))])
    found = figures.due(told.day, told.past)
    assert (found.now, found.overdue, found.off) == (2, 1, 0)
    assert sum(every for every, _ in found.tens) == 2 and len(found.tens) == 9


def test_a_gate_waits_for_the_soonest_meeting_that_decides_it() -> None:
    milestones = (
        M("A010", id=1, gate=True, position=1, state="done", actual=DAY),
        M("A030", "关键试验前沟通会", id=3, gate=True, position=3),
        M("A020", "临床试验默示许可", id=2, gate=True, position=2),
        M("A025", "首例入组", id=4, position=2),
    )
    agenda = [
        OnAgenda(2, "SAC-2", DAY + timedelta(9), 12, "临床试验默示许可的材料"),
        OnAgenda(2, "SAC-1", DAY + timedelta(2), 11, "是否放行"),
        OnAgenda(1, "SAC-1", DAY, 13, "已经完成的门"),
        OnAgenda(4, "SAC-1", DAY, 14, "首例入组：不是阶段门"),
        OnAgenda(9, "X", DAY, 15, "别的项目，读者看不到"),
    ]
    found = gates.gates(Told([P("P-1", milestones=milestones)]).day, agenda, 0)
    assert found.waiting == (Waiting(2, "P-1", "SAC-1", DAY + timedelta(2)),)


@pytest.mark.parametrize("claim", ["ON_HOLD", "TERMINATED"])
def test_on_the_day_of_comparison_the_gates_of_a_resting_project_did_not_wait(claim: str) -> None:
    def gate(key: int) -> M:
        return M(f"A{key:02}0", id=key, gate=True, position=key)

    projects = [P("P-1", id=1, milestones=(gate(1),)), P("P-2", id=2, claimed=claim, milestones=(gate(2),))]
    told = Told(projects, {1: {"state": "open"}, 2: {"state": "open"}})
    agenda = [OnAgenda(key, "SAC-1", DAY, 10 + key, "是否放行") for key in (1, 1, 2, 9)]
    assert gates.gates_then(told.past, agenda) == 1


def test_the_cause_is_the_largest_slip_of_a_running_project_and_says_since_when() -> None:
    base = date(2027, 1, 1)
    small, large = ahead(base, base + timedelta(20), id=1), ahead(base, base + timedelta(90))
    projects = [P("P-1", milestones=(small,)), P("P-2", claimed="TERMINATED", milestones=(large,))]
    for earlier, since in ((base, DAY), (base + timedelta(3), DAY - timedelta(30))):
        told = Told(projects, {1: {"baseline": base, "forecast": earlier}})
        found = told.of(answer.cause(told.day, told.naming))
        assert found is not None and (found.project.code, found.days, found.since) == ("P-1", 20, since)
    calm = Told([P("P-3", milestones=(ahead(base, base),))])
    assert answer.cause(calm.day, calm.naming) is None


def test_attention_puts_the_overdue_first_and_weighs_what_hangs_on_it() -> None:
    base = date(2027, 1, 1)
    light = P("P-1", milestones=(ahead(base, base + timedelta(60)),))
    heavy = P(
        "P-2",
        milestones=(ahead(base, base + timedelta(30)), *(ahead(base, base, position=n) for n in (2, 3, 4))),
    )
    late = P("P-3", milestones=(ahead(DAY - timedelta(1), DAY - timedelta(1)),))
    quiet = P("P-4", milestones=(ahead(base, base),))
    told = Told([light, heavy, late, quiet])
    shown = told.of(attention.attention(told.day, [], {}, told.naming)).rows
    assert [matter.project.code for matter in shown] == ["P-3", "P-2", "P-1"]
    assert shown[0].days == 1 and shown[1].after == 3
    assert shown[1].last.position == 4 and shown[2].last is None  # with what the delay ends


@given(st.lists(st.tuples(st.sampled_from(STATUSES[:5]), days, days), max_size=12))
def test_attention_never_shows_a_project_twice(
    rows: list[tuple[str, date, date]],
) -> None:
    projects = [
        P(f"P-{n:02d}", id=n, milestones=(ahead(base, forecast, status=status),))
        for n, (status, base, forecast) in enumerate(rows)
    ]
    told = Told(projects)
    found = told.of(attention.attention(told.day, [], {}, told.naming))
    codes = [matter.project.code for matter in found.rows]
    assert len(codes) == len(set(codes))
    assert set(codes) == {p.code for p in projects if p.milestones[0].status in STATUSES[1:5]}


@given(
    st.lists(
        st.tuples(st.sampled_from(list(stages())), st.sampled_from(list(families())), st.sampled_from(CLAIMS))
    )
)
def test_the_grid_holds_each_project_that_has_not_ended_once_and_folds(
    rows: list[tuple[str, str, str]],
) -> None:
    projects = [P(f"P-{n}", stage=s, family=f, claimed=c) for n, (s, f, c) in enumerate(rows)]
    told = Told(projects)
    grid = told.of(pipeline.pipeline(told.day, told.naming))
    inside = [chip.project.code for group in grid.cells.values() for chip in group.chips]
    assert sorted(inside) == sorted(
        p.code for p in projects if p.claimed not in ("TERMINATED", "COMPLETED", "OUT_LICENSED")
    )
    assert all(grid.whole[column].total for column in grid.columns)
    assert [c for c in stage_columns() if c in grid.columns] == list(grid.columns)
    assert [f for f in families() if f in grid.rows] == list(grid.rows)


def test_the_grid_says_which_stands_nearest_to_marketing() -> None:
    found = finding(P("P-1", stage="PHASE_I"), P("P-2", stage="PIVOTAL_II"), P("P-3", stage="TECH_TRANSFER"))
    assert (found.code, found.clinical, found.paused, found.nearest) == ("clinical", 2, 0, ("P-2",))
    assert finding(P("P-1", stage="CMC")).code == "early"
    assert finding(P("P-1", claimed="ON_HOLD")).code == "empty"


def test_who_rests_in_a_trial_is_drawn_and_told_beside_those_that_go_on() -> None:
    resting, ended = (
        P("P-2", stage="PHASE_I", claimed="ON_HOLD"),
        P("P-3", stage="PHASE_I", claimed="TERMINATED"),
    )
    found = finding(P("P-1", stage="PHASE_I"), resting, ended)
    assert (found.code, found.clinical, found.paused) == ("clinical", 1, 1)
    alone = finding(P("P-1", stage="CMC"), resting)
    assert (alone.code, alone.clinical, alone.paused) == ("clinical", 0, 1), "the grid shows one in trials"


def finding(*projects: P) -> pipeline.Finding:
    told = Told(projects)
    return pipeline.pipeline(told.day, told.naming).finding


@given(st.lists(st.tuples(st.sampled_from(STATUSES[:4]), st.integers(1, 90)), min_size=1, max_size=20))
def test_a_cell_shows_all_or_the_first_few_and_counts_the_others(rows: list[tuple[str, int]]) -> None:
    base = DAY + timedelta(30)
    projects = [
        P(f"P-{n:02d}", status=status, milestones=(ahead(base, base + timedelta(slip)),))
        for n, (status, slip) in enumerate(rows)
    ]
    told = Told(projects)
    grid = told.of(pipeline.pipeline(told.day, told.naming, pipeline.Few(4, 2), pipeline.Few(12, 6)))
    (cell,), (whole,) = grid.cells.values(), grid.whole.values()
    by_need = sorted(
        projects, key=lambda p: (STATUSES_BY_NEED.index(p.status), -p.milestones[0].slip, p.code)
    )
    for group, few in ((cell, (4, 2)), (whole, (12, 6))):
        shown = [chip.project.code for chip in group.chips]
        folded = len(rows) > few[0]
        assert shown == [p.code for p in (by_need[: few[1]] if folded else projects)]
        assert (group.total, group.more) == (len(rows), len(rows) - len(shown))


@given(st.lists(st.tuples(days, st.integers(-40, 200)), max_size=20), st.sampled_from([30, 90, 365]))
def test_the_outlook_adds_up(rows: list[tuple[date, int]], horizon: int) -> None:
    milestones = tuple(ahead(base, base + timedelta(slip)) for base, slip in rows)
    told = Told([P("P-1", milestones=milestones, labs=(Named("JL-01"),))])
    found = told.of(outlook.outlook(told.day, told.naming, horizon))
    assert (
        found.total
        == found.due + found.overdue
        == len(found.stops)
        == sum(len(stops) for _, stops in found.lanes())
    )
    assert [stop.day for stop in found.stops] == sorted(stop.day for stop in found.stops)
    assert all(stop.day <= DAY + timedelta(horizon) for stop in found.stops)


def test_the_outlook_knows_where_it_crowds_and_what_comes_before_spring_festival() -> None:
    at = [date(2026, 12, 2), date(2026, 12, 5), date(2026, 12, 9), date(2027, 1, 4), date(2027, 2, 10)]
    found = foreseen(at, date(2027, 2, 5))
    assert (found.crowd, found.before_festival) == ((2026, 12, 1, 3), 4)
    tie = [*at, date(2027, 1, 5), date(2027, 1, 6)]
    assert foreseen(tie).crowd is None


def foreseen(at: list[date], festival: date | None = None) -> outlook.Outlook:
    told = Told([P("P-1", milestones=tuple(ahead(day, day) for day in at))])
    return outlook.outlook(told.day, told.naming, 90, festival)


def test_of_many_stops_each_lane_shows_the_most_telling_and_all_are_counted() -> None:
    base = DAY + timedelta(5)
    projects = [
        P(f"P-{n}", milestones=tuple(ahead(base, base + timedelta(k)) for k in range(10)), labs=(Named(lab),))
        for n, lab in enumerate(("JL-01", "JL-01", "JL-02"))
    ]
    told = Told(projects)
    found = told.of(outlook.outlook(told.day, told.naming, 90, at_most=8))
    lanes = {lab.code: [stop.slip for stop in stops] for lab, stops in found.lanes() if lab}
    assert lanes == {"JL-01": [8, 8, 9, 9], "JL-02": [6, 7, 8, 9]}
    assert found.counts == {"JL-01": 20, "JL-02": 10} and found.due == 30


def test_since_when_it_slips_is_the_begin_of_the_stretch_that_still_runs() -> None:
    """Two reports that follow each other are one stretch; one that was made good in between is not."""
    march, may, june, august = (date(2026, month, 1) for month in (3, 5, 6, 8))
    stretch = [
        Spell(june, august),
        Spell(august, august),  # said again on the same day
        Spell(august, None),
        Spell(march, may),
    ]
    assert slips.since(stretch) == june
    assert slips.since(stretch[:2]) is None and slips.since([]) is None


def test_what_moved_since_the_comparison_is_told_one_by_one() -> None:
    base = date(2027, 1, 1)
    rows = (
        ahead(base, base + timedelta(40), id=1),
        ahead(base, base + timedelta(5), id=2),
        ahead(base, base, id=3),
        done(DAY, base, id=4),
        ahead(base, base + timedelta(9), id=5),
    )
    before = {
        1: {"baseline": base, "forecast": base + timedelta(10)},
        2: {"baseline": base, "forecast": base + timedelta(60)},
        3: {"baseline": base, "forecast": base},
        4: {"baseline": base},
    }
    told = Told([P("P-1", milestones=rows)], before, DAY - timedelta(1))
    found = told.of(moves.moves(told.day, told.past, told.naming))
    assert [(m.milestone.id, m.days) for m in found.rows] == [(2, -55), (1, 30)]
    assert (found.total, found.reached) == (2, 1)


def test_slips_are_sorted_cut_and_know_who_recovers() -> None:
    base = date(2027, 1, 1)
    rows = tuple(ahead(base, base + timedelta(n), id=n) for n in range(1, 12))
    told = Told([P("P-1", milestones=rows)], {11: {"baseline": base, "forecast": base + timedelta(30)}})
    found = told.of(slips.slips(told.day, told.past, told.naming))
    assert [row.now for row in found.rows] == [11, 10, 9, 8, 7, 6, 5, 4] and found.total == 11
    assert found.rows[0].recovers and found.rows[0].then == 30
    assert (found.finding.code, found.finding.number) == ("cluster", 8)
    calm = Told([P("P-1")])
    assert slips.slips(calm.day, calm.past, calm.naming).finding.code == "none"


@pytest.mark.parametrize(("other", "largest"), [(40, "P-1"), (40 + 30, "P-2"), (40 - 1, "P-1")])
def test_the_largest_slip_is_named_also_beside_a_project_that_holds_more_of_them(other, largest):
    base = date(2027, 1, 1)
    many = tuple(ahead(base, base + timedelta(n), project_code="P-1") for n in (40, 30, 20))
    one = (ahead(base, base + timedelta(other), project_code="P-2"),)
    told = Told([P("P-2", milestones=one), P("P-1", milestones=many)])
    said = told.of(slips.slips(told.day, told.past, told.naming)).finding
    assert (said.code, said.number, said.project.code) == ("cluster", 3, "P-1")
    assert (said.largest.project.code, said.largest.now) == (largest, max(other, 40))


def lab_history(rates: list[tuple[int, int]]) -> P:
    """A project whose laboratory reached milestones in the months before DAY: (on time, late) for each."""
    made = []
    for back, (good, bad) in enumerate(reversed(rates)):
        at = DAY - timedelta(days=2 + 30 * back)
        made += [done(at, at)] * good + [done(at, at - timedelta(1))] * bad
    return P("P-1", milestones=tuple(made), labs=(Named("JL-01"),))


def test_health_says_nothing_of_too_little() -> None:
    assert punctuality(lab_history([(1, 1)])).finding.code == "little"
    assert punctuality().rows == ()


def punctuality(*projects: P) -> health.Health:
    told = Told(projects)
    return health.health(told.day, told.naming)


def test_health_names_what_falls() -> None:
    found = punctuality(lab_history([(9, 0)] * 3 + [(6, 3), (3, 6), (0, 9), (0, 9)]))
    assert found.finding.code == "falling" and found.finding.months >= 3


@pytest.mark.parametrize(
    ("part", "whole", "step"), [(0, 4, "n3"), (4, 4, "p3"), (2, 4, "0"), (0, 2, ""), (0, 0, "")]
)
def test_a_cell_is_coloured_around_the_middle_when_there_is_enough(part: int, whole: int, step: str) -> None:
    board = health.Health((DAY,), (), 50, health.Finding("little"))
    assert board.step(figures.Share(part, whole)) == step


@given(st.integers(0, 100), st.integers(3, 60), st.data())
def test_colours_run_one_way(middle: int, whole: int, data: st.DataObject) -> None:
    low, high = sorted(data.draw(st.lists(st.integers(0, whole), min_size=2, max_size=2)))
    order = ["n3", "n2", "n1", "0", "p1", "p2", "p3"]
    board = health.Health((DAY,), (), middle, health.Finding("little"))
    steps = [order.index(board.step(figures.Share(part, whole))) for part in (low, high)]
    assert steps[0] <= steps[1]


def test_what_is_named_and_was_not_read_is_said() -> None:
    """What was committed a moment ago can be counted before it can be read: then all is made once more."""
    told = Told([P("P-1", milestones=(M("A10"),)), P("P-2")])
    for at in range(2):
        told.naming.project(at)
    bare = [P("P-1", id=1), P("P-2", id=2)]
    assert not told.naming.fill(bare[:1])
    assert told.naming.fill(bare)
    told.naming.milestone(0)
    assert not told.naming.fill(bare)
    assert told.naming.fill(told.rows)
