"""Risks and issues: how severe, what is allowed, what waits. A risk may happen; an issue has happened."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol, TypeVar

from kangjiansheng.core.errors import RuleBroken

KINDS = ("risk", "issue")
RESPONSES = ("avoid", "reduce", "transfer", "accept")
LIVES = ("open", "watching", "occurred")  # closed is an act of its own
CLOSED = "closed"
SCALE = range(1, 6)
BLOCKED = {
    "kind": "issue",
    "impact": 3,
    "response": "reduce",
    "life": "occurred",
}  # what stops a milestone, in one line
LOOK_AGAIN = 14  # days after which whoever is stopped is asked again
HIGH, MEDIUM = 15, 8  # likelihood × impact of a risk from which it counts so


class Rated(Protocol):
    """What is asked of a risk or an issue."""

    @property
    def number(self) -> int: ...
    @property
    def likelihood(self) -> int | None: ...
    @property
    def impact(self) -> int: ...
    @property
    def review_on(self) -> date | None: ...
    @property
    def life(self) -> str: ...


R = TypeVar("R", bound=Rated)


def score(likelihood: int | None, impact: int) -> int:
    """Likelihood × impact, 1 to 25. An issue is certain: its likelihood counts as 5."""
    return (likelihood or SCALE[-1]) * impact


def level(likelihood: int | None, impact: int) -> str:
    """high (15 and more), medium (8 to 14) or low."""
    found = score(likelihood, impact)
    return "high" if found >= HIGH else "medium" if found >= MEDIUM else "low"


def overdue(risk: Rated, day: date) -> int | None:
    """Days since the review was due; None when it is not, or the risk is closed."""
    if risk.life == CLOSED or risk.review_on is None or risk.review_on >= day:
        return None
    return (day - risk.review_on).days


def presses(risk: Rated, day: date) -> bool:
    """Whether a risk needs somebody: it is open, and rated high or due for a review since before a day."""
    high = risk.life != CLOSED and level(risk.likelihood, risk.impact) == "high"
    return high or overdue(risk, day) is not None


def in_order(risks: Iterable[R], day: date) -> list[R]:
    """What needs somebody first: open before closed, severe before mild, late reviews before others."""
    return sorted(
        risks,
        key=lambda one: (
            one.life == CLOSED,
            -score(one.likelihood, one.impact),
            -(overdue(one, day) or 0),
            one.number,
        ),
    )


def matrix(risks: Iterable[Rated]) -> dict[tuple[int, int], int]:
    """How many open ones stand in each cell (likelihood, impact); issues stand in the highest likelihood."""
    found = {(likelihood, impact): 0 for likelihood in SCALE for impact in SCALE}
    for one in risks:
        if one.life != CLOSED:
            found[one.likelihood or SCALE[-1], one.impact] += 1
    return found


def check(facts: Mapping[str, Any], *, today: date, before: date | None = None) -> None:
    """Refuse what cannot be: words outside the lists, numbers outside 1 to 5, a review that has passed already.

    `before` is the stored date of the review: it may stay where it is.
    """
    for key, known in (("kind", KINDS), ("response", RESPONSES), ("life", LIVES)):
        if facts[key] not in known:
            raise RuleBroken("projects:risk-word", key, value=facts[key])
    if not facts["title"]:
        raise RuleBroken("projects:risk-title", "title")
    if facts["impact"] not in SCALE:
        raise RuleBroken("projects:risk-scale", "impact")
    if facts["kind"] == "risk" and facts["likelihood"] not in SCALE:
        raise RuleBroken("projects:risk-scale", "likelihood")
    review = facts["review_on"]
    if review is None:
        raise RuleBroken("projects:risk-review-missing", "review_on")
    if review < today and review != before:
        raise RuleBroken(
            "projects:date-passed", "review_on", date=review.isoformat(), today=today.isoformat()
        )
