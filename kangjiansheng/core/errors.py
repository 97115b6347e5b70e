"""What an operation may refuse. Texts are made by the views, in the reader's language."""

from typing import Any

LEAVE = "leave"  # an extension of the application where it is served: ends the process after what it answers


class RuleBroken(Exception):
    """A rule of the domain says no.

    `code` is a stable word such as ``labs:code-taken``; `field` names the form field to mark;
    `facts` fill the translated sentence.
    """

    def __init__(self, code: str, /, field: str | None = None, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.field, self.facts = code, field, facts


class NotSetUp(LookupError):
    """The database has its tables but not what every installation starts with; the text says what to do."""


class OutcomeUnknown(Exception):
    """The database was cut off while it committed: nobody knows whether it did. The same form sent again is saved
    once, by its mark."""


class Stale(Exception):
    """Somebody else changed the thing after the form was opened; nothing was written."""

    def __init__(self, thing: Any, seen: int) -> None:
        super().__init__(f"{thing!r} is no longer at version {seen}")
        self.thing, self.seen = thing, seen
