"""Codes of projects, milestones and laboratories: words that stand in addresses."""

import re
from collections.abc import Collection

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")
_DECISION = "X9"


def is_code(text: str) -> bool:
    """True for 2 to 40 capital letters, digits and hyphens that do not begin with a hyphen."""
    return _CODE.fullmatch(text) is not None


def is_decision(milestone_code: str) -> bool:
    """True for rows that record a decision (hold, termination) instead of a milestone."""
    return milestone_code.startswith(_DECISION)


def in_series(code: str, labs: Collection[str]) -> bool:
    """True for a code of the series of one of these laboratories: JL-01-004 is of JL-01's.

    Whoever registers for a laboratory stays within its series, since only there a code that is taken is that of a
    project which they see: elsewhere the refusal would tell of one that is closed to them (docs/decisions/0098).
    """
    return code.startswith(tuple(f"{lab}-" for lab in labs))


def next_in_series(lab: str, taken: Collection[str]) -> str:
    """The code after the highest numbered one of a laboratory's series: JL-01-004 after JL-01-003, JL-01-001 first."""
    numbers = [code.removeprefix(f"{lab}-") for code in taken if code.startswith(f"{lab}-")]
    highest = max((int(one) for one in numbers if one.isascii() and one.isdecimal()), default=0)
    return f"{lab}-{highest + 1:03d}"
