"""Who has not answered a draft under review, what their silence would mean, and whom a reminder has reached."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import joinedload, selectinload

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import DraftVersion, Minutes, ReviewReminder, Signer
from kangjiansheng.committee.queries.floor import out_of, recusals_of
from kangjiansheng.committee.queries.opinions import rows_of, standing
from kangjiansheng.committee.rules import silence
from kangjiansheng.core import clock
from kangjiansheng.core.changes import state_as_of
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification, Outbox


@dataclass
class Pending:
    """One who may sign and has not answered; `by` is the last day, `silence` whether it is consent to say nothing."""

    person: Person
    by: date
    silence: bool


@dataclass
class Told:
    """A reminder that said what silence means and has reached its reader."""

    answer_by: date
    sent_at: datetime


def under_review() -> list[DraftVersion]:
    """The drafts that wait for signatures."""
    query = (
        select(DraftVersion)
        .join(Minutes, Minutes.id == DraftVersion.minutes_id)
        .where(
            DraftVersion.kind == "draft",
            Minutes.life == "review",
            Minutes.current_draft == DraftVersion.number,
        )
        .options(joinedload(DraftVersion.minutes).joinedload(Minutes.meeting))
        .options(selectinload(DraftVersion.signers).joinedload(Signer.person))
        .order_by(DraftVersion.id)
    )
    return list(db.session.scalars(query))


def days_of_silence(draft: DraftVersion) -> int | None:
    """After how many days silence is consent, by the charter that held when the review opened; None: never. What is
    changed later holds for later drafts: nobody was asked under it."""
    committee = draft.minutes.meeting.committee
    if not committee.default_consent:
        return None
    charter = state_as_of("committee", committee.id, draft.frozen_at) or committee.state()
    return int(charter["default_consent_days"]) if charter["default_consent"] else None


def last_day(draft: DraftVersion, days: int | None) -> date:
    """The last day to answer a draft: its deadline; where silence is consent after `days`, no earlier than these."""
    due, frozen = draft.minutes.review_due_on, clock.day_of(draft.frozen_at)
    if days is not None:
        return silence.last_day(frozen, days, due)
    return due or silence.last_day(frozen, draft.minutes.meeting.committee.review_days, None)


def pending(draft: DraftVersion) -> list[Pending]:
    """Those who have not answered, by the draft's order of signers."""
    meeting = draft.minutes.meeting
    rows = rows_of(draft)
    answered = {s.person_id for s in draft.signatures} | {r.person_id for r in rows if r.kind == "default"}
    objecting = {one.said.person_id for one in standing(rows)[1] if one.is_open}
    recused = {person for found in recusals_of(meeting).values() for person in out_of(found)}
    days = days_of_silence(draft)
    by, found = last_day(draft, days), []
    for signer in draft.signers:
        person = signer.person_id
        asked = silence.Asked(
            signer.required or signer.capacity == "chair",
            person in recused,
            person in answered,
            person in objecting,
        )
        if not asked.answered:
            may = days is not None and asked.may_be_silent
            found.append(Pending(signer.person, by, may))
    return found


def ends_on(draft: DraftVersion) -> date:
    """The last day to answer a draft as it stands now."""
    return last_day(draft, days_of_silence(draft))


def stages(draft: DraftVersion) -> dict[int, set[int]]:
    """Which reminders the clock has sent, by person. Those that named a day before the deadline was put off are sent
    anew."""
    query = select(ReviewReminder.person_id, ReviewReminder.stage).where(
        ReviewReminder.draft_version_id == draft.id,
        ReviewReminder.stage.is_not(None),
        ReviewReminder.answer_by >= ends_on(draft),
    )
    found: dict[int, set[int]] = {}
    for person, stage in db.session.execute(query):
        found.setdefault(person, set()).add(stage or 0)
    return found


def told(draft: DraftVersion, people: Collection[int]) -> dict[int, list[Told]]:
    """What has reached whom in time: a mail that a server has taken, or a notice that was opened. What was only kept,
    failed, still waits or came when the day that it names was there has told nobody anything, and neither has what
    named a day that was put off since."""
    query = (
        select(
            ReviewReminder.person_id,
            ReviewReminder.answer_by,
            ReviewReminder.sent_at,
            case((Outbox.state == "sent", Outbox.sent_at)),
            Notification.read_at,
        )
        .outerjoin(Outbox, Outbox.id == ReviewReminder.outbox_id)
        .outerjoin(Notification, Notification.id == ReviewReminder.notification_id)
        .where(
            ReviewReminder.draft_version_id == draft.id,
            ReviewReminder.person_id.in_(people),
            ReviewReminder.says_silence,
            ReviewReminder.answer_by >= ends_on(draft),
            or_(
                and_(Outbox.state == "sent", Outbox.sent_at.is_not(None)),
                Notification.read_at.is_not(None),
            ),
        )
        .order_by(ReviewReminder.id)
    )
    found: dict[int, list[Told]] = {}
    for person, by, at, *reached in db.session.execute(query):
        first = min(one for one in reached if one is not None)
        if silence.in_time(clock.day_of(first), by):
            found.setdefault(person, []).append(Told(by, at))
    return found


def reminded_at(draft: DraftVersion) -> datetime | None:
    """When somebody last pressed the button that reminds all."""
    query = (
        select(ReviewReminder.sent_at)
        .where(ReviewReminder.draft_version_id == draft.id, ReviewReminder.stage.is_(None))
        .order_by(ReviewReminder.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def unheard(draft: DraftVersion) -> list[Pending]:
    """Those whose silence would be consent, had a reminder reached them with a day to spare: now none can any more,
    and their silence counts for nothing unless the deadline is put off."""
    if clock.today() + timedelta(days=silence.FEWEST_DAYS) <= ends_on(draft):
        return []
    waiting = [one for one in pending(draft) if one.silence]
    heard = told(draft, [one.person.id for one in waiting]) if waiting else {}
    return [one for one in waiting if one.person.id not in heard]
