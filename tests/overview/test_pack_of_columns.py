"""The pack counts over columns; it tells what whole rows say, to each reader, of any days."""

from collections import Counter
from datetime import date

import pytest
from flask import Flask

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import Cut
from kangjiansheng.overview.views.pack.asking import since
from kangjiansheng.overview.views.pack.reading import read
from kangjiansheng.projects.queries import portfolio
from tests.overview.reference.pack import expiring, reached
from tests.support.acting import who
from tests.support.scattered import scatter

DAYS = (
    (None, date(2026, 9, 30)),
    (date(2026, 6, 30), date(2026, 1, 31)),
    (date(2025, 12, 31), date(2025, 3, 14)),
)


@pytest.mark.long
def test_the_columns_say_what_the_rows_say(app: Flask) -> None:
    with app.test_request_context():
        scatter(5, projects=20)
        told = 0
        for short in ("executive", "lead", "outsider"):
            for cut, compare in DAYS:
                actor = who(short)
                day = Cut.at(clock.now() if cut is None else clock.end_of(cut))
                asking = since(day, compare, actor=actor)
                found = read(asking, actor=actor)
                rows, then = portfolio(actor=actor, as_of=day), portfolio(actor=actor, as_of=compare)
                before = {m.id for p in then for m in p.milestones if m.kind != "decision" and m.actual}
                assert [(p.id, m.id, m.actual) for p, m in found.counted.reached.rows] == [
                    (p.id, m.id, m.actual) for p, m in reached(rows, before)
                ]
                late = [(p.code, one) for p, one in found.counted.expiring]
                assert late == expiring(rows, day, actor=actor)
                told += len(late) + len(found.counted.reached.rows)
                some, whole = read(asking, actor=actor, at_most=3).counted, found.counted
                for few, every in ((some.reached, whole.reached), (some.passed, whole.passed)):
                    assert [m.id for _p, m in few.rows] == [m.id for _p, m in every.rows][:3]
                    assert (few.total, few.late) == (
                        len(every.rows), sum((m.slip or 0) > 0 for _p, m in every.rows),
                    )  # fmt: skip
                    assert few.illustrative == any(p.illustrative for p, _m in every.rows)
                decided = {one.gate_id for one in whole.verdicts}
                assert [m.id for _p, m in whole.passed.rows] == [
                    m.id for _p, m in whole.reached.rows if m.gate and m.id not in decided
                ]
                moves = whole.moved.rows
                assert [m.milestone.id for m in some.moved.rows] == [m.milestone.id for m in moves][:3]
                assert (some.moved.total, some.moved.later) == (len(moves), sum(m.days > 0 for m in moves))
                coming, all_coming = some.board.outlook, whole.board.outlook
                assert [(s.project.id, s.milestone.id) for s in coming.stops] == [
                    (s.project.id, s.milestone.id) for s in all_coming.stops
                ][:3]
                assert (coming.total, some.board.pipeline.total, some.standing) == (
                    len(all_coming.stops), whole.board.pipeline.total, whole.standing,
                )  # fmt: skip
                shown, chips = (
                    [
                        (key, c.project.code)
                        for key, group in one.board.pipeline.cells.items()
                        for c in group.chips
                    ]
                    for one in (some, whole)
                )
                first = sorted(code for _key, code in chips)[:3]
                assert shown == [(key, code) for key, code in chips if code in first]
                assert whole.standing == Counter(
                    (c.project.status, key[1])
                    for key, group in whole.board.pipeline.cells.items()
                    for c in group.chips
                )
                ids = {m.id for p in rows for m in p.milestones}
                named = {m.id for p in found.projects for m in p.milestones}
                assert named <= ids and named == set(found.milestones)
                assert found.counted.has_projects == bool(rows)
                assert found.counted.illustrative == any(p.illustrative for p in rows)
        assert told > 20
