"""Asks (诉求): what one party wants of another, or of the whole table, until it is answered, agreed and closed."""

from datetime import date, timedelta
from typing import Any, Protocol

from kangjiansheng.core.errors import RuleBroken

CHAINS = ("innovation", "industry", "capital", "talent")  # 创新链、产业链、资金链、人才链
LIVES = ("raised", "tabled", "agreed", "declined", "closed", "withdrawn")
OPEN = ("raised", "tabled", "agreed")  # what still waits for somebody
UNANSWERED = ("raised", "tabled")  # as long as nobody has answered
OVER = ("closed", "withdrawn")
PATIENCE = 7  # days without an answer after which an ask stands out
# Which act may follow which state.
STEPS: dict[str, tuple[str, ...]] = {
    "table": ("raised",),
    "answer": ("raised", "tabled"),
    "agree": ("raised", "tabled"),
    "decline": ("raised", "tabled"),
    "close": ("raised", "tabled", "agreed", "declined"),
    "withdraw": ("raised", "tabled"),
    "reopen": ("agreed", "declined", "closed", "withdrawn"),
}


class Asked(Protocol):
    """What is asked of an ask."""

    @property
    def life(self) -> str: ...
    @property
    def raised_on(self) -> date: ...
    @property
    def answered_on(self) -> date | None: ...


def waits_for(ask: Asked, day: date) -> int | None:
    """For how many days an ask has had no answer; None when it has one, or is over."""
    if ask.life not in UNANSWERED or ask.answered_on is not None:
        return None
    return max((day - ask.raised_on).days, 0)


def overdue(ask: Asked, day: date) -> bool:
    """Whether an ask has been without an answer for more than a week."""
    waited = waits_for(ask, day)
    return waited is not None and waited > PATIENCE


def answer_due(raised_on: date) -> date:
    """The last day on which an ask without an answer does not stand out yet."""
    return raised_on + timedelta(days=PATIENCE)


def check(facts: dict[str, Any]) -> None:
    """Refuse an ask without words, outside the four chains, or of a party to itself."""
    if not facts["title"]:
        raise RuleBroken("projects:ask-title", "title")
    if facts["chain"] not in CHAINS:
        raise RuleBroken("projects:ask-chain", "chain")
    if facts["to_id"] is not None and facts["to_id"] == facts["from_id"]:
        raise RuleBroken("projects:ask-itself", "to_code")


def check_step(life: str, act: str) -> None:
    """Refuse an act that does not follow the state in which an ask is."""
    if life not in STEPS[act]:
        raise RuleBroken("projects:ask-step")
