"""The frozen drafts of minutes as programs read them: the words of each, and what differs between two."""

from typing import Any

from flask import abort, request

from kangjiansheng.accounts import queries as people
from kangjiansheng.committee import policies
from kangjiansheng.committee.api import shapes
from kangjiansheng.committee.api.blueprint import bp
from kangjiansheng.committee.api.minutes import as_draft
from kangjiansheng.committee.models import DraftVersion, Meeting
from kangjiansheng.committee.queries import edited, loaders, reading, scans
from kangjiansheng.committee.queries.comparing import compared
from kangjiansheng.committee.rules import told
from kangjiansheng.committee.rules.facts import Difference
from kangjiansheng.committee.views.minutes import open_drafts
from kangjiansheng.core import rest
from kangjiansheng.core.access import actor
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.rest import INSTANT, NAMES, TEXT, WHOLE, YES, Shape, many, maybe

DRAFTS = "/meetings/<code>/minutes/drafts"
_RECALLED = Shape(
    "DraftRecalled",
    by=maybe(NAMES)(lambda row: row[0]),
    at=INSTANT(lambda row: row[1]),
    note=TEXT(lambda row: row[2]),
)
DRAFT = Shape(
    "MinutesDraft",
    number=WHOLE(lambda row: row[0].number),
    frozen_at=INSTANT(lambda row: row[0].frozen_at),
    sha256=TEXT(lambda row: row[0].sha256),
    rule=TEXT(lambda row: row[0].rule),
    current=YES(lambda row: row[0].number == row[0].minutes.current_draft),
    signatures=WHOLE(lambda row: row[2]),
    recalled=many(_RECALLED.value)(lambda row: row[1]),
    illustrative=YES(lambda row: row[0].minutes.illustrative),
)
_DIFFERENCE = Shape(
    "DraftDifference",
    kind=TEXT,
    label=TEXT(lambda one: told.label(one.kind, one.about)),
    paragraph=maybe(TEXT)("at"),
    before=maybe(TEXT)(lambda one: _words(one, one.before)),
    after=maybe(TEXT)(lambda one: _words(one, one.after)),
)
COMPARISON = Shape(
    "DraftComparison",
    before=WHOLE(lambda found: found[0].number),
    after=WHOLE(lambda found: found[1].number),
    differences=many(_DIFFERENCE.value)(lambda found: found[2]),
)


def _words(one: Difference, value: Any) -> str | None:
    return None if value is None else told.words(one.kind, value)


def draft_of(*, actor: Actor, code: str, number: int) -> DraftVersion | None:
    """A draft that is open to the reader."""
    meeting = loaders.meeting(actor=actor, code=code)
    found = open_drafts(meeting, actor=actor) if meeting else []
    return next((one for one in found if one.number == number), None)


@rest.lists(
    bp, DRAFTS, DRAFT, key=lambda row: str(row[0].number), load=loaders.meeting, may=policies.read_minutes, as_of=False
)  # fmt: skip
def drafts(meeting: Meeting) -> list[Any]:
    """The drafts that are open to the reader, the newest first; for readers of drafts with who took them back and why."""
    found = open_drafts(meeting, actor=actor())
    recalled = _recalled(meeting, found) if policies.read_drafts(actor(), meeting) else {}
    given = reading.signatures_given(found)
    return [(one, recalled.get(one.number, []), given.get(one.id, 0)) for one in found]


def _recalled(meeting: Meeting, found: list[DraftVersion]) -> dict[int, list[Any]]:
    if not found:
        return {}
    back, whole = edited.recalls(found[0].minutes, found), scans.is_whole(meeting, actor=actor())
    names = people.names({entry.actor_id for rows in back.values() for entry, _note in rows})
    return {
        number: [
            (names.get(entry.actor_id), entry.recorded_at, note if whole else "") for entry, note in rows
        ]
        for number, rows in back.items()
    }


@rest.reads(
    bp, f"{DRAFTS}/<int:number>", shapes.MINUTES, load=draft_of, may=policies.see, as_of=False,
    version=lambda _draft: None,
)  # fmt: skip
def draft(found: DraftVersion) -> dict[str, Any]:
    """The words of one draft, with its fingerprint and signatures; what the reader may not see is only marked as such."""
    return as_draft(found.minutes, found)


@rest.reads(
    bp, f"{DRAFTS}/<int:number>/comparison", COMPARISON, load=draft_of, may=policies.see, as_of=False, filters=("with",),
    version=lambda _draft: None,
)  # fmt: skip
def comparison(found: DraftVersion) -> Any:
    """What of a draft is not as in the one before it, or in the one that `with` names, as far as the reader may see both."""
    older = _other(found)
    rows = reading.rows_of_all([found, older])
    seen = reading.items_of(found.minutes, actor=actor()).read
    now, then = (reading.opened(one, seen, rows[one.id]) for one in (found, older))
    return older, found, compared(now, then).differences


def _other(found: DraftVersion) -> DraftVersion:
    asked = request.args.get("with")
    for one in open_drafts(found.minutes.meeting, actor=actor()):
        if str(one.number) == asked if asked else one.number < found.number:
            return one
    abort(404)
