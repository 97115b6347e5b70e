"""How the run of a tool ended."""

from dataclasses import dataclass

from tests.scanners.finding import Finding


@dataclass(frozen=True)
class Outcome:
    """What a tool found, and how much it looked at."""

    tool: str
    found: list[Finding]
    looked: str
