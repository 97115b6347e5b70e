"""What rests on a thing, so that it cannot be put away."""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import or_, select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import (
    Agreement,
    AgreementParty,
    Booking,
    Company,
    Institution,
    JointLab,
    LabPartner,
    Obligation,
    SharedResource,
)

Use = Callable[[Any], list[str]]

# Higher floors add to this what of theirs rests on an institution, an agreement or a laboratory:
# a function of the thing that gives codes.
higher: list[Use] = []


def uses(thing: Institution | Agreement | JointLab | Obligation | SharedResource) -> list[str]:
    """The codes of everything that rests on a thing and is not itself put away."""
    own: dict[type[Any], Use] = {
        Institution: _of_institution,
        Agreement: _of_agreement,
        JointLab: lambda lab: _resources(SharedResource.lab_id == lab.id),
        SharedResource: _of_resource,
        Obligation: lambda _obligation: [],
    }
    found = own[type(thing)](thing)
    for further in higher:
        found += further(thing)
    return sorted(set(found))


def _of_institution(institution: Institution) -> list[str]:
    agreements = (
        select(Agreement.code)
        .join(AgreementParty, AgreementParty.agreement_id == Agreement.id)
        .where(AgreementParty.institution_id == institution.id, Agreement.archived_at.is_(None))
    )
    labs = (
        select(JointLab.code)
        .join(LabPartner, LabPartner.lab_id == JointLab.id)
        .where(LabPartner.institution_id == institution.id, JointLab.archived_at.is_(None))
    )
    owed = or_(Obligation.debtor_id == institution.id, Obligation.creditor_id == institution.id)
    obligations = select(Obligation.code).where(owed, Obligation.archived_at.is_(None))
    companies = select(Company.code).where(
        Company.institution_id == institution.id, Company.archived_at.is_(None)
    )
    found = [
        code for query in (agreements, labs, obligations, companies) for code in db.session.scalars(query)
    ]
    return [*found, *_resources(SharedResource.institution_id == institution.id)]


def _resources(whose: Any) -> list[str]:
    return list(
        db.session.scalars(select(SharedResource.code).where(whose, SharedResource.archived_at.is_(None)))
    )


def _of_resource(resource: SharedResource) -> list[str]:
    """The bookings that are still ahead, by number."""
    query = select(Booking.number).where(
        Booking.resource_id == resource.id,
        Booking.cancelled_at.is_(None),
        Booking.ends_at.is_(None) | (Booking.ends_at > clock.now()),
    )
    return [f"#{number}" for number in db.session.scalars(query)]


def _of_agreement(agreement: Agreement) -> list[str]:
    under = select(Agreement.code).where(Agreement.parent_id == agreement.id, Agreement.archived_at.is_(None))
    labs = select(JointLab.code).where(JointLab.agreement_id == agreement.id, JointLab.archived_at.is_(None))
    obligations = select(Obligation.code).where(
        Obligation.agreement_id == agreement.id, Obligation.archived_at.is_(None)
    )
    return [code for query in (under, labs, obligations) for code in db.session.scalars(query)]


def resting_on_clauses(ids: Collection[int]) -> list[str]:
    """The codes of the obligations that name one of these clauses, archived ones too."""
    query = select(Obligation.code).where(Obligation.clause_id.in_(ids))
    return list(db.session.scalars(query)) if ids else []
