"""Pages that a secret in a mail opens without signing in. Guesses are counted by the address they come from, and who
may have signed in here does not count."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from flask import abort, g, request
from werkzeug.wrappers import Response

from kangjiansheng.core import i18n, throttle
from kangjiansheng.core.proxies import origin
from kangjiansheng.core.transactions import afterwards

WINDOW = timedelta(minutes=15)
MISSES = 20  # secrets that are none, from one address within the window
SAVES = 30  # forms sent by one link within the window

T = TypeVar("T")


def opened(
    name: str,
    found: Callable[[], T | None],
    view: Callable[[T], Response],
    *,
    speaks: Callable[[T], str],
    over: Callable[[], Response],
) -> Response:
    """Let the view answer for what the secret opens; `over` says that it opens nothing any more. `speaks` is the
    language of its owner, for a browser that has chosen none."""
    g.actor = g.as_of = None
    misses = f"{name}:address:{origin(request.remote_addr or '')}"
    if throttle.is_blocked(misses, most=MISSES, window=WINDOW):
        abort(429)
    thing = found()
    if thing is None:
        afterwards(lambda: throttle.count(misses, window=WINDOW))
        return over()
    if i18n.COOKIE not in request.cookies:
        i18n.speak_now(speaks(thing))
    return view(thing)


def sent(name: str, link: int) -> None:
    """Count a form that was sent by a link; too many within the window are refused."""
    key = f"{name}:link:{link}"
    if throttle.is_blocked(key, most=SAVES, window=WINDOW):
        abort(429)
    afterwards(lambda: throttle.count(key, window=WINDOW))
