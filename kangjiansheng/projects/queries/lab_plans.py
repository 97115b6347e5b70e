"""Joint laboratories that have a plan of their own, as they stood at the end of a day, and all owners of plans at once.

They are no part of the portfolio: its figures count the milestones of projects alone.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, literal, select, union_all
from sqlalchemy.orm import selectinload

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.labs.queries import inside_labs
from kangjiansheng.projects.models import Milestone, Plan, TemplateVersion
from kangjiansheng.projects.queries.beginnings import openings_undone
from kangjiansheng.projects.queries.past import Since
from kangjiansheng.projects.queries.portfolio import portfolio
from kangjiansheng.projects.queries.rows import LabRow, OwnerRow, Ref
from kangjiansheng.projects.queries.stood import milestones_of, next_of, stood_of, told_at, worst_of
from kangjiansheng.projects.rules.plans import CLOSED, promises_nothing

_SCRIPTS = ("name_hans", "name_hant", "name_en")


@dataclass(frozen=True, slots=True)
class _Head:
    """A laboratory on a day: its own columns, and (institution, role) of its partners."""

    id: int
    code: str
    names: Mapping[str, str]
    life: str
    archived: bool
    illustrative: bool
    pathway: str
    partners: Sequence[tuple[int, str]]


def owner_rows(
    *, actor: Actor, as_of: date | None = None, codes: Collection[str] | None = None, owner: int | None = None
) -> list[OwnerRow]:
    """Everything with a plan that the actor sees, archived ones left out: projects by code, then laboratories."""
    return [
        *portfolio(actor=actor, as_of=as_of, codes=codes, owner=owner),
        *lab_plans(actor=actor, as_of=as_of, codes=codes, owner=owner),
    ]


def owner_of(plan: Plan, *, actor: Actor, as_of: date | None = None) -> OwnerRow | None:
    """What a plan belongs to as the actor sees it, archived or not."""
    found: Sequence[OwnerRow] = (portfolio if plan.project else lab_plans)(
        actor=actor, as_of=as_of, codes=[plan.owner.code], archived=True
    )
    return found[0] if found else None


def lab_plans(
    *,
    actor: Actor,
    as_of: date | None = None,
    codes: Collection[str] | None = None,
    archived: bool = False,
    owner: int | None = None,
) -> list[LabRow]:
    """The laboratories with a plan whose inside the actor sees today, by code, as they stood at the end of `as_of`.

    One whose plan was not begun by then, or had been taken back, is not there; with `archived` it is. At most four statements, one more where a plan promises
    nothing, and one where there is none. With `owner` only that person's milestones, and laboratories with any.
    """
    theirs = select(Plan.lab_id)
    if owner is not None:
        theirs = theirs.join(Milestone, Milestone.plan_id == Plan.id)
        if as_of is None:
            theirs = theirs.where(Milestone.owner_id == owner)
    chosen = inside_labs(actor) & JointLab.id.in_(theirs)
    if codes is not None:
        chosen &= JointLab.code.in_(codes)
    heads = [head for head in _heads(chosen, as_of) if archived or not head.archived]
    if not heads:
        return []
    stood: dict[int, list[Row[Any]]] = defaultdict(list)
    found, since = stood_of(Plan.lab_id, select(JointLab.id).where(chosen), as_of)
    for row in found:
        if owner is None or row.owner_id == owner:
            stood[row.belongs_to].append(row)
    people, parties = _names(heads, [row for rows in stood.values() for row in rows])
    day = as_of or clock.today()
    empty = {m.id for rows in stood.values() if not archived and promises_nothing(rows) for m in rows}
    gone = openings_undone(empty, as_of)
    return [
        _row(head, stood[head.id], people, parties, day, since)
        for head in heads
        if any(m.id not in gone for m in stood[head.id])
    ]


def _heads(chosen: Any, as_of: date | None) -> list[_Head]:
    query = (
        select(JointLab, TemplateVersion.code)
        .join(Plan, Plan.lab_id == JointLab.id)
        .outerjoin(TemplateVersion, TemplateVersion.id == Plan.template_version_id)
        .where(chosen)
        .order_by(JointLab.code)
    )
    if as_of is None:
        query = query.options(selectinload(JointLab.partners))
    rows = [(lab, pathway or "") for lab, pathway in db.session.execute(query)]
    if as_of is None:
        return [
            _head(
                lab,
                pathway,
                {script: getattr(lab, script) for script in _SCRIPTS}
                | {"life": lab.life, "archived_at": lab.archived_at}
                | {"partners": [(row.institution_id, row.role) for row in lab.partners]},
            )
            for lab, pathway in rows
        ]
    states = states_at(JointLab, [lab.id for lab, _pathway in rows], clock.end_of(as_of))
    return [_head(lab, pathway, states[lab.id]) for lab, pathway in rows if lab.id in states]


def _head(lab: JointLab, pathway: str, state: Mapping[str, Any]) -> _Head:
    return _Head(
        lab.id,
        lab.code,
        {script: state[script] for script in _SCRIPTS},
        state["life"],
        bool(state["archived_at"]),
        lab.illustrative,
        pathway,
        [(institution_id, role) for institution_id, role, *_contribution in state["partners"]],
    )


def _names(
    heads: Sequence[_Head], rows: Sequence[Row[Any]]
) -> tuple[dict[int | None, str], dict[int, Row[Any]]]:
    """The people whom the rows name, and the institutions behind the laboratories; one statement."""
    person_ids = {key for row in rows for key in (row.owner_id, row.confirmed_by_id) if key is not None}
    institution_ids = {key for head in heads for key, _role in head.partners}
    wanted = [
        select(
            literal(kind).label("kind"),
            table.id,
            table.code,
            *(getattr(table, script) for script in _SCRIPTS),
        ).where(table.id.in_(ids))
        for kind, table, ids in (("person", Person, person_ids), ("party", Institution, institution_ids))
    ]
    found = db.session.execute(union_all(*wanted)).all()
    people: dict[int | None, str] = {row.id: name_of(row) for row in found if row.kind == "person"}
    return people, {row.id: row for row in found if row.kind == "party"}


def _row(
    head: _Head,
    rows: Sequence[Row[Any]],
    people: Mapping[int | None, str],
    parties: Mapping[int, Row[Any]],
    day: date,
    since: Mapping[int, Since],
) -> LabRow:
    closed = head.life == CLOSED
    milestones = milestones_of(
        LabRow.of, head.code, rows, people, set(), day, since, resting=closed, illustrative=head.illustrative
    )
    return LabRow(
        id=head.id,
        code=head.code,
        **head.names,
        family="",
        pathway=head.pathway,
        stage="",
        labs=(Ref(head.id, head.code, **head.names, leads=True),),
        parties=tuple(
            Ref(row.id, row.code, row.name_hans, row.name_hant, row.name_en, role=role)
            for key, role in head.partners
            if (row := parties.get(key)) is not None
        ),
        lead_label="",
        owner_role="",
        illustrative=head.illustrative,
        archived=head.archived,
        resting=closed,
        milestones=milestones,
        status="done" if closed else worst_of(milestones),
        next=next_of(milestones),
        updated_at=told_at(milestones),
        since={m.id: since[m.id] for m in milestones if m.id in since},
        life=head.life,
    )
