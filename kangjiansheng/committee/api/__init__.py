"""Committees, meetings, votes, decisions and actions as JSON under /api/v1, over the same doors as the pages."""

from collections.abc import Sequence
from typing import Any

from flask import g, request

from kangjiansheng.committee import policies
from kangjiansheng.committee.api import drafts as drafts
from kangjiansheng.committee.api import effects as effects
from kangjiansheng.committee.api import files as files
from kangjiansheng.committee.api import interests as interests
from kangjiansheng.committee.api import minutes as reading
from kangjiansheng.committee.api import preparing as preparing
from kangjiansheng.committee.api import shapes
from kangjiansheng.committee.api import writing as writing
from kangjiansheng.committee.api.acts import ACTS as ACTS
from kangjiansheng.committee.api.blueprint import bp as bp
from kangjiansheng.committee.api.events import EVENTS as EVENTS
from kangjiansheng.committee.models import Action, BacklogItem, Committee, Decision, Meeting, Motion
from kangjiansheng.committee.queries import answers, backlog, loaders, overviews
from kangjiansheng.committee.queries import motions as motion_queries
from kangjiansheng.committee.queries.standing import Planned, lives, planned
from kangjiansheng.committee.views.base import until_day
from kangjiansheng.core import clock, rest
from kangjiansheng.core.access import actor
from kangjiansheng.core.paging import Pieces, dressed


@rest.lists(bp, "/committees", shapes.COMMITTEE, as_of=False)
def committees() -> list[Committee]:
    """All committees that work."""
    return overviews.committees()


@rest.reads(
    bp, "/committees/<code>", shapes.COMMITTEE_WITH_SEATS, shapes.COMMITTEE, load=loaders.committee,
    may=policies.see, as_of=False,
)  # fmt: skip
def committee(found: Committee) -> Any:
    """One committee: its charter; its seats for its members and for those who read all."""
    if not (policies.offices(actor(), found.id) or actor().reads_all):
        return found, shapes.COMMITTEE
    seats = found.seats_on(clock.today())
    return (found, seats), shapes.COMMITTEE_WITH_SEATS


@rest.lists(
    bp, "/committees/<code>/backlog", shapes.BACKLOG, key=lambda row: str(row[0].id), load=loaders.committee,
    may=policies.see, as_of=False,
)  # fmt: skip
def waiting(found: Committee) -> list[Any]:
    """The items that wait for an agenda, as far as the reader may see them."""
    return _waiting(backlog.waiting(found, actor=actor()))


def _waiting(rows: Sequence[BacklogItem]) -> list[Any]:
    seen = overviews.open_projects(rows, actor=actor())
    return [(row, seen) for row in rows]


@rest.reads(
    bp, "/committees/<code>/backlog/<int:number>", shapes.BACKLOG, load=backlog.backlog_item, may=policies.see,
    as_of=False, version=lambda _item: None,
)  # fmt: skip
def waiting_item(found: BacklogItem) -> Any:
    """One item that waits."""
    return _waiting([found])[0]


@rest.lists(
    bp, "/meetings", shapes.MEETING, key=lambda pair: str(pair[0].code), rows="meetings", usual=rest.MOST
)
def meetings() -> Pieces:
    """The meetings that the reader may see."""

    def as_they_stood(found: Sequence[Meeting]) -> list[tuple[Meeting, str, Planned]]:
        days = planned(found, until=until_day())
        return [
            (one, life, days[one.id])
            for one, life in zip(found, lives(found, until=until_day()), strict=True)
        ]

    return dressed(overviews.meetings(actor=actor(), as_of=g.as_of).piece, as_they_stood)


@rest.reads(
    bp, "/meetings/<code>", shapes.MEETING_WHOLE, load=loaders.meeting, may=policies.see, as_of=False,
    version=lambda meeting: preparing.version_of(meeting, meeting),
)  # fmt: skip
def meeting(found: Meeting) -> Any:
    """One meeting with the items, decisions and actions that the reader may see."""
    agenda = overviews.agenda(found, actor=actor())
    items = [(number, item, agenda.open_projects) for number, item in enumerate(agenda.items, 1)]
    decided = overviews.decisions(actor=actor(), meeting_id=found.id).all()
    return found, items, agenda.hidden > 0, decided


@rest.reads(
    bp, "/meetings/<code>/minutes", shapes.MINUTES, load=loaders.meeting, may=policies.read_minutes, as_of=False,
    version=lambda meeting: preparing.version_of(meeting.minutes, meeting),
)  # fmt: skip
def minutes(found: Meeting) -> dict[str, Any] | None:
    """The minutes with fingerprint and signatures; what the reader may not see is only marked as such."""
    return reading.shown(found)


@rest.lists(
    bp, "/meetings/<code>/motions", shapes.MOTION, key=lambda row: str(row.id), load=loaders.meeting,
    may=policies.read_minutes, as_of=False,
)  # fmt: skip
def motions(found: Meeting) -> list[Motion]:
    """The votes of a meeting that the reader may see, with what came of them; ballots stand on the pages."""
    return motion_queries.of_meeting(found, actor=actor())


def _decisions(found: Sequence[Decision]) -> list[Any]:
    seen = overviews.open_projects(found, actor=actor())
    given = answers.answers(found)
    return [(row, seen, row.id if row.id in given else None, given.get(row.id)) for row in found]


@rest.lists(
    bp, "/decisions", shapes.DECISION, by=("kind", "answer"), key=lambda row: str(row[0].number), as_of=False
)
def decisions() -> Pieces:
    """Resolutions and recommendations, newest first, with what the company answered."""
    kind, answer = (request.args.get(name, "")[:20] for name in ("kind", "answer"))
    return dressed(overviews.decisions(actor=actor(), kind=kind, answer=answer).piece, _decisions)


@rest.reads(bp, "/decisions/<number>", shapes.DECISION, load=loaders.decision, may=policies.see, as_of=False)
def decision(found: Decision) -> Any:
    """One resolution or recommendation."""
    return _decisions([found])[0]


def _actions(found: Sequence[Action]) -> list[Any]:
    seen = overviews.open_projects(found, actor=actor())
    return [(row, seen) for row in found]


@rest.lists(bp, "/actions", shapes.ACTION, by=("show",), key=lambda row: str(row[0].number), as_of=False)
def actions() -> Pieces:
    """Actions: the open ones; with `show=all` all, with `show=mine` one's own."""
    show = request.args.get("show", "open")
    found = overviews.actions(actor=actor(), life="open" if show != "all" else "", mine=show == "mine")
    return dressed(found.piece, _actions)


@rest.reads(bp, "/actions/<number>", shapes.ACTION, load=loaders.action, may=policies.see, as_of=False)
def action(found: Action) -> Any:
    """One action."""
    return _actions([found])[0]
