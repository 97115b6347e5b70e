"""What programs read to prepare a meeting: items, what is proposed, who is there, who is recused, series, templates, and
minutes that are brought from elsewhere."""

from typing import Any

from kangjiansheng.committee import policies
from kangjiansheng.committee.api import shapes
from kangjiansheng.committee.api.blueprint import bp
from kangjiansheng.committee.api.imported import IMPORT, IMPORT_READ
from kangjiansheng.committee.models import (
    AgendaItem,
    AgendaTemplate,
    Committee,
    Meeting,
    MeetingSeries,
    Minutes,
    MinutesImport,
    Presence,
    Recusal,
)
from kangjiansheng.committee.queries import floor, loaders, overviews, suggested
from kangjiansheng.committee.queries import imports as import_queries
from kangjiansheng.committee.queries import series as series_queries
from kangjiansheng.committee.rules.suggestions import Suggestion
from kangjiansheng.core import rest
from kangjiansheng.core.access import actor


def _number(row: Any) -> str:
    return str(row.id)


def version_of(thing: Meeting | Minutes | None, meeting: Meeting) -> int | None:
    """The version of a meeting or its minutes, for those who read its history: it goes on with every item, answer and
    signature, also where a reader sees one item alone."""
    return thing.version if thing is not None and policies.read_drafts(actor(), meeting) else None


def _items(meeting: Meeting) -> list[Any]:
    agenda = overviews.agenda(meeting, actor=actor())
    return [(number, item, agenda.open_projects) for number, item in enumerate(agenda.items, 1)]


@rest.lists(
    bp, "/meetings/<code>/items", shapes.ITEM, key=lambda row: str(row[1].id), load=loaders.meeting,
    may=policies.see, as_of=False,
)  # fmt: skip
def items(meeting: Meeting) -> list[Any]:
    """The items of an agenda that the reader may see, in their order."""
    return _items(meeting)


@rest.reads(
    bp, "/meetings/<code>/items/<int:number>", shapes.ITEM, load=loaders.item, may=policies.see, as_of=False,
    version=lambda item: version_of(item.meeting, item.meeting),
)  # fmt: skip
def item(found: AgendaItem) -> Any:
    """One item of an agenda; its version is that of its meeting."""
    return next((row for row in _items(found.meeting) if row[1].id == found.id), None)


@rest.lists(
    bp, "/meetings/<code>/agenda/proposals", shapes.PROPOSED, key=lambda row: str(row.source),
    load=loaders.meeting, may=policies.edit_meeting, as_of=False,
)  # fmt: skip
def proposals(meeting: Meeting) -> list[Suggestion]:
    """What is proposed for an agenda, for those who keep it."""
    return suggested.suggested(meeting, actor=actor()).rows


@rest.lists(
    bp, "/meetings/<code>/floor", shapes.STAY, key=_number, load=loaders.meeting, may=policies.edit_meeting, as_of=False
)  # fmt: skip
def stays(meeting: Meeting) -> list[Presence]:
    """Who came when and left when, for those who keep the meeting."""
    return list(meeting.presence)


@rest.reads(
    bp, "/meetings/<code>/floor/stays/<int:number>", shapes.STAY, load=loaders.stay, may=policies.edit_stay, as_of=False
)  # fmt: skip
def stay(found: Presence) -> Presence:
    """One stay."""
    return found


@rest.lists(
    bp, "/meetings/<code>/recusals", shapes.RECUSAL, key=_number, load=loaders.meeting, may=policies.edit_meeting,
    as_of=False,
)  # fmt: skip
def recusals(meeting: Meeting) -> list[Recusal]:
    """What was decided about members and items that the reader may see, for those who keep the meeting."""
    agenda = overviews.agenda(meeting, actor=actor())
    room = floor.in_room(meeting, agenda.items)
    return [row for item in agenda.items for row in room[item.id].recusals]


@rest.lists(
    bp, "/committees/<code>/series", shapes.SERIES, key=_number, load=loaders.committee, may=policies.plan_meetings,
    as_of=False,
)  # fmt: skip
def all_series(committee: Committee) -> list[Any]:
    """The series of a committee, the newest first, for those who keep it."""
    return series_queries.all_series(committee.id)


@rest.reads(
    bp, "/committees/<code>/series/<int:number>", shapes.SERIES_WHOLE, load=series_queries.series,
    may=policies.edit_series, as_of=False,
)  # fmt: skip
def one_series(found: MeetingSeries) -> Any:
    """One series with its meetings."""
    return found, series_queries.meetings(found, actor=actor())


@rest.lists(
    bp, "/committees/<code>/templates", shapes.TEMPLATE, key=_number, load=loaders.committee,
    may=policies.plan_meetings, as_of=False,
)  # fmt: skip
def templates(committee: Committee) -> list[AgendaTemplate]:
    """The templates of agendas of a committee, for those who keep it."""
    return series_queries.templates(committee.id)


@rest.reads(
    bp, "/committees/<code>/templates/<int:number>", shapes.TEMPLATE, load=series_queries.template,
    may=policies.edit_template, as_of=False,
)  # fmt: skip
def template(found: AgendaTemplate) -> AgendaTemplate:
    """One template."""
    return found


@rest.lists(
    bp, "/committees/<code>/imports", IMPORT, key=_number, load=loaders.committee, may=policies.plan_meetings,
    as_of=False,
)  # fmt: skip
def imports(committee: Committee) -> list[MinutesImport]:
    """The minutes that were brought from elsewhere, for those who keep the committee."""
    return import_queries.imports(committee, actor=actor())


@rest.reads(
    bp, "/committees/<code>/imports/<int:number>", IMPORT_READ, IMPORT, load=import_queries.reading,
    may=policies.keep_import, as_of=False,
)  # fmt: skip
def one_import(row: MinutesImport) -> Any:
    """One of them: the dry run until it is imported, then what became of it."""
    if row.state != "read":
        return row, IMPORT
    seen = import_queries.look_again(row, actor=actor())
    return (row, seen), IMPORT_READ
