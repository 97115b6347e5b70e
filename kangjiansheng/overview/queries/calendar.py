"""The dates of a person's calendar: her own milestones and bookings, the meetings that she may see, answers that she
owes, what her institution gives or gets on an agreed day, and what ends: agreements, what her laboratories hold,
space that companies which she accompanies have leased."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Subquery, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.queries.visible import reads_committee, sees_meeting
from kangjiansheng.committee.rules.meetings import HIDDEN
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Agreement, Booking, Company, LabPaper, Lease, Obligation, ServiceRequest
from kangjiansheng.labs.queries import own_institutions
from kangjiansheng.labs.queries.bookings import own_bookings
from kangjiansheng.labs.queries.companion import to_answer
from kangjiansheng.labs.queries.papers import papers_to_watch
from kangjiansheng.labs.queries.space import leases_to_watch
from kangjiansheng.labs.queries.waiting import agreements_to_watch, obligations_waiting
from kangjiansheng.labs.rules.resources import written
from kangjiansheng.projects.models import HandOff, Milestone, MilestoneEntry
from kangjiansheng.projects.queries.owners import running, with_owner
from kangjiansheng.projects.queries.visible import may_see, may_see_plan
from kangjiansheng.projects.rules.hand_offs import OPEN

LINGERS = timedelta(days=60)  # what was reached or cancelled stays so long, that programs take notice
BACK = timedelta(days=180)  # meetings held before are left out


@dataclass(frozen=True, slots=True)
class Dated:
    """One day of a calendar, of a meeting with its hours and place; `version` and `modified` are those of its row."""

    kind: str  # milestone, meeting, answer, obligation, paper, booking, hand_off, lease, agreement
    id: int
    day: date
    code: str
    names: dict[str, str]
    context: dict[str, str]  # names of the project, the laboratory or the committee
    path: str
    version: int
    modified: datetime
    state: str  # open, done, cancelled
    illustrative: bool
    starts: datetime | None = None
    ends: datetime | None = None
    place: str = ""


def _milestones(actor: Actor) -> list[Dated]:
    said = (
        select(MilestoneEntry.milestone_id, func.max(MilestoneEntry.recorded_at).label("at"))
        .group_by(MilestoneEntry.milestone_id)
        .subquery()
    )
    query = with_owner(
        select(Milestone, said.c.at).join(said, said.c.milestone_id == Milestone.id), load=True
    ).where(
        Milestone.owner_id == actor.id,
        Milestone.kind == "milestone",
        running(),
        may_see_plan(actor),
        or_(Milestone.state == "open", said.c.at >= clock.now() - LINGERS),
    )
    found = []
    for m, modified in db.session.execute(query):
        day = m.actual or m.forecast or m.current_plan or m.baseline
        owner = m.plan.owner
        if day is not None:
            found.append(
                Dated(
                    "milestone",
                    m.id,
                    day,
                    owner.code,
                    _names(m),
                    _names(owner),
                    m.path,
                    m.version,
                    modified,
                    m.state,
                    owner.illustrative,
                )
            )
    return found


def _meetings(actor: Actor) -> list[Dated]:
    revised = _revised("meeting")
    query = (
        select(Meeting, revised.c.at, reads_committee(actor).label("whole"))
        .outerjoin(revised, revised.c.thing_id == Meeting.id)
        .where(
            sees_meeting(actor),
            Meeting.life.not_in(HIDDEN),  # a feed is shared and a draft is not
            Meeting.held_on >= clock.today() - BACK,
            or_(
                Meeting.life != "cancelled",
                and_(revised.c.at.is_not(None), revised.c.at >= clock.now() - LINGERS),
            ),
        )
        .options(joinedload(Meeting.committee))
    )
    rows = db.session.execute(query).all()
    stood = {m.id: (m.version, modified or clock.start_of(m.held_on)) for m, modified, _whole in rows}
    stood |= _told({m.id for m, _modified, whole in rows if not whole})
    return [
        Dated(
            "meeting",
            m.id,
            m.held_on,
            m.code,
            _names(m),
            _names(m.committee),
            f"/meetings/{m.code}",
            *stood[m.id],
            "cancelled" if m.life == "cancelled" else "open",
            m.illustrative,
            m.starts_at,
            m.ends_at,
            m.place,
        )
        for m, _modified, _whole in rows
    ]


def _told(ids: set[int]) -> dict[int, tuple[int, datetime]]:
    """How often what a calendar says of meetings has changed, and when last. Who sees one item of a meeting learns nothing
    of the others: neither how often its agenda was edited, nor when."""
    shown = ("life", "held_on", "starts_at", "ends_at", "place", "name_hans", "name_hant", "name_en")
    said = (Revision.state[key].as_string() for key in shown)
    query = select(Revision.thing_id, Revision.recorded_at, *said).where(
        Revision.thing == Meeting.__tablename__, Revision.thing_id.in_(ids)
    )
    found: dict[int, tuple[int, datetime]] = {}
    last: dict[int, Sequence[str | None]] = {}
    for key, at, *state in db.session.execute(query.order_by(Revision.version)) if ids else ():
        if state[0] not in HIDDEN and state != last.get(key):
            last[key], found[key] = state, (found.get(key, (0, at))[0] + 1, at)
    return found


def _answers(actor: Actor) -> list[Dated]:
    """The answers that the actor owes companies of the park, on the days for which they were promised."""
    revised = _revised(ServiceRequest.__tablename__)
    query = (
        select(ServiceRequest, revised.c.at)
        .join(revised, revised.c.thing_id == ServiceRequest.id)
        .join(ServiceRequest.company)
        .where(to_answer(actor), Company.archived_at.is_(None))
        .options(contains_eager(ServiceRequest.company))
    )
    return [
        Dated(
            "answer",
            one.id,
            one.promised_on,
            one.company.code,
            _names(one.company),
            {"hans": one.text},
            f"/residents/{one.company.code}/requests/{one.number}",
            one.version,
            modified,
            "open",
            one.company.illustrative,
        )
        for one, modified in db.session.execute(query)
    ]


def _obligations(actor: Actor) -> list[Dated]:
    """What her institutions owe, with whom it is owed; nothing of a past that is settled."""
    waiting = [one for one in obligations_waiting(actor=actor) if one.why != "accept" and one.day]
    changed = _changed("obligation", {one.row.id for one in waiting})
    return [
        Dated(
            "obligation",
            one.row.id,
            one.day,
            one.row.code,
            _names(one.row),
            _names(one.row.creditor),
            f"/obligations/{one.row.code}",
            *changed[one.row.id],
            "open",
            one.row.illustrative,
        )
        for one in waiting
        if one.day
    ]


def _agreements(actor: Actor) -> list[Dated]:
    """The agreements of which she is told that they end, on the day on which they do."""
    found = agreements_to_watch(actor=actor)
    changed = _changed(Agreement.__tablename__, {one.id for one in found})
    return [
        Dated(
            "agreement",
            one.id,
            one.expires_on,
            one.code,
            _names(one),
            {},
            f"/agreements/{one.code}",
            *changed[one.id],
            "open",
            one.illustrative,
        )
        for one in found
        if one.expires_on is not None
    ]


def _papers(actor: Actor) -> list[Dated]:
    """What the laboratories that the actor directs hold, and what she holds herself, on the day on which it ends."""
    found = papers_to_watch(actor=actor)
    changed = _changed(LabPaper.__tablename__, {one.id for one in found})
    return [
        Dated(
            "paper",
            one.id,
            one.valid_to,
            one.lab.code,
            {"hans": one.label},
            _names(one.lab),
            f"/labs/{one.lab.code}/papers",
            *changed[one.id],
            "open",
            one.lab.illustrative,
        )
        for one in found
    ]


def _leases(actor: Actor) -> list[Dated]:
    """Space in the park, on the last day for which it is leased."""
    revised = _revised(Lease.__tablename__)
    query = (
        select(Lease, revised.c.at)
        .join(revised, revised.c.thing_id == Lease.id)
        .join(Lease.company)
        .where(
            leases_to_watch(actor),
            Lease.ends_on >= clock.today() - LINGERS,
            or_(Lease.withdrawn_at.is_(None), Lease.withdrawn_at >= clock.now() - LINGERS),
        )
        .options(contains_eager(Lease.company), joinedload(Lease.floor))
    )
    return [
        Dated(
            "lease",
            one.id,
            one.ends_on,
            one.company.code,
            _names(one.company),
            {"hans": f"{one.floor.code} · {one.area_m2} m²"},
            f"/residents/{one.company.code}",
            one.version,
            modified,
            "cancelled" if one.withdrawn_at else "open",
            one.company.illustrative,
        )
        for one, modified in db.session.execute(query)
        if one.ends_on is not None
    ]


def _changed(thing: str, ids: set[int]) -> dict[int, tuple[int, datetime]]:
    """The version of things of a kind, and when it came to be."""
    last = select(Revision.thing_id, func.max(Revision.version), func.max(Revision.recorded_at))
    query = last.where(Revision.thing == thing, Revision.thing_id.in_(ids)).group_by(Revision.thing_id)
    return {key: (version, at) for key, version, at in db.session.execute(query)} if ids else {}


def _hand_offs(actor: Actor) -> list[Dated]:
    changed = func.max(Revision.recorded_at)
    revised = (
        select(Revision.thing_id, changed.label("at"))
        .where(Revision.thing == HandOff.__tablename__)
        .group_by(Revision.thing_id)
        .subquery()
    )
    mine = own_institutions(actor)
    query = (
        select(HandOff, revised.c.at)
        .join(revised, revised.c.thing_id == HandOff.id)
        .join(HandOff.project)
        .where(
            HandOff.accepted_on.is_not(None),
            or_(HandOff.giver_id.in_(mine), HandOff.receiver_id.in_(mine)),
            may_see(actor),
            or_(HandOff.life.in_(OPEN), revised.c.at >= clock.now() - LINGERS),
        )
        .options(contains_eager(HandOff.project))
    )
    states = {"received": "done", "withdrawn": "cancelled"}
    return [
        Dated(
            "hand_off",
            one.id,
            one.accepted_on,
            one.code,
            _names(one),
            _names(one.project),
            f"/hand-offs/{one.code}",
            one.version,
            modified,
            states.get(one.life, "open"),
            one.project.illustrative,
        )
        for one, modified in db.session.execute(query)
        if one.accepted_on is not None
    ]


def _names(thing: object) -> dict[str, str]:
    return {script: getattr(thing, f"name_{script}") for script in ("hans", "hant", "en")}


def _revised(thing: str) -> Subquery:
    """When things of a kind were last changed."""
    changed = func.max(Revision.recorded_at).label("at")
    query = select(Revision.thing_id, changed).where(Revision.thing == thing).group_by(Revision.thing_id)
    return query.subquery()


def _bookings(actor: Actor) -> list[Dated]:
    """What she has booked, on the day on which it begins; when exactly and what for stand under it."""
    revised = _revised("booking")
    query = (
        select(Booking, revised.c.at)
        .join(revised, revised.c.thing_id == Booking.id)
        .where(
            own_bookings(actor),
            Booking.starts_at >= clock.now() - LINGERS,
            or_(Booking.cancelled_at.is_(None), Booking.cancelled_at >= clock.now() - LINGERS),
        )
        .options(joinedload(Booking.resource))
    )
    return [
        Dated(
            "booking",
            b.id,
            clock.day_of(b.starts_at),
            b.resource.code,
            _names(b.resource),
            dict.fromkeys(("hans", "hant", "en"), f"{written(b)} {b.purpose}".strip()),
            f"/resources/{b.resource.code}/bookings/{b.number}",
            b.version,
            modified,
            "cancelled" if b.cancelled_at else "open",
            b.resource.illustrative,
        )
        for b, modified in db.session.execute(query)
    ]


# What stands in a calendar, by the class of the thing.
SOURCES: dict[type, Callable[[Actor], list[Dated]]] = {
    Milestone: _milestones,
    Meeting: _meetings,
    ServiceRequest: _answers,
    Obligation: _obligations,
    Agreement: _agreements,
    LabPaper: _papers,
    Booking: _bookings,
    HandOff: _hand_offs,
    Lease: _leases,
}


def calendar_of(*, actor: Actor) -> list[Dated]:
    """Everything that stands in a person's calendar now, by the rights of this moment; fourteen statements at most."""
    found = [one for source in SOURCES.values() for one in source(actor)]
    return sorted(found, key=lambda one: (one.day, one.kind, one.id))
