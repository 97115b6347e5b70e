"""Where each project stands: stage columns by families of modality."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kangjiansheng.projects.rules.vocabulary import families, stage_columns, stages

from .rows import ENDED, Project, is_open, is_running

CLINICAL = frozenset({"I", "II_III"})


@dataclass(frozen=True, slots=True)
class Chip:
    """A project in its cell; `slip` is the worst slip of its open milestones, when it is 1 day or more."""

    project: Project
    slip: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the grid says: how many are in trials, and which stand nearest to marketing."""

    code: Literal["empty", "early", "clinical"]
    clinical: int = 0
    nearest: tuple[Project, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Columns and rows by code, without those in which nothing stands; cells by (row, column)."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: dict[tuple[str, str], tuple[Chip, ...]]
    finding: Finding

    def column(self, column: str) -> list[Chip]:
        """All chips of a column, for the list on a phone."""
        return [chip for row in self.rows for chip in self.cells.get((row, column), ())]


def pipeline(projects: Sequence[Project]) -> Pipeline:
    """Projects that have ended are left out; one on hold stays where it stopped."""
    shown = [project for project in projects if project.claimed not in ENDED]
    cells: dict[tuple[str, str], list[Chip]] = defaultdict(list)
    for project in sorted(shown, key=lambda p: p.code):
        cells[_family(project), column_of(project)].append(Chip(project, worst_slip(project)))
    return Pipeline(
        columns=tuple(c for c in stage_columns() if any(column == c for _, column in cells)),
        rows=tuple(f for f in families() if any(row == f for row, _ in cells)),
        cells={key: tuple(chips) for key, chips in cells.items()},
        finding=_finding(shown),
    )


def column_of(project: Project) -> str:
    """The column of a project's stage. A stage outside the vocabulary cannot be stored."""
    return stages()[project.stage].column


def worst_slip(project: Project) -> int | None:
    """The largest slip among open milestones, None when nothing slips or the project rests."""
    if not is_running(project):
        return None
    return max((m.slip for m in project.milestones if is_open(m) and m.slip and m.slip > 0), default=None)


def _family(project: Project) -> str:
    return project.family if project.family in families() else "OTHER"


def _finding(shown: Sequence[Project]) -> Finding:
    running = [p for p in shown if is_running(p)]
    if not running:
        return Finding("empty")
    clinical = [p for p in running if column_of(p) in CLINICAL]
    ahead = [p for p in running if column_of(p) != "TRANSLATION"]
    furthest = max((stages()[p.stage].order for p in ahead), default=None)
    nearest = tuple(p for p in ahead if stages()[p.stage].order == furthest)
    return Finding("clinical" if clinical else "early", len(clinical), nearest)
