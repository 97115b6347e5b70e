"""What programs are told of committees, meetings, votes, decisions and actions."""

from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import Any

from flask import request

from kangjiansheng.core import rest
from kangjiansheng.core.access import actor
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.db import db
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
from kangjiansheng.labs.queries import visible_labs

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

# As a form takes it: in Shanghai, on the day of the meeting.
_HOUR = Value(
    {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}, lambda at: f"{at.astimezone(SHANGHAI):%H:%M}"
)


def project_of(row: Any, seen: Collection[int]) -> str | None:
    """The code of the project that something concerns, when its reader may see that project."""
    return row.project.code if row.project and row.project_id in seen else None


def first_of(value: Value, key: str) -> Get:
    """The same value of the first of what a view gives."""
    get = value.get or attrgetter(key)
    return lambda found: get(found[0])


def _steered(row: Any) -> str | None:
    """The laboratory that a committee steers, if the reader sees it; one statement for all rows of an answer."""
    if row.lab_id is None:
        return None
    seen: dict[Actor, dict[int, str]] = request.environ.setdefault("kjs.lab_codes", {})
    if actor() not in seen:
        seen[actor()] = {lab.id: lab.code for lab in db.session.scalars(visible_labs(actor()))}
    return seen[actor()].get(row.lab_id)


# The whole charter, as the page of a committee tells it; the names are those by which it is changed.
COMMITTEE = Shape(
    "Committee",
    code=TEXT,
    names=NAMES,
    short_hans=TEXT,
    nature=TEXT,
    kind=TEXT,
    lab=maybe(TEXT)(_steered),
    purpose=TEXT,
    founded_on=maybe(DAY),
    year_inferred=YES,
    quorum=TEXT(lambda row: f"{row.quorum_numerator}/{row.quorum_denominator}"),
    quorum_numerator=WHOLE,
    quorum_denominator=WHOLE,
    quorum_base=TEXT,
    majority=TEXT(lambda row: f"{row.majority_numerator}/{row.majority_denominator}"),
    majority_numerator=WHOLE,
    majority_denominator=WHOLE,
    majority_over=YES,
    majority_base=TEXT,
    abstentions_count=YES,
    deputies=YES,
    deputy_among=TEXT,
    approval_rule=TEXT,
    approval_members=WHOLE,
    review_days=WHOLE,
    second_step=YES,
    default_consent=YES,
    default_consent_days=WHOLE,
    minutes_pattern=TEXT,
    outcome_pattern=TEXT,
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
    **{key: value(first_of(value, key)) for key, value in COMMITTEE.values.items()},
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
    **{key: value(first_of(value, key)) for key, value in _MEETING.items()}
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
    presenter=TEXT(lambda pair: pair[1].presenter),
    presenter_id=maybe(WHOLE)(lambda pair: pair[1].presenter_id),  # by which forms name the person
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
    **{key: value(first_of(value, key)) for key, value in _MEETING.items()},
    starts=maybe(_HOUR)(lambda found: found[0].starts_at),
    ends=maybe(_HOUR)(lambda found: found[0].ends_at),
    place=TEXT(lambda found: found[0].place),
    agenda=many(ITEM.value)(lambda found: found[1]),
    items_withheld=YES(lambda found: found[2]),
    decisions=many(DECIDED.value)(lambda found: found[3]),
)
ANSWER = Shape("CompanyAnswer", verdict=TEXT, reasons=TEXT, decided_on=DAY, body=TEXT, recorded_at=INSTANT)
DECISION = Shape(
    "Decision",
    **{key: value(first_of(value, key)) for key, value in DECIDED.values.items()},
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
    number=WHOLE(lambda row: row[0].id),
    name=_SHORT(lambda row: row[0]),
    kind=TEXT(lambda row: row[0].kind),
    minutes_planned=WHOLE(lambda row: row[0].minutes_planned),
    presenter=TEXT(lambda row: row[0].presenter),
    text=TEXT(lambda row: row[0].text),
    project=maybe(TEXT)(lambda row: project_of(*row)),
    proposed_by=NAMES(lambda row: row[0].proposed_by),
    proposed_at=INSTANT(lambda row: row[0].proposed_at),
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
    **{key: value(first_of(value, key)) for key, value in _SERIES.items()},
    meetings=many(MEETING.value)(
        lambda found: [(one, one.minutes and one.minutes.life, one) for one in found[1]]
    ),
)
TEMPLATE = Shape(
    "AgendaTemplate", number=WHOLE("id"), name=_SHORT, items=many(Value({"type": "object"}, dict))
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
REMARK = Shape(
    "CommentOrAnswer",
    **_REMARK,
    paragraph=TEXT("paragraph.public_id"),
    answer_to=maybe(WHOLE)("parent_id"),
    quote=TEXT,
    edited_at=maybe(INSTANT),
    resolved=YES(lambda row: row.resolved_at is not None),
    illustrative=YES,
)
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
