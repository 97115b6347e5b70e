"""Evidence: what a milestone is expected to show, how far it has come, and who may judge it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from kangjiansheng.core.errors import RuleBroken

OTHER = "other"
MOST_FILES = 10  # of one upload
VERDICTS = ("accepted", "refused")
Standing = Literal["accepted", "pending", "refused", "missing"]
# From the best to the worst: one accepted file is enough for an expected piece.
_BEST: tuple[Standing, ...] = ("accepted", "pending", "refused", "missing")


class Judged(Protocol):
    """A piece of evidence, as far as its standing goes."""

    @property
    def kind(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def withdrawn(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Expected:
    """A piece that the template expects of a milestone; `kind` numbers it, `name` is in three scripts."""

    kind: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """How a milestone's evidence stands: files there, and of the expected pieces how many in each standing."""

    files: int = 0
    expected: int = 0
    accepted: int = 0
    missing: int = 0


def expected(milestones: Iterable[Mapping[str, Any]], code: str) -> tuple[Expected, ...]:
    """What a template version (its milestones as stored) expects of the milestone of that code."""
    found: Mapping[str, Any] = next((row for row in milestones if row["code"] == code), {})
    return tuple(Expected(f"E{number}", name) for number, name in enumerate(found.get("evidence", ()), 1))


def standing(kind: str, pieces: Iterable[Judged]) -> Standing:
    """How an expected piece stands: the best of what was brought for it and not withdrawn."""
    there: list[Standing] = [
        "accepted" if piece.verdict == "accepted" else "refused" if piece.verdict == "refused" else "pending"
        for piece in pieces
        if piece.kind == kind and not piece.withdrawn
    ]
    return min(there, key=_BEST.index, default="missing")


def tally(wanted: Sequence[Expected], pieces: Sequence[Judged]) -> Tally:
    """Count what is there and what is not."""
    stands = [standing(one.kind, pieces) for one in wanted]
    there = sum(not piece.withdrawn for piece in pieces)
    return Tally(there, len(wanted), stands.count("accepted"), stands.count("missing"))


def check_judgement(verdict: str, note: str, *, judge: int, brought_by: int) -> None:
    """Four eyes: who brought a file does not judge it. A refusal says why."""
    if verdict not in VERDICTS:
        raise RuleBroken("projects:verdict-missing", "verdict")
    if judge == brought_by:
        raise RuleBroken("projects:own-evidence", "verdict")
    if verdict == "refused" and not note:
        raise RuleBroken("projects:verdict-reason", "note")
