"""What silence means while a draft is under review, when the charter says that it is consent (默示同意)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_BEFORE = (3, 1)  # reminders, in days before the last day to answer
FEWEST_DAYS = (
    1  # between a reminder and the end of the last day: who is told on the day itself has no time to answer
)


@dataclass(frozen=True)
class Asked:
    """One who may sign a draft: whether the charter requires it of them, and what they have done."""

    required: bool
    recused: bool  # from any item of the meeting
    answered: bool  # signed, or recorded before
    objects: bool  # an objection of theirs is open

    @property
    def may_be_silent(self) -> bool:
        """True when their silence can be consent: never a signature that the charter requires, never of a member
        who is recused from a part of the text, never of one who has objected."""
        return not (self.required or self.recused or self.answered or self.objects)


def last_day(frozen_on: date, days: int, due_on: date | None) -> date:
    """The last day to answer: so many days after the draft was put to review, and not before the deadline that the
    secretary set. A shorter deadline does not shorten what the charter gives."""
    return max(frozen_on + timedelta(days=days), due_on or date.min)


def stage(today: date, last: date, sent: Collection[int]) -> int | None:
    """Which reminder is due: 3 or 1 day before; None when none is, or when it was sent. One that was missed is
    made up for by the next."""
    reached = [days for days in DAYS_BEFORE if (last - today).days <= days]
    due = min(reached) if reached else None
    return due if due is not None and due not in sent and not any(one < due for one in sent) else None


def answer_by(today: date, last: date) -> date:
    """Until when one can answer who is told today: at least a whole day is left to them."""
    return max(last, today + timedelta(days=FEWEST_DAYS))


def in_time(reached: date, by: date) -> bool:
    """True when a reminder reached its reader while at least a whole day was left to the day that it named."""
    return reached + timedelta(days=FEWEST_DAYS) <= by


def is_consent(today: date, told: Collection[date]) -> bool:
    """True when somebody was told, and the day named to them is over. `told` are the days of the reminders that
    have reached them."""
    return bool(told) and today > min(told)
