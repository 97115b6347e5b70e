"""What rests on a thing, so that it cannot be put away."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Agreement, AgreementParty, Institution, JointLab, LabPartner

Use = Callable[[Any], list[str]]

# Higher floors add to this what of theirs rests on an institution, an agreement or a laboratory:
# a function of the thing that gives codes.
higher: list[Use] = []


def uses(thing: Institution | Agreement | JointLab) -> list[str]:
    """The codes of everything that rests on a thing and is not itself put away."""
    own: dict[type[Any], Use] = {
        Institution: _of_institution,
        Agreement: _of_agreement,
        JointLab: lambda _lab: [],
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
    return [*db.session.scalars(agreements), *db.session.scalars(labs)]


def _of_agreement(agreement: Agreement) -> list[str]:
    under = select(Agreement.code).where(Agreement.parent_id == agreement.id, Agreement.archived_at.is_(None))
    labs = select(JointLab.code).where(JointLab.agreement_id == agreement.id, JointLab.archived_at.is_(None))
    return [*db.session.scalars(under), *db.session.scalars(labs)]
