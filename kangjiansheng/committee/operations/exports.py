"""What it leaves behind when somebody takes minutes along."""

from kangjiansheng.committee.models import Minutes
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db


def note_export(minutes_id: int, kind: str, draft: int, *, actor: Actor) -> None:
    """Leave in the trail that somebody took a copy of these minutes away, and in which form."""
    minutes = db.session.get_one(Minutes, minutes_id)
    record(
        "committee:minutes:export",
        minutes,
        actor=actor,
        before={},
        after={"kind": kind.upper(), "draft": draft},
    )
