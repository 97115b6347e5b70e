"""Declared interests as programs read them: one's own, the register for those who keep the committee, and what it proposes
for the items of a meeting. Declaring stays with people."""

from collections.abc import Collection, Sequence
from typing import Any

from kangjiansheng.committee import policies
from kangjiansheng.committee.api.blueprint import bp
from kangjiansheng.committee.models import Committee, CommitteeMember, Interest, Meeting
from kangjiansheng.committee.queries import floor, loaders, overviews
from kangjiansheng.committee.queries import interests as queries
from kangjiansheng.committee.views.recusals import Line, lines_of
from kangjiansheng.core import clock, rest
from kangjiansheng.core.access import actor
from kangjiansheng.core.rest import DAY, INSTANT, REF, TEXT, WHOLE, YES, Shape, many, maybe

INTEREST = Shape(
    "DeclaredInterest",
    number=WHOLE(lambda row: row[0].id),
    person=REF(lambda row: row[0].person),
    kind=TEXT(lambda row: row[0].kind),
    institution=maybe(REF)(lambda row: row[0].institution),
    project=maybe(TEXT)(lambda row: _project_of(*row)),
    party=TEXT(lambda row: row[0].party),
    text=TEXT(lambda row: row[0].text),
    meeting=maybe(TEXT)(lambda row: row[0].item.meeting.code if row[0].item else None),
    item=maybe(WHOLE)(lambda row: row[0].agenda_item_id),
    **{"from": DAY(lambda row: row[0].valid_from), "to": maybe(DAY)(lambda row: row[0].valid_to)},
    illustrative=YES(lambda row: row[0].illustrative),
)
DECLARED = Shape(
    "Declaration",
    person=REF(lambda row: row[0].person),
    office=TEXT(lambda row: row[0].office),
    voting=YES(lambda row: row[0].voting),
    declared_at=maybe(INSTANT)(lambda row: row[1].declared_at if row[1] else None),
    interests=maybe(WHOLE)(lambda row: row[1].interests if row[1] else None),
)
_REASON = Shape("RecusalReason", why=TEXT(lambda pair: pair[0]), text=TEXT(lambda pair: pair[1]))
PROPOSAL = Shape(
    "RecusalProposal",
    item=WHOLE(lambda row: row[0]),
    person=REF(lambda row: row[1].member.person),
    person_id=WHOLE(lambda row: row[1].member.person_id),
    way=TEXT(lambda row: row[1].proposal.way),
    reasons=many(_REASON.value)(lambda row: row[1].reasons),
    decided=maybe(TEXT)(lambda row: row[1].recusal.kind if row[1].recusal else None),
)


def _project_of(row: Interest, seen: Collection[int]) -> str | None:
    return row.project.code if row.project and row.project_id in seen else None


def _shown(rows: Sequence[Interest]) -> list[Any]:
    """Each with the projects that the reader may see."""
    seen = overviews.open_projects(rows, actor=actor())
    return [(row, seen) for row in rows]


def _number(row: Any) -> str:
    return str(row[0].id)


@rest.lists(
    bp, "/committees/<code>/interests", INTEREST, key=_number, load=loaders.committee, may=policies.declare, as_of=False
)  # fmt: skip
def own_interests(committee: Committee) -> list[Any]:
    """What I have declared to a committee, what holds first."""
    return _shown(queries.interests(committee, actor=actor(), person_id=actor().id))


@rest.reads(
    bp, "/committees/<code>/interests/<int:number>", INTEREST, load=loaders.interest, may=policies.own_interest,
    as_of=False,
)  # fmt: skip
def own_interest(found: Interest) -> Any:
    """One of my interests."""
    return _shown([found])[0]


@rest.lists(
    bp, "/committees/<code>/interests/register", INTEREST, key=_number, load=loaders.committee,
    may=policies.read_register, as_of=False,
)  # fmt: skip
def register(committee: Committee) -> list[Any]:
    """The register: all that holds or held, for those who keep the committee and for auditors; of items that the reader may
    see."""
    return _shown(queries.interests(committee, actor=actor()))


@rest.lists(
    bp, "/committees/<code>/declarations", DECLARED, key=_number, load=loaders.committee, may=policies.read_register,
    as_of=False,
)  # fmt: skip
def declarations(committee: Committee) -> list[Any]:
    """Which seats have completed the declaration of this year, and which have not."""
    today = clock.today()
    given = queries.declarations(committee, today.year)
    return _with(committee.seats_on(today), given)


def _with(seats: Sequence[CommitteeMember], given: Any) -> list[Any]:
    return [(seat, given.get(seat.person_id)) for seat in seats]


@rest.lists(
    bp, "/meetings/<code>/interests", INTEREST, key=_number, load=loaders.meeting, may=policies.declare_for_meeting,
    as_of=False,
)  # fmt: skip
def of_meeting(meeting: Meeting) -> list[Any]:
    """What I have declared for the items of a meeting."""
    own = queries.interests(meeting.committee, actor=actor(), person_id=actor().id, meeting=meeting)
    return _shown([row for row in own if row.item is not None])


@rest.lists(
    bp, "/meetings/<code>/declarations", DECLARED, key=_number, load=loaders.meeting, may=policies.edit_meeting,
    as_of=False,
)  # fmt: skip
def declared_for(meeting: Meeting) -> list[Any]:
    """Which seats have declared for a meeting, for those who keep it."""
    return _with(meeting.seated, queries.declared_for(meeting))


@rest.lists(
    bp, "/meetings/<code>/recusals/proposals", PROPOSAL, key=lambda row: f"{row[0]} {row[1].member.person_id}",
    load=loaders.meeting, may=policies.edit_meeting, as_of=False,
)  # fmt: skip
def recusal_proposals(meeting: Meeting) -> list[tuple[int, Line]]:
    """Whom the register proposes to recuse from the items that the reader may see, and why; for those who keep the meeting."""
    items = overviews.agenda(meeting, actor=actor()).items
    found = lines_of(meeting, items, floor.in_room(meeting, items))
    return [(item.id, line) for item in items for line in found[item.id] if line.proposal]
