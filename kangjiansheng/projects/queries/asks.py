"""Asks: who sees which, the list on any day, one of them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased, joinedload

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import changes, clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.labs.models import Institution, InstitutionMember
from kangjiansheng.labs.queries.obligations import parties_by_id
from kangjiansheng.labs.queries.visible import own_institutions
from kangjiansheng.labs.queries.waiting import told_for
from kangjiansheng.projects.models import Ask, Project
from kangjiansheng.projects.queries.visible import visible_projects
from kangjiansheng.projects.rules import asks as rules


@dataclass(frozen=True, slots=True)
class Party:
    """An institution as a row names it."""

    code: str
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class AskRow:
    """An ask as lists, files and One Table show it, today's or that of a past day."""

    id: int
    code: str
    asker: Party
    asked: Party | None  # None: the whole table
    asked_id: int | None
    project: str
    project_id: int | None
    chain: str
    title: str
    detail: str
    raised_on: date
    life: str
    answered_on: date | None
    answer: str
    closing: str
    obligation_id: int | None
    illustrative: bool

    @property
    def waits(self) -> bool:
        """Whether it still waits for somebody."""
        return self.life in rules.OPEN


@dataclass(frozen=True, slots=True)
class AskFilter:
    """What the address of the list asks for: a party (code), a chain, a project, a state; empty for all open ones."""

    party: str = ""
    chain: str = ""
    project: str = ""
    life: str = ""

    def keeps(self, row: AskRow, day: date) -> bool:
        """Whether a row is asked for."""
        parties = {row.asker.code, row.asked.code if row.asked else ""}
        wanted = {"": row.waits, "all": True, "late": rules.overdue(row, day)}
        return (
            wanted.get(self.life, row.life == self.life)
            and (not self.party or self.party in parties)
            and self.chain in ("", row.chain)
            and self.project in ("", row.project)
        )


def may_see(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Ask` under which the actor sees it.

    Executives and auditors all. Of others the members of the institution that asks and of the one that is asked; an
    ask of the whole table is seen by the members of any institution. An ask about a project is seen by nobody who
    does not see the project.
    """
    if actor.reads_all:
        return Ask.id.is_not(None)
    project = or_(Ask.project_id.is_(None), Ask.project_id.in_(visible_projects(actor)))
    return put_to(actor) & project


def put_to(actor: Actor) -> ColumnElement[bool]:
    """The condition that an ask is of an institution of the actor, or put to one: the first half of `may_see`."""
    own = own_institutions(actor)
    one = Ask.to_id.is_not(None) & Ask.to_id.in_(own)  # so that it can be denied: nothing is in no list
    return or_(Ask.from_id.in_(own), one, Ask.to_id.is_(None) & own.exists())


def ask(*, actor: Actor, code: str) -> Ask | None:
    """An ask that the actor may see."""
    query = (
        select(Ask)
        .where(Ask.code == code, may_see(actor))
        .options(
            joinedload(Ask.asker),
            joinedload(Ask.asked),
            joinedload(Ask.project),
            joinedload(Ask.raised_by),
            joinedload(Ask.obligation),
        )
    )
    return db.session.scalar(query)


def ask_for(*, actor: Actor, code: str, act: str) -> tuple[Ask, str] | None:
    """An ask that the actor may see, with the act that the address names."""
    found = ask(actor=actor, code=code)
    return (found, act) if found else None


def of(mine: Select[int]) -> ColumnElement[bool]:
    """The condition on `Ask` that some institutions are asked and have not answered, about no project put away."""
    away = select(Project.id).where(Project.archived_at.is_not(None))
    unanswered = Ask.life.in_(rules.UNANSWERED) & Ask.answered_on.is_(None)
    return Ask.to_id.in_(mine) & unanswered & or_(Ask.project_id.is_(None), Ask.project_id.not_in(away))


def open_asks(actor: Actor) -> Select[int]:
    """The asks that wait for an answer of an institution of the actor."""
    return select(Ask.id).where(of(own_institutions(actor)))


def waiting(*, actor: Actor, speaking: bool = False) -> list[AskRow]:
    """The asks that wait for an answer of the actor's institutions, the longest first; with `speaking` those of
    which she is told: a contact, or a member while nobody is a contact. One statement."""
    return asks(actor=actor, only=of(told_for(actor) if speaking else own_institutions(actor)))


def asks(*, actor: Actor, as_of: date | None = None, only: ColumnElement[bool] | None = None) -> list[AskRow]:
    """All asks that the actor may see (of which `only` holds), as they stood at the end of a day: those that wait
    longest first.

    One that was then put to others, or was about a project which she may not see, is left out. One statement for today,
    at most six for a past day.
    """
    giver, taker = aliased(Institution), aliased(Institution)
    chosen = may_see(actor) if only is None else may_see(actor) & only
    query = (
        select(Ask, giver, taker, Project.code)
        .join(giver, giver.id == Ask.from_id)
        .outerjoin(taker, taker.id == Ask.to_id)
        .outerjoin(Project, Project.id == Ask.project_id)
        .where(chosen)
    )
    found = db.session.execute(query).all()
    then = changes.states_at(Ask, select(Ask.id).where(chosen), clock.end_of(as_of)) if as_of else None
    parties = {one.id: _party(one) for row in found for one in row[1:3] if one}
    projects = {one.project_id: project for one, _asker, _asked, project in found if project}
    if then is not None:
        seen = sight(actor, then.values())
        parties |= _parties_then(found, then.values(), as_of)
        _projects_then(then.values(), projects, actor)
    rows = []
    for one, *_rest in found:
        state = one.state() if then is None else then.get(one.id)
        if state is not None and (then is None or seen(state)):
            rows.append(_row(one, state, parties, projects))
    day = as_of or clock.today()
    return sorted(rows, key=lambda row: (-(rules.waits_for(row, day) or 0), row.raised_on, row.id))


def was_tabled(ask: Ask) -> bool:
    """Whether an ask ever stood on an agenda."""
    query = select(AuditEntry.id).where(
        AuditEntry.thing == Ask.__tablename__,
        AuditEntry.thing_id == ask.id,
        AuditEntry.act == "projects:ask:table",
    )
    return ask.life == "tabled" or db.session.scalar(query.limit(1)) is not None


def sight(actor: Actor, states: Iterable[Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether the actor, with the rights of today, might see an ask in one of some states that it had: as in `may_see`.
    Two statements at most, whatever their number."""
    if actor.reads_all:
        return lambda _state: True
    own = set(db.session.scalars(own_institutions(actor)))
    about = {state["project_id"] for state in states} - {None}
    open_to = select(Project.id).where(Project.id.in_(about), Project.id.in_(visible_projects(actor)))
    projects = {None, *(db.session.scalars(open_to) if about else ())}

    def seen(state: Mapping[str, Any]) -> bool:
        parties = {state["from_id"], state["to_id"]}
        put = bool(own) if state["to_id"] is None else not own.isdisjoint(parties)
        return (put or state["from_id"] in own) and state["project_id"] in projects

    return seen


def _parties_then(
    found: Iterable[Any], states: Collection[dict[str, Any]], day: date | None
) -> dict[int, Party]:
    """The institutions that asks named on a past day, as they were called then."""
    named = {one.from_id for one, *_rest in found} | {state["to_id"] for state in states} - {None}
    return {key: _party(one) for key, one in parties_by_id(named, day).items()}


def _projects_then(states: Collection[dict[str, Any]], projects: dict[int | None, str], actor: Actor) -> None:
    """Add the projects, as far as the actor sees them, that only a past day names."""
    about = {state["project_id"] for state in states} - projects.keys() - {None}
    if about:
        seen = select(Project.id, Project.code).where(
            Project.id.in_(about), Project.id.in_(visible_projects(actor))
        )
        projects.update((key, code) for key, code in db.session.execute(seen))


def _party(institution: Any) -> Party:
    names = {
        "hans": institution.name_hans,
        "hant": institution.name_hant,
        "en": institution.name_en,
    }
    return Party(institution.code, names)


def _row(
    one: Ask, state: dict[str, Any], parties: dict[int, Party], projects: dict[int | None, str]
) -> AskRow:
    return AskRow(
        id=one.id,
        code=one.code,
        asker=parties[one.from_id],
        asked=parties[state["to_id"]] if state["to_id"] else None,
        asked_id=state["to_id"],
        project=projects.get(state["project_id"], ""),
        project_id=state["project_id"],
        chain=state["chain"],
        title=state["title"],
        detail=state["detail"],
        raised_on=_day(state["raised_on"]) or one.raised_on,
        life=state["life"],
        answered_on=_day(state["answered_on"]),
        answer=state["answer"],
        closing=state["closing"],
        obligation_id=state["obligation_id"],
        illustrative=one.illustrative,
    )


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def people_of(institution_ids: Iterable[int], first: str = "") -> list[tuple[str, str]]:
    """The people of institutions today who have an address: who may own what is agreed. Those of the institution
    whose code is `first` come first."""
    query = (
        select(Person, Institution)
        .join(InstitutionMember, InstitutionMember.person_id == Person.id)
        .join(Institution, Institution.id == InstitutionMember.institution_id)
        .where(
            InstitutionMember.institution_id.in_(set(institution_ids)),
            holds_on(InstitutionMember, clock.today()),
            Person.email.is_not(None),
        )
    )
    found = [(place, person) for person, place in db.session.execute(query)]
    key = sort_key()
    found.sort(key=lambda pair: (pair[0].code != first, key(name_of(pair[0])), key(name_of(pair[1]))))
    return [(person.email or "", f"{name_of(place)} · {name_of(person)}") for place, person in found]
