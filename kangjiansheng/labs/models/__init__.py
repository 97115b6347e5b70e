"""Institutions, agreements and joint laboratories, with whoever belongs to them and from when to when."""

from kangjiansheng.labs.models.agreements import Agreement, AgreementParty, Clause
from kangjiansheng.labs.models.institutions import (
    Institution,
    InstitutionAlias,
    InstitutionMember,
    InstitutionSector,
)
from kangjiansheng.labs.models.labs import JointLab, LabMember, LabPartner
from kangjiansheng.labs.models.obligations import Obligation
from kangjiansheng.labs.models.papers import LabPaper
from kangjiansheng.labs.models.residents import (
    Company,
    Lease,
    ParkFloor,
    ParkRule,
    ServiceContact,
    ServiceRequest,
)
from kangjiansheng.labs.models.resources import Booking, SharedResource, Wait
from kangjiansheng.labs.models.reviews import LabReview

__all__ = [
    "Agreement",
    "AgreementParty",
    "Booking",
    "Clause",
    "Company",
    "Institution",
    "InstitutionAlias",
    "InstitutionMember",
    "InstitutionSector",
    "JointLab",
    "LabMember",
    "LabPaper",
    "LabPartner",
    "LabReview",
    "Lease",
    "Obligation",
    "ParkFloor",
    "ParkRule",
    "ServiceContact",
    "ServiceRequest",
    "SharedResource",
    "Wait",
]
