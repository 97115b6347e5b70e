"""The portfolio as it stood at the end of a day: the one door for dashboard, lists, charts, exports, figures."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Row, Select, and_, bindparam, case, func, select, true
from sqlalchemy.orm import aliased

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.core.paging import Behind, Piece
from kangjiansheng.projects.models import (
    Milestone,
    MilestoneEntry,
    Plan,
    Project,
    ProjectEntry,
    ProjectLab,
)
from kangjiansheng.projects.queries.called import Names, names_of
from kangjiansheng.projects.queries.ledgers import days
from kangjiansheng.projects.queries.past import Since
from kangjiansheng.projects.queries.rows import MilestoneRow, ProjectRow
from kangjiansheng.projects.queries.stood import (
    milestones_of,
    next_of,
    stand_now,
    stood_of,
    told_at,
    worst_of,
)
from kangjiansheng.projects.queries.visible import may_see
from kangjiansheng.projects.rules import metrics as figures
from kangjiansheng.projects.rules import milestones as rules
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import Array
from kangjiansheng.projects.rules.plans import RESTING
from kangjiansheng.projects.rules.vocabulary import modalities

# Filled by the roof: who knows which gates wait for a decision (ids of milestones) at the end of a day.
awaiting: list[Callable[[date | None], set[int]]] = []

Made = TypeVar("Made")

_PLAIN = "code name_hans name_hant name_en modality indication_group pathway stage status priority owner_role confidentiality"
_SCRIPTS = ("hans", "hant", "en")


def portfolio(
    *,
    actor: Actor,
    as_of: date | None = None,
    codes: Iterable[str] | None = None,
    archived: bool = False,
    owner: int | None = None,
    lab: int | None = None,
) -> list[ProjectRow]:
    """The projects that the actor sees today, by code, as they stood at the end of `as_of` (now for None).

    Reads in at most four statements, whatever the size. A project that was not open by then is not there.
    Archived ones only with `archived`; with `owner` only that person's milestones, and projects with any;
    with `lab` those of a laboratory (its id) on that day.
    """
    since: Mapping[int, Since] = {}
    if as_of is None:
        wanted = {"codes": codes and list(codes), "owner": owner, "lab": lab}
        asked = {key: value for key, value in wanted.items() if value is not None}
        heads, stood = _read(_now(actor, *sorted(asked)), asked)
    else:
        chosen = may_see(actor)
        if codes is not None:
            chosen &= Project.code.in_(list(codes))
        if owner is not None:
            chosen &= Project.id.in_(_owned_then(owner, as_of))
        heads = [head for head in _heads_then(chosen, as_of) if _worked(head, lab)]
        if lab is not None:
            chosen = Project.id.in_([head["id"] for head in heads])
        stood, since = stood_of(Plan.project_id, select(Project.id).where(chosen), as_of)
    if not archived:
        heads = [head for head in heads if not head["archived_at"]]
    if owner is not None:
        stood = [row for row in stood if row.owner_id == owner]
        owned = {row.belongs_to for row in stood}
        heads = [head for head in heads if head["id"] in owned]
    return _projects(as_of, heads, stood, since, gates_waiting(as_of))


def named(
    statuses: Mapping[int, rules.Status],
    milestones: Collection[int] | None,
    *,
    actor: Actor,
    as_of: date | None,
    waiting: Collection[int],
) -> list[ProjectRow]:
    """Some projects by id, with the status that is known of each, and of their milestones only those of some ids, or
    all for None.

    For pages that have counted over all (`queries.ledgers`) and name a few. `waiting`: the gates that wait.
    """
    since: Mapping[int, Since] = {}
    if as_of is None:
        asked: dict[str, Any] = {"ids": list(statuses)}
        if milestones is not None:
            asked["only"] = list(milestones)
        heads, stood = _read(_now(actor, *asked), asked)
    else:
        chosen = may_see(actor) & Project.id.in_(statuses)
        heads = _heads_then(chosen, as_of)
        ids = select(Project.id).where(chosen)
        stood, since = stood_of(Plan.project_id, ids, as_of, only=milestones)
    return _projects(as_of, heads, stood, since, waiting, statuses)


def placed(
    day: Day, places: Sequence[int], shown: Array | None, *, actor: Actor, as_of: date | None
) -> list[ProjectRow] | None:
    """The rows of those projects of a day that a page shows, by their places in it and in that order, with those of
    some milestones (`shown`, places too) that are theirs, or all for None; None when one of them is not there
    (`in_step`)."""
    keys = day.ledgers.projects.keys[list(places)].tolist()
    statuses = {key: day.statuses[place] for key, place in zip(keys, places, strict=True)}
    wanted = None
    if shown is not None:
        theirs = np.unique(shown)
        wanted = day.id[theirs[np.isin(day.project[theirs], np.array(places, np.int64))]].tolist()
    waiting = day.id[day.waits].tolist()
    rows = {row.id: row for row in named(statuses, wanted, actor=actor, as_of=as_of, waiting=waiting)}
    if len(rows) < len(keys) or sum(len(row.milestones) for row in rows.values()) < len(wanted or ()):
        return None
    return [rows[key] for key in keys]


def in_step(make: Callable[[], Made | None]) -> Made:
    """What is made of counts over the columns and of rows of the database. What was committed a moment ago can be
    counted before this transaction sees it: then there is nothing, the transaction is ended, and all is made once
    more."""
    for _attempt in range(2):
        if (made := make()) is not None:
            return made
        db.session.rollback()
    raise LookupError("what was counted cannot be read")


def piece_of(day: Day, places: Sequence[int], behind: Behind) -> Piece:
    """The piece of projects, by their places, behind the one of a code."""
    known = (number for number, at in enumerate(places) if day.code(at) == behind.last)
    return behind.cut(places, next(known, None))


def gates_waiting(as_of: date | None) -> set[int]:
    """The gates that wait for a decision at the end of a day (now for None)."""
    return set().union(*(source(as_of) for source in awaiting))


def _projects(
    as_of: date | None,
    heads: list[dict[str, Any]],
    stood: list[Row[Any]],
    since: Mapping[int, Since],
    waiting: Collection[int],
    statuses: Mapping[int, rules.Status] | None = None,
) -> list[ProjectRow]:
    people = {head["lead_id"] for head in heads}
    people |= {row.owner_id for row in stood} | {row.confirmed_by_id for row in stood}
    names = names_of(as_of, heads, people)
    by_project: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in stood:
        by_project[row.belongs_to].append(row)
    day = as_of or clock.today()
    known = statuses or {}
    return [
        _project(head, by_project[head["id"]], names, waiting, day, since, known.get(head["id"]))
        for head in heads
    ]


def of_lab(lab_id: int, as_of: date | None = None) -> Any:
    """The ids of the projects of a laboratory: a statement for today, else what the ledger says of a past day."""
    if as_of is None:
        return select(ProjectLab.project_id).where(ProjectLab.lab_id == lab_id)
    return [head["id"] for head in _heads_then(true(), as_of) if _worked(head, lab_id)]


def heads_of_lab(lab_id: int, *, actor: Actor, as_of: date | None = None) -> list[dict[str, Any]]:
    """The projects of a laboratory on a day that the actor sees, by code, archived ones left out: id, code, names, status,
    whether it is illustrative, and whether the laboratory leads it. One statement."""
    if as_of is not None:
        found = [head for head in _heads_then(may_see(actor), as_of) if _worked(head, lab_id)]
        return [head | {"leads": dict(head["labs"])[lab_id]} for head in found if not head["archived_at"]]
    names = (getattr(Project, f"name_{script}") for script in _SCRIPTS)
    query = (
        select(Project.id, Project.code, *names, Project.status, Project.illustrative, ProjectLab.leads)
        .join(ProjectLab, ProjectLab.project_id == Project.id)
        .where(ProjectLab.lab_id == lab_id, may_see(actor), Project.archived_at.is_(None))
        .order_by(Project.code)
    )
    return [dict(row) for row in db.session.execute(query).mappings()]


def _owned_then(owner: int, as_of: date) -> Select[Any]:
    """The ids of the projects in which somebody has owned a milestone by the end of a day."""
    plans = select(Plan.project_id).join(Milestone, Milestone.plan_id == Plan.id)
    return plans.join(MilestoneEntry, MilestoneEntry.milestone_id == Milestone.id).where(
        MilestoneEntry.owner_id == owner, MilestoneEntry.effective_at <= clock.end_of(as_of)
    )


# How the projects of today are narrowed, by what is then bound.
_NARROWED: dict[str, Any] = {
    "codes": Project.code.in_(bindparam("codes", expanding=True)),
    "ids": Project.id.in_(bindparam("ids", expanding=True)),
    "owner": Project.id.in_(
        select(Plan.project_id)
        .join(Milestone, Milestone.plan_id == Plan.id)
        .where(Milestone.owner_id == bindparam("owner"))
    ),
    "lab": Project.id.in_(select(ProjectLab.project_id).where(ProjectLab.lab_id == bindparam("lab"))),
}


@once_a_day
def _now(actor: Actor, *asked: str) -> tuple[Select[Any], Select[Any]]:
    """The heads of the projects that somebody sees, and their milestones: narrowed by what is `asked`, the milestones
    also to some ids (`only`)."""
    chosen = and_(may_see(actor), *(_NARROWED[key] for key in asked if key in _NARROWED))
    stood = stand_now(Plan.project_id, select(Project.id).where(chosen))
    if "only" in asked:
        stood = stood.where(Milestone.id.in_(bindparam("only", expanding=True)))
    return _heads_now(chosen), stood


def _read(
    both: tuple[Select[Any], Select[Any]], asked: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[Row[Any]]]:
    heads, stood = (db.session.execute(query, dict(asked)) for query in both)
    return [dict(row) for row in heads.mappings()], list(stood)


def _worked(head: Mapping[str, Any], lab: int | None) -> bool:
    """The same from the state of a past day."""
    return lab is None or any(key == lab for key, _leads in head["labs"])


def metrics(*, actor: Actor, as_of: date | None) -> dict[str, Any]:
    """The figures of `kangjiansheng metrics` as of the end of a day (now for None), over what the actor sees. One
    statement when nothing was written since the last time."""
    (day,) = days(actor=actor, as_of=as_of)
    return figures.metrics(day)


def _heads_now(chosen: Any) -> Select[Any]:
    opened = (
        select(func.min(ProjectEntry.effective_at))
        .where(ProjectEntry.project_id == Project.id)
        .scalar_subquery()
    )
    columns = [getattr(Project, key) for key in _PLAIN.split()]
    query = select(
        Project.id,
        Project.illustrative,
        Project.lead_id,
        Project.archived_at,
        *(getattr(Project, f"indication_{script}") for script in _SCRIPTS),
        *columns,
        opened.label("opened_at"),
    ).where(chosen)
    return query.order_by(Project.code)


def _heads_then(chosen: Any, day: date) -> list[dict[str, Any]]:
    limit = clock.end_of(day)
    entry = aliased(ProjectEntry)
    last = (
        select(entry.id)
        .where(entry.project_id == Project.id, entry.effective_at <= limit)
        .order_by(entry.effective_at.desc(), entry.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    opened = select(func.min(entry.effective_at)).where(entry.project_id == Project.id).scalar_subquery()
    told = case((ProjectEntry.imported & (ProjectEntry.recorded_at > limit), ProjectEntry.recorded_at))
    query = (
        select(
            Project.id,
            Project.illustrative,
            ProjectEntry.state,
            opened.label("opened_at"),
            told.label("told_at"),
        )
        .join(ProjectEntry, ProjectEntry.id == last)
        .where(chosen)
        .order_by(Project.code)
    )
    return [
        row.state
        | {
            "id": row.id,
            "illustrative": row.illustrative,
            "opened_at": row.opened_at,
            "told_on": clock.day_of(row.told_at) if row.told_at else None,
        }
        for row in db.session.execute(query)
    ]


def _project(
    head: Mapping[str, Any],
    rows: list[Row[Any]],
    names: Names,
    waiting: Collection[int],
    day: date,
    since: Mapping[int, Since],
    status: rules.Status | None,
) -> ProjectRow:
    resting = head["status"] in RESTING
    milestones = milestones_of(
        ProjectRow.of, head["code"], rows, names.people, waiting, day, since, resting=resting,
        illustrative=head["illustrative"],
    )  # fmt: skip
    modality = modalities().get(head["modality"])
    return ProjectRow(
        id=head["id"],
        code=head["code"],
        name_hans=head["name_hans"],
        name_hant=head["name_hant"],
        name_en=head["name_en"],
        indication={script: head[f"indication_{script}"] for script in _SCRIPTS},
        modality=head["modality"],
        family=modality.family if modality else "OTHER",
        indication_group=head["indication_group"],
        pathway=head["pathway"],
        stage=head["stage"],
        claimed=head["status"],
        labs=tuple(names.labs.get(head["id"], ())),
        parties=tuple(names.parties.get(head["id"], ())),
        lead_label=names.people.get(head["lead_id"], ""),
        owner_role=head["owner_role"],
        priority=head["priority"],
        confidentiality=head["confidentiality"],
        illustrative=head["illustrative"],
        archived=bool(head["archived_at"]),
        resting=resting,
        opened_on=clock.day_of(head["opened_at"]),
        milestones=milestones,
        status=status or _status(head["status"], milestones),
        next=next_of(milestones),
        updated_at=told_at(milestones),
        registrations=tuple((register, number) for register, number in head.get("registrations", ())),
        told_on=head.get("told_on"),
        since={m.id: since[m.id] for m in milestones if m.id in since},
    )


def _status(claimed: str, milestones: Sequence[MilestoneRow]) -> rules.Status:
    if claimed in ("ON_HOLD", "TERMINATED"):
        return "pause"
    if claimed in RESTING:
        return "done"
    return worst_of(milestones)
