"""What is dear to make and kept for good: made by one thread, for which the others wait."""

from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Made = TypeVar("Made")


def in_turn(kept: Callable[P, Made]) -> Callable[P, Made]:
    """A cached function whose callers take turns. Left to itself a cache lets eight threads that ask at once make eight
    of what it then keeps one of, and the memory that they needed together stays with the process."""
    turn = Lock()

    @wraps(kept)
    def ask(*args: P.args, **named: P.kwargs) -> Made:
        with turn:
            return kept(*args, **named)

    return ask
