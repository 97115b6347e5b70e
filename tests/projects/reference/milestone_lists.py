"""The list of milestones as it was written first: every row is read, and looked at one by one."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.projects.queries import owner_rows
from kangjiansheng.projects.queries.milestone_lists import Line, MilestoneFilter, lines_of
from kangjiansheng.projects.queries.rows import MilestoneRow
from kangjiansheng.projects.rules import columns
from kangjiansheng.projects.rules.milestones import SEVERITY
from kangjiansheng.projects.rules.vocabulary import column_of, families, stages
from tests.projects.reference import figures

WINDOWS = {"30": 30, "90": 90, "365": 365}
_LAST = 10**6


def everything(wanted: MilestoneFilter, *, actor: Actor, as_of: date | None) -> list[Line]:
    """All milestones that the actor sees (of one project or laboratory, when the filter names it)."""
    codes = [wanted.project] if wanted.project else None
    return lines_of(owner_rows(actor=actor, as_of=as_of, codes=codes), wanted, as_of=as_of)


def fitting(
    lines: Sequence[Line], wanted: MilestoneFilter, *, actor: Actor, as_of: date | None
) -> list[Line]:
    """The lines that the filter lets through, in its order."""
    today = as_of or clock.today()
    return _in_order([line for line in lines if _fits(line, wanted, today, actor)], wanted)


def _fits(line: Line, wanted: MilestoneFilter, today: date, actor: Actor) -> bool:
    m, p = line.milestone, line.project
    days = WINDOWS.get(wanted.within)
    return (
        (not wanted.status or m.status in wanted.status.split(","))
        and (not wanted.lab or any(lab.code == wanted.lab for lab in p.labs))
        and (not wanted.family or p.family == wanted.family)
        and (not wanted.party or any(party.code == wanted.party for party in p.parties))
        and (not wanted.stage or wanted.stage in (p.stage, column_of(p.stage)))
        and (not wanted.pathway or p.pathway == wanted.pathway)
        and (not wanted.reason or m.reason_code in wanted.reason.split(","))
        and (not wanted.gate or m.gate)
        and (not wanted.stale or (line.age in ("old", "silent") if wanted.stale == "old" else line.stale))
        and (not wanted.moved or bool(line.moved))
        and (not wanted.figure or _counts(line, wanted.figure, today))
        and (not wanted.state or (m.is_open if wanted.state == "open" else m.state == wanted.state))
        and _owned(m, wanted.owner, actor)
        and (
            days is None
            or (m.is_open and m.promised is not None and m.promised <= today + timedelta(days=days))
        )
        and found(
            wanted.q,
            [m.code, m.name_hans, m.name_hant, m.name_en, p.code, p.name_hans, p.name_hant, p.name_en],
        )
    )


def _counts(line: Line, figure: str, today: date) -> bool:
    """The figures of the board count the milestones of projects alone."""
    p = line.project
    known = figures.read(figure)
    return (
        known is not None
        and p.of == "projects"
        and known.holds(
            line.milestone,
            running=not p.resting,
            lab=p.lead_lab.code if p.lead_lab else "",
            day=today,
        )
    )


def _owned(m: MilestoneRow, wanted: str, actor: Actor) -> bool:
    if wanted == "me":
        return m.owner_id == actor.id
    if wanted == "none":
        return m.owner_id is None
    return not wanted or str(m.owner_id) == wanted


def _in_order(lines: list[Line], wanted: MilestoneFilter) -> list[Line]:
    """By group, then by the column that is asked for; what has no value there comes last either way."""
    name, largest_first = columns.order(wanted.sort)
    lines = sorted(lines, key=_place if name else _usual)
    if name:
        value = _VALUES[name]
        there = [line for line in lines if value(line) is not None]
        missing = [line for line in lines if value(line) is None]
        lines = sorted(there, key=value, reverse=largest_first) + missing
    return sorted(lines, key=lambda line: group_place(line, wanted.by)) if wanted.by else lines


def group_place(line: Line, by: str) -> Any:
    """Where the group of a line stands among the groups; the same for all lines of a group."""
    p = line.project
    if by == "project":
        return p.code
    if by == "lab":
        return (0, p.lead_lab.code) if p.lead_lab else (1, "")
    if by == "family":
        return _family_place(line)
    return ""


def _place(line: Line) -> Any:
    return line.project.code, line.milestone.position


def _usual(line: Line) -> Any:
    """What is open first, then by date."""
    m = line.milestone
    return (0 if m.is_open else 1), (m.actual or m.promised or date.max), line.project.code, m.position


def _family_place(line: Line) -> int:
    known = list(families())
    return known.index(line.project.family) if line.project.family in known else _LAST


def _named(text: str) -> Any:
    return sort_key()(text) if text else None


def _first(refs: Sequence[Any]) -> Any:
    return _named(name_of(refs[0])) if refs else None


_VALUES: dict[str, Callable[[Line], Any]] = {
    "project": _place,
    "name": lambda line: _named(name_of(line.project)),
    "code": lambda line: line.milestone.code,
    "milestone": lambda line: _named(name_of(line.milestone)),
    "status": lambda line: SEVERITY.index(line.milestone.status),
    "baseline": lambda line: line.milestone.baseline,
    "plan": lambda line: line.milestone.current_plan,
    "forecast": lambda line: line.milestone.forecast,
    "proposed": lambda line: line.milestone.proposed,
    "actual": lambda line: line.milestone.actual,
    "date": lambda line: line.milestone.actual or line.milestone.promised,
    "slip": lambda line: line.milestone.slip,
    "moved": lambda line: line.moved,
    "moves": lambda line: line.milestone.moves,
    "reason": lambda line: line.milestone.reason_code,
    "note": lambda line: _named(line.milestone.note),
    "owner": lambda line: _named(line.milestone.owner_label or line.project.owner_role),
    "lab": lambda line: line.project.lead_lab.code if line.project.lead_lab else None,
    "family": _family_place,
    "party": lambda line: _first(line.project.parties),
    "stage": lambda line: stages()[line.project.stage].order if line.project.stage in stages() else None,
    "gate": lambda line: line.milestone.gate or None,
    "told": lambda line: line.milestone.confirmed_at,
}


def found(q: str, words: Sequence[str]) -> bool:
    """True when each word of a search stands in one of the texts, in whatever Chinese script."""
    wanted = text.fold(q).split()
    if not wanted:
        return True
    folded = [text.fold(word) for word in words if word]
    return all(any(part in word for word in folded) for part in wanted)
