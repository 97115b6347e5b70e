"""A figure over all that somebody sees is counted once until anything is written, however many ask for it at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from kangjiansheng.core.kept import figure
from kangjiansheng.core.transactions import writing
from tests.support.acting import who
from tests.support.acts import an_act


def _asked(app: Flask, count: list[str], what: str, *, fails: int = 0) -> list[object]:
    """What eight get who ask at once for a figure of that name; the first `fails` of those who count fail at it."""
    ready = Barrier(8)

    def counted() -> object:
        count.append("counted")
        time.sleep(0.05)
        if len(count) <= fails:
            raise ValueError
        return len(count)

    def ask(_number: int) -> object:
        with app.app_context():
            lead = who("lead")
            ready.wait(20)
            try:
                return figure(counted, what, actor=lead)
            except ValueError:
                return "failed"

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(ask, range(8)))


def test_of_eight_who_ask_at_once_one_counts(app: Flask) -> None:
    count = list[str]()
    assert _asked(app, count, "one counts") == [1] * 8
    assert _asked(app, count, "one counts") == [1] * 8 and len(count) == 1


def test_who_cannot_count_leaves_it_to_the_next(app: Flask) -> None:
    count = list[str]()
    found = _asked(app, count, "some fail", fails=2)
    assert found.count("failed") == 2 and found.count(3) == 6 and len(count) == 3


def test_after_a_write_it_is_counted_anew(app: Flask) -> None:
    count = list[str]()
    _asked(app, count, "written")
    with app.app_context(), writing():
        an_act(who("lead"), source="command")
    assert _asked(app, count, "written") == [2] * 8


def test_another_reader_has_a_figure_of_her_own(in_app: Flask) -> None:
    assert figure(lambda: 1, "hers", actor=who("lead")) == 1
    assert figure(lambda: 2, "hers", actor=who("chair")) == 2
    assert figure(lambda: 3, "hers", actor=who("lead")) == 1
