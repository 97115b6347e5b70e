"""A draft of a meeting becomes a meeting, or is given up.

Until then it has no number, nobody is told of it, and nobody but those who keep the committee sees it. All who are
to know hear of it at once, from here, and once. A meeting that is planned at once goes the same way.
"""

from sqlalchemy import func, select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee import notices
from kangjiansheng.committee.models import (
    AgendaItem,
    Committee,
    Meeting,
    MeetingPack,
    Recusal,
)
from kangjiansheng.committee.operations.committees import next_number, number_below_zero
from kangjiansheng.committee.operations.invitations import make_links
from kangjiansheng.committee.queries.numbers import has_number
from kangjiansheng.committee.rules import meetings as rules
from kangjiansheng.committee.rules import numbers
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


def publish(meeting: Meeting, *, actor: Actor) -> None:
    """Give a draft its numbers and tell everybody. Of two who press at once, one publishes."""
    _locked(meeting)
    if meeting.life != rules.UNPUBLISHED:
        raise RuleBroken("committee:published-already")
    before = meeting.state()
    bare = all(getattr(meeting, key) == name for key, name in rules.DRAFT_NAMES.items())
    give_numbers(meeting, actor=actor, named=not bare)
    meeting.life, meeting.published_at = "planned", clock.now()
    db.session.flush()
    change = record("committee:meeting:publish", meeting, actor=actor, before=before)
    tell(meeting, actor=actor, change=change)
    _tell_pack(meeting, actor=actor)


def discard(meeting: Meeting, *, actor: Actor) -> None:
    """Give a draft up. It has taken no number, and nobody hears of it."""
    _locked(meeting)
    if meeting.life != rules.UNPUBLISHED:
        raise RuleBroken("committee:published-already")
    before = meeting.state()
    meeting.life = rules.DISCARDED
    record("committee:meeting:discard", meeting, actor=actor, before=before)


def tell(meeting: Meeting, *, actor: Actor, change: ChangeSet) -> None:
    """Everybody of a meeting that has just become known: the invitation, what was decided about their recusal,
    and the groups of what is to be decided. Nothing of a meeting that lies behind."""
    if not is_coming(meeting):
        return
    people = people_of(meeting)
    notices.meeting_planned(meeting, people, actor=actor, change=change, links=make_links(meeting, people))
    recusals = select(Recusal).join(Recusal.item).where(AgendaItem.meeting_id == meeting.id)
    for row in db.session.scalars(recusals):
        notices.recused(meeting, row.person_id, row.kind, actor=actor)
    for item in meeting.items:
        notices.to_decide(item, change=change)


def _tell_pack(meeting: Meeting, *, actor: Actor) -> None:
    """A pack that was frozen while nobody heard of the meeting is told of now."""
    number = db.session.scalar(
        select(func.max(MeetingPack.number)).where(MeetingPack.meeting_id == meeting.id)
    )
    if number and is_coming(meeting):
        notices.pack_frozen(meeting, people_of(meeting), number, actor=actor)


def give_numbers(meeting: Meeting, *, actor: Actor, named: bool = False) -> None:
    """The running number, the number in the year, the code and the number of the minutes. `named`: the meeting has
    a name of its own and keeps it."""
    committee, year = meeting.committee, meeting.held_on.year
    serial = next_number(committee.id, "meeting", str(year))
    running = next_number(committee.id, "running")
    meeting.code = numbers.meeting_code(committee.code, year, serial)
    meeting.running_no, meeting.year, meeting.year_serial = running, year, serial
    meeting.minutes_no = _minutes_no(committee, year, serial, actor)
    if not named:
        meeting.name_hans = f"第{running}次会议"
        meeting.name_hant = f"第{running}次會議"
        meeting.name_en = f"Meeting {running}"


def stand_in(meeting: Meeting) -> None:
    """What stands for the numbers of a draft: below nothing, so that none of them is ever taken for a number."""
    committee = meeting.committee
    serial = -number_below_zero(committee.id)
    meeting.code = meeting.draft_code = rules.draft_code(committee.code, serial)
    meeting.running_no = meeting.year_serial = -serial
    meeting.year = meeting.held_on.year
    if not meeting.name_hans:
        for key, name in rules.DRAFT_NAMES.items():
            setattr(meeting, key, name)


def _minutes_no(committee: Committee, year: int, serial: int, actor: Actor) -> str:
    """The number of the minutes, kept with the meeting: a charter that changes later gives no second number."""
    number = numbers.minutes_number(
        committee.minutes_pattern, short=committee.short_hans, code=committee.code, year=year, serial=serial
    )
    if has_number(committee, number, actor=actor) is not None:
        raise RuleBroken("committee:number-taken", number=number)
    return number


def _locked(meeting: Meeting) -> None:
    db.session.execute(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update())
    db.session.refresh(meeting, ["life", "code", "version"])


def is_coming(meeting: Meeting) -> bool:
    """True while people plan their day by it."""
    return meeting.life == "planned" and meeting.held_on >= clock.today()


def people_of(meeting: Meeting) -> dict[int, Person]:
    """Who is invited."""
    return {m.person_id: m.person for m in meeting.seated}
