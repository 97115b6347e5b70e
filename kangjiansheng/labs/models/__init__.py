"""Institutions, agreements and joint laboratories, with whoever belongs to them and from when to when."""

from kangjiansheng.labs.models.agreements import Agreement, AgreementParty
from kangjiansheng.labs.models.institutions import (
    Institution,
    InstitutionAlias,
    InstitutionMember,
    InstitutionSector,
)
from kangjiansheng.labs.models.labs import JointLab, LabMember, LabPartner

__all__ = [
    "Agreement",
    "AgreementParty",
    "Institution",
    "InstitutionAlias",
    "InstitutionMember",
    "InstitutionSector",
    "JointLab",
    "LabMember",
    "LabPartner",
]
