"""What an address asks of a list."""

from dataclasses import fields
from typing import Any, TypeVar

from flask import request

from kangjiansheng.core import text

F = TypeVar("F")


def asked(kind: type[F]) -> F:
    """The filter that the address asks for; unknown arguments are left alone."""
    known = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    given: dict[str, Any] = {
        key: text.line(value)[:80] for key, value in request.args.items() if key in known
    }
    return kind(**given)
