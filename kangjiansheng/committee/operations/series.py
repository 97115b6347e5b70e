"""Templates of agendas, and series that lay out their meetings as drafts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee.models import (
    TEMPLATE_ITEM,
    AgendaItem,
    AgendaTemplate,
    Committee,
    Meeting,
    MeetingSeries,
    Recusal,
)
from kangjiansheng.committee.operations import publishing
from kangjiansheng.committee.operations.meetings import create_meeting
from kangjiansheng.committee.rules import series as rules
from kangjiansheng.committee.rules.meetings import UNPUBLISHED
from kangjiansheng.core import clock
from kangjiansheng.core.calendar import china
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken


def make_template(meeting: Meeting, seen: Sequence[AgendaItem], *, actor: Actor, name: str) -> AgendaTemplate:
    """Keep the agenda of a meeting as a template: of the items that the actor sees (`seen`) those that come back.
    What concerns a project, or withholds itself from somebody, does not: a template is read by all who prepare."""
    withheld = set(
        db.session.scalars(
            select(Recusal.agenda_item_id).join(Recusal.item).where(AgendaItem.meeting_id == meeting.id)
        )
    )
    kept = [item for item in seen if item.project_id is None and item.id not in withheld]
    if not kept:
        raise RuleBroken("committee:template-empty")
    template = AgendaTemplate(
        committee_id=meeting.committee_id,
        name_hans=name,
        items=[{key: getattr(item, key) for key in TEMPLATE_ITEM} for item in kept],
    )
    db.session.add(template)
    db.session.flush()
    record("committee:template:make", template, actor=actor, before={})
    return template


def edit_template(
    template: AgendaTemplate,
    *,
    actor: Actor,
    version: int | None,
    names: Mapping[str, str],
    items: Sequence[Mapping[str, Any]],
) -> None:
    """Its names and its items in their order; the meetings that began with it stay as they are."""
    expect(template, version)
    if not items:
        raise RuleBroken("committee:template-bare", "items")
    before = template.state()
    for key in ("name_hans", "name_hant", "name_en"):
        setattr(template, key, names[key])
    template.items = [{key: item[key] for key in TEMPLATE_ITEM} for item in items]
    if template.state() != before:
        record("committee:template:edit", template, actor=actor, before=before)


def archive_template(template: AgendaTemplate, *, actor: Actor) -> None:
    """Offer a template no more; the meetings that began with it stay as they are."""
    before = template.state()
    template.archived_at = clock.now()
    record("committee:template:archive", template, actor=actor, before=before)


def plan(
    committee: Committee,
    *,
    actor: Actor,
    name: str,
    unit: str,
    every: int,
    nth: int,
    first: date,
    until: date,
    starts: time | None = None,
    ends: time | None = None,
    place: str = "",
    template: AgendaTemplate | None = None,
) -> MeetingSeries:
    """Lay out the meetings of a series as drafts: nobody is told, and no number is taken. Public holidays are left
    out, and the series says which."""
    if until < first:
        raise RuleBroken("committee:dates-turned", "until")
    days = rules.days(unit, every, nth, first, until)
    if len(days) > rules.MOST:
        raise RuleBroken("committee:series-long", "until", most=rules.MOST)
    off = {day for day in days if rules.is_holiday(day, china())}
    if not set(days) - off:
        raise RuleBroken("committee:series-empty", "until")
    series = MeetingSeries(
        committee=committee,
        name_hans=name,
        unit=unit,
        every=every,
        nth=nth if unit == "month" else 0,
        first=first,
        until=until,
        skipped=sorted(day.isoformat() for day in off),
    )
    db.session.add(series)
    db.session.flush()
    change = record("committee:series:plan", series, actor=actor, before={})
    for day in days:
        if day not in off:
            create_meeting(
                committee,
                actor=actor,
                held_on=day,
                **_hours(day, starts, ends),
                place=place,
                draft=True,
                items=template.items if template else (),
                change=change,
                series_id=series.id,
            )
    return series


def _hours(day: date, starts: time | None, ends: time | None) -> Mapping[str, datetime | None]:
    return {
        "starts_at": datetime.combine(day, starts, SHANGHAI) if starts else None,
        "ends_at": datetime.combine(day, ends, SHANGHAI) if ends else None,
    }


def change_rest(
    series: MeetingSeries,
    *,
    actor: Actor,
    version: int | None,
    since: date,
    starts: time | None,
    ends: time | None,
    place: str,
) -> int:
    """Hours and place of the drafts of a series from a day on, in one act; how many there were. What was published
    stays: people plan their day by it. One meeting alone is changed on its own page."""
    expect(series, version)
    if starts and ends and ends <= starts:
        raise RuleBroken("committee:times-turned", "ends")
    rest = drafts(series, since)
    if not rest:
        raise RuleBroken("committee:series-over", "since")
    change = record("committee:series:change", series, actor=actor, before=series.state())
    for meeting in rest:
        was = meeting.state()
        for key, value in {**_hours(meeting.held_on, starts, ends), "place": place}.items():
            setattr(meeting, key, value)
        record("committee:meeting:edit", meeting, actor=actor, before=was, change=change)
    return len(rest)


def end(series: MeetingSeries, *, actor: Actor, since: date) -> int:
    """Give up the drafts of a series from a day on; how many there were."""
    before = series.state()
    rest = drafts(series, since)
    if not rest:
        raise RuleBroken("committee:series-over", "since")
    series.until = min(series.until, since)
    record("committee:series:end", series, actor=actor, before=before)
    for meeting in rest:
        publishing.discard(meeting, actor=actor)
    return len(rest)


def drafts(series: MeetingSeries, since: date) -> list[Any]:
    """The meetings of a series from a day on that were not published."""
    query = select(Meeting).where(
        Meeting.series_id == series.id, Meeting.life == UNPUBLISHED, Meeting.held_on >= since
    )
    return list(db.session.scalars(query.order_by(Meeting.held_on)))
