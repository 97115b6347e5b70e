"""What programs are told of committees, meetings, votes, decisions and actions."""

from collections.abc import Collection
from operator import attrgetter
from typing import Any

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
    lambda thing: {"hans": thing.name_hans, "hant": thing.name_hant, "en": thing.name_en},
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
    person=TEXT("person.code"),
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
MEETING = Shape("Meeting", **_MEETING)
ITEM = Shape(
    "AgendaItem",
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
