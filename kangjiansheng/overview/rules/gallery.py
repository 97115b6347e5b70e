"""What the page of charts says of a day: computed once, shown as figures, tables and exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kangjiansheng.committee.rules.adoption import Adoption, Advised
from kangjiansheng.committee.rules.follow_up import FollowUp

from .cycles import Cycle
from .expiries import Expiries
from .spoken import Spoken
from .yields import Yields

NAMES = ("gates", "cycles", "expiries", "spoken", "actions", "advice", "obligations")


@dataclass(frozen=True, slots=True)
class Gallery:
    """Everything that the page says. `actions` are the figures of all committees, `by_committee` those of each."""

    day: date
    projects: int  # how many it is about
    gates: Yields
    cycles: Sequence[Cycle]
    expiries: Expiries
    spoken: Spoken
    actions: FollowUp
    by_committee: Sequence[tuple[str, FollowUp]]
    advice: Sequence[Adoption]
    advised: Sequence[Advised]  # what is listed of it
    obligations: FollowUp  # of all debtors
    by_debtor: Sequence[tuple[str, FollowUp]]
    debtors: Mapping[str, str]  # what they are called, by code
    committees: Mapping[str, str]  # what they are called, by code
    illustrative: bool

    def named(self, committee: str) -> str:
        """A committee by its name."""
        return self.committees.get(committee, committee)
