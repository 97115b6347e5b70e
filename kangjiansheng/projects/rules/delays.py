"""Why the end of a plan comes later than its baseline: what each reason cost, found by running the plan without it.

A step's own delay is what it came later than its predecessors let it. The plan is run over the baseline with all
own delays, and once more without those of one reason: the difference at the end is what that reason cost. Paths
overlap and slack swallows days, so the parts need not add up to the whole: the remainder says by how much.
Days are calendar days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kangjiansheng.projects.rules.schedule import Schedule

Move = tuple[str, int]  # a reason (empty when none was recorded), and by how many days it moved a promise


@dataclass(frozen=True, slots=True)
class Part:
    """Days by which a step delayed itself, for one reason."""

    step: int
    reason: str
    days: int


@dataclass(frozen=True, slots=True)
class Cause:
    """What one reason cost at the end, and the steps where it did; without a reason, what one step cost."""

    reason: str
    days: int
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """`total` = what the causes cost together − `recovered` (what steps caught up) + `remainder`."""

    end: int
    total: int
    causes: tuple[Cause, ...]
    recovered: int
    remainder: int


def attribute(
    plan: Schedule, reality: Mapping[int, date | None], end: int, moves: Mapping[int, Sequence[Move]]
) -> Attribution | None:
    """Why `end` comes later than in `plan`, the baseline. None when it does not, or nobody delayed anything.

    `reality` is the day on which each step came or is promised; `moves` the moves of each, newest first.
    """
    first, last = plan.dates.get(end), reality.get(end)
    if first is None or last is None or last <= first:
        return None
    own = own_delays(plan, reality)
    found = parts(own, moves)
    if not found:
        return None
    before = own, _run(plan, own, reality)  # which gives back what happened
    costs = []
    for key in sorted({_key(part) for part in found}):
        mine = [part for part in found if _key(part) == key]
        less = dict(own)
        for part in mine:
            less[part.step] -= part.days
        saved = max(0, (last - _end(plan, less, reality, end, before)).days)
        costs.append(Cause(key[0], saved, tuple(part.step for part in mine)))
    caught_up = {key: max(days, 0) for key, days in own.items()}
    recovered = max(0, (_end(plan, caught_up, reality, end) - last).days)
    total = (last - first).days
    return Attribution(
        end,
        total,
        tuple(sorted(costs, key=lambda one: (-one.days, one.reason == "", one.reason, one.steps))),
        recovered,
        total - sum(one.days for one in costs) + recovered,
    )


def _key(part: Part) -> tuple[str, int]:
    """Delays of one reason count together; those without one stay with their step, which is all one knows."""
    return (part.reason, 0) if part.reason else ("", part.step)


def own_delays(plan: Schedule, reality: Mapping[int, date | None]) -> dict[int, int]:
    """By how many days each step came later (or earlier, below nought) than its predecessors let it."""
    dates: dict[int, date | None] = {}
    found: dict[int, int] = {}
    for step in plan.steps:
        pushed, day = plan.pushed(step.id, dates), reality.get(step.id)
        dates[step.id] = pushed if step.cancelled else day or pushed
        if day is not None and pushed is not None and not step.cancelled:
            found[step.id] = (day - pushed).days
    return found


def parts(own: Mapping[int, int], moves: Mapping[int, Sequence[Move]]) -> list[Part]:
    """The own delays by reason: the newest moves account for them first; what no move explains has no reason."""
    found = []
    for step, days in own.items():
        left = max(days, 0)
        by_reason: dict[str, int] = {}
        for reason, moved in [*moves.get(step, ()), ("", left)]:
            taken = min(left, max(moved, 0))
            if taken:
                by_reason[reason] = by_reason.get(reason, 0) + taken
                left -= taken
        found += [Part(step, reason, taken) for reason, taken in by_reason.items()]
    return found


def _end(
    plan: Schedule,
    own: Mapping[int, int],
    reality: Mapping[int, date | None],
    end: int,
    before: tuple[Mapping[int, int], Mapping[int, date | None]] | None = None,
) -> date:
    """When the end comes if each step comes as many days late as `own` says; see `_run`."""
    found = _run(plan, own, reality, before)[end]
    assert found is not None  # the caller knows its baseline
    return found


def _run(
    plan: Schedule,
    own: Mapping[int, int],
    reality: Mapping[int, date | None],
    before: tuple[Mapping[int, int], Mapping[int, date | None]] | None = None,
) -> dict[int, date | None]:
    """When each step comes if each comes as many days late as `own` says.

    `before`: other delays and the run with them; steps that nothing has changed for are taken from there.
    """
    dates: dict[int, date | None] = {}
    others, known = before or ({}, {})
    for step in plan.steps:
        late = own.get(step.id, 0)
        if (
            before
            and late == others.get(step.id, 0)
            and all(dates.get(link.before) == known.get(link.before) for link in step.links)
        ):
            dates[step.id] = known[step.id]
            continue
        pushed = plan.pushed(step.id, dates)
        if pushed is not None:
            dates[step.id] = pushed + timedelta(late)
        else:
            dates[step.id] = None if step.cancelled else reality.get(step.id)
    return dates
