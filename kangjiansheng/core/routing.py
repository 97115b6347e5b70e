"""The rules of addresses. Werkzeug compiles two functions for each rule that put its address together, a third of the
time in which an application is made; most of them no process ever calls. And pages name the same places again and again."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import has_request_context, request, url_for
from werkzeug.routing import Rule

_PLAIN = frozenset({str, int, type(None)})
_PLACES = 4096  # whose addresses are kept


class Route(Rule):
    """A rule whose address is compiled when it is first put together."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        make = super()._compile_builder
        made: list[Callable[..., tuple[str, str]]] = []

        def build(*args: Any, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(make(append_unknown))
            return made[0](*args, **values)

        return build


def address(endpoint: str, /, **values: Any) -> str:
    """Flask's `url_for`, for templates: an address within this application follows from what it is asked for alone, and
    is put together once."""
    whole = endpoint[:1] == "." or "_scheme" in values or not _PLAIN.issuperset(map(type, values.values()))
    if whole or not has_request_context():
        return url_for(endpoint, **values)
    return _place(request.script_root, endpoint, tuple(values.items()))


@lru_cache(maxsize=_PLACES)
def _place(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))
