"""Both ledgers in the memory of this process, brought up to the last commit before anybody looks at them.

The trail is what they are brought up by: an entry of a ledger belongs to an act, and each act gets its place in the
chain in the order of the commits. When the last place that is known here still bears the hash that it had, all that
the acts after it touched is read again; when it does not, this is another database, and everything is. What one reads
here was committed: it is read on a connection of its own. Who may see what is nowhere here.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import chain
from sys import intern
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    Select,
    case,
    cast,
    false,
    func,
    literal,
    select,
    true,
    union,
    union_all,
)

from kangjiansheng.core import clock
from kangjiansheng.core import kept as figures
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import Counted, db, reading
from kangjiansheng.core.kept import NO_HEAD, Head
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project, ProjectEntry
from kangjiansheng.projects.queries.past import SCHEDULED
from kangjiansheng.projects.queries.stood import CONFIRMING
from kangjiansheng.projects.queries.visible import may_see
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import NONE, STATES, Array, History, Ledgers
from kangjiansheng.projects.rules.names import NOBODY, Names
from kangjiansheng.projects.rules.packed import dates, numbers
from kangjiansheng.projects.rules.plans import RESTING
from kangjiansheng.projects.rules.vocabulary import modalities

_AT_ONCE = 2_000  # rows that are read at a time
_NAME = ("name_hans", "name_hant", "name_en")
_INDICATION = ("indication_hans", "indication_hant", "indication_en")
_DAYS = 3  # that are kept
_MANY = 5_000  # from so many things on all are read
_TYPES = {
    "at": np.int64,
    "state": np.int8,
    "flagged": np.bool_,
    "confirms": np.bool_,
    "by_hand": np.bool_,
    "reason": np.int16,
    "moves": np.int16,
}  # the others are whole numbers that fit 32 bits
_PACKED = {**dict.fromkeys(("baseline", "plan", "forecast", "proposed", "actual"), dates), "owner": numbers}


class _Kept:
    """What one process knows of one database: both ledgers, up to which place of its trail; and the last days that were
    read off these, each for all who may see the same projects."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.known: tuple[Head, Ledgers] | None = None
        self.days: OrderedDict[Any, Day] = OrderedDict()

    def at(self, head: Head) -> Ledgers:
        """The ledgers up to a place of the trail, or to a later one."""
        if self.known is None or self.known[0] != head:
            with self.lock, reading(db.engine) as connection:
                self.known = self._brought_up(connection)
        return self.known[1]

    def day(
        self,
        ledgers: Ledgers,
        keys: Array,
        as_of: date | None,
        today: date,
        awaiting: Collection[int] = (),
        *,
        archived: bool = False,
    ) -> Day:
        """A day of some projects, by ascending key."""
        seen = keys.tobytes()
        until = as_of and clock.end_of(as_of)  # days that are read up to an instant are equal to one another
        awaiting = awaiting if as_of else ledgers.open_among(awaiting)
        key = seen, until, today, frozenset(awaiting), archived
        with self.lock:
            found = self.days.pop(key, None)
            if found is None or found.ledgers is not ledgers:
                found = Day(ledgers, keys, as_of, today, awaiting, archived=archived)
            self.days[key] = found
            for old in [one for one, day in self.days.items() if day.ledgers is not ledgers]:
                del self.days[old]
            while len(self.days) > _DAYS:
                self.days.popitem(last=False)
        return found

    def _brought_up(self, connection: Connection) -> tuple[Head, Ledgers]:
        if self.known is not None:
            (seq, hash_), ledgers = self.known
            acts = connection.execute(_since(seq)).all()
            if acts and (acts[0].seq, acts[0].hash) == (seq, hash_):
                later = {one.change_set_id for one in acts[1:]}
                named = {one.thing_id for one in acts[1:] if one.act == SCHEDULED}
                return (acts[-1].seq, acts[-1].hash), _renewed(ledgers, connection, later, named)
        newest = connection.execute(figures.NEWEST).first()
        return (newest.seq, newest.hash) if newest else NO_HEAD, _all(connection)


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_guard = Lock()


def _since(seq: int) -> Select[int, str, int, str, int]:
    """A place of the trail and all after it."""
    query = select(
        AuditEntry.seq, AuditEntry.hash, AuditEntry.change_set_id, AuditEntry.act, AuditEntry.thing_id
    )
    return query.where(AuditEntry.seq >= seq).order_by(AuditEntry.seq)


def days(
    *,
    actor: Actor,
    as_of: date | None,
    others: Collection[date] = (),
    awaiting: Collection[int] = (),
    archived: bool = False,
) -> list[Day]:
    """What the actor may see today as it stood at the end of a day (now for None), and of other days. One statement
    when nothing was written since the last time.

    `awaiting`: gates that meetings are to decide, as they were known at the end of the day. With `archived` also the
    projects that were put away by then.
    """
    kept, keys, known = _read(actor)
    today = clock.today()
    first = kept.day(known, keys, as_of, today, awaiting, archived=archived)
    return [first, *(kept.day(known, keys, day, today) for day in others)]


def columns(*, actor: Actor) -> tuple[Ledgers, list[int]]:
    """Both ledgers, and the projects in them that the actor may see; `days` costs as much."""
    _memory, keys, known = _read(actor)
    return known, keys.tolist()


def _read(actor: Actor) -> tuple[_Kept, Array, Ledgers]:
    with _guard:
        kept = _kept.setdefault(db.engine, _Kept())
    head, keys = _reach(actor)
    return kept, keys, kept.at(head)


def _reach(actor: Actor) -> tuple[Head, Array]:
    """The last place of the trail, and the projects that the actor may see. One statement when nothing was written since
    the last time."""
    keys = figures.figure(partial(_seen, actor), "projects that are seen", actor=actor)
    return figures.head(), keys


def _seen(actor: Actor) -> Array:
    query = select(Project.id).where(may_see(actor)).order_by(Project.id)
    return np.array(db.session.scalars(query).all(), np.int64)


def _all(connection: Connection) -> Ledgers:
    names = Names()
    projects, labs = _projects(connection, true(), names)
    return Ledgers(projects, _milestones(connection, true(), names), labs, names)


def _renewed(
    known: Ledgers, connection: Connection, acts: Collection[int], named: Collection[int]
) -> Ledgers:
    """What some acts touched is read again, and the milestones that were given other names; the rest stays."""
    if len(acts) > _MANY:
        return _all(connection)
    told = select(literal("project"), ProjectEntry.project_id).where(ProjectEntry.change_set_id.in_(acts))
    moved = select(literal("milestone"), MilestoneEntry.milestone_id).where(
        MilestoneEntry.change_set_id.in_(acts)
    )
    touched: dict[str, list[int]] = {"project": [], "milestone": []}
    for kind, key in connection.execute(union(told, moved)) if acts else ():
        touched[kind].append(key)
    touched["milestone"] = sorted({*touched["milestone"], *named})
    if max(map(len, touched.values())) > _MANY:
        return _all(connection)
    projects, milestones, labs = known.projects, known.milestones, known.labs
    if touched["project"]:
        fresh, labs = _projects(connection, Project.id.in_(touched["project"]), known.names)
        projects = projects.renewed(fresh)
    if touched["milestone"]:
        milestones = milestones.renewed(
            _milestones(connection, Milestone.id.in_(touched["milestone"]), known.names)
        )
    if not any(touched.values()):
        return known
    return known.renewed(projects, milestones, labs, touched["milestone"], touched["project"])


def _milestones(connection: Connection, chosen: Any, names: Names) -> History:
    of_projects = Plan.project_id.is_not(None) & chosen
    m, e = Milestone, MilestoneEntry
    things = (
        select(
            m.id, m.plan_id, Plan.project_id, m.code, m.name_hans, m.name_hant, m.name_en, m.position, m.kind,
            m.gate, func.coalesce(Counted(m.confirmed_at), literal(NONE)).label("confirmed"),
            m.confirmed_by_id.is_not(None).label("by_hand"),
        )
        .join(Plan, Plan.id == m.plan_id)
        .where(of_projects)
        .order_by(m.id)
    )  # fmt: skip
    # A code that no vocabulary has can stand in a sheet that was taken in.
    codes = select(e.reason_code).where(e.reason_code.is_not(None)).distinct()
    if chosen is not true():
        codes = codes.where(e.milestone_id.in_(select(m.id).where(chosen)))
    numbers = {code: names.number(code) for code in connection.scalars(codes) if code is not None}
    entries = (
        select(
            e.milestone_id,
            Counted(e.effective_at).label("at"),
            *(
                func.coalesce(Counted(date_), literal(NONE)).label(name)
                for name, date_ in (
                    ("baseline", e.baseline),
                    ("plan", e.current_plan),
                    ("forecast", e.forecast),
                    ("proposed", e.proposed),
                    ("actual", e.actual),
                )
            ),
            case({state: n for n, state in enumerate(STATES)}, value=e.state, else_=-1).label("state"),
            cast(e.flagged, Integer).label("flagged"),
            func.coalesce(e.owner_id, literal(0)).label("owner"),
            (case(numbers, value=e.reason_code, else_=NOBODY) if numbers else literal(NOBODY)).label(
                "reason"
            ),
            e.moves.label("moves"),
            case((e.kind.in_(CONFIRMING), 1), else_=0).label("confirms"),
            case((e.confirmed_by_id.is_not(None), 1), else_=0).label("by_hand"),
        )
        .join(m, m.id == e.milestone_id)
        .join(Plan, Plan.id == m.plan_id)
        .where(of_projects)
        .order_by(e.milestone_id, e.effective_at, e.id)
    )
    found = [_facts((), names), *(_facts(rows, names) for rows in _stretches(connection, things))]
    facts = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    keys = facts.pop("id")
    of, said = _columns(connection, entries)
    return History(keys, _starts(keys, of), facts, said)


def _facts(rows: Sequence[Any], names: Names) -> dict[str, Any]:
    """What some milestones are, as columns."""
    return {
        "id": np.array([row.id for row in rows], np.int64),
        "project": np.array([row.project_id for row in rows], np.int64),
        "plan": np.array([row.plan_id for row in rows], np.int32),
        "code": _words(row.code for row in rows),
        "name": np.array([names.number(row.name_hans, row.name_hant, row.name_en) for row in rows], np.int32),
        "position": np.array([row.position for row in rows], np.int32),
        "decision": np.array([row.kind == "decision" for row in rows], np.bool_),
        "gate": np.array([row.gate for row in rows], np.bool_),
        "confirmed": np.array([row.confirmed for row in rows], np.int64),
        "by_hand": np.array([row.by_hand for row in rows], np.bool_),
    }


def _projects(connection: Connection, chosen: Any, names: Names) -> tuple[History, dict[int, str]]:
    """Some projects, and the codes of all laboratories."""
    kind = literal("project").label("kind")
    called = union_all(
        select(kind, Project.id, Project.code, Project.illustrative).where(chosen),
        select(literal("lab"), JointLab.id, JointLab.code, false()),
    )
    e = ProjectEntry
    entries = (
        select(
            e.project_id,
            Counted(e.effective_at),
            e.status,
            e.stage,
            e.modality,
            e.pathway,
            e.state["parties"].label("parties"),
            e.state["labs"].label("labs"),
            e.state["archived_at"].as_string().is_not(None).label("archived"),
            e.indication_group.label("group"),
            *(e.state[key].as_string().label(key) for key in (*_NAME, *_INDICATION, "owner_role")),
        )
        .join(Project, Project.id == e.project_id)
        .where(chosen)
        .order_by(e.project_id, e.effective_at, e.id)
    )
    known = modalities()
    things = connection.execute(called.order_by("kind", "id")).all()
    labs = {row.id: row.code for row in things if row.kind == "lab"}
    found = [row for row in things if row.kind == "project"]
    keys = np.array([row.id for row in found], np.int64)
    rows = connection.execute(entries).all()
    families = [known[row.modality].family if row.modality in known else "OTHER" for row in rows]
    history = History(
        keys,
        _starts(keys, np.array([row[0] for row in rows], np.int64)),
        {
            "code": np.array([row.code for row in found], object),
            "illustrative": np.array([row.illustrative for row in found], np.bool_),
        },
        {
            "at": np.array([row[1] for row in rows], np.int64),
            "claimed": _words(row.status for row in rows),
            "stage": _words(row.stage for row in rows),
            "family": _words(families),
            "pathway": _words(row.pathway for row in rows),
            "labs": _pairs(row.labs for row in rows),
            "parties": _pairs(row.parties for row in rows),
            "lab": np.array([_leading(row.labs, labs) for row in rows], np.int64),
            "rests": np.array([row.status in RESTING for row in rows], np.bool_),
            "archived": np.array([row.archived for row in rows], np.bool_),
            "group": _words(row.group for row in rows),
            "name": _names(rows, _NAME, names),
            "indication": _names(rows, _INDICATION, names),
            "owner_role": _names(rows, ("owner_role",), names),
        },
    )
    return history, labs


def _names(rows: Sequence[Any], keys: Sequence[str], names: Names) -> Any:
    return np.array([names.number(*(getattr(row, key) or "" for key in keys)) for row in rows], np.int32)


def _words(words: Any) -> Any:
    return np.array([intern(word) for word in words], object)


def _pairs(found: Iterable[list[list[Any]]]) -> Any:
    """Thousands of projects have the same laboratories and parties: each list is kept once."""
    known: dict[Any, Any] = {}
    pairs = [tuple(map(tuple, one)) for one in found]
    column = np.empty(len(pairs), object)
    for n, one in enumerate(pairs):
        column[n] = known.setdefault(one, one)
    return column


def _leading(of_project: list[list[Any]], codes: Mapping[int, str]) -> int:
    """The laboratory that leads, else the first by its code; 0 when there is none."""
    there = [(not leads, codes[key], key) for key, leads in of_project if key in codes]
    return min(there)[2] if there else 0


def _columns(connection: Connection, query: Any) -> tuple[Any, dict[str, Any]]:
    """The first column, and the others by name; all hold whole numbers."""
    names = [column.name for column in query.selected_columns]
    parts: list[list[Any]] = [[np.empty(0, _TYPES.get(name, np.int32))] for name in names]
    for rows in _stretches(connection, query):
        table = np.fromiter(chain.from_iterable(rows), np.int64, len(rows) * len(names)).reshape(
            -1, len(names)
        )
        for n, name in enumerate(names):
            parts[n].append(table[:, n].astype(_TYPES.get(name, np.int32)))
    first, *others = (np.concatenate(part) for part in parts)
    columns = zip(names[1:], others, strict=True)
    return first, {name: _PACKED[name](column) if name in _PACKED else column for name, column in columns}


def _stretches(connection: Connection, query: Any) -> Iterator[Any]:
    yield from connection.execution_options(yield_per=_AT_ONCE).execute(query).partitions()


def _starts(keys: Any, of: Any) -> Any:
    """Where the entries of each key begin among those of `of`, which are sorted by it; then their number."""
    return np.append(np.searchsorted(of, keys), len(of))
