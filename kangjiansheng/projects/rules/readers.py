"""Who sees a project, and why: the rule of visibility as a list of reasons, for the facts of any day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEVELS = ("open", "parties", "team")
ALWAYS = ("executive", "auditor")
_AT = {
    "role": LEVELS,
    "member": LEVELS,
    "director": ("parties", "team", "open"),
    "lab": ("parties", "open"),
    "party": ("parties", "open"),
}


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties a person to a project: `kind` is role, member, director, lab or party; `what` the role in words of the
    vocabulary; `code` that of the laboratory or institution."""

    person_id: int
    kind: str
    what: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """A person who may see the project, with all that lets them."""

    person_id: int
    ties: tuple[Tie, ...]


def readers(level: str, ties: Iterable[Tie]) -> Sequence[Reader]:
    """Those whose ties count at a level of confidentiality, each one's by kind; an open project is seen by others as well,
    who have none."""
    kinds, found = list(_AT), dict[int, list[Tie]]()
    for tie in sorted(ties, key=lambda tie: kinds.index(tie.kind)):
        if level in _AT[tie.kind]:
            found.setdefault(tie.person_id, []).append(tie)
    return [Reader(key, tuple(rows)) for key, rows in found.items()]
