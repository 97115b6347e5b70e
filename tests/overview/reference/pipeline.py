"""Where each project stands: stage columns by families of modality."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from kangjiansheng.overview.rules.pipeline import CLINICAL, Chip, Finding, Group, Pipeline
from kangjiansheng.overview.rules.rows import ENDED, Project, is_open, is_running
from kangjiansheng.projects.rules.vocabulary import families, stage_columns, stages


def pipeline(projects: Sequence[Project]) -> Pipeline:
    """Projects that have ended are left out; one on hold stays where it stopped."""
    shown = [project for project in projects if project.claimed not in ENDED]
    cells: dict[tuple[str, str], list[Chip]] = defaultdict(list)
    for project in sorted(shown, key=lambda p: p.code):
        cells[_family(project), _column(project)].append(Chip(project, _worst_slip(project)))
    columns = tuple(c for c in stage_columns() if any(column == c for _, column in cells))
    rows = tuple(f for f in families() if any(row == f for row, _ in cells))
    return Pipeline(
        columns=columns,
        rows=rows,
        cells={key: _group(chips) for key, chips in cells.items()},
        whole={c: _group(chip for r in rows for chip in cells.get((r, c), ())) for c in columns},
        finding=_finding(shown),
    )


def _group(chips: Iterable[Chip]) -> Group:
    every = tuple(chips)
    return Group(every, len(every))


def _column(project: Project) -> str:
    return stages()[project.stage].column


def _worst_slip(project: Project) -> int | None:
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
    clinical = [p for p in running if _column(p) in CLINICAL]
    ahead = [p for p in running if _column(p) != "TRANSLATION"]
    furthest = max((stages()[p.stage].order for p in ahead), default=None)
    nearest = tuple(p.code for p in ahead if stages()[p.stage].order == furthest)
    paused = [p for p in shown if not is_running(p) and _column(p) in CLINICAL]
    return Finding("clinical" if clinical or paused else "early", len(clinical), nearest, len(paused))
