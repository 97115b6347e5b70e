"""What may become of the steps of a pathway while a new version is written: joined, changed, moved, taken out.

The steps stand in an order in which each comes after those that it waits for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kangjiansheng.core.errors import RuleBroken

from . import criteria
from .codes import is_code, is_decision
from .plans import bridged
from .schedule import Cycle, Link, Step, in_order
from .vocabulary import Template, TemplateMilestone

UNITS = ("day", "workday", "month", "year")
LONGEST = {"day": 7300, "workday": 5000, "month": 240, "year": 20}  # twenty years
CONFIDENCES = ("high", "medium", "low")
GMP, ACCEPTANCE, REVIEW, RENEWAL = "gmp", "acceptance", "review", "renewal"
MEANINGS = ("", GMP, ACCEPTANCE, REVIEW, RENEWAL)
Steps = tuple[TemplateMilestone, ...]


def put(steps: Steps, item: TemplateMilestone, *, replacing: str | None = None) -> Steps:
    """The steps with one more at its place, or with one changed; raises RuleBroken when that makes no plan.

    A step that joins stands after the last that it waits for, else at the end; a change of its code is followed by
    those that wait for it. Steps that have to come later because of it move behind what they wait for. A step that is
    changed keeps its criteria: these are changed one by one.
    """
    _check(item)
    others = tuple(step for step in steps if step.code != replacing)
    if any(step.code == item.code for step in others):
        raise RuleBroken("projects:code-taken", "code", code=item.code)
    unknown = [code for code in item.predecessors if code not in {step.code for step in others}]
    if unknown:
        raise RuleBroken("projects:wait-unknown", "predecessors", code=unknown[0])
    if replacing is not None:
        item = _with_its_criteria(item, next(step for step in steps if step.code == replacing))
    if replacing is None:
        places = [n for n, step in enumerate(steps) if step.code in item.predecessors]
        place = max(places, default=len(steps) - 1) + 1
        made = (*steps[:place], item, *steps[place:])
    else:
        made = tuple(
            item if step.code == replacing else _renamed(step, replacing, item.code) for step in steps
        )
    renamed = {replacing: item.code} if replacing is not None else {}
    return criteria.settled(steps, _ordered(made), renamed)


def _with_its_criteria(item: TemplateMilestone, was: TemplateMilestone) -> TemplateMilestone:
    if was.criteria and not item.gate:
        raise RuleBroken("projects:criteria-left", "gate", count=len(was.criteria))
    return replace(item, criteria=was.criteria)


def without(template: Template, code: str) -> Steps:
    """The steps without one; those that waited for it wait for what it waited for itself."""
    waits = bridged(template, {step.code for step in template.milestones} - {code})
    left = tuple(
        replace(step, predecessors=waits[step.code]) for step in template.milestones if step.code != code
    )
    return criteria.settled(template.milestones, left, {})


def shifted(steps: Steps, code: str, *, up: bool) -> Steps:
    """The steps with one moved by a place; refused where it would stand before one that it waits for."""
    at = next(n for n, step in enumerate(steps) if step.code == code)
    first = at - 1 if up else at
    if not 0 <= first < len(steps) - 1:
        return steps
    upper, lower = steps[first], steps[first + 1]
    if upper.code in lower.predecessors:
        raise RuleBroken("projects:template-order", None, code=lower.code, before=upper.code)
    return (*steps[:first], lower, upper, *steps[first + 2 :])


def whole(steps: Steps) -> None:
    """What a version must have before it is published: a step that is not optional."""
    if not any(not step.optional for step in steps):
        raise RuleBroken("projects:template-empty")


def _check(item: TemplateMilestone) -> None:
    if not is_code(item.code) or is_decision(item.code):
        raise RuleBroken("projects:code-invalid", "code")
    if item.meaning not in MEANINGS:
        raise RuleBroken("projects:template-meaning", "meaning")
    if item.meaning not in ("", GMP) and not item.gate:
        raise RuleBroken("projects:template-acceptance", "meaning")
    if item.duration_unit not in UNITS:
        raise RuleBroken("projects:template-unit", "unit")
    longest = LONGEST[item.duration_unit]
    for field, count in (("shortest", item.duration_min), ("longest", item.duration_max)):
        if not 0 <= count <= longest:
            raise RuleBroken("projects:duration-range", field, longest=longest)
    if item.duration_min > item.duration_max:
        raise RuleBroken("projects:template-durations", "longest", shortest=item.duration_min)


def _renamed(step: TemplateMilestone, before: str, after: str) -> TemplateMilestone:
    if before == after or before not in step.predecessors:
        return step
    return replace(step, predecessors=tuple(after if code == before else code for code in step.predecessors))


def _ordered(steps: Steps) -> Steps:
    places = {step.code: n for n, step in enumerate(steps)}
    graph = [Step(n, tuple(Link(places[code]) for code in step.predecessors)) for n, step in enumerate(steps)]
    try:
        return tuple(steps[step.id] for step in in_order(graph))
    except Cycle as ring:
        codes = [steps[n].code for n in ring.members]
        raise RuleBroken("projects:cycle", "predecessors", members=" → ".join([*codes, codes[0]])) from None


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version has otherwise than another: a step that joined or left, or the fields that changed."""

    code: str
    before: TemplateMilestone | None
    after: TemplateMilestone | None
    fields: tuple[str, ...] = ()


_FIELDS = (
    "name",
    "predecessors",
    "duration",
    "gate",
    "optional",
    "meaning",
    "evidence",
    "criteria",
    "decider",
    "basis",
)


def differences(before: Iterable[TemplateMilestone], after: Sequence[TemplateMilestone]) -> list[Difference]:
    """The steps in which two versions differ, in the order of the later one; those that left come last."""
    was = {step.code: step for step in before}
    found = []
    for step in after:
        old = was.pop(step.code, None)
        if old is None:
            found.append(Difference(step.code, None, step))
        elif changed := tuple(key for key in _FIELDS if _value(old, key) != _value(step, key)):
            found.append(Difference(step.code, old, step, changed))
    return found + [Difference(step.code, step, None) for step in was.values()]


def _value(step: TemplateMilestone, key: str) -> object:
    if key == "duration":
        return step.duration_min, step.duration_max, step.duration_unit
    if key == "basis":
        return dict(step.basis)
    return getattr(step, key)
