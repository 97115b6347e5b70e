"""What people type about institutions, agreements and laboratories."""

from kangjiansheng.labs.forms.agreements import AgreementForm, marked, party_choices, unchosen
from kangjiansheng.labs.forms.institutions import InstitutionForm
from kangjiansheng.labs.forms.labs import ContributionForm, LabForm, StepForm
from kangjiansheng.labs.forms.people import JoinForm, LeaveForm, VersionForm
from kangjiansheng.labs.forms.refusals import REFUSALS

__all__ = [
    "REFUSALS",
    "AgreementForm",
    "ContributionForm",
    "InstitutionForm",
    "JoinForm",
    "LabForm",
    "LeaveForm",
    "StepForm",
    "VersionForm",
    "marked",
    "party_choices",
    "unchosen",
]
