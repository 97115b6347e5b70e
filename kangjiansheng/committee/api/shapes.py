"""What programs are told of committees, meetings, votes, decisions and actions."""

from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import Any

from kangjiansheng.committee.queries.imports import names_in
from kangjiansheng.core import rest
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import explain
from kangjiansheng.core.rest import (
    DAY,
    INSTANT,
    NAMES,
    REF,
    TEXT,
    WHOLE,
    YES,
    Given,
    Shape,
    Value,
    many,
    maybe,
)
from kangjiansheng.core.rest.shapes import Get

_SHORT = Value(
    {
        "type": "object",
        "required": ["hans", "hant", "en"],
        "properties": {key: {"type": "string"} for key in ("hans", "hant", "en")},
    },
    lambda thing: (
        {key: thing.get(f"name_{key}") or "" for key in ("hans", "hant", "en")}
        if isinstance(thing, Mapping)
        else {"hans": thing.name_hans, "hant": thing.name_hant, "en": thing.name_en}
    ),
    lambda thing: thing,
)


def project_of(row: Any, seen: Collection[int]) -> str | None:
    """The code of the project that something concerns, when its reader may see that project."""
    return row.project.code if row.project and row.project_id in seen else None


def _first(value: Value, key: str) -> Get:
    """The same value of the first of what a view gives."""
    get = value.get or attrgetter(key)
    return lambda found: get(found[0])


COMMITTEE = Shape(
    "Committee",
    code=TEXT,
    names=NAMES,
    kind=TEXT,
    purpose=TEXT,
    founded_on=maybe(DAY),
    quorum=TEXT(lambda row: f"{row.quorum_numerator}/{row.quorum_denominator}"),
    majority=TEXT(lambda row: f"{row.majority_numerator}/{row.majority_denominator}"),
    approval_rule=TEXT,
    review_days=WHOLE,
    retention_years=WHOLE,
    source=maybe(TEXT),
)
MEMBER = Shape(
    "CommitteeMember",
    number=WHOLE("id"),
    person=TEXT("person.code"),
    person_id=WHOLE,  # by which forms name the person
    names=NAMES("person"),
    office=TEXT,
    voting=YES,
    institution=maybe(REF),
    **{"from": DAY("valid_from"), "to": maybe(DAY)("valid_to")},
)
COMMITTEE_WITH_SEATS = Shape(
    "CommitteeWithSeats",
    **{key: value(_first(value, key)) for key, value in COMMITTEE.values.items()},
    seats=many(MEMBER.value)(lambda found: found[1]),
)
_MEETING: dict[str, Value] = {
    "code": TEXT,
    "committee": TEXT("committee.code"),
    "running_no": maybe(WHOLE)(lambda row: row.running_no if row.running_no > 0 else None),
    "name": _SHORT,
    "held_on": DAY,
    "year_inferred": YES,
    "life": TEXT,
    "minutes": maybe(TEXT)(lambda row: row.minutes.life if row.minutes else None),
    "source": maybe(TEXT),
    "illustrative": YES,
}
# Of a list, each with how its minutes, its day and its life stood on the day that was asked for.
MEETING = Shape(
    "Meeting",
    **{key: value(_first(value, key)) for key, value in _MEETING.items()}
    | {
        "held_on": DAY(lambda row: row[2].held_on),
        "life": TEXT(lambda row: row[2].life),
        "minutes": _MEETING["minutes"](lambda row: row[1]),
    },
)
ITEM = Shape(
    "AgendaItem",
    number=WHOLE(lambda pair: pair[1].id),
    position=WHOLE(lambda pair: pair[0]),
    kind=TEXT(lambda pair: pair[1].kind),
    name=_SHORT(lambda pair: pair[1]),
    minutes_planned=WHOLE(lambda pair: pair[1].minutes_planned),
    text=TEXT(lambda pair: pair[1].text),
    project=maybe(TEXT)(lambda pair: project_of(pair[1], pair[2])),
    gate=maybe(TEXT)(
        lambda pair: pair[1].gate.code if pair[1].gate and project_of(pair[1], pair[2]) else None
    ),
)
DECIDED = Shape(
    "MeetingDecision",
    number=TEXT,
    kind=TEXT,
    text=TEXT,
    votes_for=maybe(WHOLE),
    votes_against=maybe(WHOLE),
    abstentions=maybe(WHOLE),
    recused=maybe(WHOLE),
)
MEETING_WHOLE = Shape(
    "MeetingWithAgenda",
    **{key: value(_first(value, key)) for key, value in _MEETING.items()},
    agenda=many(ITEM.value)(lambda found: found[1]),
    items_withheld=YES(lambda found: found[2]),
    decisions=many(DECIDED.value)(lambda found: found[3]),
)
ANSWER = Shape("CompanyAnswer", verdict=TEXT, reasons=TEXT, decided_on=DAY, body=TEXT, recorded_at=INSTANT)
DECISION = Shape(
    "Decision",
    **{key: value(_first(value, key)) for key, value in DECIDED.values.items()},
    meeting=TEXT(lambda found: found[0].meeting.code),
    project=maybe(TEXT)(lambda found: project_of(found[0], found[1])),
    waits_for_company=YES(lambda found: found[2] is not None and found[3] is None),
    answer=maybe(ANSWER.value)(lambda found: found[3]),
    illustrative=YES(lambda found: found[0].illustrative),
)
ACTION = Shape(
    "Action",
    number=TEXT(lambda found: found[0].number),
    meeting=TEXT(lambda found: found[0].meeting.code),
    project=maybe(TEXT)(lambda found: project_of(found[0], found[1])),
    text=TEXT(lambda found: found[0].text),
    owner=maybe(REF)(lambda found: found[0].owner),
    owner_role=TEXT(lambda found: found[0].owner_role),
    due_on=maybe(DAY)(lambda found: found[0].due_on),
    life=TEXT(lambda found: found[0].life),
    done_on=maybe(DAY)(lambda found: found[0].done_on),
    note=TEXT(lambda found: found[0].note),
    evidence=TEXT(lambda found: found[0].evidence),
    illustrative=YES(lambda found: found[0].illustrative),
)
MOTION = Shape(
    "Motion",
    number=WHOLE("id"),
    kind=TEXT,
    text=TEXT,
    method=TEXT,
    way=TEXT,
    due_at=maybe(INSTANT),
    opened_at=INSTANT,
    closed_at=maybe(INSTANT),
    result=maybe(TEXT),
    votes_for=maybe(WHOLE),
    votes_against=maybe(WHOLE),
    abstentions=maybe(WHOLE),
    recused=maybe(WHOLE),
    decision=maybe(TEXT)(lambda row: row.decision.number if row.decision else None),
    annulled=YES(lambda row: row.annulled_at is not None),
    illustrative=YES,
)
BACKLOG = Shape(
    "BacklogItem",
    number=WHOLE("id"),
    name=_SHORT,
    kind=TEXT,
    minutes_planned=WHOLE,
    text=TEXT,
    proposed_at=INSTANT,
)
PAPER = Shape(
    "Paper",
    number=WHOLE("paper.id"),
    title=TEXT("paper.title"),
    level=TEXT("newest.level"),
    versions=many(rest.FILE.value),
)
PACK = Shape("MeetingPack", number=WHOLE, sha256=TEXT, frozen_at=INSTANT)
PROPOSED = Shape(
    "ProposedItem",
    source=TEXT,
    why=TEXT,
    name=_SHORT(lambda row: row.fields),
    kind=TEXT(lambda row: row.fields.get("kind", "")),
    project=TEXT,
    illustrative=YES,
)
STAY = Shape(
    "Stay",
    number=WHOLE("id"),
    person_id=WHOLE,
    names=NAMES("person"),
    mode=TEXT,
    came_at=INSTANT,
    left_at=maybe(INSTANT),
)
RECUSAL = Shape(
    "Recusal",
    number=WHOLE("id"),
    item=WHOLE("agenda_item_id"),
    person_id=WHOLE,
    kind=TEXT,
    reason=TEXT,
    left_at=maybe(INSTANT),
    returned_at=maybe(INSTANT),
)
_SERIES: dict[str, Value] = {
    "number": WHOLE("id"),
    "name": _SHORT,
    "unit": TEXT,
    "every": WHOLE,
    "nth": WHOLE,
    "first": DAY,
    "until": DAY,
    "skipped": many(DAY),
}
SERIES = Shape("MeetingSeries", **_SERIES)
SERIES_WHOLE = Shape(
    "MeetingSeriesWithMeetings",
    **{key: value(_first(value, key)) for key, value in _SERIES.items()},
    meetings=many(MEETING.value)(
        lambda found: [(one, one.minutes and one.minutes.life, one) for one in found[1]]
    ),
)
TEMPLATE = Shape(
    "AgendaTemplate", number=WHOLE("id"), name=_SHORT, items=many(Value({"type": "object"}, dict))
)
_IMPORT: dict[str, Value] = {
    "number": WHOLE("id"),
    "name": TEXT,
    "kind": TEXT,
    "sha256": TEXT,
    "origin": TEXT,
    "state": TEXT,
    "created_at": INSTANT,
    "applied_at": maybe(INSTANT),
    "meeting": maybe(TEXT)(lambda row: row.meeting.code if row.meeting else None),
}
IMPORT = Shape("MinutesImport", **_IMPORT)
_PIECE = Shape(
    "ReadPiece",
    number=WHOLE(lambda row: row[0]),
    kind=TEXT(lambda row: row[1]),
    text=TEXT(lambda row: row[2].text),
)
_NAME = Shape(
    "ReadName", number=WHOLE(lambda row: row[0]), name=TEXT(lambda row: row[1]), person_id=maybe(WHOLE)(lambda row: row[2]),
    mode=TEXT(lambda row: row[3]),
)  # fmt: skip
_PROBLEM = Shape(
    "ImportProblem",
    field=TEXT("where"),
    code=TEXT,
    detail=TEXT(lambda row: explain(RuleBroken(row.code, None, **row.facts))),
    meeting=maybe(TEXT),
)


def _names_read(found: Any) -> list[Any]:
    _row, seen = found
    people = {name: person.id if person else None for name, person in seen.people.items()}
    modes = seen.plan.modes
    return [(n, name, people.get(name), modes.get(name, "")) for n, name in enumerate(names_in(seen.found))]


IMPORT_READ = Shape(
    "MinutesImportRead",
    **{key: value(_first(value, key)) for key, value in _IMPORT.items()},
    day=maybe(DAY)(lambda found: found[1].plan.day),
    title=TEXT(lambda found: found[1].plan.title),
    place=TEXT(lambda found: found[1].plan.place),
    minutes_no=TEXT(lambda found: found[1].plan.minutes_no),
    illustrative=YES(lambda found: found[1].plan.illustrative),
    pieces=many(_PIECE.value)(
        lambda found: [
            (n, kind, piece)
            for n, (kind, piece) in enumerate(zip(found[1].plan.kinds, found[1].found.pieces, strict=True))
        ]
    ),
    names=many(_NAME.value)(_names_read),
    problems=many(_PROBLEM.value)(lambda found: found[1].problems),
)
PARAGRAPH = Shape(
    "Paragraph",
    id=TEXT("public_id"),
    no=TEXT,
    kind=TEXT,
    text=TEXT,
    version=WHOLE("revision_no"),
    item=maybe(WHOLE)("item_id"),
    decision=maybe(TEXT)(lambda row: row.decision["number"] if row.decision else None),
)
_CLASH = Shape("Clash", base=TEXT, mine=TEXT, theirs=TEXT)
MERGED = Shape(
    "Merged",
    text=TEXT("form.text.data"),
    version=WHOLE("paragraph.version"),
    clashes=many(_CLASH.value),
)
_REMARK: dict[str, Value] = {
    "number": WHOLE("id"),
    "author": NAMES("author"),
    "text": TEXT,
    "at": INSTANT("created_at"),
}
_ANSWER = Shape("CommentAnswer", **_REMARK)
_COMMENT = Shape(
    "Comment",
    **{
        key: value(f"first.{name}")
        for (key, value), name in zip(_REMARK.items(), ("id", "author", "text", "created_at"), strict=True)
    },
    quote=TEXT("first.quote"),
    resolved=YES(lambda row: row.first.resolved_at is not None),
    answers=many(_ANSWER.value),
)
_SUGGESTION = Shape(
    "Suggestion",
    number=WHOLE("suggestion.id"),
    author=NAMES("suggestion.author"),
    text=TEXT("suggestion.text"),
    note=TEXT("suggestion.note"),
    life=TEXT("suggestion.life"),
    version=WHOLE("suggestion.revision_no"),
    reason=TEXT("suggestion.reason"),
)
_OBJECTION = Shape(
    "Objection",
    number=WHOLE("said.id"),
    name=TEXT("said.printed_name"),
    note=TEXT("said.note"),
    answer=maybe(TEXT)(lambda row: row.answer.note if row.answer else None),
)
OPINION = Shape(
    "Opinion",
    paragraph=TEXT(lambda row: row[0].public_id),
    version=WHOLE(lambda row: row[0].revision_no),
    agreed=many(TEXT)(lambda row: [one.printed_name for one in row[1].agreed]),
    objections=many(_OBJECTION.value)(lambda row: row[1].objections),
    suggestions=many(_SUGGESTION.value)(lambda row: row[1].suggestions),
    comments=many(_COMMENT.value)(lambda row: row[0].threads),
)
_OR_NULL = {"type": ["string", "null"]}
MINUTES = Given(
    "Minutes",
    {
        "type": "object",
        "required": ["meeting", "life", "illustrative", "draft", "sha256", "whole", "paragraphs"],
        "properties": {
            "meeting": {"type": "string"},
            "life": {"type": "string"},
            "illustrative": {"type": "boolean"},
            "draft": {"type": ["integer", "null"]},
            "sha256": _OR_NULL,
            "whole": {"type": "boolean", "description": "Nothing is withheld from the reader."},
            "paragraphs": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        **{key: {"type": "string"} for key in ("id", "kind", "text")},
                        "no": _OR_NULL,
                        "decision": {
                            "type": ["object", "null"],
                            "description": "Its number, kind and count.",
                        },
                        "withheld": {"const": True},
                    },
                    "additionalProperties": False,
                },
            },
            "signatures": {"type": "array", "items": {"type": "object"}},
            "consents_by_default": {"type": "array", "items": {"type": "object"}},
            "canonical": {"description": "The text that was signed, when nothing is withheld."},
        },
        "additionalProperties": False,
    },
)
