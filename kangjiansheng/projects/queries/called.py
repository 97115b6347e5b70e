"""What laboratories, parties and people of a portfolio are called, today or as the ledger of a past day names them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, cast, literal, null, select, union_all

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Revision, last_revisions
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.projects.models import ProjectLab, ProjectParty
from kangjiansheng.projects.queries.rows import Ref


def _named(kind: Any) -> list[Any]:
    return [kind.id, kind.code, kind.name_hans, kind.name_hant, kind.name_en]


@dataclass(frozen=True, slots=True)
class Names:
    """What the rows of a portfolio are called: laboratories and parties by project, people by id."""

    labs: Mapping[int, list[Ref]]
    parties: Mapping[int, list[Ref]]
    people: Mapping[int | None, str]


def names_of(as_of: date | None, heads: list[dict[str, Any]], person_ids: set[int | None]) -> Names:
    """All names in one statement; of a day (None: now) laboratories and parties are those that the heads tell, called
    as they were then. People have one name, that of today: a past day must not bring back one that was erased."""
    asked: dict[str, Any] = {"people": [i for i in person_ids if i is not None]}
    if as_of is None:
        query: Any = _of_projects()
        asked["projects"] = [head["id"] for head in heads]
    else:
        asked["labs"] = lab_ids = {lab_id for head in heads for lab_id, _ in head["labs"]}
        asked["parties"] = party_ids = {party_id for head in heads for party_id, _ in head["parties"]}
        past = as_of < clock.today()
        query = union_all(*_by_id(), _called_then(as_of, lab_ids, party_ids)) if past else _today_by_id()
    rows = sorted(db.session.execute(query, asked).all(), key=lambda row: row.place or 0)
    called = {(row.kind, row.id): row for row in rows}
    found: dict[str, dict[int, list[Ref]]] = {"lab": defaultdict(list), "party": defaultdict(list)}

    # Thousands of projects share a few laboratories and parties.
    @cache
    def ref(kind: str, key: int, *, leads: bool = False, role: str = "") -> Ref:
        return _ref(called[kind, key], leads=leads, role=role)

    @cache
    def labs_of(keys: tuple[tuple[int, Any], ...]) -> list[Ref]:
        of_one = [ref("lab", key, leads=bool(leads)) for key, leads in keys if ("lab", key) in called]
        return sorted(of_one, key=lambda lab: (not lab.leads, lab.code))

    @cache
    def parties_of(keys: tuple[tuple[int, str], ...]) -> list[Ref]:
        return [ref("party", key, role=role) for key, role in keys if ("party", key) in called]

    if as_of is None:
        for row in sorted(rows, key=lambda row: (row.place, row.code)):
            if row.kind != "person":
                found[row.kind][row.project_id].append(_ref(row, leads=row.place == 0, role=row.role))
    for head in heads if as_of is not None else ():
        found["lab"][head["id"]] = labs_of(tuple(map(tuple, head["labs"])))
        found["party"][head["id"]] = parties_of(tuple(map(tuple, head["parties"])))
    return Names(
        found["lab"],
        found["party"],
        {row.id: name_of(row) for row in rows if row.kind == "person"},
    )


@cache
def _of_projects() -> Any:
    """The laboratories and parties of `projects` today, and `people`."""
    labs = _called("lab", JointLab, ProjectLab.project_id, case((ProjectLab.leads, 0), else_=1)).join(
        ProjectLab, ProjectLab.lab_id == JointLab.id
    )
    parties = _called("party", Institution, ProjectParty.project_id, Institution.id, ProjectParty.role).join(
        ProjectParty, ProjectParty.institution_id == Institution.id
    )
    return union_all(
        labs.where(_among(ProjectLab.project_id, "projects")),
        parties.where(_among(ProjectParty.project_id, "projects")),
        _people(),
    )


@cache
def _today_by_id() -> Any:
    return union_all(*_by_id())


def _by_id() -> tuple[Select[Any], ...]:
    """Some `labs`, `parties` and `people`."""
    labs = _called("lab", JointLab, null(), null()).where(_among(JointLab.id, "labs"))
    parties = _called("party", Institution, null(), null()).where(_among(Institution.id, "parties"))
    return labs, parties, _people()


def _people() -> Select[Any]:
    return _called("person", Person, null(), Person.id).where(_among(Person.id, "people"))


def _among(column: Any, name: str) -> Any:
    return column.in_(bindparam(name, expanding=True))


def _called(kind: str, table: Any, project_id: Any, place: Any, role: Any = None) -> Select[Any]:
    return select(
        literal(kind).label("kind"),
        cast(project_id, Integer).label("project_id"),
        cast(place, Integer).label("place"),
        (literal("") if role is None else role).label("role"),
        *_named(table),
    )


def _called_then(day: date, lab_ids: set[int], party_ids: set[int]) -> Select[Any]:
    """What laboratories and institutions were called at the end of a day; nothing of those that came later."""
    named = ((Revision.thing == JointLab.__tablename__) & Revision.thing_id.in_(lab_ids)) | (
        (Revision.thing == Institution.__tablename__) & Revision.thing_id.in_(party_ids)
    )
    newest = last_revisions(named, until=clock.end_of(day))
    words = ("code", "name_hans", "name_hant", "name_en")
    return select(
        case((Revision.thing == JointLab.__tablename__, "lab"), else_="party"),
        cast(null(), Integer),
        literal(1),
        literal(""),
        Revision.thing_id,
        *(Revision.state[key].as_string() for key in words),
    ).where(Revision.id.in_(newest))


def _ref(row: Any, *, leads: bool = False, role: str = "") -> Ref:
    return Ref(row.id, row.code, row.name_hans, row.name_hant, row.name_en, leads, role)
