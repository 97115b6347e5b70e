"""Why the last open milestone of a project comes later than its baseline, from what its page has read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from kangjiansheng.projects.queries.page import Said
from kangjiansheng.projects.queries.rows import OwnerRow
from kangjiansheng.projects.queries.schedule import Network, schedule
from kangjiansheng.projects.rules.delays import Attribution, Move, attribute

_SAYING = frozenset({"forecast", "confirm", "done"})  # what follows another milestone has no cause of its own


def delays(
    project: OwnerRow, found: Network, said: Sequence[Said], day: date | None = None
) -> Attribution | None:
    """What each reason cost the last open milestone; None when it is not late. `day` for a past one."""
    opened = [m for m in project.milestones if m.is_open and m.promised and m.baseline]
    if not opened:
        return None
    last = max(opened, key=lambda m: (m.promised or date.min, m.position))
    first = [
        replace(m, current_plan=None, forecast=None, actual=None) for m in project.milestones
    ]  # as the baseline has it
    reality = {m.id: m.actual or m.promised for m in project.milestones}
    alone = replace(found, hand_offs=())  # what was agreed since is no part of the baseline
    return attribute(schedule(first, alone, today=day), reality, last.id, moves(said))


def moves(said: Sequence[Said]) -> Mapping[int, Sequence[Move]]:
    """The moves to a later day by milestone, newest first; what was taken back does not count."""
    undone = {one.undoes_id for one in said}
    before: dict[int, date | None] = {}
    found: dict[int, list[Move]] = defaultdict(list)
    for one in said:
        was, now = before.get(one.milestone_id), one.actual or one.promised
        before[one.milestone_id] = now
        counts = one.kind in _SAYING and one.id not in undone
        if counts and was is not None and now is not None and now > was:
            found[one.milestone_id].insert(0, (one.reason_code or "", (now - was).days))
    return found
