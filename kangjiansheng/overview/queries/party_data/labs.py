"""The party itself, its agreements and obligations, laboratories, shared resources, companies of the park."""

from typing import Any

from sqlalchemy import Select, case, select

from kangjiansheng.accounts.models import Person
from kangjiansheng.labs.models import (
    Agreement,
    AgreementParty,
    Booking,
    Clause,
    Company,
    Institution,
    InstitutionAlias,
    InstitutionMember,
    InstitutionSector,
    JointLab,
    LabMember,
    LabPaper,
    LabPartner,
    LabReview,
    Lease,
    Obligation,
    ParkFloor,
    ServiceContact,
    ServiceRequest,
    SharedResource,
    Wait,
)
from kangjiansheng.labs.queries import inside_obligations
from kangjiansheng.labs.queries.residents import inside_companies
from kangjiansheng.labs.queries.resources import inside_resources
from kangjiansheng.overview.queries.party_data.base import (
    NAMES,
    Kind,
    Scope,
    code_of,
    columns,
    institution,
    partner_of,
    person,
)


def kinds(scope: Scope) -> list[Kind]:
    """Those of this floor."""
    return [*_institution(scope), *_agreements(scope), *_labs(scope), *_resources(scope), *_companies(scope)]


def _institution(scope: Scope) -> list[Kind]:
    def of(row: Any, *shown: Any) -> Select[Any]:
        query = select(institution(row.institution_id).label("institution"), *shown)
        return query.join(Institution, Institution.id == row.institution_id).where(
            row.institution_id == scope.party
        )

    own = columns(Institution, f"code {NAMES} regulator role_hans source illustrative archived_at")
    mark = Institution.illustrative.label("illustrative")
    member = columns(InstitutionMember, "role valid_from valid_to")
    who = [*columns(Person, f"code {NAMES} title email"), Person.illustrative.label("illustrative")]
    people = of(InstitutionMember, *who, *member).join(Person, Person.id == InstitutionMember.person_id)
    return [
        Kind("institution", select(*own).where(Institution.id == scope.party)),
        Kind(
            "institution_aliases",
            of(InstitutionAlias, *columns(InstitutionAlias, "text"), mark).order_by(InstitutionAlias.id),
        ),
        Kind(
            "institution_sectors",
            of(InstitutionSector, *columns(InstitutionSector, "sector"), mark).order_by(InstitutionSector.id),
        ),
        Kind("institution_people", people.order_by(InstitutionMember.id)),
    ]


def _agreements(scope: Scope) -> list[Kind]:
    mark = Agreement.illustrative.label("illustrative")
    own = columns(
        Agreement,
        f"code {NAMES} kind signed_on year_inferred effective_on expires_on renewal_months confidentiality summary "
        "stated not_stated source illustrative archived_at",
    )
    parent = code_of(Agreement, Agreement.parent_id, scope.agreements).label("parent")

    def of(row: Any, *shown: Any) -> Select[Any]:
        query = select(Agreement.code.label("agreement"), *shown, mark).join(row.agreement)
        return query.where(row.agreement_id.in_(scope.agreements)).order_by(row.id)

    party = institution(AgreementParty.institution_id).label("institution")
    obligation = columns(
        Obligation,
        f"code {NAMES} detail due_on life delivered_on accepted_on remark confidentiality illustrative archived_at",
    )
    named = [
        code_of(Agreement, Obligation.agreement_id, scope.agreements).label("agreement"),
        case((Obligation.agreement_id.in_(scope.agreements), Clause.number)).label("clause"),
        institution(Obligation.debtor_id).label("debtor"),
        institution(Obligation.creditor_id).label("creditor"),
        person(Obligation.owner_id).label("owner"),
    ]
    obligations = (
        select(*obligation, *named)
        .outerjoin(Clause, Clause.id == Obligation.clause_id)
        .where(inside_obligations(scope.actor))
        .order_by(Obligation.id)
    )
    return [
        Kind(
            "agreements",
            select(*own, parent).where(Agreement.id.in_(scope.agreements)).order_by(Agreement.id),
        ),
        Kind("agreement_parties", of(AgreementParty, party, *columns(AgreementParty, "capacity"))),
        Kind("clauses", of(Clause, *columns(Clause, "number text position"))),
        Kind("obligations", obligations),
    ]


def _labs(scope: Scope) -> list[Kind]:
    inside = JointLab.id.in_(scope.labs)
    hidden = [case((inside, getattr(JointLab, name))).label(name) for name in ("mission", "site")]
    own = columns(JointLab, f"code {NAMES} life accepted_on confidentiality illustrative archived_at")
    agreement = code_of(Agreement, JointLab.agreement_id, scope.agreements).label("agreement")
    mark = JointLab.illustrative.label("illustrative")

    def of(row: Any, *shown: Any) -> Select[Any]:
        query = select(JointLab.code.label("lab"), *shown, mark).join(JointLab, JointLab.id == row.lab_id)
        return query.order_by(row.id)

    partners = of(
        LabPartner,
        institution(LabPartner.institution_id).label("institution"),
        *columns(LabPartner, "role"),
        case((inside, LabPartner.contribution)).label("contribution"),
    )
    people = of(
        LabMember,
        person(LabMember.person_id).label("person"),
        *columns(LabMember, "role valid_from valid_to"),
    )
    papers = of(
        LabPaper,
        *columns(LabPaper, "number kind label valid_from valid_to note life ending"),
        person(LabPaper.holder_id).label("holder"),
    )
    reviews = of(LabReview, *columns(LabReview, "year outcome reason expires_on left_open recorded_at"))
    return [
        Kind(
            "labs",
            select(*own, *hidden, agreement).where(partner_of(scope.party)).order_by(JointLab.id),
        ),
        Kind("lab_partners", partners.where(partner_of(scope.party))),
        Kind("lab_people", people.where(inside)),
        Kind("lab_papers", papers.where(inside)),
        Kind("lab_reviews", reviews.where(inside)),
    ]


def _resources(scope: Scope) -> list[Kind]:
    shared = inside_resources(scope.actor)
    own = columns(
        SharedResource,
        f"code {NAMES} kind site capacity opens closes open_days note confidentiality illustrative archived_at",
    )
    named = [
        institution(SharedResource.institution_id).label("owner"),
        code_of(JointLab, SharedResource.lab_id).label("lab"),
    ]

    def of(row: Any, names: str) -> Select[Any]:
        query = select(
            SharedResource.code.label("resource"),
            *columns(row, f"number {names}"),
            institution(row.institution_id).label("institution"),
            person(row.person_id).label("person"),
            SharedResource.illustrative.label("illustrative"),
        )
        return query.join(row.resource).where(shared).order_by(row.id)

    return [
        Kind("resources", select(*own, *named).where(shared).order_by(SharedResource.id)),
        Kind("bookings", of(Booking, "kind place places starts_at ends_at purpose cancelled_at")),
        Kind("waits", of(Wait, "places starts_at ends_at purpose asked_at life")),
    ]


def _companies(scope: Scope) -> list[Kind]:
    inside = inside_companies(scope.actor)
    own = columns(
        Company,
        f"code {NAMES} kind stage stage_since about contact_roles confidentiality illustrative archived_at",
    )
    named = [
        institution(Company.institution_id).label("institution"),
        person(Company.companion_id).label("companion"),
    ]

    def of(row: Any, names: str, *shown: Any) -> Select[Any]:
        first, mark = Company.code.label("company"), Company.illustrative.label("illustrative")
        query = select(first, *columns(row, f"number {names}"), *shown, mark)
        return query.join(Company, Company.id == row.company_id).where(inside).order_by(row.id)

    leases = of(Lease, "area_m2 starts_on ends_on note withdrawn_at", ParkFloor.code.label("floor"))
    requests = of(
        ServiceRequest,
        "kind stage text asked_on answer_days promised_on life answer answered_on outcome satisfaction remark",
        person(ServiceRequest.asked_by_id).label("asked_by"),
        institution(ServiceRequest.provider_institution_id).label("provider_institution"),
        person(ServiceRequest.provider_id).label("provider"),
    )
    contacts = of(
        ServiceContact,
        "kind stage channel happened_on note withdrawn_at",
        person(ServiceContact.person_id).label("person"),
    )
    return [
        Kind("companies", select(*own, *named).where(inside).order_by(Company.id)),
        Kind("leases", leases.join(ParkFloor, ParkFloor.id == Lease.floor_id)),
        Kind("service_requests", requests),
        Kind("service_contacts", contacts),
    ]
