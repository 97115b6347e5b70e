"""What the gates of a pathway ask for while a new version is written: criteria join, change, move, leave.

A criterion rests on evidence by the word of its kind: E1 of its own step, A070:E1 of a step for which that one waits.
"""

from collections.abc import Mapping
from dataclasses import replace

from kangjiansheng.core.errors import RuleBroken

from .vocabulary import Name, TemplateCriterion, TemplateMilestone

MOST = 20  # of one gate: nobody weighs more
Steps = tuple[TemplateMilestone, ...]


def kinds_of(steps: Steps, step: TemplateMilestone) -> dict[str, Name]:
    """The evidence on which a criterion of a step may rest, by word: its own, then that of what it waits for."""
    found = {f"E{number}": name for number, name in enumerate(step.evidence, 1)}
    for other in steps:
        if other.code in step.predecessors:
            found |= {f"{other.code}:E{number}": name for number, name in enumerate(other.evidence, 1)}
    return found


def put(steps: Steps, code: str, item: TemplateCriterion, *, place: int | None = None) -> Steps:
    """One more criterion at the end of a gate's, or the one at a place (from 1) changed."""
    step = _gate(steps, code)
    if not item.name.hans:
        raise RuleBroken("projects:criterion-text", "name_hans")
    known = kinds_of(steps, step)
    item = replace(item, kinds=tuple(kind for kind in known if kind in item.kinds))
    others = list(step.criteria)
    if place is None:
        others.append(item)
    else:
        others[place - 1] = item
    if len(others) > MOST:
        raise RuleBroken("projects:criteria-many", "name_hans", most=MOST)
    return _with(steps, step, others)


def without(steps: Steps, code: str, place: int) -> Steps:
    """The gate asks for it no longer."""
    step = _gate(steps, code)
    return _with(steps, step, [one for n, one in enumerate(step.criteria, 1) if n != place])


def shifted(steps: Steps, code: str, place: int, *, up: bool) -> Steps:
    """One criterion moved by a place; at the end of the list nothing happens."""
    step = _gate(steps, code)
    order = list(step.criteria)
    to = place - 2 if up else place
    if 0 <= to < len(order):
        order.insert(to, order.pop(place - 1))
    return _with(steps, step, order)


def _gate(steps: Steps, code: str) -> TemplateMilestone:
    step = next(step for step in steps if step.code == code)
    if not step.gate:
        raise RuleBroken("projects:not-a-gate")
    return step


def _with(steps: Steps, step: TemplateMilestone, criteria: list[TemplateCriterion]) -> Steps:
    made = replace(step, criteria=tuple(criteria))
    return tuple(made if one.code == step.code else one for one in steps)


def settled(before: Steps, after: Steps, renamed: Mapping[str, str]) -> Steps:
    """The steps after a change, their criteria resting on the same evidence wherever it stands now.

    Evidence that is gone, or of a step for which the gate waits no longer, falls away. `renamed`: old → new code.
    """
    moved = _moved(before, {step.code: step for step in after}, renamed)
    old_codes = {new: old for old, new in renamed.items()}
    there = {step.code for step in before}
    return tuple(
        _resting(step, old_codes.get(step.code, step.code), moved)
        if old_codes.get(step.code, step.code) in there
        else step
        for step in after
    )


def _moved(
    before: Steps, now: Mapping[str, TemplateMilestone], renamed: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Where each piece of evidence (A070:E1) stands now: the code of its step and its kind."""
    found = {}
    for step in before:
        new = now.get(renamed.get(step.code, step.code))
        for number, name in enumerate(step.evidence, 1):
            place = _place(number, name, step, new) if new else 0
            if new and place:
                found[f"{step.code}:E{number}"] = (new.code, f"E{place}")
    return found


def _place(number: int, name: Name, old: TemplateMilestone, new: TemplateMilestone) -> int:
    """The number of a piece in the changed list: that of the same words, else its own when words were mended there."""
    if name in new.evidence:
        return new.evidence.index(name) + 1
    mended = len(old.evidence) == len(new.evidence) and new.evidence[number - 1] not in old.evidence
    return number if mended else 0


def _resting(
    step: TemplateMilestone, old_code: str, moved: Mapping[str, tuple[str, str]]
) -> TemplateMilestone:
    made = []
    for one in step.criteria:
        kinds = []
        for word in one.kinds:
            code, kind = moved.get(word if ":" in word else f"{old_code}:{word}", ("", ""))
            if code == step.code:
                kinds.append(kind)
            elif code in step.predecessors:
                kinds.append(f"{code}:{kind}")
        made.append(replace(one, kinds=tuple(kinds)))
    return replace(step, criteria=tuple(made))
