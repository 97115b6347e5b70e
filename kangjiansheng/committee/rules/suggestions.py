"""What is proposed beside an agenda, and why: facts without words of the page.

The titles are content, like the names of meetings: they are written into the agenda in three scripts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# In this order they are shown.
KINDS = ("minutes", "gate", "wish", "owed", "action", "item", "milestone", "ask")
ASK, OBLIGATION = "ask:", "obligation:"  # before the keys of what an item is for
TABLE = "table"  # the kind of a committee at whose meetings asks and commitments are dealt with
SCRIPTS = ("hans", "hant", "en")


@dataclass(frozen=True)
class Suggestion:
    """One proposed item. `source` names what it is for (milestone:12), `why` the reason with its `facts`, `fields` are
    those of the item; what is made from another item (`origin`) is withheld from the people from whom that one is."""

    source: str
    why: str
    facts: Mapping[str, Any]
    fields: Mapping[str, Any]
    project: str = ""
    origin: int | None = None
    illustrative: bool = field(default=False)

    def row(self) -> dict[str, Any]:
        """What the agenda takes."""
        return {**self.fields, "source": self.source, "origin": self.origin}


def titles(lead: str, thing: Mapping[str, str], tails: tuple[str, str, str]) -> dict[str, str]:
    """A title in three scripts: what it starts with, the name of the thing, what is to be done; without a name in a
    script there is no title in it."""
    made = {}
    for script, tail in zip(SCRIPTS, tails, strict=True):
        name = thing.get(script, "")
        made[f"name_{script}"] = f"{lead} {name}{tail}".strip()[:200] if name else ""
    return made


OVERDUE = ("：逾期情况", "：逾期情況", ": overdue")
DECIDE = ("：阶段门决策", "：階段門決策", ": gate decision")
ASKED = ("：进展待更新", "：進展待更新", ": no answer yet")
