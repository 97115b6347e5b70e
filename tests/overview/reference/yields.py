"""The decisions at each gate, row by row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from kangjiansheng.overview.rules.rows import Project
from kangjiansheng.overview.rules.yields import Decision, Gate, Verdict, Yields


def yields(projects: Sequence[Project], verdicts: Iterable[Verdict]) -> Yields:
    """Decisions at the gates of these projects; what was decided twice counts twice."""
    gates = {m.id: (p, m) for p in projects for m in p.milestones if m.gate}
    decided: dict[str, list[Decision]] = defaultdict(list)
    seen = set()
    for verdict in sorted(verdicts, key=lambda one: one.decided_on, reverse=True):
        if verdict.milestone_id in gates:
            project, milestone = gates[verdict.milestone_id]
            decided[milestone.code].append(Decision(project.code, milestone.code, verdict))
            seen.add(milestone.id)
    unrecorded = sum(m.actual is not None and m.id not in seen for _p, m in gates.values())
    return Yields(tuple(Gate(code, tuple(decided[code])) for code in sorted(decided)), unrecorded)
