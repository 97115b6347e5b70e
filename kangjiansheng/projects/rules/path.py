"""The six steps in which a pathway is told, and how far a project has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

# The milestone with which each step ends; for drugs the step also has the name of a column of the dashboard.
STEPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "A_drug": (
        ("A080", "PCC"),
        ("A100", "IIT"),
        ("A140", "IND"),
        ("A180", "I"),
        ("A230", "II_III"),
        ("A300", "BLA"),
    ),
    "B_818": (("B020", ""), ("B060", ""), ("B080", ""), ("B090", ""), ("B120", ""), ("B160", "")),
    "C_stemcell": (("C030", ""), ("C060", ""), ("C080", ""), ("C090", ""), ("C110", ""), ("C120", "")),
    "D_iit": (("D030", ""), ("D050", ""), ("D070", ""), ("D080", ""), ("D110", ""), ("D120", "")),
    "E_jointlab": (("E020", ""), ("E040", ""), ("E050", ""), ("E080", ""), ("E110", ""), ("E120", "")),
    "F_techtransfer": (("F030", ""), ("F050", ""), ("F070", ""), ("F100", ""), ("F110", ""), ("F120", "")),
}


class Dated(Protocol):
    """What a step needs of a milestone."""

    @property
    def baseline(self) -> date | None: ...
    @property
    def actual(self) -> date | None: ...
    @property
    def promised(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `baseline` and `day` (actual, else promised) are None for what the plan does not hold."""

    code: str
    column: str
    place: Literal["past", "now", "next"]
    baseline: date | None
    day: date | None
    reached: bool
    planned: bool


def steps(pathway: str, milestones: Mapping[str, Dated]) -> list[Step]:
    """The steps of a pathway: those reached, the one at work, those to come.

    A step whose milestone the plan does not hold counts as past once a later one is reached, else as to come.
    """
    known = STEPS.get(pathway, ())
    reached = [code in milestones and milestones[code].actual is not None for code, _ in known]
    last = max((n for n, done in enumerate(reached) if done), default=-1)
    made: list[Step] = []
    at_work = False
    for n, (code, column) in enumerate(known):
        found = milestones.get(code)
        place: Literal["past", "now", "next"] = "past" if n <= last else "next"
        if n > last and not at_work and found is not None:
            place, at_work = "now", True
        made.append(
            Step(
                code,
                column,
                place,
                found.baseline if found else None,
                (found.actual or found.promised) if found else None,
                reached[n],
                found is not None,
            )
        )
    return made
