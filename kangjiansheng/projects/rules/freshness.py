"""How old what was said of a milestone is: data that nobody has spoken of for weeks fades."""

from datetime import date
from typing import Literal

Age = Literal["fresh", "aging", "old", "silent"]
AGING, OLD = 8, 22  # days since somebody stood by it: a weekly round was missed, three were missed


def age(spoken_on: date | None, today: date) -> Age:
    """How old a statement is; `silent` when nobody has ever stood by the date."""
    if spoken_on is None:
        return "silent"
    days = (today - spoken_on).days
    return "old" if days >= OLD else "aging" if days >= AGING else "fresh"
