"""What the company may say of a committee's advice."""

from datetime import date

from kangjiansheng.core.errors import RuleBroken

VERDICTS = ("adopted", "partly", "declined")
WAITING = "waiting"  # what a list calls advice without an answer


def check(verdict: str, reasons: str, decided_on: date, body: str, *, given_on: date, today: date) -> None:
    """An answer says what, when, where; anything but adopted says why. It is not older than the advice."""
    if verdict not in VERDICTS:
        raise RuleBroken("committee:answer-verdict", "verdict")
    if verdict != "adopted" and not reasons.strip():
        raise RuleBroken("committee:answer-reasons", "reasons")
    if not given_on <= decided_on <= today:
        raise RuleBroken("committee:answer-day", "decided_on", day=given_on.isoformat())
    if not body.strip():
        raise RuleBroken("committee:answer-body", "body")
