"""Search: the index of what can be found, and the one query over it, on both databases.

A feature declares its kinds (`declared`), the roof lists them, the index follows each change by itself.
"""

from collections.abc import Iterable

from kangjiansheng.core.search.declared import Kind, Texts, Wanted, kinds
from kangjiansheng.core.search.index import NO_TEXT, differences, is_current, keep, rebuild, touch
from kangjiansheng.core.search.query import MOST, Asked, Hit, exact, find, marks, with_lines


def provided_by(found: Iterable[Kind]) -> None:
    """What can be found, in the order in which pages show it: called by the roof."""
    kinds[:] = found


__all__ = [
    "MOST",
    "NO_TEXT",
    "Asked",
    "Hit",
    "Kind",
    "Texts",
    "Wanted",
    "differences",
    "exact",
    "find",
    "is_current",
    "keep",
    "kinds",
    "marks",
    "provided_by",
    "rebuild",
    "touch",
    "with_lines",
]
