"""The cast as actors, and committees at work, for tests that write in a context of their own."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.committee.models import Committee, Meeting, Minutes
from kangjiansheng.committee.operations import meetings, presence, signatures
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from tests.support.app import PASSWORD


def who(short: str) -> Actor:
    """`who("lead")`: one of the cast, in the application context that is open."""
    found = actor_by_email(f"{short}@kjs.example")
    assert found is not None
    return found


def eighth() -> Minutes:
    """The minutes of the eighth meeting, a draft of the demonstration."""
    found = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one().minutes
    assert found is not None
    return found


def sent_back() -> None:
    """A signer sends the eighth minutes back."""
    draft = eighth().drafts[-1]
    signatures.sign(
        draft, actor=who("member2"), meaning="request_changes", note="请改。", shown_sha256=draft.sha256,
        password=PASSWORD,
    )  # fmt: skip


def running_meeting(*names: str, **item: Any) -> Meeting:
    """A meeting that runs now, with items to decide: chair, two members of the cast and four others are there."""
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    made = meetings.create_meeting(sac, actor=who("secretary"), held_on=clock.today(), illustrative=True)
    for name in names:
        meetings.add_item(made, actor=who("secretary"), name_hans=name, kind="decide", **item)
    cast = [who(short).id for short in ("chair", "member", "member2")]
    others = [m.person_id for m in sac.members if m.voting and m.person_id not in cast]
    for person in [*cast, *others[:4]]:
        presence.arrive(
            made, actor=who("secretary"), person_id=person, mode="on_site", at=clock.now() - timedelta(minutes=9)
        )  # fmt: skip
    return made
