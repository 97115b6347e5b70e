"""What of the records has reached the end of its period, what is held, and what was disposed of.

What a file concerns (projects, a laboratory, a committee) says from when its period runs and which holds keep it. An
agreement, an obligation, and a paper that stands on no agenda any more are no single place's: any hold keeps them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select, true, union_all
from sqlalchemy.orm import aliased, joinedload

from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    BacklogItem,
    Committee,
    Meeting,
    Minutes,
    MinutesImport,
    Paper,
)
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileBlob, FileRef
from kangjiansheng.labs.models import Agreement, JointLab, Obligation
from kangjiansheng.overview.models import Disposal, DisposalFile, LegalHold, RetentionPeriod
from kangjiansheng.overview.queries import old_messages
from kangjiansheng.overview.rules import retention as rules
from kangjiansheng.projects.models import Evidence, Milestone, Plan, Project, ProjectLab

About = aliased(Project, name="about")  # a project that a file concerns
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a kind: `rows` selects them, `over` says whether all that they concern ended before a day."""

    rows: Select[Any]
    over: Callable[[date], Condition]
    concerns: Select[Any] | None = None  # the ids of the projects, `About`
    lab: Any = None  # its id
    place: Any = None  # the code of what it belongs to
    of_committee: bool = False


def _files(*things: str) -> Select[Any]:
    return select().select_from(FileRef).join(FileBlob, FileBlob.id == FileRef.blob_id).where(FileRef.thing.in_(things))  # fmt: skip


def _archived(column: Any, day: date) -> Condition:
    return and_(column.is_not(None), column < clock.start_of(day))


def _evidence() -> Files:
    return Files(
        _files("evidence")
        .join(Evidence, Evidence.id == FileRef.thing_id)
        .join(Milestone, Milestone.id == Evidence.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .outerjoin(Project, Project.id == Plan.project_id)
        .outerjoin(JointLab, JointLab.id == Plan.lab_id),
        lambda day: or_(_archived(Project.archived_at, day), _archived(JointLab.archived_at, day)),
        select(About.id).where(About.id == Plan.project_id),
        Plan.lab_id,
        func.coalesce(Project.code, JointLab.code),
    )


def _of_meeting(rows: Select[Any], concerns: Select[Any], also: Condition | None = None) -> Files:
    """Files of a meeting of `Committee`. Where there is none (a paper that was taken off), they are as old as they are."""
    open_ = concerns.where(About.archived_at.is_(None)).exists()

    def over(day: date) -> Condition:
        met = or_(Meeting.id.is_(None), Meeting.held_on < day)
        later = concerns.where(About.archived_at >= clock.start_of(day)).exists()
        return and_(met, ~open_, ~later, true() if also is None else also)

    return Files(rows, over, concerns, Committee.lab_id, func.coalesce(Committee.code, ""), of_committee=True)


def _papers() -> Files:
    rows = (
        _files("paper")
        .join(Paper, Paper.id == FileRef.thing_id)
        .outerjoin(AgendaItem, AgendaItem.id == Paper.agenda_item_id)
        .outerjoin(Meeting, Meeting.id == AgendaItem.meeting_id)
        .outerjoin(BacklogItem, BacklogItem.id == Paper.backlog_item_id)
        .outerjoin(Committee, Committee.id == func.coalesce(Meeting.committee_id, BacklogItem.committee_id))
    )
    of = or_(About.id == AgendaItem.project_id, About.id == BacklogItem.project_id)
    return _of_meeting(
        rows, select(About.id).where(of), or_(BacklogItem.id.is_(None), BacklogItem.life != "waiting")
    )


def _proofs() -> Files:
    rows = (
        _files("action")
        .join(Action, Action.id == FileRef.thing_id)
        .join(Meeting, Meeting.id == Action.meeting_id)
        .join(Committee, Committee.id == Meeting.committee_id)
        .outerjoin(AgendaItem, AgendaItem.id == Action.agenda_item_id)
    )
    of = or_(About.id == Action.project_id, About.id == AgendaItem.project_id)
    return _of_meeting(rows, select(About.id).where(of))


def _scans() -> Files:
    minutes, brought = FileRef.thing == "minutes", FileRef.thing == "minutes_import"
    rows = (
        _files("minutes", "minutes_import")
        .outerjoin(Minutes, and_(minutes, Minutes.id == FileRef.thing_id))
        .outerjoin(MinutesImport, and_(brought, MinutesImport.id == FileRef.thing_id))
        .outerjoin(Meeting, Meeting.id == func.coalesce(Minutes.meeting_id, MinutesImport.meeting_id))
        .outerjoin(Committee, Committee.id == func.coalesce(Meeting.committee_id, MinutesImport.committee_id))
    )
    item = aliased(AgendaItem, name="about_item")
    return _of_meeting(
        rows, select(About.id).join(item, item.project_id == About.id).where(item.meeting_id == Meeting.id)
    )


def _agreements() -> Files:
    rows = _files("agreement").join(Agreement, Agreement.id == FileRef.thing_id)
    return Files(rows, lambda day: _archived(Agreement.archived_at, day))


def _obligations() -> Files:
    rows = _files("obligation").join(Obligation, Obligation.id == FileRef.thing_id)
    return Files(rows, lambda day: _archived(Obligation.archived_at, day))


KINDS: Mapping[str, Callable[[], Files]] = {
    "evidence": _evidence,
    "papers": _papers,
    "proofs": _proofs,
    "scans": _scans,
    "agreements": _agreements,
    "obligations": _obligations,
}


# ---------- periods ----------


def periods() -> dict[str, RetentionPeriod]:
    """For how long each kind is kept; rows that are not stored where nobody has said anything."""
    stored = {row.kind: row for row in db.session.scalars(select(RetentionPeriod))}
    return {kind: stored.get(kind) or _usual(kind) for kind in rules.KINDS}


def period(kind: str) -> RetentionPeriod:
    """The same for one kind."""
    return db.session.scalar(select(RetentionPeriod).where(RetentionPeriod.kind == kind)) or _usual(kind)


def _usual(kind: str) -> RetentionPeriod:
    return RetentionPeriod(kind=kind, years=rules.KINDS[kind].years, source="", reason="", version=0)


def kind(*, actor: Actor, kind: str) -> str | None:
    """A kind by its word in the address."""
    return kind if kind in rules.KINDS else None


def _ended(files: Files, years: int) -> Condition:
    """The condition that the period of a file is over. A committee's charter may ask for longer."""
    today = clock.today()

    def over(count: int) -> Condition:
        day = rules.begun_before(count, today)
        return false() if day is None else and_(FileRef.at < clock.start_of(day), files.over(day))

    if not files.of_committee or years == rules.FOREVER:
        return over(years)
    longer = select(Committee.retention_years).where(Committee.retention_years > years).distinct()
    asked = list(db.session.scalars(longer))
    within = or_(Committee.id.is_(None), Committee.retention_years <= years)
    more = [and_(Committee.retention_years == count, over(count)) for count in asked]
    return or_(and_(within, over(years)), *more)


# ---------- holds ----------


def _standing(*scope: str) -> Select[Any]:
    query = select(LegalHold.place_id).where(LegalHold.lifted_at.is_(None))
    return query.where(LegalHold.scope.in_(scope)) if scope else query


def _held(files: Files) -> Condition:
    """The condition that a hold keeps a file."""
    if files.concerns is None:
        return _standing().exists()
    labs = _standing(rules.LAB)
    in_labs = select(ProjectLab.project_id).where(ProjectLab.lab_id.in_(labs))
    found = [
        _standing(rules.ALL).exists(),
        files.concerns.where(or_(About.id.in_(_standing(rules.PROJECT)), About.id.in_(in_labs))).exists(),
        files.lab.in_(labs),
    ]
    if files.of_committee:
        found += [
            Committee.id.in_(_standing(rules.COMMITTEE)),
            and_(Committee.id.is_(None), _standing().exists()),
        ]
    return func.coalesce(or_(*found), false())


def holds() -> list[LegalHold]:
    """All holds, those that stand first, the newest first."""
    people = joinedload(LegalHold.placed_by), joinedload(LegalHold.lifted_by)
    query = select(LegalHold).options(*people)
    lifted = case((LegalHold.lifted_at.is_(None), 0), else_=1)
    return list(db.session.scalars(query.order_by(lifted, LegalHold.id.desc())))


def hold(*, actor: Actor, number: int) -> LegalHold | None:
    """One hold."""
    return db.session.get(LegalHold, number)


PLACES: Mapping[str, Any] = {
    rules.PROJECT: Project,
    rules.LAB: JointLab,
    rules.COMMITTEE: Committee,
}


def place(scope: str, code: str) -> tuple[int, str] | None:
    """The id and the code of what a hold is to keep; capitals may be typed small."""
    kind = PLACES[scope]
    found = select(kind.id, kind.code).where(kind.code.in_([code, code.upper()])).order_by(kind.code != code)
    row = db.session.execute(found).first()
    return (row.id, row.code) if row else None


# ---------- what is kept, and what may go ----------


@dataclass(frozen=True, slots=True)
class Tally:
    """How many files there are of a kind or a place, how many of them are over their period, and how many of these
    are held."""

    count: int
    size: int  # bytes
    ended: int
    held: int
    free: int  # bytes of what may go
    place: str = ""

    @property
    def may_go(self) -> int:
        """How many may be disposed of."""
        return self.ended - self.held


def _tally(files: Files, years: int) -> list[Any]:
    ended, held = _ended(files, years), _held(files)
    goes = and_(ended, ~held)

    def number(condition: Condition, value: Any = 1) -> Any:
        return func.coalesce(func.sum(case((condition, value), else_=0)), 0)

    return [
        func.count(FileRef.id),
        func.coalesce(func.sum(FileBlob.size), 0),
        number(ended),
        number(and_(ended, held)),
        number(goes, FileBlob.size),
    ]


def _tallied(count: Any, size: Any, ended: Any, held: Any, free: Any, place: Any = "") -> Tally:
    return Tally(int(count), int(size), int(ended), int(held), int(free), place or "")


def tallies(periods: Mapping[str, int]) -> dict[str, Tally]:
    """What there is of some kinds, kept for so many years. Six statements at most, however much that is."""
    found = {rules.MESSAGES: _messages(periods[rules.MESSAGES])} if rules.MESSAGES in periods else {}
    each = [_counted(kind, years) for kind, years in periods.items() if kind != rules.MESSAGES]
    rows = db.session.execute(union_all(*each)) if each else ()
    return found | {kind: _tallied(*numbers) for kind, *numbers in rows}


def tally(kind: str, years: int) -> Tally:
    """The same of one kind."""
    return tallies({kind: years})[kind]


def _counted(kind: str, years: int) -> Select[Any]:
    files = KINDS[kind]()
    query = files.rows.with_only_columns(literal(kind), *_tally(files, years), maintain_column_froms=True)
    return query.where(FileRef.disposed_at.is_(None))


def _messages(years: int) -> Tally:
    """Messages are no single place's: any hold keeps them."""
    count, ended = old_messages.counts(
        None if years == rules.FOREVER else rules.older_than(years, clock.today())
    )
    return Tally(count, 0, ended, ended if anything_is_held() else 0, 0)


def anything_is_held() -> bool:
    """Whether any hold stands."""
    return db.session.scalar(_standing().limit(1).with_only_columns(LegalHold.id)) is not None


def _place(files: Files) -> Any:
    return literal("") if files.place is None else files.place


def by_place(kind: str, years: int) -> list[Tally]:
    """What of a kind is over its period, by the code of the project, laboratory or committee."""
    if kind == rules.MESSAGES:
        return []
    files = KINDS[kind]()
    place = _place(files)
    query = files.rows.with_only_columns(*_tally(files, years), place, maintain_column_froms=True)
    query = query.where(FileRef.disposed_at.is_(None), _ended(files, years))
    found: Any = db.session.execute(query.group_by(place).order_by(place))
    return [_tallied(*row) for row in found]


def may_go(kind: str, years: int, *among: Any) -> list[Any]:
    """The files of a kind that may be disposed of today: id, place, name, size, digest, when they were brought; the
    oldest first, no more than one disposal holds. `among` narrows it."""
    files = KINDS[kind]()
    query = files.rows.with_only_columns(
        FileRef.id,
        _place(files).label("place"),
        FileRef.name,
        FileBlob.size,
        FileBlob.sha256,
        FileRef.at,
        maintain_column_froms=True,
    ).where(FileRef.disposed_at.is_(None), _ended(files, years), ~_held(files), *among)
    return list(db.session.execute(query.order_by(FileRef.at, FileRef.id).limit(rules.AT_ONCE)))


# ---------- of disposals ----------


def held_of(disposal: Disposal) -> dict[int, str]:
    """The files of such a disposal which a hold keeps now, with their digests."""
    if disposal.kind == rules.MESSAGES:
        return {}
    files = KINDS[disposal.kind]()
    query = files.rows.with_only_columns(FileRef.id, FileBlob.sha256, maintain_column_froms=True)
    rows = db.session.execute(query.where(FileRef.disposal_id == disposal.id, _held(files)))
    return {key: digest for key, digest in rows}


def still_may_go(disposal: Disposal) -> int:
    """How much of a proposal may still go: today, by today's periods and holds."""
    years = period(disposal.kind).years
    if disposal.kind == rules.MESSAGES:
        over = years != rules.FOREVER and disposal.older_than <= rules.older_than(years, clock.today())
        return disposal.count if over and not anything_is_held() else 0
    listed = select(DisposalFile.file_id).where(DisposalFile.disposal_id == disposal.id)
    return len(may_go(disposal.kind, years, FileRef.id.in_(listed)))
