"""Which milestones slip most, and whether it gets worse."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from .rows import Milestone, Past, Project, Spell, open_ones

AT_MOST = 8
_CLUSTER = 3


@dataclass(frozen=True, slots=True)
class Slip:
    """`now` and `then` are days after the baseline; `then` is None when nothing was promised at the time."""

    project: Project
    milestone: Milestone
    now: int
    then: int | None
    then_date: date | None

    @property
    def recovers(self) -> bool:
        """True when the forecast has come back since the day of comparison."""
        return self.then is not None and self.then > self.now


@dataclass(frozen=True, slots=True)
class Finding:
    """`cluster`: one project holds three or more of the rows; `single`: the largest stands alone."""

    code: Literal["none", "cluster", "single"]
    project: Project | None = None
    milestone: Milestone | None = None
    number: int = 0
    days: int = 0
    recovering: Project | None = None


@dataclass(frozen=True, slots=True)
class Slips:
    """The largest slips first; `total` counts all that slip by a day or more."""

    rows: tuple[Slip, ...]
    total: int
    finding: Finding


def slips(projects: Sequence[Project], past: Mapping[int, Past], at_most: int = AT_MOST) -> Slips:
    """Open milestones of running projects whose confirmed date lies after their baseline."""
    found = []
    for project, milestone in open_ones(projects):
        if milestone.slip is not None and milestone.slip > 0:
            then = past.get(milestone.id)
            found.append(
                Slip(
                    project,
                    milestone,
                    milestone.slip,
                    then.slip if then else None,
                    (then.actual or then.forecast) if then else None,
                )
            )
    found.sort(key=lambda row: (-row.now, row.milestone.project_code, row.milestone.position))
    return Slips(tuple(found[:at_most]), len(found), _finding(found[:at_most]))


def since(spells: Iterable[Spell]) -> dict[int, date]:
    """Since when each milestone that is behind its baseline has been so without a break, by its id."""
    by_id: dict[int, list[Spell]] = defaultdict(list)
    for spell in spells:
        by_id[spell.milestone_id].append(spell)
    found = {}
    for key, of_one in by_id.items():
        of_one.sort(key=lambda spell: (spell.since, spell.until or date.max), reverse=True)
        if of_one[0].until is None:
            begin = of_one[0].since
            for earlier in of_one[1:]:
                if earlier.until is None or earlier.until < begin:
                    break
                begin = min(begin, earlier.since)
            found[key] = begin
    return found


def _finding(rows: Sequence[Slip]) -> Finding:
    if not rows:
        return Finding("none")
    recovering = next((row.project for row in rows if row.recovers), None)
    code, number = Counter(row.project.code for row in rows).most_common(1)[0]
    if number >= _CLUSTER:
        first = next(row for row in rows if row.project.code == code)
        return Finding("cluster", first.project, first.milestone, number, first.now, recovering)
    return Finding("single", rows[0].project, rows[0].milestone, 1, rows[0].now, recovering)
