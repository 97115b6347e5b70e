"""What became of the advice of the committees: adopted, in part, not, or not answered yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kangjiansheng.committee.rules.answers import VERDICTS, WAITING

WORDS = (*VERDICTS, WAITING)


@dataclass(frozen=True, slots=True)
class Advised:
    """An advice with the answer that counts at the end of a day. `project_id` is what it is about, if anything."""

    number: str
    committee: str
    given_on: date
    project_id: int | None
    verdict: str  # one of WORDS
    reasons: str = ""
    decided_on: date | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Adoption:
    """Advice of one committee, newest first."""

    committee: str
    advice: tuple[Advised, ...]

    def count(self, word: str) -> int:
        """How many of one answer."""
        return sum(one.verdict == word for one in self.advice)


def adoption(found: Iterable[Advised]) -> tuple[Adoption, ...]:
    """By committee, in the order of their codes."""
    rows = sorted(found, key=lambda one: (one.given_on, one.number), reverse=True)
    return tuple(
        Adoption(code, tuple(one for one in rows if one.committee == code))
        for code in sorted({one.committee for one in rows})
    )
