"""Counting failures in a window, shared by all processes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from kangjiansheng.core import clock, throttle
from kangjiansheng.core.transactions import writing

WINDOW = timedelta(minutes=1)


def test_it_blocks_after_so_many_failures_and_no_sooner(empty_app: Flask) -> None:
    with empty_app.app_context():
        for number in range(3):
            assert not throttle.is_blocked("k", most=3, window=WINDOW), number
            with writing():
                throttle.count("k", window=WINDOW)
        assert throttle.is_blocked("k", most=3, window=WINDOW)
        assert not throttle.is_blocked("other", most=3, window=WINDOW)
        with writing():
            throttle.clear("k")
        assert not throttle.is_blocked("k", most=1, window=WINDOW)


def test_a_window_that_ran_out_begins_anew(empty_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with empty_app.app_context():
        with writing():
            throttle.count("k", window=WINDOW)
            throttle.count("k", window=WINDOW)
        later = clock.now() + WINDOW
        monkeypatch.setattr(clock, "now", lambda: later)
        assert not throttle.is_blocked("k", most=2, window=WINDOW)
        with writing():
            throttle.count("k", window=WINDOW)
        assert not throttle.is_blocked("k", most=2, window=WINDOW)
        assert throttle.is_blocked("k", most=1, window=WINDOW)


def test_of_two_that_fail_first_at_once_both_are_counted(empty_app: Flask) -> None:
    together = threading.Barrier(4)

    def fail() -> None:
        with empty_app.app_context():
            together.wait(20)
            with writing():
                throttle.count("k", window=WINDOW)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(fail) for _number in range(4)]:
            done.result(30)
    with empty_app.app_context():
        assert throttle.is_blocked("k", most=4, window=WINDOW)
        assert not throttle.is_blocked("k", most=5, window=WINDOW)
