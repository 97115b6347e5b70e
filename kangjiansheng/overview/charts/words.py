"""What the figures say: given by the caller, in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Words:
    """What a figure says, in the reader's language. `days` makes `+42 天` of a number of days."""

    today: str
    edge: str
    baseline: str
    forecast: str
    spring: str
    national: str
    compare: str
    recovers: str
    new: str
    unknown: str
    no_lab: str
    days: Callable[[int], str]
    status: Mapping[str, str]
    lab: Callable[[Any], str]
    milestone: Callable[[Any], str]
    href: Callable[[Any], str]
