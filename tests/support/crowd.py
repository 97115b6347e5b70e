"""Many who ask at the same instant."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.critic import Critic


def crowd(
    app: Flask, number: int, ask: Callable[[Critic, int], TestResponse], *, like: Critic | None = None
) -> list[TestResponse]:
    """What each of so many is answered; with `like` all hold the cookies of that one."""
    together = threading.Barrier(number)

    def one(which: int) -> TestResponse:
        visitor = Critic(app)
        if like is not None:
            visitor._cookies = dict(like._cookies)
        together.wait(30)
        return ask(visitor, which)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))
