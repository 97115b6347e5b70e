"""What became of the advice of the committees: adopted, in part, not, or not answered yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Advised:
    """An advice with the answer that counts at the end of a day."""

    number: str
    committee: str
    given_on: date
    verdict: str  # one of VERDICTS, or WAITING
    reasons: str = ""
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class Adoption:
    """How much advice of one committee had which answer. `names` of the committee are in all scripts."""

    committee: str
    names: Mapping[str, str]
    answers: Mapping[str, int]
    illustrative: bool

    def count(self, word: str) -> int:
        """How many of one answer."""
        return self.answers.get(word, 0)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.answers.values())
