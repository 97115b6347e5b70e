"""Answers to invitations that came back by mail. Anybody can write a mail: it says only whether somebody comes."""

import re

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.operations.locks import open_facts
from kangjiansheng.committee.operations.meetings import attendance_row
from kangjiansheng.committee.operations.publishing import is_coming, people_of
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.invitations import NoAnswer, read_answer

STATES = {"ACCEPTED": "yes", "DECLINED": "no", "TENTATIVE": "maybe"}
_UID = re.compile(r"^invitation-(\d{1,9})@")


def take(data: bytes, *, actor: Actor, only: Meeting | None = None) -> tuple[Meeting, Person, str]:
    """Record what a member's mail client answered. Refused: what is no answer, is about no coming meeting (or not
    about `only`), is from nobody who is invited, answers an invitation that has changed since, or was written before
    the answer that stands: a mail may come late, and does not undo what was said on the page meanwhile."""
    try:
        said = read_answer(data)
    except NoAnswer as problem:
        raise RuleBroken(f"committee:reply-{problem.code}", "file") from problem
    number = _UID.match(said.uid)
    meeting = db.session.get(Meeting, int(number[1])) if number else None
    if meeting is None or not is_coming(meeting) or (only is not None and meeting.id != only.id):
        raise RuleBroken("committee:reply-unknown", "file")
    person = next(
        (p for p in people_of(meeting).values() if (p.email or "").casefold() == said.attendee), None
    )
    if person is None:
        raise RuleBroken("committee:reply-stranger", "file")
    if said.sender is not None and said.sender != said.attendee:
        raise RuleBroken("committee:reply-other-sender", "file")
    if said.sequence < meeting.invite_sequence:
        raise RuleBroken("committee:reply-old", "file")
    open_facts(meeting)
    row, at = attendance_row(meeting, person.id), min(said.at or clock.now(), clock.now())
    if row.answered_at is not None and at < row.answered_at:
        raise RuleBroken("committee:reply-older", "file")
    before = meeting.state()
    answer = STATES[said.state]
    row.answer, row.answered_at = answer, at
    record("committee:attendance:by-mail", meeting, actor=actor, before=before, label="mail")
    return meeting, person, answer
