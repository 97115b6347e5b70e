"""The blueprint of what programs read of institutions, laboratories and parks, and what its reads share."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

bp = Blueprint("labs_api", __name__, url_prefix="/api/v1")


def number_of(row: Any) -> str:
    """By which a row of a list is read."""
    return str(row.number)


def numbered(rows: Iterable[Any], found: Any) -> Any:
    """The row of a thing among those of its list, if it is there."""
    return next((row for row in rows if row.number == found.number), None)
