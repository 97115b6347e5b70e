"""Which members the register proposes to recuse from which item: member × institution × project.

What counts is whether the interest would be touched by the outcome. An interest of one's own in the matter takes
a member out of the item whole. The interest of an institution, which in a joint undertaking half the table may
share, does not: the member states the facts, then leaves for discussion and vote.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# 任职/兼职, 持股/期权, 资助/课题, 专利与收益, 亲属, 竞争项目, 机构利益
KINDS = ("post", "equity", "funding", "patent", "kin", "rival", "institution")
WAYS = ("whole", "facts", "stays")  # out of it; facts, then out; declared, and stays by decision of the chair


@dataclass(frozen=True)
class Held:
    """One declared interest, as far as it matters: in a project, in an institution, or in one item."""

    person_id: int
    kind: str
    institution_id: int | None = None
    project_id: int | None = None
    item_id: int | None = None
    text: str = ""  # in the member's own words


@dataclass(frozen=True)
class Matter:
    """An item: its project, the institutions that are parties to it, the people who work on it."""

    item_id: int
    project_id: int | None = None
    institutions: frozenset[int] = frozenset()
    team: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Reason:
    """Why: `declared` in this item, this project or a party; or `known`: of the project, or of a party."""

    via: str  # item, project, party, team, home
    kind: str = ""  # of the declared interest; empty for what is known without a declaration
    text: str = ""  # what was declared


@dataclass(frozen=True)
class Proposal:
    """A member, an item, the way proposed and all reasons for it."""

    item_id: int
    person_id: int
    way: str
    reasons: tuple[Reason, ...]


def propose(
    matters: Iterable[Matter], held: Iterable[Held], homes: Mapping[int, frozenset[int]]
) -> list[Proposal]:
    """Everybody of `homes` (seats by person, with the institutions they belong to) whom an item touches."""
    declared = list(held)
    found = []
    for matter in matters:
        for person, home in homes.items():
            reasons = [
                *_declared(matter, [h for h in declared if h.person_id == person]),
                *_known(matter, person, home),
            ]
            if reasons:
                way = "whole" if any(is_own(reason) for reason in reasons) else "facts"
                found.append(Proposal(matter.item_id, person, way, tuple(dict.fromkeys(reasons))))
    return found


def is_own(reason: Reason) -> bool:
    """True for an interest of the member, false for one that is only the institution's or the work itself."""
    if reason.kind in ("", "institution"):
        return False
    return not (reason.kind == "post" and reason.via == "party")


def _declared(matter: Matter, own: Iterable[Held]) -> list[Reason]:
    found = []
    for one in own:
        if one.item_id is not None:
            found += [Reason("item", one.kind, one.text)] if one.item_id == matter.item_id else []
        elif one.project_id is not None and one.project_id == matter.project_id:
            found.append(Reason("project", one.kind, one.text))
        elif one.institution_id in matter.institutions:
            found.append(Reason("party", one.kind, one.text))
    return found


def _known(matter: Matter, person: int, home: frozenset[int]) -> list[Reason]:
    found = [Reason("team")] if person in matter.team else []
    return found + ([Reason("home")] if home & matter.institutions else [])
