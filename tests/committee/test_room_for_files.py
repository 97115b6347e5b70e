"""How much room the files of a committee take is told to each reader of what she may see of them, whoever brought them."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import BacklogItem, Meeting, Minutes, MinutesImport, Paper, Recusal
from kangjiansheng.committee.operations import backlog, committees
from kangjiansheng.committee.queries.shelves import shelf_of
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileBlob, FileRef
from kangjiansheng.core.transactions import writing
from tests.support.acting import who

SIZE = 1000


@pytest.fixture
def meeting(in_app: Flask) -> Meeting:
    """The eighth meeting; its minutes are a draft that was never put to review."""
    return db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one()


def used(meeting: Meeting, short: str) -> int:
    return shelf_of(meeting.committee_id).room(actor=who(short)).used


def brought(*things: Any, level: str = "") -> None:
    """A file of a predecessor to each of these things."""
    blob = db.session.scalars(select(FileBlob).where(FileBlob.sha256 == "0" * 64)).first()
    blob = blob or FileBlob(sha256="0" * 64, size=SIZE, media_type="application/pdf")
    for thing in things:
        ref = FileRef(
            blob=blob, thing=thing.__tablename__, thing_id=thing.id, version_no=99, name="x", by_id=1,
            at=clock.now(), level=level,
        )  # fmt: skip
        db.session.add(ref)
    db.session.flush()


def paper_of(item: Any) -> Paper:
    made = Paper(agenda_item_id=item.id, title="x", position=9)
    with writing():
        db.session.add(made)
        db.session.flush()
    return made


def grown(meeting: Meeting, things: list[Any], **given: Any) -> dict[str, int]:
    """By how many files the shelf grows to each reader when these things get one each."""
    shorts = ("secretary", "executive", "auditor", "member", "outsider")
    before = {short: used(meeting, short) for short in shorts}
    with writing():
        brought(*things, **given)
    return {short: (used(meeting, short) - before[short]) // SIZE for short in shorts}


def imported(meeting: Meeting, state: str) -> MinutesImport:
    row = MinutesImport(
        committee_id=meeting.committee_id, by_id=1, name="x", kind="pasted", sha256="", text="", origin="", chosen={},
        counts={}, created_at=clock.now(), state=state, meeting_id=meeting.id,
    )  # fmt: skip
    with writing():
        db.session.add(row)
        db.session.flush()
    return row


def minutes_of(meeting: Meeting) -> Minutes:
    assert meeting.minutes is not None
    return meeting.minutes


def test_a_new_secretary_is_told_of_what_her_predecessor_brought(meeting: Meeting) -> None:
    """Papers, pictures, scans, imports; who reads all, of what those may open: imports are for who keeps the committee."""
    minutes = minutes_of(meeting)
    picture = next(p for p in minutes.paragraphs if p.agenda_item_id)
    none = {"secretary": 1, "executive": 0, "auditor": 0, "member": 0, "outsider": 0}
    assert grown(meeting, [paper_of(meeting.items[1])]) == none | {"executive": 1, "auditor": 1, "member": 1}
    assert grown(meeting, [minutes]) == none, "a draft that was put to nobody"
    assert grown(meeting, [picture]) == none
    assert grown(meeting, [imported(meeting, "applied")]) == none
    assert grown(meeting, [imported(meeting, "undone")]) == none
    assert grown(meeting, [imported(meeting, "read")]) == none | {"secretary": 0}, "it may name her"
    stands = db.session.scalars(
        select(Minutes).join(Minutes.meeting)
        .where(Minutes.life == "approved", Meeting.committee_id == meeting.committee_id).order_by(Minutes.id)
    ).first()  # fmt: skip
    assert stands is not None
    everybody = none | {"executive": 1, "auditor": 1, "member": 1}
    assert grown(meeting, [stands]) | {"outsider": 0} == everybody


def test_recusal_counts_also_for_who_reads_all(meeting: Meeting) -> None:
    """An executive with a seat was recused: neither papers nor pictures of the item, nor scans and imports of it all."""
    item, minutes = meeting.items[1], minutes_of(meeting)
    picture = next(p for p in minutes.paragraphs if p.agenda_item_id == item.id)
    things = [paper_of(item), minutes, picture, imported(meeting, "applied")]
    with writing():
        committees.add_member(
            meeting.committee, actor=who("admin"), person_id=who("executive").id, office="member",
            name_hans="席位", valid_from=clock.today(),
        )  # fmt: skip
        for short in ("executive", "secretary"):
            db.session.add(Recusal(agenda_item_id=item.id, person_id=who(short).id, kind="whole"))
        db.session.flush()
        minutes.life = "approved"
    found = grown(meeting, things)
    assert (found["executive"], found["secretary"]) == (0, 0)
    assert found["auditor"] == 3, "nothing is withheld from the auditor but imports, which others keep"


def test_of_what_waits_the_door_of_the_item_decides(meeting: Meeting) -> None:
    item = meeting.items[1]
    paper = paper_of(item)
    with writing():
        db.session.add(Recusal(agenda_item_id=item.id, person_id=who("auditor").id, kind="whole"))
        db.session.flush()
        kept = BacklogItem(
            committee_id=meeting.committee_id, recusals=backlog.recusals_of(item.id), kind="decide",
            proposed_by_id=1, proposed_at=clock.now(), name_hans="x",
        )  # fmt: skip
        db.session.add(kept)
        db.session.flush()
        paper.agenda_item_id, paper.backlog_item_id = None, kept.id
    found = grown(meeting, [paper], level="team")
    assert found == {"secretary": 1, "executive": 1, "auditor": 0, "member": 1, "outsider": 0}
