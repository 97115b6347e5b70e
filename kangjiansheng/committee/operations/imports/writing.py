"""What was read becomes a held meeting with its minutes, in one act."""

import re
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    Attendance,
    Decision,
    Meeting,
    Minutes,
    MinutesImport,
    Paragraph,
    Recusal,
)
from kangjiansheng.committee.operations.committees import next_number, number_below_zero, reach_number
from kangjiansheng.committee.operations.imports.receiving import opened
from kangjiansheng.committee.operations.minutes import new_paragraph
from kangjiansheng.committee.queries.imports import Look, look_again
from kangjiansheng.committee.rules import numbers
from kangjiansheng.committee.rules.sources import Outcome
from kangjiansheng.committee.rules.sources.plan import WORDS, name_of_meeting, written
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken

MODES = {
    "present": "on_site",
    "online": "online",
    "observer": "on_site",
    "excused": "absent",
    "absent": "absent",
}
LIVES = ("draft", "record")


def apply(row: MinutesImport, *, actor: Actor, life: str) -> Meeting:
    """Write the reading with its corrections: a held meeting, and minutes that are a draft to be worked on, or a
    record of what the source tells, frozen and signed by nobody."""
    opened(row)
    if life not in LIVES:
        raise RuleBroken("committee:import-life", "life")
    seen = look_again(row, actor=actor)
    for problem in seen.problems:
        raise RuleBroken(problem.code, problem.where or None, **problem.facts)
    change = begin(actor=actor, source="import", label="minutes")
    meeting = _meeting(row, seen, change=change)
    items = _items(meeting, seen)
    _attendance(meeting, seen)
    _recusals(items, seen)
    record(
        "committee:meeting:import", meeting, actor=actor, before={}, change=change,
        effective_at=clock.start_of(meeting.held_on),
    )  # fmt: skip
    minutes = Minutes(
        meeting_id=meeting.id,
        drafter_id=actor.id,
        language=seen.plan.language,
        illustrative=seen.plan.illustrative,
    )
    db.session.add(minutes)
    db.session.flush()
    record("committee:minutes:start", minutes, actor=actor, before={}, change=change)
    _Writer(minutes, meeting, items, seen, actor=actor, change=change).write()
    if life == "record":
        freeze_as_record(minutes, actor=actor, change=change)
    row.state, row.meeting_id, row.change_set_id = "applied", meeting.id, change.id
    row.applied_at, row.counts = change.recorded_at, seen.found.counts()
    facts = row.facts() | {"meeting": meeting.code, "kinds": row.counts}
    record("committee:import:apply", row, actor=actor, before={"state": "read"}, after=facts, change=change)
    db.session.expire(meeting, ["minutes", "items", "attendance"])
    return meeting


def _meeting(row: MinutesImport, seen: Look, *, change: ChangeSet) -> Meeting:
    plan, committee = seen.plan, row.committee
    day = plan.day
    assert day is not None  # a problem otherwise
    serial = next_number(committee.id, "meeting", str(day.year))
    while db.session.scalar(
        select(Meeting.id).where(Meeting.code == numbers.meeting_code(committee.code, day.year, serial))
    ):
        serial = next_number(committee.id, "meeting", str(day.year))
    if plan.running_no:
        reach_number(committee.id, "running", "", plan.running_no)
    meeting = Meeting(
        committee=committee,
        code=numbers.meeting_code(committee.code, day.year, serial),
        # A source without a number gets none that could be taken for one.
        running_no=plan.running_no or number_below_zero(committee.id),
        year=day.year,
        year_serial=serial,
        minutes_no=plan.minutes_no,
        held_on=day,
        starts_at=plan.starts,
        ends_at=plan.ends,
        place=plan.place,
        life="held",
        year_inferred=plan.year_inferred,
        illustrative=plan.illustrative,
        **name_of_meeting(plan),
    )
    db.session.add(meeting)
    db.session.flush()
    return meeting


def _items(meeting: Meeting, seen: Look) -> list[AgendaItem]:
    decided = {
        piece.item
        for piece, kind in zip(seen.found.pieces, seen.plan.kinds, strict=True)
        if kind in ("decision", "recommendation")
    }
    for index, item in enumerate(seen.found.items):
        names = {"name_hans": item.title}
        if seen.plan.language == "en":
            names["name_en"] = item.title
        meeting.items.append(
            AgendaItem(
                position=index + 1, kind="decide" if index in decided else "discuss", minutes_planned=item.minutes,
                presenter=item.presenter, **names,
            )
        )  # fmt: skip
    db.session.flush()
    return sorted(meeting.items, key=lambda one: one.position)


def _attendance(meeting: Meeting, seen: Look) -> None:
    """Who was there of the people that are known here; who holds no seat that day has no vote."""
    seats = {m.person_id: m for m in meeting.seated}
    done: set[int] = set()
    named = [(seen.people.get(name), mode) for name, mode in seen.plan.modes.items()]
    by_id = {person.id: person for person in seen.persons}
    added = [(by_id.get(key), mode) for key, mode in seen.plan.others.items()]
    for person, said in [*named, *added]:
        mode = MODES.get(said)
        if person is None or mode is None or person.id in done:
            continue
        done.add(person.id)
        seat = seats.get(person.id)
        voting = bool(seat and seat.voting and said != "observer")
        meeting.attendance.append(Attendance(person_id=person.id, mode=mode, voting=voting))
    db.session.flush()


def _recusals(items: list[AgendaItem], seen: Look) -> None:
    done: set[tuple[int, int]] = set()
    for one in seen.found.recused:
        person = seen.people.get(one.name)
        if person is None or (one.item, person.id) in done:
            continue
        done.add((one.item, person.id))
        db.session.add(Recusal(agenda_item_id=items[one.item].id, person_id=person.id, kind=one.kind))
    db.session.flush()


class _Writer:
    """The paragraphs of one import, with their decisions and actions."""

    def __init__(
        self,
        minutes: Minutes,
        meeting: Meeting,
        items: list[AgendaItem],
        seen: Look,
        *,
        actor: Actor,
        change: ChangeSet,
    ) -> None:
        self.minutes, self.meeting, self.items, self.seen = minutes, meeting, items, seen
        self.actor, self.change = actor, change

    def write(self) -> None:
        listed = False
        for position, row in enumerate(written(self.seen.found, self.seen.plan), 1):
            item_id = self.items[row.item].id if row.item is not None else None
            kind, text = row.kind, row.text
            if row.kind == "action":
                made = [self._action(one, item) for one, item in row.actions]
                if listed:  # one paragraph lists all actions; a later one says which of them are its own
                    see = WORDS[self.seen.plan.language][2]
                    kind, text = (
                        "text",
                        see + "、".join(made) if self.seen.plan.language != "en" else see + ", ".join(made),
                    )
                listed = True
            number = self._number(row.outcome, "D") if row.outcome and kind == "decision" else ""
            if number:
                text = _without_number(text, number)
            paragraph = new_paragraph(
                self.minutes, kind, text, position, item_id, actor=self.actor, change=self.change
            )
            if row.outcome is not None and kind == "decision":
                self._decision(row.outcome, number, text, paragraph, item_id)

    def _number(self, outcome: Outcome, kind: str) -> str:
        """The number that the source gives, when nobody has it; else the next of the committee's pattern."""
        thing: Any = Action if kind == "A" else Decision
        letter = "A" if kind == "A" else "R" if outcome.kind == "recommendation" else "D"
        scope = f"{self.meeting.year}-{self.meeting.running_no:02d}"
        if outcome.number and not db.session.scalar(select(thing.id).where(thing.number == outcome.number)):
            last = re.search(r"(\d+)$", outcome.number)
            if last and len(last[1]) < 5:
                reach_number(self.meeting.committee_id, kind, scope, int(last[1]))
            return outcome.number[:40]
        committee = self.meeting.committee
        while True:
            serial = next_number(committee.id, kind, scope)
            number = numbers.outcome_number(
                committee.outcome_pattern, code=committee.code, kind=letter, year=self.meeting.year,
                running_no=self.meeting.running_no, serial=serial,
            )  # fmt: skip
            if not db.session.scalar(select(thing.id).where(thing.number == number)):
                return number

    def _decision(
        self, outcome: Outcome, number: str, text: str, paragraph: Paragraph, item_id: int | None
    ) -> None:
        decision = Decision(
            number=number,
            kind="R" if outcome.kind == "recommendation" else "D",
            meeting_id=self.meeting.id,
            agenda_item_id=item_id,
            paragraph_id=paragraph.id,
            text=text,
            recorded_at=self.change.recorded_at,
            illustrative=self.seen.plan.illustrative,
            **outcome.votes,
        )
        db.session.add(decision)
        db.session.flush()
        record("committee:decision:record", decision, actor=self.actor, before={}, change=self.change)

    def _action(self, outcome: Outcome, item: int | None) -> str:
        """An action as the source has it; its owner is told nothing, for the meeting is past."""
        owner = self.seen.owner_of(outcome, item)
        item_id = self.items[item].id if item is not None else None
        unstated = WORDS[self.seen.plan.language][5]
        action = Action(
            number=self._number(outcome, "A"),
            meeting_id=self.meeting.id,
            agenda_item_id=item_id,
            text=outcome.text,
            owner_id=owner.id if owner else None,
            owner_role="" if owner else (outcome.owner or unstated),
            due_on=outcome.due,
            life="done" if outcome.done else "open",
            illustrative=self.seen.plan.illustrative,
        )
        db.session.add(action)
        db.session.flush()
        record("committee:action:record", action, actor=self.actor, before={}, change=self.change)
        return action.number


def _without_number(text: str, number: str) -> str:
    """`**决议 D-2026-06-01**：…` without its label: the number stands beside the paragraph."""
    return re.sub(
        rf"^\W{{0,3}}(?:决议|決議|建议|建議|decision|recommendation)\s*{re.escape(number)}\W{{0,3}}[:：]\s*",
        "",
        text,
        count=1,
        flags=re.I,
    )


def freeze_as_record(minutes: Minutes, *, actor: Actor, change: ChangeSet) -> None:
    """Lock the text; from here on the database refuses changes."""
    before = minutes.state()
    minutes.life = "record"
    db.session.flush()
    record("committee:minutes:record", minutes, actor=actor, before=before, change=change)
