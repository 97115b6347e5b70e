"""What programs are told of institutions, agreements, laboratories, obligations, resources and the park."""

from operator import attrgetter
from typing import Any

from flask import request

from kangjiansheng.core.access import actor
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.rest import DAY, INSTANT, NAMES, REF, TEXT, WHOLE, YES, Shape, Value, many, maybe
from kangjiansheng.core.rest.shapes import Get
from kangjiansheng.labs import queries
from kangjiansheng.labs.models import Agreement, JointLab

_OF_ALL = {
    "code": TEXT,
    "name": NAMES,
    "illustrative": YES,
    "archived": YES(lambda thing: thing.archived_at is not None),
}
_NUMBERED = {"number": WHOLE, "note": TEXT}


def _above(row: Agreement) -> str | None:
    """The agreement above one, if the caller sees it; one statement for all rows of an answer."""
    seen: dict[Actor, dict[int, str]] = request.environ.setdefault("kjs.agreement_codes", {})
    if actor() not in seen:
        seen[actor()] = queries.agreement_codes(actor=actor())
    return seen[actor()].get(row.parent.id) if row.parent else None


def _second(value: Value, key: str) -> Get:
    """The same value of the second of what a view gives."""
    get = value.get or attrgetter(key)
    return lambda found: get(found[1])


INSTITUTION = Shape(
    "Institution",
    **_OF_ALL,
    aliases=many(TEXT)(lambda row: sorted(alias.text for alias in row.aliases)),
    sectors=many(TEXT)("sector_codes"),
    regulator=YES,
    description=maybe(TEXT)("role_hans"),
    source=maybe(TEXT),
)
PARTY = Shape("AgreementParty", institution=TEXT("institution.code"), capacity=TEXT)
CLAUSE = Shape("Clause", number=TEXT, text=TEXT)
_AGREEMENT: dict[str, Any] = dict(
    **_OF_ALL,
    kind=TEXT,
    parent=maybe(TEXT)(_above),
    parties=many(PARTY.value)(
        lambda row: sorted(row.parties, key=lambda party: (party.capacity, party.institution.code))
    ),
    signed_on=maybe(DAY),
    year_inferred=YES,
    effective_on=maybe(DAY),
    expires_on=maybe(DAY),
    confidentiality=TEXT,
    stated=many(TEXT)(lambda row: row.stated_lines.splitlines()),
    not_stated=many(TEXT)(lambda row: row.not_stated_lines.splitlines()),
    source=maybe(TEXT),
)
AGREEMENT = Shape("Agreement", **_AGREEMENT)
_INSIDE: dict[str, Any] = dict(
    clauses=many(CLAUSE.value),
    summary=TEXT,
    renewal_months=WHOLE,  # so long before its end talks begin
)
AGREEMENT_WHOLE = Shape("AgreementWithClauses", **_AGREEMENT, **_INSIDE)
AGREEMENT_VERSION = Shape(
    "AgreementVersion",
    version=WHOLE(lambda row: row[0].number),
    since=INSTANT(lambda row: row[0].since),
    by=maybe(NAMES)(lambda row: row[2]),
    **{key: value(_second(value, key)) for key, value in (_AGREEMENT | _INSIDE).items()},
)
_COMPARED = Shape("ComparedField", field=TEXT, label=TEXT, before=TEXT, after=TEXT)
COMPARISON = Shape(
    "AgreementComparison",
    before=WHOLE(lambda found: found[0].number),
    after=WHOLE(lambda found: found[1].number),
    differences=many(_COMPARED.value)(lambda found: found[2]),
)
_PARTNER: dict[str, Any] = dict(institution=TEXT("institution.code"), role=TEXT)
PARTNER = Shape("LabPartner", **_PARTNER)
_CONTRIBUTING = Shape("ContributingPartner", **_PARTNER, contribution=TEXT)
_MEMBER: dict[str, Any] = dict(
    number=maybe(WHOLE)("id"),  # none as of a past day: nobody can be ended there
    person=TEXT("person.code"),
    name=TEXT("person.name_hans"),
    role=TEXT,
    **{"from": DAY("valid_from"), "to": maybe(DAY)("valid_to")},
)
MEMBER = Shape("LabMember", **_MEMBER)
BELONGS = Shape("InstitutionMember", **_MEMBER)


def _partners(lab: JointLab) -> list[Any]:
    return sorted(lab.partners, key=lambda partner: (partner.role, partner.institution.code))


_OPEN: dict[str, Any] = {**_OF_ALL, "life": TEXT, "partners": many(PARTNER.value)(_partners)}
OPEN_LAB = Shape("OpenLab", **_OPEN)


class _Inside:
    """A laboratory with the agreement that its reader may see."""

    def __init__(self, lab: JointLab, agreement: Any) -> None:
        self.lab, self.agreement = lab, agreement

    def __getattr__(self, name: str) -> Any:
        return getattr(self.lab, name)


def inside(lab: JointLab, agreement: Any) -> Any:
    """What belongs to the inside of a laboratory."""
    return _Inside(lab, agreement)


LAB = Shape(
    "Lab",
    **{**_OPEN, "partners": many(_CONTRIBUTING.value)(_partners)},
    confidentiality=TEXT,
    mission=maybe(TEXT),
    site=maybe(TEXT),
    accepted_on=maybe(DAY),
    agreement=maybe(TEXT)(lambda row: row.agreement.code if row.agreement else None),
    people=many(MEMBER.value)("members"),
)
OBLIGATION = Shape(
    "Obligation",
    code=TEXT,
    names=NAMES,
    debtor=REF,
    creditor=REF,
    agreement=maybe(TEXT),
    direction=maybe(TEXT),
    detail=TEXT,
    due_on=maybe(DAY),
    state=TEXT,
    delivered_on=maybe(DAY),
    accepted_on=maybe(DAY),
    remark=TEXT,
    confidentiality=TEXT,
    illustrative=YES,
    archived=YES,
)


class Owed:
    """An obligation with the clause on which it rests and, for those who see its inside, who sees to it."""

    def __init__(self, row: queries.ObligationRow, clause: Any, owner: Any) -> None:
        self._row, self.clause, self.owner = row, clause, owner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


OBLIGATION_WHOLE = Shape(
    "ObligationWithClause",
    **OBLIGATION.values,
    clause=maybe(TEXT)(lambda row: row.clause and row.clause.number),
    owner=maybe(REF),
)
REPORT = Shape(
    "PartyReport",
    since=DAY,
    until=DAY,
    overdue=WHOLE,
    late=WHOLE,
    **{key: many(OBLIGATION.value) for key in ("owes", "owed", "delivered", "received", "dealings")},
    illustrative=YES(
        lambda report: any(row.illustrative for rows in report.sections.values() for row in rows)
    ),
)
PAPER = Shape(
    "LabPaper",
    **_NUMBERED,
    kind=TEXT,
    label=TEXT,
    holder=TEXT,
    valid_from=maybe(DAY),
    valid_to=DAY,
    life=TEXT,
    ending=TEXT,
    days=WHOLE,
    illustrative=YES,
)
RESOURCE = Shape(
    "Resource",
    **{**_OF_ALL, "names": NAMES},
    kind=TEXT,
    institution=REF,
    lab=maybe(REF),
    site=TEXT,
    capacity=WHOLE,
    opens=WHOLE,
    closes=WHOLE,
    open_days=TEXT,
    note=TEXT,
    confidentiality=TEXT,
)
HELD = Shape(
    "Booking",
    number=WHOLE,
    kind=TEXT,
    place=WHOLE,
    places=WHOLE,
    starts_at=INSTANT,
    ends_at=maybe(INSTANT),
    person=maybe(REF),
    institution=maybe(REF),
    purpose=TEXT,
)
BOOKING = Shape(
    "BookingOfOne",
    **HELD.values,
    resource=TEXT("resource.code"),
    cancelled_at=maybe(INSTANT),
)
WAIT = Shape(
    "WaitingForResource",
    **{key: value for key, value in HELD.values.items() if key not in ("kind", "place")},
    asked_at=maybe(INSTANT),
)
WAIT_OF_ONE = Shape("WaitOfOne", **WAIT.values, resource=TEXT("resource.code"), life=TEXT)
COMPANY = Shape(
    "Company",
    **{**_OF_ALL, "names": NAMES},
    kind=TEXT,
    stage=TEXT,
)
COMPANY_INSIDE = Shape(
    "CompanyInside",
    **COMPANY.values,
    stage_since=DAY,
    about=TEXT,
    contacts=many(TEXT)("contact_roles"),
    confidentiality=TEXT,
    institution=maybe(REF),
    companion=maybe(REF),
)
REQUEST = Shape(
    "ServiceRequest",
    number=WHOLE,
    company=TEXT("company.code"),
    kind=TEXT,
    stage=TEXT,
    text=TEXT,
    asked_on=DAY,
    promised_on=DAY,
    provider_institution=maybe(REF),
    provider=maybe(REF),
    life=TEXT,
    answer=TEXT,
    answered_on=maybe(DAY),
    outcome=maybe(TEXT),
    satisfaction=maybe(WHOLE),
    remark=TEXT,
)
LEASE = Shape(
    "Lease", **_NUMBERED, floor=TEXT("floor.code"), area_m2=WHOLE, starts_on=DAY, ends_on=maybe(DAY)
)
CONTACT = Shape(
    "ServiceContact",
    **_NUMBERED,
    kind=TEXT,
    stage=TEXT,
    channel=TEXT,
    happened_on=DAY,
    person=REF,
    request=maybe(WHOLE)(lambda row: row.request and row.request.number),
)
PARK_RULE = Shape("ParkRule", quiet_days=WHOLE)
FLOOR = Shape(
    "ParkFloor",
    code=TEXT("floor.code"),
    building=TEXT("floor.building"),
    level=WHOLE("floor.level"),
    area_m2=WHOLE("floor.area_m2"),
    taken_m2=WHOLE("taken"),
    free_m2=WHOLE("free"),
    illustrative=YES("floor.illustrative"),
)
