"""The four chains of a project (创新、产业、资金、人才): what each of them waits for, or that nothing does.

Innovation asks the plan, industry what parties owe each other for the project, capital who pays, talent who does the work; an ask of a chain that
nobody has answered counts in its chain. Each says one reason, the worst.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kangjiansheng.overview.rules.table import Ask, Commitment
from kangjiansheng.projects.rules.milestones import Status

CHAINS = ("innovation", "industry", "capital", "talent")
RANK = ("late", "gate", "disputed", "slip", "soon", "risk", "ontrack", "idle")
BLOCKED = ("late", "gate", "disputed", "slip")
BLOCKED_PLAN: tuple[Status, ...] = ("late", "gate", "slip")  # those of them that a milestone can have


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


def chained(
    project: Any, owed: Iterable[Commitment], asks: Iterable[Ask], funded: bool, *, alone: int
) -> Chained:
    """The chains of a project row: with what is owed for it, its asks, whether somebody pays for it, and how many of its
    open milestones are nobody's."""
    found: dict[str, list[Link]] = {
        "innovation": [_innovation(project)],
        "industry": [_industry(owed)],
        "capital": [Link("capital", "ontrack", "funded") if funded else Link("capital", "idle", "unfunded")],
        "talent": [_talent(project, alone)],
    }
    for ask in asks:
        if ask.waited is not None:
            found[ask.chain].append(_asking(ask))
    return Chained(project, [min(found[chain], key=lambda link: RANK.index(link.status)) for chain in CHAINS])


def blocked(in_plan: bool, owed: Iterable[Commitment], asks: Iterable[Ask]) -> int:
    """How many chains hold a project up, for thousands of them: `in_plan` says whether a milestone does."""
    chains = {"innovation"} if in_plan else set()
    if _industry(owed).blocks:
        chains.add("industry")
    return len(chains | {ask.chain for ask in asks if ask.waited is not None and _asking(ask).blocks})


def _asking(ask: Ask) -> Link:
    """An ask that nobody has answered."""
    status, why = ("late", "ask-late") if ask.late else ("risk", "ask")
    return Link(ask.chain, status, why, ask)


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


def _talent(project: Any, alone: int) -> Link:
    """Whether somebody leads, by name or by role, and whether open milestones have an owner."""
    if not (project.lead_label or project.owner_role):
        return Link("talent", "risk", "no-lead")
    if alone:
        return Link("talent", "risk", "no-owner", facts={"count": alone})
    return Link("talent", "ontrack", "staffed")
