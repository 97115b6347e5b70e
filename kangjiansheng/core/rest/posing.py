"""A request of a program, taken to a view as if a browser had come to its page."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import g, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

_POSED = ("method", "path", "url_rule", "view_args", "args", "form", "files")


@dataclass
class Program:
    """What a view made for the program that asked: the forms it opened, the one that was refused, what its last page
    would have shown, and what it warns of."""

    forms: list[Any] = field(default_factory=list)
    refused: Any = None
    shown: dict[str, Any] = field(default_factory=dict)
    warnings: list[tuple[str, str]] = field(
        default_factory=list
    )  # field, sentence: what was saved all the same


@contextmanager
def posing(
    rule: Rule,
    arguments: Mapping[str, Any],
    method: str,
    path: str,
    fields: Any = (),
    files: Any = (),
    args: Any = (),
) -> Iterator[Program]:
    """Within it, the request is one of a browser for this route; pages are not rendered, and forms are told of."""
    asked: Any = request._get_current_object()  # type: ignore[attr-defined]
    before: dict[str, Any] = {key: getattr(asked, key) for key in _POSED}
    program_before = g.get("program")
    g.program = program = Program()
    given: dict[str, Any] = {
        "method": method,
        "path": path,
        "url_rule": rule,
        "view_args": dict(arguments),
        "args": ImmutableMultiDict(args),
        "form": ImmutableMultiDict(fields),
        "files": ImmutableMultiDict(files),
    }
    asked.__dict__.update(given)
    try:
        yield program
    finally:
        asked.__dict__.update(before)
        g.program = program_before
