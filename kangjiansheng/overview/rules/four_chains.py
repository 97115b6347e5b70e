"""The four chains of a project (创新、产业、资金、人才): what each of them waits for, or that nothing does.

Innovation asks the plan, industry what parties owe each other for the project, capital who pays, talent who does the work; an ask of a chain that
nobody has answered counts in its chain. Each says one reason, the worst.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kangjiansheng.overview.rules.table import Ask, Commitment

CHAINS = ("innovation", "industry", "capital", "talent")
RANK = ("late", "gate", "disputed", "slip", "soon", "risk", "ontrack", "idle")
BLOCKED = ("late", "gate", "disputed", "slip")


@dataclass(frozen=True)
class Link:
    """The state of one chain: a status, why (a code), and the thing that says so."""

    chain: str
    status: str
    why: str
    thing: Any = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def blocks(self) -> bool:
        """Whether it holds the project up."""
        return self.status in BLOCKED


@dataclass(frozen=True)
class Chained:
    """A project with its four chains."""

    project: Any
    links: Sequence[Link]

    @property
    def blocked(self) -> int:
        """How many of them hold it up."""
        return sum(link.blocks for link in self.links)


def chained(project: Any, owed: Iterable[Commitment], asks: Iterable[Ask], funded: bool) -> Chained:
    """The chains of a project row: with what is owed for it, its asks, and whether somebody pays for it."""
    found: dict[str, list[Link]] = {
        "innovation": [_innovation(project)],
        "industry": [_industry(owed)],
        "capital": [Link("capital", "ontrack", "funded") if funded else Link("capital", "idle", "unfunded")],
        "talent": [_talent(project)],
    }
    for ask in asks:
        status, why = ("late", "ask-late") if ask.late else ("risk", "ask")
        if ask.waited is not None:
            found[ask.chain].append(Link(ask.chain, status, why, ask))
    return Chained(project, [min(found[chain], key=lambda link: RANK.index(link.status)) for chain in CHAINS])


def _innovation(project: Any) -> Link:
    """The milestone of the plan that needs somebody most, or else the next."""
    opened = [m for m in project.milestones if m.is_open or m.status == "gate"]
    worst = min(
        opened,
        key=lambda m: (RANK.index(m.status) if m.status in RANK else len(RANK), -(m.slip or 0)),
        default=None,
    )
    if worst is not None and worst.status in BLOCKED:
        return Link("innovation", worst.status, "milestone", worst)
    if project.next is None:
        return Link("innovation", "idle", "no-milestone")
    return Link("innovation", "ontrack", "next", project.next)


def _industry(owed: Iterable[Commitment]) -> Link:
    """The hand-off or the obligation that is late or disputed, or else the next."""
    opened = sorted(owed, key=lambda one: (RANK.index(one.status), str(one.due or "9"), one.code))
    if not opened:
        return Link("industry", "idle", "no-hand-off")
    first = opened[0]
    return Link("industry", first.status, first.kind, first)


def _talent(project: Any) -> Link:
    """Whether somebody leads, and whether open milestones have an owner."""
    if not project.lead_label:
        return Link("talent", "risk", "no-lead")
    alone = sum(m.is_open and m.owner_id is None for m in project.milestones)
    if alone:
        return Link("talent", "risk", "no-owner", facts={"count": alone})
    return Link("talent", "ontrack", "staffed")
