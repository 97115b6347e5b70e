"""What a project's lead claims of it against what is computed: with a reason, and for a while only."""

from datetime import date, timedelta

from kangjiansheng.core.errors import RuleBroken

STATUSES = ("ontrack", "risk", "slip")
LONGEST = timedelta(days=30)


def check(status: str, reason: str, until: date, today: date) -> None:
    """Refuse a claim without a reason, of another status, or that ends before today or after thirty days."""
    if status not in STATUSES:
        raise RuleBroken("projects:claim-unknown", "judged")
    if not reason:
        raise RuleBroken("projects:claim-unfounded", "reason")
    if not today <= until <= today + LONGEST:
        raise RuleBroken("projects:claim-until", "until", first=today, last=today + LONGEST)
