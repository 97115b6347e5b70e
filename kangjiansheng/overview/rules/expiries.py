"""What ends in the coming months: agreements, papers that a project holds, the qualifications of its sites."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from kangjiansheng.core.calendar import add_months

MONTHS = 12
GROUPS = ("agreement", "paper", "qualification")
_OF_KIND = {"agreement": "agreement", "site": "qualification", "qualification": "qualification"}


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that holds up to and including a day. It belongs to a project or a laboratory (`of_lab`), or is an
    agreement with a code."""

    kind: str
    ends_on: date
    code: str  # of the agreement, of the project or of the laboratory
    name: Mapping[str, str] = field(default_factory=dict)
    number: int = 0
    of_lab: bool = False

    @property
    def group(self) -> str:
        """Which of the three it counts in."""
        return _OF_KIND.get(self.kind, "paper")


@dataclass(frozen=True, slots=True)
class Expiries:
    """`months` are firsts of months from the one that runs; `rows` what ends in them and what has ended, by day.
    `later` ends after them."""

    day: date
    months: tuple[date, ...]
    rows: tuple[Expiry, ...]
    later: int

    @property
    def lapsed(self) -> tuple[Expiry, ...]:
        """What has ended and is still on the books."""
        return tuple(row for row in self.rows if row.ends_on < self.day)

    @property
    def coming(self) -> tuple[Expiry, ...]:
        """What ends from today on."""
        return tuple(row for row in self.rows if row.ends_on >= self.day)

    def counts(self, group: str) -> tuple[int, ...]:
        """How many of a group have lapsed, then how many end in each month."""
        ends = [row.ends_on for row in self.coming if row.group == group]
        by_month = (sum((end.year, end.month) == (m.year, m.month) for end in ends) for m in self.months)
        return sum(row.group == group for row in self.lapsed), *by_month


def expiries(found: Iterable[Expiry], day: date) -> Expiries:
    """From the month that runs to the end of the twelfth."""
    first = day.replace(day=1)
    months = tuple(add_months(first, number) for number in range(MONTHS))
    end = add_months(first, MONTHS)
    every = sorted(found, key=lambda row: (row.ends_on, row.code, row.number))
    return Expiries(
        day,
        months,
        tuple(row for row in every if row.ends_on < end),
        sum(row.ends_on >= end for row in every),
    )
