"""Two versions of a record, and a record's dates beside the plan's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from kangjiansheng.projects.rules.trials.meaning import reference
from kangjiansheng.projects.rules.trials.record import DATES, Day, read_day


@dataclass(frozen=True, slots=True)
class Changed:
    """A fact that another version states otherwise; of a list only what left and what joined."""

    key: str
    before: str
    after: str


class Planned(Protocol):
    """What is asked of a milestone."""

    @property
    def code(self) -> str: ...
    @property
    def promised(self) -> date | None: ...
    @property
    def actual(self) -> date | None: ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Beside:
    """A date of the registry beside ours. `days`: by how many ours is later; None when there is none of ours."""

    name: str
    stated: Day
    milestone: Any = None
    relation: str = ""  # same: the same event; not_before: ours follows from it
    ours: date | None = None
    days: int | None = None

    @property
    def differs(self) -> bool:
        """Whether the two cannot both be right."""
        return bool(self.days) and (self.relation == "same" or (self.days or 0) < 0)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """What a version states otherwise than the one before it."""
    old, new = dict(_flat(before)), dict(_flat(after))
    found = []
    for key in dict.fromkeys([*old, *new]):
        was, is_ = old.get(key, ""), new.get(key, "")
        if was == is_:
            continue
        if isinstance(was, list) or isinstance(is_, list):
            was, is_ = was or [], is_ or []
            pair = [one for one in was if one not in is_], [one for one in is_ if one not in was]
            was, is_ = ("; ".join(side) for side in pair)
        if was != is_:
            found.append(Changed(key, str(was), str(is_)))
    return found


def _flat(facts: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for key, value in facts.items():
        if key == "dates":
            yield from ((f"dates.{name}", " ".join(filter(None, pair))) for name, pair in value.items())
        elif key == "numbers":
            yield key, [" ".join(pair) for pair in value]
        else:
            yield key, value


def days_of(facts: Mapping[str, Any]) -> dict[str, Day]:
    """The dates of stored facts, in their order."""
    stored = facts["dates"]
    found = {name: read_day(*stored[name]) for name in DATES if name in stored}
    return {name: day for name, day in found.items() if day is not None}


def beside(facts: Mapping[str, Any], pathway: str, milestones: Iterable[Planned]) -> list[Beside]:
    """Each date that the record states, beside the milestone of the pathway that it speaks of."""
    by_code = {milestone.code: milestone for milestone in milestones}
    return [
        _beside(name, day, _spoken_of(name, pathway, facts["stage"]), by_code)
        for name, day in days_of(facts).items()
    ]


def _spoken_of(name: str, pathway: str, stage: str) -> tuple[str, str] | None:
    for date_name, code, relation, stages in reference()["milestones"].get(pathway, []):
        if date_name == name and (not stages or stage in stages):
            return code, relation
    return None


def _beside(name: str, day: Day, meant: tuple[str, str] | None, by_code: Mapping[str, Planned]) -> Beside:
    if meant is None or meant[0] not in by_code or by_code[meant[0]].state == "cancelled":
        return Beside(name, day)
    milestone = by_code[meant[0]]
    ours = milestone.actual or milestone.promised
    return Beside(name, day, milestone, meant[1], ours, day.days_from(ours) if ours else None)
