"""Results of research: who sees which, as they stood on a day, with the destinations that the reader may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from kangjiansheng.core import audit, clock, history
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Company, Institution
from kangjiansheng.labs.queries import own_institutions
from kangjiansheng.labs.queries.found import contains
from kangjiansheng.labs.queries.residents import visible_companies
from kangjiansheng.projects.models import Project, Result, ResultCompany
from kangjiansheng.projects.queries.rows import Ref
from kangjiansheng.projects.queries.visible import may_see, visible_projects


def may_see_result(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Result` under which the actor sees it: executives and auditors all; its institution's members;
    `open` whoever is signed in; `parties` also those who see the project that takes it further."""
    if actor.reads_all:
        return true()
    return or_(
        Result.confidentiality == "open",
        Result.institution_id.in_(own_institutions(actor)),
        (Result.confidentiality == "parties") & Result.project_id.in_(visible_projects(actor)),
    )


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A result at the end of a day. A destination that the reader may not see is none for them."""

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    kind: str
    institution: Ref
    disclosed_on: date
    detail: str
    confidentiality: str
    project: Ref | None
    companies: tuple[Ref, ...]
    archived: bool
    illustrative: bool

    @property
    def placed(self) -> bool:
        """Whether it has a destination."""
        return self.project is not None or bool(self.companies)


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """What the address of the list asks for; `placed` is yes, no or empty."""

    q: str = ""
    kind: str = ""
    party: str = ""
    placed: str = ""
    archived: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return any((self.q, self.kind, self.party, self.placed, self.archived))

    def keeps(self, row: ResultRow) -> bool:
        """Whether a row is asked for."""
        words = [row.code, row.name_hans, row.name_hant, row.name_en, row.institution.name_hans]
        return (
            bool(self.archived) == row.archived
            and self.kind in ("", row.kind)
            and self.party in ("", row.institution.code)
            and (not self.placed or (self.placed == "yes") == row.placed)
            and (not self.q or contains(self.q, words))
        )


def results(
    *, actor: Actor, as_of: date | None = None, only: Collection[ColumnElement[bool]] = ()
) -> list[ResultRow]:
    """The results that the actor sees, those without a destination first, then by the day of their disclosure, the
    newest first. `only` narrows those of today. Five statements at most, whatever their number."""
    query = select(Result).where(may_see_result(actor)).options(selectinload(Result.companies))
    query = query if as_of else query.where(*only)
    found = db.session.scalars(query).all()
    if as_of is None:
        states = {row.id: row.state() for row in found}
    else:
        states = states_at(Result, [row.id for row in found], clock.end_of(as_of))
    marks = {row.id: row.illustrative for row in found}
    rows = _rows(states, marks, actor)
    return sorted(rows, key=lambda row: (row.placed, -row.disclosed_on.toordinal(), row.id))


def results_of(thing: Project | Company, *, actor: Actor, as_of: date | None = None) -> list[ResultRow]:
    """The results that go to a project or to a company on a day, as far as the actor sees them and their way there."""
    if isinstance(thing, Project):
        goes = Result.project_id == thing.id
    else:
        taken = select(ResultCompany.result_id).where(ResultCompany.company_id == thing.id)
        goes = Result.id.in_(taken)
    rows = results(actor=actor, as_of=as_of, only=[goes])

    def ends_here(row: ResultRow) -> bool:
        ends = [row.project] if isinstance(thing, Project) else row.companies
        return any(end is not None and end.id == thing.id for end in ends)

    return [row for row in rows if not row.archived and ends_here(row)]


def _rows(states: dict[int, dict[str, Any]], marks: dict[int, bool], actor: Actor) -> list[ResultRow]:
    parties = _refs(Institution, select(Institution), {one["institution_id"] for one in states.values()})
    projects = _refs(
        Project, select(Project).where(may_see(actor)), {one["project_id"] for one in states.values()}
    )
    companies = _refs(
        Company, visible_companies(actor), {key for one in states.values() for key in one["companies"]}
    )
    return [
        ResultRow(
            id=key,
            institution=parties[state["institution_id"]],
            disclosed_on=_day(state["disclosed_on"]),
            project=projects.get(state["project_id"]),
            companies=tuple(companies[one] for one in state["companies"] if one in companies),
            archived=state["archived_at"] is not None,
            illustrative=marks[key],
            **{
                name: state[name]
                for name in ["code", "name_hans", "name_hant", "name_en", "kind", "detail", "confidentiality"]
            },
        )
        for key, state in states.items()
    ]


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _refs(kind: Any, query: Any, ids: set[Any]) -> dict[Any, Ref]:
    wanted = ids - {None}
    if not wanted:
        return {}
    rows = db.session.scalars(query.where(kind.id.in_(wanted)))
    return {row.id: Ref(row.id, row.code, row.name_hans, row.name_hant, row.name_en) for row in rows}


def result(*, actor: Actor, code: str) -> Result | None:
    """A result that the actor may see."""
    query = select(Result).where(Result.code == code, may_see_result(actor))
    return db.session.scalar(query.options(selectinload(Result.companies), joinedload(Result.institution)))


def result_for(*, actor: Actor, code: str, act: str) -> tuple[Result, str] | None:
    """A result that the actor may see, with the act that the address names."""
    found = result(actor=actor, code=code)
    return (found, act) if found else None


def row_of_result(one: Result, *, actor: Actor, as_of: date | None = None) -> ResultRow | None:
    """The result as its page shows it; None on a day on which it was not there."""
    states = states_at(Result, [one.id], clock.end_of(as_of)) if as_of else {one.id: one.state()}
    rows = _rows(states, {one.id: one.illustrative}, actor)
    return rows[0] if rows else None


def shows_of_result(actor: Actor, entry: audit.AuditEntry) -> bool:
    """Whether an entry of a result tells the actor anything: one that changed nothing but destinations that they do not see
    would tell that there are some."""
    before, after = entry.before, entry.after
    changed = {key for key in before if before[key] != after.get(key)}
    if not changed or changed - {"project_id", "companies"}:
        return True
    was, now = history.differing(before.get("companies"), after.get("companies"))
    companies = {*(was or ()), *(now or ())} if "companies" in changed else set()
    projects = {before["project_id"], after.get("project_id")} if "project_id" in changed else set()
    return bool(
        _refs(Project, select(Project).where(may_see(actor)), projects)
        or _refs(Company, visible_companies(actor), companies)
    )


def undoable(one: Result, *, actor: Actor) -> bool:
    """Whether the last thing that happened to a result is an edit of the actor's, which she may take back."""
    newest = audit.history("result", one.id, 1)
    return bool(newest) and newest[0].act == "projects:result:edit" and newest[0].actor_id == actor.id


def offered(*, actor: Actor) -> dict[str, list[Any]]:
    """What the form offers: institutions of the actor (all for executives), projects and companies that they see."""
    parties = select(Institution).where(Institution.archived_at.is_(None), Institution.regulator.is_(False))
    if not actor.has("executive", "system"):
        parties = parties.where(Institution.id.in_(own_institutions(actor)))
    projects = select(Project).where(may_see(actor), Project.archived_at.is_(None)).order_by(Project.code)
    companies = visible_companies(actor).where(Company.archived_at.is_(None)).order_by(Company.id)
    return {
        "parties": list(db.session.scalars(parties.order_by(Institution.code))),
        "project_rows": list(db.session.scalars(projects)),
        "company_rows": list(db.session.scalars(companies)),
    }
