"""Hand-offs: all that somebody sees as plain rows of a day, one of them, and who may act in it for whom."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, func, null, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision, last_revisions
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Institution, LabPartner
from kangjiansheng.labs.queries import own_institutions
from kangjiansheng.labs.queries.found import contains
from kangjiansheng.labs.queries.waiting import told_for
from kangjiansheng.projects.models import (
    HandOff,
    HandOffItem,
    Milestone,
    Plan,
    Project,
    ProjectEntry,
    ProjectLab,
    ProjectParty,
)
from kangjiansheng.projects.models.hand_offs import PLAIN
from kangjiansheng.projects.queries.people import LEADING, takes_part
from kangjiansheng.projects.queries.rows import Ref
from kangjiansheng.projects.queries.visible import may_see
from kangjiansheng.projects.rules import hand_offs as rules
from kangjiansheng.projects.rules.hand_offs import Side

GOVERNMENT = "government"
PRESSING = "pressing"  # late, or disputed
_DAYS = ("promised_on", "asked_on", "accepted_on", "delivered_on", "received_on")


@dataclass(frozen=True, slots=True)
class HandOffRow:
    """A hand-off at the end of a day, as pages, files and other floors show it. `items` are there on its own page."""

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    kind: str
    detail: str
    project: Ref
    illustrative: bool
    milestone_id: int | None
    milestone: str  # its code; empty for none
    giver: Ref
    receiver: Ref
    state: str
    promised_on: date | None
    asked_on: date | None
    accepted_on: date | None
    delivered_on: date | None
    received_on: date | None
    round: int
    reason: str
    listed: int  # how many lines its checklist has
    items: tuple[tuple[str, bool, bool], ...] = ()

    @property
    def due(self) -> date | None:
        """The day that counts: agreed, or named last."""
        return rules.due(self)

    @property
    def waits_for(self) -> Ref | None:
        """The institution whose turn it is; None when it is over."""
        side = rules.waits_for(self)
        return None if side is None else self.giver if side == "giver" else self.receiver

    @property
    def disputed(self) -> bool:
        """True while the receiver does not take what was delivered."""
        return self.state == "disputed"

    @property
    def is_open(self) -> bool:
        """True while something is still to come of it."""
        return self.state in rules.OPEN

    def overdue(self, day: date) -> int | None:
        """Days since the agreed day; None when it is not late."""
        return rules.overdue(self, day)


@dataclass(frozen=True, slots=True)
class HandOffFilter:
    """What the address of the list asks for; `state` is empty for all that is open."""

    q: str = ""
    kind: str = ""
    state: str = ""
    party: str = ""
    project: str = ""
    late: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return any((self.q, self.kind, self.state, self.party, self.project, self.late))

    def keeps(self, row: HandOffRow, day: date) -> bool:
        """Whether a row is asked for."""
        return (
            (row.is_open if not self.state else self.state in ("all", row.state))
            and self.kind in ("", row.kind)
            and self.party in ("", row.giver.code, row.receiver.code)
            and self.project in ("", row.project.code)
            and (not self.late or row.overdue(day) is not None or (self.late == PRESSING and row.disputed))
            and (not self.q or contains(self.q, _words(row)))
        )


def _words(row: HandOffRow) -> list[str]:
    things = (row, row.project, row.giver, row.receiver)
    return [getattr(one, key) for one in things for key in ("code", "name_hans", "name_hant", "name_en")]


def hand_offs(
    *, actor: Actor, as_of: date | None = None, project_id: int | None = None, milestone_id: int | None = None
) -> list[HandOffRow]:
    """All hand-offs of projects that the actor sees (of one project, before one milestone), what needs somebody first.

    One statement, whatever their number: today the rows themselves, on a past day of each the last revision until then,
    of the projects that were not archived then.
    """
    wanted = [may_see(actor)]
    if project_id is not None:
        wanted.append(HandOff.project_id == project_id)
    elif as_of is None:
        wanted.append(Project.archived_at.is_(None))
    rows = _today(wanted) if as_of is None else _then(wanted, as_of, archived=project_id is not None)
    if milestone_id is not None:
        rows = [row for row in rows if row.milestone_id == milestone_id]
    return rules.in_order(rows, as_of or clock.today())


def open_of(actor: Actor) -> Select[int]:
    """The open hand-offs that an institution of the actor gives or gets, whoever's turn it is."""
    mine = own_institutions(actor)
    return select(HandOff.id).where(
        HandOff.life.in_(rules.OPEN), or_(HandOff.giver_id.in_(mine), HandOff.receiver_id.in_(mine))
    )


def waiting(*, actor: Actor, speaking: bool = False) -> list[HandOffRow]:
    """The open hand-offs in which it is the turn of an institution of the actor, what is late first; with `speaking`
    of one for which she is told. One statement."""
    mine = told_for(actor) if speaking else own_institutions(actor)
    gives, gets = HandOff.giver_id.in_(mine), HandOff.receiver_id.in_(mine)
    query = _now(
        [may_see(actor), Project.archived_at.is_(None), HandOff.life.in_(rules.OPEN), or_(gives, gets)]
    )
    found = db.session.execute(query.add_columns(gives.label("gives"), gets.label("gets"))).mappings()
    rows = [(_row(one["key"], one, one), {"giver": one["gives"], "receiver": one["gets"]}) for one in found]
    return rules.in_order([row for row, sits in rows if sits[rules.waits_for(row) or "giver"]], clock.today())


_giver, _receiver = aliased(Institution), aliased(Institution)
_NAMES = ("id", "code", "name_hans", "name_hant", "name_en")


def _refs(kind: Any, prefix: str) -> list[Any]:
    return [getattr(kind, key).label(f"{prefix}_{key}") for key in _NAMES]


_MARKS = (Project.illustrative.label("project_illustrative"), Milestone.code.label("milestone_code"))
_REFS = (
    *_refs(Project, "project"),
    *_refs(_giver, "giver"),
    *_refs(_receiver, "receiver"),
    *_MARKS,
)


def _today(wanted: Iterable[ColumnElement[bool]]) -> list[HandOffRow]:
    return [_row(found["key"], found, found) for found in db.session.execute(_now(wanted)).mappings()]


def _now(wanted: Iterable[ColumnElement[bool]]) -> Select[Any]:
    own = [HandOff.life.label("state"), *(getattr(HandOff, key) for key in PLAIN)]
    listed = select(func.count(HandOffItem.id)).where(HandOffItem.hand_off_id == HandOff.id).scalar_subquery()
    return (
        select(HandOff.id.label("key"), listed.label("listed"), *own, *_REFS)
        .join(Project, Project.id == HandOff.project_id)
        .join(_giver, _giver.id == HandOff.giver_id)
        .join(_receiver, _receiver.id == HandOff.receiver_id)
        .outerjoin(Milestone, Milestone.id == HandOff.milestone_id)
        .where(*wanted)
    )


_entry = aliased(ProjectEntry)
_gave, _received = aliased(Revision), aliased(Revision)


def _refs_then(kind: Any, prefix: str, past: Any) -> list[Any]:
    """What something was called by a state of it; one that came later is called as today."""
    names = [
        func.coalesce(past.state[key].as_string(), getattr(kind, key)).label(f"{prefix}_{key}")
        for key in _NAMES[2:]
    ]
    return [*(getattr(kind, key).label(f"{prefix}_{key}") for key in _NAMES[:2]), *names]


_KEPT = (
    Revision.thing_id.label("hand_off_id"),
    Revision.state.label("kept"),
    *_refs_then(Project, "project", _entry),
    *_refs_then(_giver, "giver", _gave),
    *_refs_then(_receiver, "receiver", _received),
    *_MARKS,
)


def _stood(columns: Sequence[Any], seen: Select[int], until: Any) -> Select[Any]:
    """Columns of the last revisions of some hand-offs up to an instant, with what they name, called as it was then."""
    newest = last_revisions(Revision.thing == HandOff.__tablename__, Revision.thing_id.in_(seen), until=until)
    state = Revision.state
    return (
        select(*columns)
        .join(Project, Project.id == state["project_id"].as_integer())
        .join(_giver, _giver.id == state["giver_id"].as_integer())
        .join(_receiver, _receiver.id == state["receiver_id"].as_integer())
        .outerjoin(Milestone, Milestone.id == state["milestone_id"].as_integer())
        .outerjoin(_entry, _entry.id == _last(ProjectEntry, until, lambda one: one.project_id == Project.id))
        .outerjoin(_gave, _gave.id == _last(Revision, until, lambda one: _of_institution(one, _giver)))
        .outerjoin(
            _received, _received.id == _last(Revision, until, lambda one: _of_institution(one, _receiver))
        )
        .where(Revision.id.in_(newest))
    )


def _of_institution(one: Any, side: Any) -> ColumnElement[bool]:
    return and_(one.thing == Institution.__tablename__, one.thing_id == side.id)


def _last(kind: Any, until: Any, of: Callable[[Any], ColumnElement[bool]]) -> Any:
    """The id of the last state of something until an instant."""
    one = aliased(kind)
    query = select(one.id).where(of(one), one.effective_at <= until)
    return query.order_by(one.effective_at.desc(), one.id.desc()).limit(1).scalar_subquery()


def _then(wanted: Iterable[ColumnElement[bool]], day: date, *, archived: bool = True) -> list[HandOffRow]:
    seen = select(HandOff.id).join(Project, Project.id == HandOff.project_id).where(*wanted)
    query = _stood(_KEPT, seen, clock.end_of(day))
    if not archived:
        query = query.where(_entry.state["archived_at"].as_string().is_(None))
    return [row_from(found) for found in db.session.execute(query).mappings()]


def of_plans(plan_ids: Any, first: Sequence[Any], until: Any) -> Select[Any]:
    """The hand-offs of the projects of some plans as they stood at an instant (both are values, or bound later), for a
    statement that reads the plans in one go: after `first`, the columns of its other parts, which have `padding` in the
    place of these."""
    seen = select(HandOff.id).join(Plan, Plan.project_id == HandOff.project_id).where(Plan.id.in_(plan_ids))
    return _stood([*first, *_KEPT], seen, until)


def padding() -> list[Any]:
    """Nothing, in the columns of a hand-off."""
    return [cast(null(), column.type).label(column.key) for column in _KEPT]


def row_from(found: Mapping[Any, Any]) -> HandOffRow:
    """A hand-off from what a statement has kept of it."""
    return _row(found["hand_off_id"], found["kept"], found)


def _ref(found: Mapping[Any, Any], prefix: str) -> Ref:
    return Ref(*(found[f"{prefix}_{key}"] for key in _NAMES))


def _row(key: int, state: Mapping[Any, Any], refs: Mapping[Any, Any]) -> HandOffRow:
    plain = "code name_hans name_hant name_en kind detail milestone_id state round reason"
    facts: dict[str, Any] = {name: state[name] for name in plain.split()}
    for name in _DAYS:
        day = state[name]
        facts[name] = date.fromisoformat(day) if isinstance(day, str) else day
    items = tuple((text, given, taken) for text, given, taken in state.get("items") or ())
    return HandOffRow(
        id=key,
        project=_ref(refs, "project"),
        illustrative=refs["project_illustrative"],
        milestone=refs["milestone_code"] or "",
        giver=_ref(refs, "giver"),
        receiver=_ref(refs, "receiver"),
        listed=state["listed"] if "listed" in state else len(items),
        items=items,
        **facts,
    )


def hand_off(*, actor: Actor, code: str) -> HandOff | None:
    """A hand-off of a project that the actor may see."""
    query = (
        select(HandOff)
        .join(HandOff.project)
        .where(HandOff.code == code, may_see(actor))
        .options(
            contains_eager(HandOff.project),
            joinedload(HandOff.giver),
            joinedload(HandOff.receiver),
            joinedload(HandOff.milestone),
            selectinload(HandOff.items),
            selectinload(HandOff.signatures),
        )
    )
    return db.session.scalars(query).unique().first()


def hand_off_for(*, actor: Actor, code: str, act: str) -> tuple[HandOff, str] | None:
    """A hand-off of a project that the actor may see, with the act that the address names."""
    found = hand_off(actor=actor, code=code)
    return (found, act) if found else None


def row_of(found: HandOff, *, actor: Actor, as_of: date | None = None) -> HandOffRow | None:
    """The hand-off as its page shows it, with its checklist; None on a day on which it was not there."""
    if as_of is None:
        refs = {f"{prefix}_{key}": getattr(thing, key) for prefix, thing in (("project", found.project),
                ("giver", found.giver), ("receiver", found.receiver)) for key in _NAMES}  # fmt: skip
        refs |= {
            "project_illustrative": found.project.illustrative,
            "milestone_code": found.milestone.code if found.milestone else None,
        }
        return _row(found.id, found.state(), refs)
    rows = _then([may_see(actor), HandOff.id == found.id], as_of)
    return rows[0] if rows else None


def parties_of(project_id: int) -> list[Institution]:
    """Between which institutions of a project something can be handed over: its parties and the partners of its
    laboratories. Government and regulators are none: with them there are dealings, and nothing is promised."""
    of_labs = (
        select(LabPartner.institution_id)
        .join(ProjectLab, ProjectLab.lab_id == LabPartner.lab_id)
        .where(ProjectLab.project_id == project_id)
    )
    own = select(ProjectParty.institution_id).where(ProjectParty.project_id == project_id)
    query = (
        select(Institution)
        .where(
            or_(Institution.id.in_(own), Institution.id.in_(of_labs)),
            Institution.archived_at.is_(None),
            Institution.regulator.is_(False),
            ~Institution.sectors.any(sector=GOVERNMENT),
        )
        .order_by(Institution.code)
    )
    return list(db.session.scalars(query))


def sides(one: HandOff, *, actor: Actor) -> tuple[Side, ...]:
    """For which sides of a hand-off that the actor sees they may act: as a member, today, of giver or receiver."""
    mine = set(db.session.scalars(own_institutions(actor)))
    keys = zip(rules.SIDES, (one.giver_id, one.receiver_id), strict=True)
    return tuple(side for side, key in keys if key in mine)


def sits_in(actor: Actor, institution_ids: Collection[int]) -> bool:
    """True for a member, today, of one of some institutions."""
    return not set(institution_ids).isdisjoint(db.session.scalars(own_institutions(actor)))


def acts_as(one: HandOff, *, actor: Actor) -> tuple[str, ...]:
    """The same, and `lead` for those who lead the project."""
    found: tuple[str, ...] = sides(one, actor=actor)
    return (*found, "lead") if takes_part(actor.id, LEADING, project_id=one.project_id) else found
