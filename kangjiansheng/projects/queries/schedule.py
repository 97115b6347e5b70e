"""The schedule of a plan as it stands today, and what a new date of one milestone does to the later ones."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Date, Integer, Select, String, bindparam, cast, null, select, union_all

from kangjiansheng.core import clock
from kangjiansheng.core.db import Instant, db
from kangjiansheng.projects.models import ClockStop, Milestone, MilestoneEntry, MilestoneLink
from kangjiansheng.projects.queries.hand_offs import HandOffRow, of_plans, padding, row_from
from kangjiansheng.projects.queries.past import Since, stops_then
from kangjiansheng.projects.queries.rows import OwnerRow
from kangjiansheng.projects.rules.bulk import BULK
from kangjiansheng.projects.rules.hand_offs import not_before
from kangjiansheng.projects.rules.milestones import Turn, turn
from kangjiansheng.projects.rules.schedule import Follow, Link, Schedule, Shift, Step, Stop, Unit


@dataclass(frozen=True, slots=True)
class Effect:
    """A later milestone that has to move, in the order of the plan. `approximate`: beyond published holidays."""

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    gate: bool
    before: date
    after: date
    approximate: bool
    within: date  # where it comes when nothing moves by more than the slip; its day from before when it then stays

    @property
    def days(self) -> int:
        """By how many calendar days it moves."""
        return (self.after - self.before).days

    @property
    def beyond(self) -> int:
        """How many of these days go beyond the slip, to catch up with intervals of the plan that were not kept before."""
        return (self.after - self.within).days

    def day(self, follow: Follow) -> date:
        """Where it comes when later milestones go along in this way."""
        return {"move": self.after, "within": self.within, "keep": self.before}[follow]


@dataclass(frozen=True, slots=True)
class Held:
    """Hand-offs that hold a milestone, and the first day that they leave it."""

    rows: Sequence[HandOffRow]
    day: date


@dataclass(frozen=True, slots=True)
class Network:
    """What binds the milestones of a plan, by their ids: whom each waits for, and when its clock stood still. The
    hand-offs are those of the projects, also such as no milestone waits for."""

    links: Mapping[int, Sequence[Link]]
    stops: Mapping[int, Sequence[Stop]]
    hand_offs: Sequence[HandOffRow] = ()

    def awaited(self, milestone_id: int) -> list[HandOffRow]:
        """The hand-offs for which a milestone waits or waited; withdrawn ones are none."""
        return [
            row for row in self.hand_offs if row.milestone_id == milestone_id and row.state != "withdrawn"
        ]

    def holding(self, milestone_id: int, day: date) -> "Held | None":
        """The hand-offs that do not let a milestone be reached on a day, as of today; None when none does."""
        today = clock.today()
        later = [
            (row, at) for row in self.awaited(milestone_id) if (at := not_before(row, today)) and at > day
        ]
        return Held([row for row, _at in later], max(at for _row, at in later)) if later else None

    def not_before(self, milestone_id: int, today: date) -> date | None:
        """The day before which a milestone cannot be reached, for what is handed over; None when nothing holds it."""
        days = [not_before(row, today) for row in self.awaited(milestone_id)]
        return max((day for day in days if day is not None), default=None)


def network(*plan_ids: int | None, then: OwnerRow | None = None, as_of: date | None = None) -> Network:
    """The network of a plan, or of several; one statement. `then` is what the one plan belongs to, as it was read of the
    past day `as_of`."""
    links: dict[int, list[Link]] = defaultdict(list)
    stops: dict[int, list[Stop]] = defaultdict(list)
    rows: list[HandOffRow] = []
    asked = {"plans": plan_ids, "until": clock.end_of(as_of or clock.today())}
    for found in db.session.execute(_binding(), asked):
        key, before, lag, unit, first, last, *_more = found
        if key is None:
            rows.append(row_from(found._mapping))
        elif before is None:
            stops[key].append(Stop(first, last, lag))
        else:
            links[key].append(Link(before, lag, _unit(unit)))
    if then is None:
        return Network(links, stops, rows)
    return replace(_network_then(links, stops, then), hand_offs=rows)


@cache
def _binding() -> CompoundSelect[Any]:
    """All that binds the milestones of `plans`, with the hand-offs as they stood at `until`."""
    plan_ids: Any = bindparam("plans", expanding=True)
    until = bindparam("until", type_=Instant())
    none, no_day = cast(null(), Integer), cast(null(), Date)
    away = padding()
    return union_all(
        select(
            MilestoneLink.milestone_id,
            MilestoneLink.predecessor_id,
            MilestoneLink.lag,
            MilestoneLink.unit,
            no_day.label("first"),
            no_day.label("last"),
            *away,
        )
        .join(Milestone, Milestone.id == MilestoneLink.milestone_id)
        .where(Milestone.plan_id.in_(plan_ids)),
        select(  # a stop has no lag: there stands its key
            ClockStop.milestone_id,
            none,
            ClockStop.id,
            cast(null(), String),
            ClockStop.first,
            ClockStop.last,
            *away,
        )
        .join(Milestone, Milestone.id == ClockStop.milestone_id)
        .where(Milestone.plan_id.in_(plan_ids)),
        of_plans(plan_ids, [none, none, none, cast(null(), String), no_day, no_day], until),
    )


def _network_then(
    links: Mapping[int, Sequence[Link]], stops: Mapping[int, Sequence[Stop]], then: OwnerRow
) -> Network:
    """What bound the milestones that were there, with every change since taken back."""
    ids = {m.code: m.id for m in then.milestones}
    there = set(ids.values())
    found: dict[int, Sequence[Link]] = {}
    for key in there:
        since: Since | None = then.since.get(key)
        if since is not None and since.waits is not None:
            found[key] = [Link(ids[code], lag, _unit(unit)) for code, lag, unit in since.waits if code in ids]
        else:
            found[key] = [link for link in links.get(key, ()) if link.before in there]
    return Network(found, {key: stops_then(stops.get(key, ()), then.since.get(key)) for key in there})


def schedule(
    rows: Iterable[Any],
    found: Network,
    dates: Mapping[int, date | None] | None = None,
    *,
    today: date | None = None,
) -> Schedule:
    """The schedule of a plan from its milestones (records, or rows of a day, then with that day) in order.

    `dates` are promised instead of what the rows say, by id. Decisions (X9…) promise nothing and take no part.
    """
    dates, today = dates or {}, today or clock.today()
    steps = [
        Step(
            row.id,
            tuple(found.links.get(row.id, ())),
            promised=dates[row.id] if row.id in dates else promised(row),
            planned=row.current_plan or row.baseline,
            actual=row.actual,
            cancelled=row.state == "cancelled",
            duration=row.duration,
            unit=_unit(row.unit),
            stops=tuple(found.stops.get(row.id, ())),
            not_before=found.not_before(row.id, today),
        )
        for row in rows
        if row.kind == "milestone"
    ]
    return Schedule(steps, today=today)


def promised(row: Milestone | Any) -> date | None:
    """The date that counts for an open milestone: the confirmed forecast, else the plan, else the baseline."""
    return row.forecast or row.current_plan or row.baseline


def _unit(word: str) -> Unit:
    return "workday" if word == "workday" else "day"


def effects(milestone: Milestone, to: date) -> list[Effect]:
    """What has to move when a milestone comes on another day than it promises now; statements as `spread` has it."""
    return list(spread(milestone, to).moved)


def spread(milestone: Milestone, to: date) -> "Spread":
    """What another day of one milestone does to its plan; two statements, and one for the holidays in use."""
    rows = plans(select(Milestone.plan_id).where(Milestone.id == milestone.id))
    return spreads(rows.values(), {milestone.id: to})[0]


def plans(plan_ids: Select[Any], *, lock: bool = False) -> dict[int, list[Milestone]]:
    """The milestones of some plans in order, by the id of the plan; one statement.

    With `lock` nobody else can change them until the end of the transaction.
    """
    query = select(Milestone).where(Milestone.plan_id.in_(plan_ids))
    query = query.order_by(Milestone.plan_id, Milestone.position, Milestone.id)
    if lock:
        query = query.with_for_update(of=Milestone).execution_options(populate_existing=True)
    found: dict[int, list[Milestone]] = defaultdict(list)
    for row in db.session.scalars(query):
        found[row.plan_id].append(row)
    return found


@dataclass(frozen=True, slots=True)
class Spread:
    """What new dates of some milestones of a plan do to the others.

    `rows` is the whole plan in order, `asked` the new dates by id, `moved` what has to follow. `early` are the first
    days that predecessors leave to milestones which were given an earlier one; `held` are the hand-offs that do not let such a one be reached.
    """

    rows: Sequence[Milestone]
    asked: Mapping[int, date]
    moved: tuple[Effect, ...]
    early: Mapping[int, date]
    held: Mapping[int, Held]

    @property
    def dates(self) -> dict[int, date]:
        """All the new dates by id."""
        return self.dates_when("move")

    def dates_when(self, follow: Follow) -> dict[int, date]:
        """The same when later milestones go along in this way."""
        return {**self.asked, **{effect.id: effect.day(follow) for effect in self.moved}}

    @property
    def last(self) -> tuple[Milestone, date, date] | None:
        """The open milestone that comes last in the end, with the last day of the plan now and then."""
        new = self.dates
        days = [(day, row) for row in self.rows if row.state == "open" and (day := promised(row))]
        if not days:
            return None
        then, row = max(
            ((new.get(row.id, day), row) for day, row in days), key=lambda pair: (pair[0], pair[1].position)
        )
        return row, max(day for day, _row in days), then


def spreads(
    rows_of_plans: Iterable[Sequence[Milestone]],
    to: Mapping[int, date],
    held: Collection[int] = (),
    before: Mapping[int, date | None] | None = None,
) -> list[Spread]:
    """What new dates (by id of the milestone) do to the plans to which they belong; one statement, and one for the holidays in use.

    What would move to a day that has passed is left out: it is overdue, and its owner has to speak for it. What is
    `held` keeps its date whatever happens before it. `before` are dates to start from, where the rows have moved on.
    """
    touched = [rows for rows in rows_of_plans if any(row.id in to for row in rows)]
    if not touched:
        return []
    found = network(*(rows[0].plan_id for rows in touched))
    return [_spread(rows, schedule(rows, found, before), found, to, held) for rows in touched]


def _spread(
    rows: Sequence[Milestone],
    plan: Schedule,
    found: Network,
    to: Mapping[int, date],
    held: Collection[int],
) -> Spread:
    by_id, today = {row.id: row for row in rows}, clock.today()
    asked = {key: day for key, day in to.items() if key in by_id}
    kept = {key: plan.dates[key] for key in held if key in plan.dates}
    shifts = plan.moved({**kept, **asked})
    within = plan.within({**kept, **asked}, shifts)
    moved = tuple(
        _effect(by_id[key], shift, within[key] if within[key] >= today else shift.before)
        for key, shift in shifts.items()
        if shift.after >= today
    )
    dates = {**plan.dates, **asked, **{effect.id: effect.after for effect in moved}}
    early = {key: day for key in asked if (day := plan.leaves(key, dates))}
    holding = {key: one for key, day in asked.items() if (one := found.holding(key, day))}
    return Spread(rows, asked, moved, early, holding)


def _effect(row: Milestone, shift: Shift, within: date) -> Effect:
    return Effect(
        row.id,
        row.code,
        row.name_hans,
        row.name_hant,
        row.name_en,
        row.gate,
        shift.before,
        shift.after,
        shift.approximate,
        within,
    )


def moved_along(entry: MilestoneEntry) -> Sequence[MilestoneEntry]:
    """The entries of those that moved along in the act of an entry; none for a follower's own entry.

    In an act on many milestones nothing belongs to one alone: what moved along goes back with the whole act.
    """
    query = select(MilestoneEntry).where(
        MilestoneEntry.change_set_id == entry.change_set_id, MilestoneEntry.kind == "follow"
    )
    alone = entry.kind == "follow" or entry.change_set.label == BULK
    return [] if alone else db.session.scalars(query.order_by(MilestoneEntry.id)).all()


def reached_later(milestone: Milestone) -> list[str]:
    """The codes of predecessors that were reached after the milestone itself: one of both dates is wrong."""
    if milestone.actual is None:
        return []
    query = (
        select(Milestone.code)
        .join(MilestoneLink, MilestoneLink.predecessor_id == Milestone.id)
        .where(MilestoneLink.milestone_id == milestone.id, Milestone.actual > milestone.actual)
        .order_by(Milestone.position)
    )
    return list(db.session.scalars(query))


def turned(entry: MilestoneEntry) -> Turn:
    """Whether the entry promises a later day than the one before it did, an earlier one, or the same."""
    query = (
        select(MilestoneEntry.forecast, MilestoneEntry.current_plan, MilestoneEntry.baseline)
        .where(MilestoneEntry.milestone_id == entry.milestone_id, MilestoneEntry.id < entry.id)
        .order_by(MilestoneEntry.effective_at.desc(), MilestoneEntry.id.desc())
        .limit(1)
    )
    before = db.session.execute(query).first()
    return turn(promised(before) if before else None, entry.forecast) if entry.forecast else "later"
