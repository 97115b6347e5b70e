"""What became of the advice of the committees: adopted, in part, not, or not answered yet."""

from collections import Counter
from collections.abc import Iterable, Mapping
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
    """Advice of one committee: how much had which answer, and what is listed of it, newest first."""

    committee: str
    answers: Mapping[str, int]
    advice: tuple[Advised, ...]
    illustrative: bool

    def count(self, word: str) -> int:
        """How many of one answer."""
        return self.answers.get(word, 0)

    @property
    def total(self) -> int:
        """How many there are, listed or not."""
        return sum(self.answers.values())


def adoption(found: Iterable[Advised], listed: int | None = None) -> tuple[Adoption, ...]:
    """By committee, in the order of their codes. At most so many are listed, the newest of all."""
    rows = sorted(found, key=lambda one: (one.given_on, one.number), reverse=True)
    every, shown = _by_committee(rows), _by_committee(rows[:listed])
    return tuple(
        Adoption(
            code,
            Counter(one.verdict for one in theirs),
            tuple(shown.get(code, ())),
            any(one.illustrative for one in theirs),
        )
        for code, theirs in sorted(every.items())
    )


def _by_committee(rows: Iterable[Advised]) -> Mapping[str, list[Advised]]:
    found: dict[str, list[Advised]] = {}
    for one in rows:
        found.setdefault(one.committee, []).append(one)
    return found
