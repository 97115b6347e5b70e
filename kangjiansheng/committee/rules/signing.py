"""What a signature can mean, who may give which, and how its giver shows once more who they are."""

from collections.abc import Collection
from datetime import timedelta

from kangjiansheng.accounts.rules import factors

CONSENTS = ("approve", "approve_with_reservation")
APPROVERS = (*CONSENTS, "request_changes")
AUTHOR, REVIEW = "author", "review"
MEANINGS = (*APPROVERS, AUTHOR, REVIEW)
NEEDS_WORDS = ("approve_with_reservation", "request_changes")
# A code goes by mail, is good for one signature on one text, and dies of mistakes as of time.
CODE_DIGITS, CODE_LASTS = 8, timedelta(minutes=10)
MOST_CODES = 5  # asked for within the window of failures


def offered(*, approves: bool, drafted: bool, reads: bool) -> tuple[str, ...]:
    """The meanings that are open to somebody. Who is asked to approve gives their opinion, also when they drafted:
    nobody signs a text twice. A drafter who is not asked signs as its author, another reader as having reviewed."""
    if approves:
        return APPROVERS
    if drafted:
        return (AUTHOR,)
    return (REVIEW,) if reads else ()


def proofs(*, has_password: bool, has_factor: bool, second_step: bool) -> tuple[str, ...]:
    """What is asked before a signature: the password, and the second factor of whoever has one, which stands for the
    code by mail. Else a code by mail where the charter wants two steps, and the code alone of people who sign in
    elsewhere and have no password here."""
    asked = factors.proofs(has_password=has_password, has_factor=has_factor)
    if asked == ("session",):
        return ("code",)
    return (*asked, "code") if second_step and not has_factor else asked


def method(given: Collection[str], second: str = "") -> str:
    """How it is written on the signature: password, code, password+code; `second` says what the second factor was."""
    known = {"password": "password", "code": "code", "second": second}
    return "+".join(word for one, word in known.items() if one in given)


def seal(office: str, words: str) -> str:
    """The four characters of a seal: the office, else two characters of what the seat or the person is called."""
    known = {"chair": "主任", "deputy": "副主", "secretary": "秘书"}
    return f"{known.get(office) or words[:2]}之印"
