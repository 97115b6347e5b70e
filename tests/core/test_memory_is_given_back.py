"""Free memory goes back to the system: how often it is asked for, no megabytes and no seconds."""

import ctypes
import threading
from types import SimpleNamespace
from typing import Any

from kangjiansheng import serving


class Rests:
    """An end that comes after some rests."""

    def __init__(self, number: int) -> None:
        self.left, self.seconds = number, []  # type: ignore[var-annotated]

    def wait(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        self.left -= 1
        return self.left < 0


def test_the_heaps_are_looked_through_after_each_rest(monkeypatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace(malloc_trim=asked.append))
    rests: Any = Rests(3)
    serving._give_back(rests)
    assert asked == [0, 0, 0] and rests.seconds == [serving.REST] * 4


def test_a_c_library_that_knows_it_not_is_left_alone(monkeypatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace())
    rests: Any = Rests(3)
    serving._give_back(rests)
    assert rests.seconds == []


def test_each_process_that_answers_does_so(app, monkeypatch) -> None:
    begun = threading.Event()
    monkeypatch.setattr(serving, "_give_back", lambda _ended: begun.set())
    server = serving.Server.__new__(serving.Server)
    server.app = app
    server.load()
    assert begun.wait(10)
