"""What a tool found, and the list of what was looked at and stands."""

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ACCEPTED = Path(__file__).with_name("accepted.toml")


@dataclass(frozen=True)
class Finding:
    """One thing that a tool says is wrong."""

    tool: str
    rule: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.tool} {self.rule} {self.where}: {self.text}"


@dataclass(frozen=True)
class Accepted:
    """A finding that stands, and why: its rule, a pattern of places, a regular expression over its text."""

    tool: str
    rule: str
    where: str
    text: str
    why: str

    def covers(self, one: Finding) -> bool:
        """Whether this is the finding that was looked at."""
        same = (self.tool, self.rule) == (one.tool, one.rule)
        return same and fnmatch(one.where, self.where) and bool(re.search(self.text, one.text))

    def __str__(self) -> str:
        return f"{self.tool} {self.rule} {self.where} {self.text}".rstrip()


def accepted(path: Path = ACCEPTED) -> list[Accepted]:
    """The list as it stands in the repository; each entry gives its reason."""
    entries = tomllib.loads(path.read_text("utf-8")).get("finding", [])
    return [Accepted(**{"where": "*", "text": "", **entry}) for entry in entries]


def judge(
    found: list[Finding], known: list[Accepted], tools: set[str]
) -> tuple[list[Finding], list[Accepted]]:
    """What is open: findings that nobody has accepted, and entries for which nothing is found any more."""
    open_ = [one for one in found if not any(entry.covers(one) for entry in known)]
    gone = [entry for entry in known if entry.tool in tools and not any(entry.covers(one) for one in found)]
    return open_, gone
