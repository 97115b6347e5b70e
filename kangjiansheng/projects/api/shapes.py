"""What programs are told of projects, milestones, gates, risks, asks, hand-offs, results and reviews."""

from collections.abc import Mapping
from typing import Any

from flask import g

from kangjiansheng.core.rest import (
    DAY,
    INSTANT,
    NAMES,
    REF,
    TEXT,
    WHOLE,
    YES,
    Shape,
    Value,
    many,
    maybe,
    word,
)
from kangjiansheng.core.rest.shapes import names_in
from kangjiansheng.projects.queries.facts import FACTS, ON_PAGE
from kangjiansheng.projects.queries.schedule import Network
from kangjiansheng.projects.rules import hand_offs
from kangjiansheng.projects.rules.milestones import SEVERITY

_SCRIPTS = Value({"$ref": "#/components/schemas/Names"}, names_in)
_CODED = {"code": TEXT, "names": NAMES}
_ENDED = {"illustrative": YES, "archived": YES}

MILESTONE = Shape(
    "Milestone",
    project=TEXT("project_code"),
    names=NAMES,
    code=TEXT,
    kind=TEXT,
    gate=YES,
    baseline=maybe(DAY),
    current_plan=maybe(DAY),
    forecast=maybe(DAY),
    proposed=maybe(DAY),
    actual=maybe(DAY),
    state=TEXT,
    flagged=YES,
    moves=WHOLE,
    status=word(SEVERITY),
    slip=maybe(WHOLE),
    version=WHOLE,
    reason_code=maybe(TEXT),
    owner=maybe(TEXT)("owner_label"),
    confirmed_at=maybe(INSTANT),
    illustrative=YES,
)
LAB_OF = Shape("LabOfProject", **_CODED, leads=YES)
PARTY_OF = Shape("PartyOfProject", **_CODED, role=TEXT)
_PROJECT: dict[str, Value] = {
    **_CODED,
    "indication": Value({"type": "object"}, dict),
    "modality": TEXT,
    "family": TEXT,
    "indication_group": TEXT,
    "pathway": TEXT,
    "stage": TEXT,
    "status": word(SEVERITY),
    "claimed_status": TEXT("claimed"),
    "labs": many(LAB_OF.value),
    "parties": many(PARTY_OF.value),
    "confidentiality": TEXT,
    **_ENDED,
    "opened_on": DAY,
    "next_milestone": maybe(TEXT)(lambda row: row.next.code if row.next else None),
}
PROJECT = Shape("Project", **_PROJECT)
PROJECT_WHOLE = Shape(
    "ProjectWithMilestones",
    **_PROJECT,
    **{key: TEXT if key in ON_PAGE else maybe(TEXT) for key in FACTS},
    milestones=many(MILESTONE.value),
)
_ANSWER = {"as_of": maybe(DAY)(lambda _row: g.as_of), "illustrative": YES}


class WithFacts:
    """A project with what its list does not tell of it."""

    def __init__(self, row: Any, facts: Mapping[str, str | None]) -> None:
        self._row = row
        self.__dict__.update(facts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


PROJECT_ANSWER = Shape("ProjectAnswer", **_ANSWER, data=PROJECT_WHOLE.value(lambda row: row))
LAB_PLAN = Shape(
    "LabPlan",
    **_CODED,
    pathway=TEXT,
    status=word(SEVERITY),
    illustrative=YES,
    milestones=many(MILESTONE.value),
)
_WAIT = Shape(
    "Wait", milestone=TEXT(lambda row: row[0]), lag=WHOLE(lambda row: row[1]), unit=TEXT(lambda row: row[2])
)
_STOPPED = Shape("ClockStop", number=maybe(WHOLE)("id"), first=DAY, last=maybe(DAY))


class Scheduled:
    """A milestone within its plan."""

    def __init__(self, row: Any, found: Network, codes: Mapping[int, str], driving: bool) -> None:
        self.code, self.duration, self.unit, self.driving = row.code, row.duration, row.unit, driving
        links = found.links.get(row.id, ())
        self.waits_for = [(codes[one.before], one.lag, one.unit) for one in links if one.before in codes]
        self.stops = list(found.stops.get(row.id, ()))
        self.hand_offs = [one.code for one in found.awaited(row.id)]


SCHEDULED = Shape(
    "Scheduled",
    code=TEXT,
    duration=maybe(WHOLE),
    unit=TEXT,
    waits_for=many(_WAIT.value),
    stops=many(_STOPPED.value),
    hand_offs=many(TEXT),
    driving=YES,
)
REVIEW = Shape(
    "LabReview",
    year=WHOLE,
    number=maybe(WHOLE),
    outcome=TEXT,
    reason=TEXT,
    expires_on=maybe(DAY),
    left_open=WHOLE,
    recorded_at=INSTANT,
)
ENTRY = Shape(
    "LedgerEntry",
    number=WHOLE("id"),
    milestone=TEXT("code"),
    kind=TEXT,
    effective_at=INSTANT,
    recorded_at=INSTANT,
    imported=YES,
    baseline=maybe(DAY),
    current_plan=maybe(DAY),
    forecast=maybe(DAY),
    proposed=maybe(DAY),
    actual=maybe(DAY),
    state=TEXT,
    reason_code=maybe(TEXT),
    note=TEXT,
    why=TEXT,
    authority=TEXT,
    who=TEXT,
    owner=TEXT,
)
MOVED = Shape(
    "Moved",
    **{
        "milestone": TEXT("code"),
        "from": maybe(DAY)("before"),
        "to": maybe(DAY)("after"),
        "within": maybe(DAY),  # where it comes when the form says so
    },
)
EFFECT = Shape(
    "Effect",
    effect=many(MOVED.value)(lambda found: found["effect"]),
    lapses=many(TEXT)(lambda found: [str(one) for one in found["lapses"]]),
    holds=many(TEXT)(lambda found: [str(one) for one in found["holds"]]),
)
RISK = Shape(
    "Risk",
    number=WHOLE,
    kind=TEXT,
    title=TEXT,
    description=TEXT,
    owner=maybe(_SCRIPTS),
    likelihood=maybe(WHOLE),
    impact=WHOLE,
    score=WHOLE,
    level=TEXT,
    response=TEXT,
    measure=TEXT,
    review_on=maybe(DAY),
    life=TEXT,
    closing=TEXT,
    milestones=many(TEXT),
)
VALIDITY = Shape(
    "Validity",
    number=WHOLE,
    kind=TEXT,
    names=_SCRIPTS("name"),
    valid_from=maybe(DAY),
    valid_to=DAY,
    milestone=maybe(TEXT),
    agreement=maybe(TEXT),
    note=TEXT,
    life=TEXT,
    ending=TEXT,
)
BASELINE = Shape(
    "Baseline",
    number=WHOLE,
    name=TEXT,
    reason=TEXT,
    authority=TEXT,
    recorded_at=INSTANT,
    who=TEXT,
    days=Value({"type": "object", "additionalProperties": {"type": "string", "format": "date"}}),
)
PIECE = Shape(
    "Evidence",
    number=WHOLE,
    kind=TEXT,
    name=TEXT,
    note=TEXT,
    file_version=WHOLE("version_no"),
    size=WHOLE,
    media_type=TEXT,
    sha256=TEXT,
    brought_at=INSTANT("at"),
    level=TEXT,
    verdict=TEXT,
    verdict_note=TEXT,
    withdrawn=YES,
)
CRITERION = Shape(
    "Criterion",
    number=WHOLE,
    names=NAMES,
    kinds=many(TEXT),
    verdict=TEXT,
    verdict_note=TEXT,
    judged_at=maybe(INSTANT),
)
CONDITION = Shape("Condition", **_CODED, state=TEXT, due=maybe(DAY), owner=TEXT)
DECIDED = Shape(
    "GateDecision",
    verdict=TEXT,
    decided_on=DAY,
    body=TEXT,
    reasons=TEXT,
    recorded_at=INSTANT,
    who=TEXT,
    conditions=many(CONDITION.value),
)
DOSSIER = Shape(
    "GateDossier",
    criteria=many(CRITERION.value)(lambda found: found[0]),
    decisions=many(DECIDED.value)(lambda found: found[1]),
)
_ASKING = Shape("AskingParty", code=TEXT, names=_SCRIPTS).value
ASK = Shape(
    "Ask",
    code=TEXT,
    asker=_ASKING,
    asked=maybe(_ASKING),
    project=maybe(TEXT),
    chain=TEXT,
    title=TEXT,
    detail=TEXT,
    raised_on=DAY,
    life=TEXT,
    answered_on=maybe(DAY),
    answer=TEXT,
    closing=TEXT,
    illustrative=YES,
)
ITEM = Shape(
    "HandOffItem",
    text=TEXT(lambda row: row[0]),
    delivered=YES(lambda row: row[1]),
    received=YES(lambda row: row[2]),
)
HAND_OFF = Shape(
    "HandOff",
    **_CODED,
    kind=word(hand_offs.KINDS),
    detail=TEXT,
    project=REF,
    milestone=maybe(TEXT),
    giver=REF,
    receiver=REF,
    state=word(hand_offs.STATES),
    promised_on=maybe(DAY),
    asked_on=maybe(DAY),
    accepted_on=maybe(DAY),
    delivered_on=maybe(DAY),
    received_on=maybe(DAY),
    round=WHOLE,
    reason=TEXT,
    items=many(ITEM.value),
    illustrative=YES,
)
RESULT = Shape(
    "Result",
    **_CODED,
    kind=TEXT,
    institution=REF,
    disclosed_on=DAY,
    detail=TEXT,
    confidentiality=TEXT,
    project=maybe(REF),
    companies=many(REF),
    **_ENDED,
)
TEAM = Shape(
    "TeamMember",
    number=maybe(WHOLE)(lambda row: None if row.of_lab else row.id),  # whom a laboratory lends, it calls back
    **_CODED,
    role=TEXT,
    of_lab=YES,
    **{"from": DAY("valid_from"), "to": maybe(DAY)("valid_to")},
)
_VERSION: dict[str, Value] = {
    "number": WHOLE,
    "status": TEXT,
    "version": WHOLE,
    "reason": TEXT,
    "note": TEXT,
}
VERSION_OF = Shape("TemplateVersion", **_VERSION)
PATHWAY = Shape("Pathway", code=TEXT, names=_SCRIPTS("names"), versions=many(VERSION_OF.value))
TEMPLATE = Shape(
    "Template",
    code=TEXT,
    names=_SCRIPTS("names"),
    **_VERSION,
    steps=many(Value({"type": "object"}, dict))("milestones"),  # as docs/api.md tells of templates
)
RECORD = Shape(
    "RegistryRecord",
    number=WHOLE("id"),
    register=TEXT,
    registered=TEXT("number"),
    format=TEXT,
    facts=Value({"type": "object"}, dict),
)
NUMBER = Shape(
    "RegistryNumber",
    number=maybe(WHOLE)(lambda row: row["id"] or None),
    register=TEXT(lambda row: row["register"]),
    registered=TEXT(lambda row: row["number"]),
    address=maybe(TEXT)(lambda row: row["address"]),
    problem=maybe(TEXT)(lambda row: row["problem"]),
)
LINK = Shape(
    "ObligationLink",
    number=WHOLE("id"),
    of=TEXT,
    code=TEXT,
    milestone=maybe(TEXT)("milestone_code"),
    names=NAMES,
    day=maybe(DAY),
    done=YES,
    illustrative=YES,
)
IN_CHAIN = Shape(
    "ProjectInChain",
    code=TEXT(lambda found: found[0].code),
    names=NAMES(lambda found: found[0]),
    stage=TEXT(lambda found: found[0].stage),
    link=TEXT(lambda found: found[1].link),
    ahead=maybe(TEXT)(lambda found: found[1].ahead),
    hand_off=maybe(TEXT)(lambda found: found[1].hand_off and found[1].hand_off.code),
    gate=maybe(TEXT)(lambda found: found[1].gate and found[1].gate.code),
    late=many(TEXT)(lambda found: [one.code for one in found[1].late]),
    overdue=many(TEXT)(lambda found: [one.code for one in found[1].overdue]),
    illustrative=YES(lambda found: found[0].illustrative),
)
