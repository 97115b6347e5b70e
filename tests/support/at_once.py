"""Two who write at the same time."""

import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask

from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.transactions import writing


def both(app: Flask, act: Callable[[], Any]) -> list[str]:
    """Let two act, the second one while the first has written and not yet committed; what each met, the
    first one's before the second's, whoever comes back first."""
    written, met = threading.Event(), dict[bool, str]()

    def run(first: bool) -> None:
        if not first:
            written.wait(30)
        try:
            with app.app_context(), writing():
                act()
                if first:
                    written.set()
                    time.sleep(0.2)  # the other one reads, or waits where only one may write
            met[first] = ""
        except (RuleBroken, Stale) as problem:
            met[first] = getattr(problem, "code", "stale")

    people = [threading.Thread(target=run, args=(first,), daemon=True) for first in (True, False)]
    for one in people:
        one.start()
    for one in people:
        one.join(60)
    return [met[True], met[False]]
