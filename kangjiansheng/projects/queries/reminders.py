"""What a person is reminded of: her own milestones, and the dates that wait for her word."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.queries.companion import requests_to_answer
from kangjiansheng.labs.queries.papers import papers_to_watch
from kangjiansheng.labs.queries.waiting import agreements_to_watch, obligations_waiting
from kangjiansheng.labs.rules import renewal_due
from kangjiansheng.labs.rules.papers import AHEAD
from kangjiansheng.projects.models import Milestone, Plan, Project, Risk
from kangjiansheng.projects.queries import asks, hand_offs
from kangjiansheng.projects.queries.mine import mine
from kangjiansheng.projects.queries.owners import CODE, running, with_owner
from kangjiansheng.projects.queries.visible import may_see, may_see_plan
from kangjiansheng.projects.rules import asks as ask_rules
from kangjiansheng.projects.rules import hand_offs as hand_off_rules
from kangjiansheng.projects.rules import reminders as rules
from kangjiansheng.projects.rules.plans import RESTING


@dataclass(frozen=True, slots=True)
class Reminder:
    """One milestone, why it is worth a word today, and the day that is meant."""

    kind: str  # of accounts.rules.REMINDERS
    milestone_id: int | None  # none for what is no milestone
    project: str  # the code of the project, or of the laboratory
    code: str
    names: dict[str, str]
    day: date
    illustrative: bool
    address: str  # of its page, or of the page that it stands on


def own_reminders(*, actor: Actor, today: date, days_before: Iterable[int]) -> list[Reminder]:
    """The actor's own milestones that are overdue, due soon or stale, in this order; none of resting projects."""
    days = tuple(days_before)
    found = []
    for one in mine(actor=actor):
        m = one.milestone
        spoken_on = clock.day_of(m.confirmed_at) if m.confirmed_at and m.confirmed_by else None
        kind = rules.kind_of(m.promised, spoken_on, today, days)
        if one.asked and m.is_open and kind and m.promised:
            names = {"hans": m.name_hans, "hant": m.name_hant, "en": m.name_en}
            found.append(
                Reminder(
                    kind, m.id, one.project.code, m.code, names, m.promised, one.project.illustrative, m.path
                )
            )
    return sorted(found, key=lambda r: (rules.KINDS.index(r.kind), r.day, r.project, r.code))  # type: ignore[arg-type]


def to_confirm(*, actor: Actor, led: Collection[int]) -> list[Reminder]:
    """The proposed dates in the plans that the actor leads (`led`, ids) which wait for a yes."""
    query = (
        with_owner(select(Milestone), load=True)
        .where(
            Plan.id.in_(led),
            Milestone.proposed.is_not(None),
            Milestone.state == "open",
            running(),
            may_see_plan(actor),
        )
        .order_by(Milestone.proposed, CODE, Milestone.code)
    )
    found = []
    for m in db.session.scalars(query) if led else ():
        owner = m.plan.owner
        if m.proposed is not None:
            names = {"hans": m.name_hans, "hant": m.name_hant, "en": m.name_en}
            found.append(
                Reminder(
                    "confirm", m.id, owner.code, m.code, names, m.proposed, owner.illustrative, m.plan.path
                )
            )
    return found


def to_review(*, actor: Actor, today: date) -> list[Reminder]:
    """The actor's open risks whose day of review has come."""
    query = (
        select(Risk)
        .join(Risk.project)
        .where(
            Risk.owner_id == actor.id,
            Risk.life != "closed",
            Risk.review_on <= today,
            Project.archived_at.is_(None),
            Project.status.not_in(RESTING),
            may_see(actor),
        )
        .order_by(Risk.review_on, Project.code, Risk.number)
        .options(contains_eager(Risk.project))
    )
    return [
        Reminder(
            "review",
            None,
            risk.project.code,
            f"R{risk.number}",
            {"hans": risk.title, "hant": "", "en": ""},
            risk.review_on,
            risk.project.illustrative,
            risk.project.path,
        )
        for risk in db.session.scalars(query)
        if risk.review_on is not None
    ]


def to_renew(*, actor: Actor, today: date, days_before: Iterable[int]) -> list[Reminder]:
    """What the laboratories that the actor directs hold, and what she holds herself, on the days before it ends."""
    days = {*AHEAD, *days_before}
    return [
        Reminder(
            "paper",
            None,
            paper.lab.code,
            "",
            {"hans": paper.label, "hant": "", "en": ""},
            paper.valid_to,
            paper.lab.illustrative,
            f"/labs/{paper.lab.code}/papers",
        )
        for paper in papers_to_watch(actor=actor)
        if rules.is_due(paper.valid_to, today, days)
    ]


def to_fulfil(*, actor: Actor, today: date, days_before: Iterable[int]) -> list[Reminder]:
    """What the actor's institution owes and is over its day or soon due, and what was delivered to it and waits."""
    days = tuple(days_before)
    return [
        Reminder(
            "owed",
            None,
            row.code,
            "",
            _names_of(row),
            waits.day,
            row.illustrative,
            f"/obligations/{row.code}",
        )
        for waits in obligations_waiting(actor=actor, speaking=True)
        if (row := waits.row)
        and waits.day
        and (waits.why == "accept" or waits.day < today or rules.is_due(waits.day, today, days))
    ]


def to_extend(*, actor: Actor, today: date, days_before: Iterable[int]) -> list[Reminder]:
    """The agreements of the actor's institution on the day on which talks about renewal begin, and before their end."""
    days = (*AHEAD, *days_before)
    return [
        Reminder(
            "renewal",
            None,
            one.code,
            "",
            _names_of(one),
            one.expires_on,
            one.illustrative,
            f"/agreements/{one.code}",
        )
        for one in agreements_to_watch(actor=actor)
        if one.expires_on
        and (
            rules.is_due(renewal_due(one.expires_on, one.renewal_months), today, (0,))
            or rules.is_due(one.expires_on, today, days)
        )
    ]


def _names_of(thing: Any) -> dict[str, str]:
    return {"hans": thing.name_hans, "hant": thing.name_hant, "en": thing.name_en}


def to_answer(*, actor: Actor, today: date, days_before: Iterable[int]) -> list[Reminder]:
    """What companies of the park asked, where the actor's answer is overdue or soon due."""
    days = tuple(days_before)
    return [
        Reminder(
            "service",
            None,
            row.company.code,
            f"{row.number}",
            _names_of(row.company),
            row.promised_on,
            row.company.illustrative,
            f"/residents/{row.company.code}/requests/{row.number}",
        )
        for row in requests_to_answer(actor=actor)
        if row.promised_on < today or rules.is_due(row.promised_on, today, days)
    ]


def to_hand_over(*, actor: Actor, today: date, days_before: Iterable[int]) -> list[Reminder]:
    """The hand-offs in which it is the turn of the actor's institution: a day to answer, something to take over, and
    what is to be delivered when its day is near or over. One for which no day was named yet has none."""
    days = tuple(days_before)
    found = []
    for row in hand_offs.waiting(actor=actor, speaking=True):
        asked = hand_off_rules.asked_day(row)
        day = row.delivered_on if row.state == "delivered" else asked or row.accepted_on
        answers = row.state == "delivered" or asked is not None
        if day and (answers or day < today or rules.is_due(day, today, days)):
            names = _names_of(row)
            found.append(
                Reminder(
                    "hand_off",
                    None,
                    row.project.code,
                    row.code,
                    names,
                    day,
                    row.illustrative,
                    f"/hand-offs/{row.code}",
                )
            )
    return found


def to_reply(*, actor: Actor, today: date, days_before: Iterable[int]) -> list[Reminder]:
    """What the actor's institution was asked and has not answered, before the week is over and after it. It is named
    by who asks: its title may be withheld later."""
    days = tuple(days_before)
    due = ((row, ask_rules.answer_due(row.raised_on)) for row in asks.waiting(actor=actor, speaking=True))
    return [
        Reminder("ask", None, row.code, "", row.asker.names, day, row.illustrative, f"/asks/{row.code}")
        for row, day in due
        if day < today or rules.is_due(day, today, days)
    ]
