"""Codes of projects, milestones and laboratories: words that stand in addresses."""

import re

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")
_DECISION = "X9"


def is_code(text: str) -> bool:
    """True for 2 to 40 capital letters, digits and hyphens that do not begin with a hyphen."""
    return _CODE.fullmatch(text) is not None


def is_decision(milestone_code: str) -> bool:
    """True for rows that record a decision (hold, termination) instead of a milestone."""
    return milestone_code.startswith(_DECISION)
