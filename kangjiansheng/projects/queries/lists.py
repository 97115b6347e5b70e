"""The list of projects, filtered and sorted as an address asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kangjiansheng.core import text
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.projects.queries.portfolio import portfolio
from kangjiansheng.projects.queries.rows import ProjectRow
from kangjiansheng.projects.rules.milestones import SEVERITY
from kangjiansheng.projects.rules.vocabulary import column_of, stages


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """What a list of projects shows; empty means all."""

    q: str = ""
    status: str = ""
    stage: str = ""
    family: str = ""
    lab: str = ""
    party: str = ""
    pathway: str = ""
    group: str = ""
    claimed: str = ""
    archived: str = ""
    sort: str = "code"

    @property
    def narrows(self) -> bool:
        """True when anything is left out."""
        return any(
            getattr(self, key)
            for key in ("q", "status", "stage", "family", "lab", "party", "pathway", "group", "claimed")
        )


def projects(wanted: ProjectFilter, *, actor: Actor, as_of: date | None) -> list[ProjectRow]:
    """The projects that the actor sees and the filter lets through, sorted."""
    rows = portfolio(actor=actor, as_of=as_of, archived=wanted.archived == "1")
    kept = [row for row in rows if _project_fits(row, wanted)]
    return sorted(kept, key=_PROJECT_ORDER.get(wanted.sort, _by_code))


def _project_fits(row: ProjectRow, wanted: ProjectFilter) -> bool:
    return (
        (not wanted.status or row.status in wanted.status.split(","))
        and (not wanted.stage or _at_stage(row.stage, wanted.stage))
        and (not wanted.family or row.family == wanted.family)
        and (not wanted.pathway or row.pathway == wanted.pathway)
        and (not wanted.group or row.indication_group == wanted.group)
        and (not wanted.claimed or row.claimed in wanted.claimed.split(","))
        and (not wanted.lab or any(lab.code == wanted.lab for lab in row.labs))
        and (not wanted.party or any(party.code == wanted.party for party in row.parties))
        and (not wanted.archived or row.archived)
        and found(wanted.q, _project_words(row))
    )


def _at_stage(stage: str, wanted: str) -> bool:
    """True for a stage or a column of stages; with `=` before it for the stage alone, for both may have one name."""
    return stage == wanted.removeprefix("=") or column_of(stage) == wanted


def _project_words(row: ProjectRow) -> list[str]:
    names = [row.code, row.name_hans, row.name_hant, row.name_en, *row.indication.values()]
    for ref in (*row.labs, *row.parties):
        names += [ref.code, ref.name_hans, ref.name_hant, ref.name_en]
    return names


def found(q: str, words: Sequence[str]) -> bool:
    """True when each word of a search stands in one of the texts, in whatever Chinese script."""
    wanted = text.fold(q).split()
    if not wanted:
        return True
    folded = [text.fold(word) for word in words if word]
    return all(any(part in word for word in folded) for part in wanted)


def _by_code(row: ProjectRow) -> Any:
    return row.code


def _by_name(row: ProjectRow) -> Any:
    return sort_key()(name_of(row))


def _by_status(row: ProjectRow) -> Any:
    return SEVERITY.index(row.status), -(row.worst_slip or 0), row.code


def _by_stage(row: ProjectRow) -> Any:
    known = stages().get(row.stage)
    return known.order if known else 99, row.code


def _by_next(row: ProjectRow) -> Any:
    day = row.next.promised if row.next else None
    return day or date.max, row.code


def _by_slip(row: ProjectRow) -> Any:
    return -(row.worst_slip if row.worst_slip is not None else -(10**6)), row.code


_PROJECT_ORDER: dict[str, Callable[[ProjectRow], Any]] = {
    "code": _by_code,
    "name": _by_name,
    "status": _by_status,
    "stage": _by_stage,
    "next": _by_next,
    "slip": _by_slip,
}
