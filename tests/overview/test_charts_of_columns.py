"""The charts count over columns; they say what the rules say of whole rows, today and on past days, to each reader."""

from datetime import date

import pytest
from flask import Flask

from kangjiansheng.core import calendar, clock
from kangjiansheng.overview.queries import records
from kangjiansheng.overview.queries.seen import chosen
from kangjiansheng.overview.rules import cycles, spoken, yields
from kangjiansheng.overview.rules.narrowing import Narrowing
from kangjiansheng.overview.rules.rows import ENDED
from kangjiansheng.projects.queries import portfolio
from tests.overview.reference import cycles as of_courses
from tests.overview.reference import spoken as of_words
from tests.overview.reference import yields as of_gates
from tests.support.acting import who
from tests.support.scattered import scatter


@pytest.mark.long
def test_the_columns_say_what_the_rows_say(app: Flask) -> None:
    with app.test_request_context():
        scatter(11, projects=24)
        for short in ("executive", "partner", "outsider"):
            for as_of in (None, date(2026, 6, 30), date(2025, 3, 14)):
                actor, day = who(short), as_of or clock.today()
                rows = portfolio(actor=actor, as_of=as_of)
                ended = records.ended_on([p.id for p in rows if p.claimed in ENDED], day)
                verdicts = records.verdicts(actor=actor, as_of=as_of)

                seen, every = chosen(actor=actor, as_of=as_of, wanted=Narrowing())
                labs = {lab.code: lab for card in every for lab in card.labs}
                stretches = cycles.cycles(seen, ended, calendar.working_days_between)
                words, some = spoken.spoken(seen, labs), spoken.spoken(seen, labs, 5)
                gates = yields.yields(seen, verdicts)
                told = of_courses.cycles(rows, ended, day, calendar.working_days_between)
                assert [
                    (c.span, c.ended, c.open, c.median, c.told, c.approximate, c.courses) for c in stretches
                ] == [
                    (c.span, c.ended, c.open, c.median, c.told, c.approximate, tuple(map(course, c.courses)))
                    for c in told
                ]
                expected = of_words.spoken(rows, day)
                assert [(lab.lab.code if lab.lab else "", lab.words) for lab in words.labs] == [
                    (key, tuple(map(word, found))) for key, found in expected.items()
                ]
                assert words.stale == sum(one.stale for found in expected.values() for one in found)
                assert words.projects == sum(map(len, expected.values())) == some.projects
                assert [w for lab in some.labs for w in lab.words] == [
                    w for lab in words.labs for w in lab.words
                ][:5]
                assert [lab.ages for lab in some.labs] == [lab.ages for lab in words.labs]
                wanted = of_gates.yields(rows, verdicts)
                assert gates.unrecorded == wanted.unrecorded
                assert gates.gates == wanted.gates
                names = {m.id: (m.name_hans, m.name_hant, m.name_en) for p in rows for m in p.milestones}
                assert all(
                    names[v.milestone_id] == (v.name_hans, v.name_hant, v.name_en)
                    for gate in gates.gates
                    for v in (d.verdict for d in gate.decisions)
                )


def course(one: of_courses.Course) -> cycles.Course:
    return cycles.Course(one.project.code, one.milestone.code, one.begin, one.until, one.ended)


def word(one: of_words.Word) -> spoken.Word:
    return spoken.Word(one.project.code, {age: one.ages[age] for age in spoken.AGES}, one.last, one.oldest)


def test_of_many_courses_the_longest_the_shortest_and_some_between_are_drawn(app: Flask, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    with app.test_request_context():
        scatter(11, projects=24)

        day, _every = chosen(actor=who("executive"), as_of=None, wanted=Narrowing())
        every = cycles.cycles(day, {}, calendar.working_days_between)
        monkeypatch.setattr(cycles, "DRAWN", 3)
        some = cycles.cycles(day, {}, calendar.working_days_between)
        for whole, part in zip(every, some, strict=True):
            assert (whole.ended, whole.open, whole.told) == (part.ended, part.open, part.told)
            for ended in (True, False):
                of_kind = [c for c in whole.courses if c.ended is ended]
                drawn = [c for c in part.courses if c.ended is ended]
                assert len(drawn) == min(3, len(of_kind)) and drawn[:1] == of_kind[:1]
                assert drawn[-1:] == of_kind[-1:]
